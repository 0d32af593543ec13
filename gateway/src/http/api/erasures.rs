//! Routes about people who are gone from the platform, and whose erasure is proposed. Admins only.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::on;
use helpline_core::actor::Audience;
use helpline_core::policy::DeskAction;
use helpline_core::protocol::{ErasureDecision, ErasureView};
use helpline_core::reject::RejectCode;
use helpline_persistence::{Store, StoreError, erasures};
use serde_json::json;
use utoipa::OpenApi;

use crate::http::current_user::CurrentUser;
use crate::http::endpoint::{Needs, Route};
use crate::http::extract::UserPath;
use crate::http::input::{JsonBody, NoInput};
use crate::http::problem::Refusal;
use crate::services::People;

const NEEDS: Needs = Needs::Desk(&[DeskAction::ManageRoles]);

const LIST: Route = Route {
    method: "GET",
    path: "/v1/erasures",
    needs: NEEDS,
    refused: "erasures_list_refused",
    read: Some("erasures_listed"),
    handler: |method| on(method, list),
};
const DECIDE: Route = Route {
    method: "PUT",
    path: "/v1/erasures/{user}",
    needs: NEEDS,
    refused: "erasure_decision_refused",
    read: None,
    handler: |method| on(method, decide),
};

/// The REST routes about proposals of erasure.
pub(super) const ROUTES: &[Route] = &[LIST, DECIDE];

#[derive(OpenApi)]
#[openapi(paths(list, decide))]
pub(super) struct Docs;

/// Returns the people who are gone from the platform and whose erasure is proposed, the oldest
/// proposal first. Admins only.
#[utoipa::path(get, path = LIST.path, operation_id = "list_erasures", tag = "people", responses((status = 200, body = ErasureView)))]
pub async fn list(
    user: CurrentUser,
    State(store): State<Store>,
    NoInput: NoInput,
) -> Result<Json<ErasureView>, Refusal> {
    let view = erasures::list(&store, user.reader(Audience::Staff)).await?;
    let people: Vec<_> = view.proposals.iter().map(|one| one.person).collect();
    user.audit.read(json!({"found": people})).await?;
    Ok(Json(view))
}

/// Erases the personal data of a person who is proposed for it, or keeps the person. Admins only.
///
/// An erasure deletes the person's name, address, roles and subjects, and the copies in tickets.
/// Tickets with their texts and histories stay, under the person's id. It cannot be undone. A legal
/// hold on the person or on a ticket that they opened forbids it (`legal_hold`).
#[utoipa::path(put, path = DECIDE.path, operation_id = "decide_erasure", tag = "people", params(("user" = String, Path, description = "The person's id")),
    request_body = ErasureDecision, responses((status = 204, description = "Done")))]
pub async fn decide(
    user: CurrentUser,
    State(people): State<Arc<People>>,
    UserPath(id): UserPath,
    JsonBody(decision): JsonBody<ErasureDecision>,
) -> Result<StatusCode, Refusal> {
    people
        .decide_erasure(&user.caller, id, decision.erase)
        .await
        .map_err(|error| match error {
            StoreError::Refused {
                code: RejectCode::NotFound,
                ..
            } => Refusal::new(
                RejectCode::NotFound,
                "no erasure of this person is proposed",
            ),
            error => error.into(),
        })?;
    Ok(StatusCode::NO_CONTENT)
}
