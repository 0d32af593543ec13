//! The desk in figures.

use axum::Json;
use axum::extract::State;
use helpline_core::actor::Audience;
use helpline_core::policy::DeskAction;
use helpline_core::protocol::{TicketCounts, TicketStats};
use serde_json::json;

use crate::http::extract::Signed;
use crate::http::input::NoInput;
use crate::http::problem::Refusal;
use crate::http::state::Shared;

/// The desk at a glance. Staff.
#[utoipa::path(get, path = "/v1/stats", tag = "desk", responses((status = 200, body = TicketStats)))]
pub async fn stats(signed: Signed, State(http): State<Shared>, NoInput: NoInput) -> Result<Json<TicketStats>, Refusal> {
    signed.may(DeskAction::ListAll)?;
    signed.attempt.record_read(&http, None, json!({})).await?;
    let stats = helpline_persistence::stats::read(&http.parts.store).await?;
    Ok(Json(stats))
}

/// How many tickets each of the console's views holds. Staff.
#[utoipa::path(get, path = "/v1/tickets/counts", tag = "tickets", responses((status = 200, body = TicketCounts)))]
pub async fn counts(signed: Signed, State(http): State<Shared>, NoInput: NoInput) -> Result<Json<TicketCounts>, Refusal> {
    signed.may(DeskAction::ListAll)?;
    signed.attempt.record_read(&http, None, json!({})).await?;
    let counted = helpline_persistence::stats::counts(&http.parts.store, signed.reader(Audience::Staff)).await;
    Ok(Json(counted?))
}
