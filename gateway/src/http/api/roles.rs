//! Who is of the staff: for everybody of the staff to assign to, for admins to change.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use helpline_core::actor::Audience;
use helpline_core::policy::DeskAction;
use helpline_core::protocol::{RoleGrant, RoleView};
use helpline_persistence::roles;
use serde_json::json;

use crate::http::extract::{Signed, UserPath};
use crate::http::input::{JsonBody, NoInput};
use crate::http::problem::Refusal;
use crate::http::state::{Http, Shared};

/// To whom a ticket can be assigned. Staff.
#[utoipa::path(get, path = "/v1/agents", tag = "people", responses((status = 200, body = Vec<RoleView>)))]
pub async fn agents(signed: Signed, State(http): State<Shared>, NoInput: NoInput) -> Result<Json<Vec<RoleView>>, Refusal> {
    list(&http, &signed, DeskAction::ListAll).await
}

/// Who has which role. Admins.
#[utoipa::path(get, path = "/v1/roles", tag = "people", responses((status = 200, body = Vec<RoleView>)))]
pub async fn roles(signed: Signed, State(http): State<Shared>, NoInput: NoInput) -> Result<Json<Vec<RoleView>>, Refusal> {
    list(&http, &signed, DeskAction::ManageRoles).await
}

async fn list(http: &Http, signed: &Signed, action: DeskAction) -> Result<Json<Vec<RoleView>>, Refusal> {
    signed.may(action)?;
    signed.attempt.record_read(http, None, json!({})).await?;
    let people = roles::list(&http.parts.store, signed.reader(Audience::Staff)).await?;
    let views = people.into_iter().filter_map(|person| {
        let role = person.role?;
        Some(RoleView { user_id: person.id, role, name: person.name, email: person.email })
    });
    Ok(Json(views.collect()))
}

/// Gives a person this role instead of any other; their open connections learn it at once. Admins.
#[utoipa::path(put, path = "/v1/roles/{user}", tag = "people", params(("user" = String, Path, description = "The person's id")),
    request_body = RoleGrant, responses((status = 204, description = "Done")))]
pub async fn grant(
    signed: Signed,
    State(http): State<Shared>,
    UserPath(user): UserPath,
    JsonBody(grant): JsonBody<RoleGrant>,
) -> Result<StatusCode, Refusal> {
    signed.may(DeskAction::ManageRoles)?;
    http.parts.services.people.grant(&signed.doer, user, grant.role).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a person's role; their open connections end at once. The last admin stays. Admins.
#[utoipa::path(delete, path = "/v1/roles/{user}", tag = "people", params(("user" = String, Path, description = "The person's id")),
    responses((status = 204, description = "Done")))]
pub async fn revoke(signed: Signed, State(http): State<Shared>, UserPath(user): UserPath, NoInput: NoInput) -> Result<StatusCode, Refusal> {
    signed.may(DeskAction::ManageRoles)?;
    http.parts.services.people.revoke(&signed.doer, user).await?;
    Ok(StatusCode::NO_CONTENT)
}
