//! How the system is, for admins.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::routing::on;
use helpline_core::actor::Audience;
use helpline_core::policy::DeskAction;
use helpline_core::protocol::SystemView;
use serde_json::json;
use utoipa::OpenApi;

use crate::http::current_user::CurrentUser;
use crate::http::endpoint::{Needs, Route};
use crate::http::input::NoInput;
use crate::http::problem::Refusal;
use crate::http::system_status::SystemStatus;

const SYSTEM: Route = Route {
    method: "GET",
    path: "/v1/system",
    needs: Needs::Desk(&[DeskAction::ManageSettings]),
    refused: "system_read_refused",
    read: Some("system_read"),
    handler: |method| on(method, system),
};

/// The routes.
pub(super) const ROUTES: &[Route] = &[SYSTEM];

#[derive(OpenApi)]
#[openapi(paths(system))]
pub(super) struct Docs;

/// What the instance that answers knows of itself and of the database: what `/readyz` checks, and more, in words for admins. It waits no longer than
/// readiness. A database that does not answer at all is `unavailable`: then there is no telling who asks; `/readyz` says so without a token. Admins.
#[utoipa::path(get, path = SYSTEM.path, operation_id = "read_system", tag = "desk", responses((status = 200, body = SystemView)))]
pub async fn system(
    user: CurrentUser,
    State(system): State<Arc<SystemStatus>>,
    NoInput: NoInput,
) -> Result<Json<SystemView>, Refusal> {
    user.audit.read(json!({})).await?;
    Ok(Json(system.read(user.reader(Audience::Staff)).await))
}
