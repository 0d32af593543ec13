//! Statistics of the desk, and ticket counts for the views of the agent console.

use axum::Json;
use axum::extract::State;
use helpline_core::actor::Audience;
use helpline_core::policy::DeskAction;
use helpline_core::protocol::{TicketCounts, TicketStats};
use helpline_persistence::Store;
use serde_json::json;

use crate::http::current_user::CurrentUser;
use crate::http::endpoint::{Needs, Route};
use crate::http::input::NoInput;
use crate::http::problem::Refusal;
use axum::routing::on;
use utoipa::OpenApi;

const STATS: Route = Route {
    method: "GET",
    path: "/v1/stats",
    needs: Needs::Desk(&[DeskAction::ListAll]),
    refused: "stats_read_refused",
    read: Some("stats_read"),
    handler: |method| on(method, stats),
};
const COUNTS: Route = Route {
    method: "GET",
    path: "/v1/tickets/counts",
    needs: Needs::Desk(&[DeskAction::ListAll]),
    refused: "tickets_count_refused",
    read: Some("tickets_counted"),
    handler: |method| on(method, counts),
};

/// The REST routes that return statistics and ticket counts.
pub(super) const ROUTES: &[Route] = &[STATS, COUNTS];

#[derive(OpenApi)]
#[openapi(paths(stats, counts))]
pub(super) struct Docs;

/// Returns ticket statistics of the whole desk. Staff only.
#[utoipa::path(get, path = STATS.path, operation_id = "ticket_stats", tag = "desk", responses((status = 200, body = TicketStats)))]
pub async fn stats(
    user: CurrentUser,
    State(store): State<Store>,
    NoInput: NoInput,
) -> Result<Json<TicketStats>, Refusal> {
    user.audit.read(json!({})).await?;
    let stats = helpline_persistence::stats::read(&store).await?;
    Ok(Json(stats))
}

/// Returns the number of tickets in each view of the agent console. Staff only.
#[utoipa::path(get, path = COUNTS.path, operation_id = "ticket_counts", tag = "tickets", responses((status = 200, body = TicketCounts)))]
pub async fn counts(
    user: CurrentUser,
    State(store): State<Store>,
    NoInput: NoInput,
) -> Result<Json<TicketCounts>, Refusal> {
    user.audit.read(json!({})).await?;
    let counted = helpline_persistence::stats::counts(&store, user.reader(Audience::Staff)).await;
    Ok(Json(counted?))
}
