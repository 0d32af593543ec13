//! Pages of one ticket's history: all events, or only messages.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use helpline_core::actor::Audience;
use helpline_core::ids::Seq;
use helpline_core::limits;
use helpline_core::policy::TicketAction;
use helpline_core::protocol::{CustomerEventPage, StaffEventPage};
use helpline_persistence::Store;
use helpline_persistence::history::{self, Rows, Span};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use crate::http::current_user::{CurrentUser, OpenTicket};
use crate::http::endpoint::{Needs, Route};
use crate::http::input::Params;
use crate::http::problem::Refusal;
use crate::live::epoch::CurrentEpoch;
use axum::routing::on;
use utoipa::OpenApi;

const ACTIVITY: Route = Route {
    method: "GET",
    path: "/v1/tickets/{ticket}/activity",
    needs: Needs::Ticket(&[TicketAction::Read]),
    refused: "history_read_refused",
    read: Some("history_read"),
    handler: |method| on(method, activity),
};
const MESSAGES: Route = Route {
    method: "GET",
    path: "/v1/tickets/{ticket}/messages",
    needs: Needs::Ticket(&[TicketAction::Read]),
    refused: "messages_read_refused",
    read: Some("messages_read"),
    handler: |method| on(method, messages),
};

/// The REST routes that return pages of a ticket's history.
pub(super) const ROUTES: &[Route] = &[ACTIVITY, MESSAGES];

#[derive(OpenApi)]
#[openapi(paths(activity, messages))]
pub(super) struct Docs;

/// The part of the ticket's history to read. Without `before` and `after`, the newest events are
/// returned.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// Return the last events with numbers below this number.
    before: Option<Seq>,
    /// Return the first events with numbers above this number.
    after: Option<Seq>,
    /// The maximum number of events. A page with long texts may contain fewer.
    limit: Option<u32>,
}

impl PageParams {
    fn parse(self) -> Result<(Span, u32), Refusal> {
        let limit = self.limit.unwrap_or(limits::PAGE_EVENTS);
        if !(1..=limits::PAGE_EVENTS_MAX).contains(&limit) {
            return Err(Refusal::field(
                "limit",
                format!("must be from 1 to {}", limits::PAGE_EVENTS_MAX),
            ));
        }
        match (self.before, self.after) {
            (Some(_), Some(_)) => Err(Refusal::field("before", "cannot be combined with after")),
            (before, None) => Ok((Span::Before(before), limit)),
            (None, Some(after)) => Ok((Span::After(after), limit)),
        }
    }
}

/// Returns a page of a ticket's history, oldest events first.
#[utoipa::path(get, path = ACTIVITY.path, operation_id = "read_history", tag = "history",
    params(("ticket" = String, Path, description = "The ticket's id or number"), PageParams),
    responses((status = 200, body = ref("#/components/schemas/EventPage"), description = "For customers: CustomerEventPage")))]
pub async fn activity(
    user: CurrentUser,
    State(store): State<Store>,
    State(epoch): State<Arc<CurrentEpoch>>,
    ticket: OpenTicket,
    Params(params): Params<PageParams>,
) -> Result<Response, Refusal> {
    page((&store, &epoch), &user, &ticket, params, Rows::All).await
}

/// Returns a page of a ticket's messages, oldest first.
///
/// Staff also get internal notes. An edited message is returned with its current text.
#[utoipa::path(get, path = MESSAGES.path, operation_id = "read_messages", tag = "messages",
    params(("ticket" = String, Path, description = "The ticket's id or number"), PageParams),
    responses((status = 200, body = ref("#/components/schemas/EventPage"), description = "For customers: CustomerEventPage")))]
pub async fn messages(
    user: CurrentUser,
    State(store): State<Store>,
    State(epoch): State<Arc<CurrentEpoch>>,
    ticket: OpenTicket,
    Params(params): Params<PageParams>,
) -> Result<Response, Refusal> {
    page((&store, &epoch), &user, &ticket, params, Rows::Messages).await
}

async fn page(
    (store, epoch): (&Store, &CurrentEpoch),
    user: &CurrentUser,
    ticket: &OpenTicket,
    params: PageParams,
    rows: Rows,
) -> Result<Response, Refusal> {
    let (span, limit) = params.parse()?;
    let (ticket, audience) = (ticket.id(), ticket.audience(user));
    let reader = user.reader(audience);
    match audience {
        Audience::Staff => {
            let detail = json!({"before": params.before, "after": params.after});
            user.audit.read(detail).await?;
            let page = history::rows_for_staff(store, reader, ticket, (span, limit), rows).await?;
            let first = page.events.first().map(|event| event.seq);
            Ok(Json(StaffEventPage {
                epoch: epoch.for_audience(audience),
                head: page.head,
                more_before: has_more_before(first, page.head, span, rows),
                events: page.events,
            })
            .into_response())
        }
        Audience::Customer => {
            let page =
                history::rows_for_customer(store, reader, ticket, (span, limit), rows).await?;
            let first = page.events.first().map(|event| event.seq);
            Ok(Json(CustomerEventPage {
                epoch: epoch.for_audience(audience),
                head: page.head,
                more_before: has_more_before(first, page.head, span, rows),
                events: page.events,
            })
            .into_response())
        }
    }
}

/// Whether the ticket's history contains older rows than the first row of the page.
fn has_more_before(first: Option<Seq>, head: Seq, span: Span, rows: Rows) -> bool {
    match (first, span) {
        (Some(first), _) => first > Seq::new(1),
        (None, Span::Before(None)) => false,
        (None, Span::Before(Some(_))) => head > Seq::ZERO && rows == Rows::All,
        (None, Span::After(_)) => head > Seq::ZERO,
    }
}
