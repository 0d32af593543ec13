//! Routes about staff: the list of possible assignees, and the management of roles by admins.

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

/// The REST routes that list staff and change roles.
pub(super) const ROUTES: &[Route] = &[AGENTS, ROLES, GRANT, REVOKE];

#[derive(OpenApi)]
#[openapi(paths(agents, roles, grant, revoke))]
pub(super) struct Docs;

/// Returns the people to whom a ticket can be assigned, which are all staff who are not blocked.
/// Staff only.
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

/// Query parameters that select which staff to list.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RoleParams {
    /// Part of a name or an e-mail address. Upper and lower case are treated as equal. Without this
    /// parameter, all staff are listed. Send it only to a server whose `GET /v1/config` lists the
    /// feature `block_people`.
    query: Option<String>,
}

/// Returns all staff, including blocked ones, with their roles and whether they are online. Admins
/// only.
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

/// Succeeds if roles are managed in Helpline and not by the host platform.
///
/// # Errors
/// `roles_managed` if the host platform manages roles.
fn managed_here(config: &Config) -> Result<(), Refusal> {
    match config.pages.roles_managed_at {
        Some(_) => Err(Refusal::new(
            RejectCode::RolesManaged,
            "roles are managed by the platform",
        )),
        None => Ok(()),
    }
}

/// Gives a person a role, which replaces their current one. Admins only.
///
/// If the new role differs, the person's open connections are closed at once. A person who has
/// never signed in cannot get a role (`not_found`). The response is `roles_managed` if the host
/// platform manages roles.
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
                "no such person: roles are only for people who have signed in",
            ),
            error => error.into(),
        })?;
    Ok(StatusCode::NO_CONTENT)
}

/// Revokes a person's role. Admins only.
///
/// The person's open connections are closed at once. Tickets that are assigned to them and are
/// neither resolved nor closed become unassigned. The last admin's role cannot be revoked. The
/// response is `roles_managed` if the host platform manages roles.
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
