//! Changes many tickets in one request. Each ticket is changed in its own transaction and gets its
//! own result.

use std::collections::HashSet;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use futures_util::{StreamExt, stream};
use helpline_core::ids::TicketId;
use helpline_core::limits;
use helpline_core::policy::DeskAction;
use helpline_core::protocol::{BulkOutcome, BulkPatch, BulkResult};

use super::parse::Change;
use crate::http::current_user::CurrentUser;
use crate::http::endpoint::{Needs, Route};
use crate::http::input::JsonBody;
use crate::http::problem::Refusal;
use crate::services::Tickets;
use axum::routing::on;
use utoipa::OpenApi;

const CHANGE: Route = Route {
    method: "POST",
    path: "/v1/tickets/bulk",
    needs: Needs::Desk(&[DeskAction::ListAll]),
    refused: "ticket_change_refused",
    read: None,
    handler: |method| on(method, change),
};

/// The REST route that changes many tickets in one request.
pub(super) const ROUTES: &[Route] = &[CHANGE];

#[derive(OpenApi)]
#[openapi(paths(change))]
pub(super) struct Docs;

/// Applies one change to many tickets. Staff only.
///
/// Each ticket is changed or refused independently. Each ticket counts as one request against the
/// caller's rate limit.
#[utoipa::path(post, path = CHANGE.path, operation_id = "change_tickets", tag = "tickets", request_body = BulkPatch, responses((status = 200, body = BulkOutcome)))]
pub async fn change(
    user: CurrentUser,
    State(tickets): State<Arc<Tickets>>,
    JsonBody(bulk): JsonBody<BulkPatch>,
) -> Result<Json<BulkOutcome>, Refusal> {
    if bulk.tickets.is_empty() || bulk.tickets.len() > limits::BULK_TICKETS_MAX {
        return Err(Refusal::field(
            "tickets",
            format!("must have 1 to {} tickets", limits::BULK_TICKETS_MAX),
        ));
    }
    let distinct: HashSet<TicketId> = bulk.tickets.iter().copied().collect();
    if distinct.len() < bulk.tickets.len() {
        return Err(Refusal::field("tickets", "names a ticket twice"));
    }
    let change = Change::parse(&bulk.patch, user.actor().user)?;
    if change.is_nothing() {
        return Err(Refusal::field("patch", "nothing to change"));
    }
    // The guard (the route's middleware) has already charged the bulk request to the rate limit as
    // one request, so charge one request less than there are tickets.
    user.charge(bulk.tickets.len() - 1)?;
    let (tickets, user, change) = (&*tickets, &user, &change);
    let results = stream::iter(bulk.tickets).map(|ticket| async move {
        let result = tickets
            .change_one_of_many(&user.caller, ticket, change.patch)
            .await;
        if let Err(reject) = &result {
            user.audit.refused_one_of_many(ticket, reject.code).await;
        }
        BulkResult {
            id: ticket,
            ok: result.is_ok(),
            code: result.err().map(|reject| reject.code),
        }
    });
    Ok(Json(BulkOutcome {
        results: results.buffered(limits::BULK_PARALLEL).collect().await,
    }))
}
