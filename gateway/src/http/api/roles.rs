//! Who is of the staff: for everybody of the staff to assign to, for admins to change.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use helpline_core::actor::Audience;
use helpline_core::limits;
use helpline_core::policy::DeskAction;
use helpline_core::protocol::{RoleGrant, RoleView};
use helpline_core::reject::RejectCode;
use helpline_persistence::people::Person;
use helpline_persistence::{Store, StoreError, roles as persisted};
use serde::Deserialize;
use serde_json::json;

use crate::config::Config;
use crate::http::current_user::CurrentUser;
use crate::http::endpoint::{Needs, Route};
use crate::http::extract::UserPath;
use crate::http::input::{JsonBody, NoInput, Params};
use crate::http::problem::Refusal;
use crate::services::People;
use axum::routing::on;
use utoipa::{IntoParams, OpenApi};

const AGENTS: Route = Route {
    method: "GET",
    path: "/v1/agents",
    needs: Needs::Desk(&[DeskAction::ListAll]),
    refused: "agents_list_refused",
    read: Some("agents_listed"),
    handler: |method| on(method, agents),
};
const ROLES: Route = Route {
    method: "GET",
    path: "/v1/roles",
    needs: Needs::Desk(&[DeskAction::ManageRoles]),
    refused: "roles_list_refused",
    read: Some("roles_listed"),
    handler: |method| on(method, roles),
};
const GRANT: Route = Route {
    method: "PUT",
    path: "/v1/roles/{user}",
    needs: Needs::Desk(&[DeskAction::ManageRoles]),
    refused: "role_grant_refused",
    read: None,
    handler: |method| on(method, grant),
};
const REVOKE: Route = Route {
    method: "DELETE",
    path: "/v1/roles/{user}",
    needs: Needs::Desk(&[DeskAction::ManageRoles]),
    refused: "role_revoke_refused",
    read: None,
    handler: |method| on(method, revoke),
};

/// The routes.
pub(super) const ROUTES: &[Route] = &[AGENTS, ROLES, GRANT, REVOKE];

#[derive(OpenApi)]
#[openapi(paths(agents, roles, grant, revoke))]
pub(super) struct Docs;

/// The people to whom a ticket can be assigned: all staff except the blocked. Staff.
#[utoipa::path(get, path = AGENTS.path, operation_id = "list_agents", tag = "people", responses((status = 200, body = Vec<RoleView>)))]
pub async fn agents(
    user: CurrentUser,
    State(store): State<Store>,
    NoInput: NoInput,
) -> Result<Json<Vec<RoleView>>, Refusal> {
    user.audit.read(json!({})).await?;
    let staff = persisted::list(&store, user.reader(Audience::Staff), None).await?;
    let can_work = staff.into_iter().filter(|member| !member.person.blocked);
    let views = can_work.filter_map(|member| view(member.person, None));
    Ok(Json(views.collect()))
}

/// Which of the staff to list.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RoleParams {
    /// Part of a name or of an address, in any case of its letters; left out: all of them. Only to a server that names the feature `block_people`.
    query: Option<String>,
}

/// All staff with their roles, and whether they are online; the blocked among them. Admins.
#[utoipa::path(get, path = ROLES.path, operation_id = "list_roles", tag = "people", params(RoleParams), responses((status = 200, body = Vec<RoleView>)))]
pub async fn roles(
    user: CurrentUser,
    State(store): State<Store>,
    Params(RoleParams { query }): Params<RoleParams>,
) -> Result<Json<Vec<RoleView>>, Refusal> {
    let query = query.as_deref().map(str::trim);
    if query.is_some_and(|text| {
        text.is_empty() || text.chars().count() > limits::PEOPLE_QUERY_CHARS_MAX
    }) {
        return Err(Refusal::field(
            "query",
            format!(
                "must have 1 to {} characters",
                limits::PEOPLE_QUERY_CHARS_MAX
            ),
        ));
    }
    user.audit.read(json!({})).await?;
    let staff = persisted::list(&store, user.reader(Audience::Staff), query).await?;
    let views = staff
        .into_iter()
        .filter_map(|member| view(member.person, Some(member.online)));
    Ok(Json(views.collect()))
}

fn view(person: Person, online: Option<bool>) -> Option<RoleView> {
    Some(RoleView {
        user_id: person.id,
        role: person.role?,
        name: person.name,
        email: person.email,
        blocked: person.blocked,
        online,
    })
}

/// That roles are given and taken here, and not on a page of the platform's.
///
/// # Errors
/// `roles_managed`.
fn managed_here(config: &Config) -> Result<(), Refusal> {
    match config.pages.roles_managed_at {
        Some(_) => Err(Refusal::new(
            RejectCode::RolesManaged,
            "roles are managed by the platform",
        )),
        None => Ok(()),
    }
}

/// Gives a person this role in place of their current one. Their open connections are closed at once if the role differs. A person who has never
/// signed in is not found. Where roles are managed by the platform: `roles_managed`. Admins.
#[utoipa::path(put, path = GRANT.path, operation_id = "grant_role", tag = "people", params(("user" = String, Path, description = "The person's id")),
    request_body = RoleGrant, responses((status = 204, description = "Done")))]
pub async fn grant(
    user: CurrentUser,
    State(people): State<Arc<People>>,
    State(config): State<Arc<Config>>,
    UserPath(id): UserPath,
    JsonBody(grant): JsonBody<RoleGrant>,
) -> Result<StatusCode, Refusal> {
    managed_here(&config)?;
    people
        .grant(&user.caller, id, grant.role)
        .await
        .map_err(|error| match error {
            StoreError::Refused {
                code: RejectCode::NotFound,
                ..
            } => Refusal::new(
                RejectCode::NotFound,
                "no such person: a role is for a person who has signed in",
            ),
            error => error.into(),
        })?;
    Ok(StatusCode::NO_CONTENT)
}

/// Revokes a person's role. Their open connections are closed at once, and their tickets that are not resolved or closed become unassigned. The last
/// admin's role cannot be revoked. Where roles are managed by the platform: `roles_managed`. Admins.
#[utoipa::path(delete, path = REVOKE.path, operation_id = "revoke_role", tag = "people", params(("user" = String, Path, description = "The person's id")),
    responses((status = 204, description = "Done")))]
pub async fn revoke(
    user: CurrentUser,
    State(people): State<Arc<People>>,
    State(config): State<Arc<Config>>,
    UserPath(id): UserPath,
    NoInput: NoInput,
) -> Result<StatusCode, Refusal> {
    managed_here(&config)?;
    people.revoke(&user.caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
