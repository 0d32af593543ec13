//! The route of the system status. Admins only.

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

/// The REST route that returns the system status.
pub(super) const ROUTES: &[Route] = &[SYSTEM];

#[derive(OpenApi)]
#[openapi(paths(system))]
pub(super) struct Docs;

/// Returns the status of the server instance that handles this request, and of the database. Admins
/// only.
///
/// The status includes the checks of `/readyz`. The request waits for the database no longer than
/// `/readyz` does. If the database does not respond at all, the caller cannot be identified and the
/// response is `unavailable`. `/readyz` needs no token, so use it in this case.
#[utoipa::path(get, path = SYSTEM.path, operation_id = "read_system", tag = "desk", responses((status = 200, body = SystemView)))]
pub async fn system(
    user: CurrentUser,
    State(system): State<Arc<SystemStatus>>,
    NoInput: NoInput,
) -> Result<Json<SystemView>, Refusal> {
    user.audit.read(json!({})).await?;
    Ok(Json(system.read(user.reader(Audience::Staff)).await))
}
