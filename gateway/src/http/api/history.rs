//! Pages of one ticket's history: all of it, or only its messages.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use helpline_core::actor::Audience;
use helpline_core::history::Kind;
use helpline_core::ids::Seq;
use helpline_core::limits;
use helpline_core::policy::TicketAction;
use helpline_core::protocol::{CustomerEvent, CustomerEventPage, StaffEvent, StaffEventPage};
use helpline_persistence::history::{self, Page, Span};
use helpline_persistence::{Store, StoreError};
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

/// The routes.
pub(super) const ROUTES: &[Route] = &[ACTIVITY, MESSAGES];

#[derive(OpenApi)]
#[openapi(paths(activity, messages))]
pub(super) struct Docs;

/// Reads of the history that one page of messages may cost.
const SCANS_MAX: u64 = limits::REPLAY_EVENTS_MAX / limits::PAGE_EVENTS_MAX as u64;

/// The part of the history; without `before` and `after`, its end.
#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// The last events before this number.
    before: Option<u64>,
    /// The first events after this number.
    after: Option<u64>,
    /// The maximum number of events.
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
            (before, None) => Ok((Span::Before(before.map(Seq::new)), limit)),
            (None, Some(after)) => Ok((Span::After(Seq::new(after)), limit)),
        }
    }
}

/// Which rows a route shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    All,
    Messages,
}

/// A page of history, oldest first.
#[utoipa::path(get, path = ACTIVITY.path, tag = "history",
    params(("ticket" = String, Path, description = "Id or number"), PageParams),
    responses((status = 200, body = StaffEventPage, description = "For a customer: CustomerEventPage")))]
pub async fn activity(
    user: CurrentUser,
    State(store): State<Store>,
    State(epoch): State<Arc<CurrentEpoch>>,
    ticket: OpenTicket,
    Params(params): Params<PageParams>,
) -> Result<Response, Refusal> {
    page((&store, &epoch), &user, &ticket, params, Rows::All).await
}

/// A page of messages (for staff, also notes) in their current version, oldest first.
#[utoipa::path(get, path = MESSAGES.path, tag = "messages",
    params(("ticket" = String, Path, description = "Id or number"), PageParams),
    responses((status = 200, body = StaffEventPage, description = "For a customer: CustomerEventPage")))]
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
            let read = |span, limit| history::page_for_staff(store, reader, ticket, span, limit);
            let found = collect(rows, span, limit, read, |event: &StaffEvent| {
                (event.seq, event.kind)
            })
            .await;
            let (page, more_before) = found?;
            let epoch = epoch.for_audience(audience);
            Ok(Json(StaffEventPage {
                epoch,
                head: page.head,
                events: page.events,
                more_before,
            })
            .into_response())
        }
        Audience::Customer => {
            let read = |span, limit| history::page_for_customer(store, reader, ticket, span, limit);
            let found = collect(rows, span, limit, read, |event: &CustomerEvent| {
                (event.seq, event.kind)
            })
            .await;
            let (page, more_before) = found?;
            let epoch = epoch.for_audience(audience);
            Ok(Json(CustomerEventPage {
                epoch,
                head: page.head,
                events: page.events,
                more_before,
            })
            .into_response())
        }
    }
}

/// Reads until `limit` rows of the kind asked for are there, or the history ends, or [`SCANS_MAX`] reads are spent. Says also
/// whether rows exist before the first.
async fn collect<E, R>(
    rows: Rows,
    mut span: Span,
    limit: u32,
    read: impl Fn(Span, u32) -> R,
    place: impl Fn(&E) -> (Seq, Kind),
) -> Result<(Page<E>, bool), StoreError>
where
    R: Future<Output = Result<Page<E>, StoreError>>,
{
    let wanted = |event: &E| match rows {
        Rows::All => true,
        Rows::Messages => matches!(place(event).1, Kind::MessageAdded | Kind::InternalNoteAdded),
    };
    let size = if rows == Rows::All {
        limit
    } else {
        limits::PAGE_EVENTS_MAX
    };
    let mut events: Vec<E> = Vec::new();
    let mut head = Seq::ZERO;
    let mut first = None;
    for _ in 0..SCANS_MAX {
        let page = read(span, size).await?;
        head = page.head;
        let (scanned, ends) = (
            page.events.len(),
            page.events
                .first()
                .zip(page.events.last())
                .map(|(a, b)| (place(a).0, place(b).0)),
        );
        let missing = limit as usize - events.len();
        let mut fitting: Vec<E> = page
            .events
            .into_iter()
            .filter(|event| wanted(event))
            .collect();
        let Some((from, to)) = ends else { break };
        match span {
            Span::After(_) => {
                fitting.truncate(missing);
                events.append(&mut fitting);
                first = first.or(Some(from));
                span = Span::After(to);
            }
            Span::Before(_) => {
                let mut older = fitting.split_off(fitting.len().saturating_sub(missing));
                older.append(&mut events);
                events = older;
                first = Some(from);
                span = Span::Before(Some(from));
            }
        }
        if rows == Rows::All || events.len() >= limit as usize || scanned < size as usize {
            break;
        }
    }
    let first = events.first().map(|event| place(event).0).or(first);
    let more_before = first.map_or(head > Seq::ZERO && span != Span::Before(None), |seq| {
        seq > Seq::new(1)
    });
    Ok((Page { events, head }, more_before))
}
