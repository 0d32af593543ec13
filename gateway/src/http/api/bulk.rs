//! One change on many tickets: each its own transaction, each with an honest result.

use std::collections::HashSet;

use axum::Json;
use axum::extract::State;
use futures_util::{StreamExt, stream};
use helpline_core::ids::TicketId;
use helpline_core::limits;
use helpline_core::policy::DeskAction;
use helpline_core::protocol::{BulkOutcome, BulkPatch, BulkResult};

use super::tickets::Change;
use crate::http::extract::Signed;
use crate::http::input::JsonBody;
use crate::http::problem::Refusal;
use crate::http::state::Shared;

/// Changes many tickets alike; every one of them is changed or refused by itself. Staff.
#[utoipa::path(post, path = "/v1/tickets/bulk", tag = "tickets", request_body = BulkPatch, responses((status = 200, body = BulkOutcome)))]
pub async fn change(signed: Signed, State(http): State<Shared>, JsonBody(bulk): JsonBody<BulkPatch>) -> Result<Json<BulkOutcome>, Refusal> {
    signed.may(DeskAction::ListAll)?;
    if bulk.tickets.is_empty() || bulk.tickets.len() > limits::BULK_TICKETS_MAX {
        return Err(Refusal::field("tickets", format!("are 1 to {}", limits::BULK_TICKETS_MAX)));
    }
    let distinct: HashSet<TicketId> = bulk.tickets.iter().copied().collect();
    if distinct.len() < bulk.tickets.len() {
        return Err(Refusal::field("tickets", "names a ticket twice"));
    }
    let change = Change::parse(&bulk.patch, signed.actor().user)?;
    if change.is_nothing() {
        return Err(Refusal::field("patch", "nothing to change"));
    }
    let (http, signed, change) = (&*http, &signed, &change);
    let results = stream::iter(bulk.tickets).map(|ticket| async move {
        let result = http.parts.services.tickets.change_one_of_many(&signed.doer, ticket, change.patch).await;
        if let Err(reject) = &result {
            signed.attempt.record_refusal(http, ticket, reject.code).await;
        }
        BulkResult { id: ticket, ok: result.is_ok(), code: result.err().map(|reject| reject.code) }
    });
    Ok(Json(BulkOutcome { results: results.buffered(limits::BULK_PARALLEL).collect().await }))
}
