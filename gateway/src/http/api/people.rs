//! Routes about people: details of a person, search by e-mail address, and blocking. Staff see the
//! details next to a ticket. Admins use the search to grant a role.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::on;
use helpline_core::actor::Audience;
use helpline_core::limits;
use helpline_core::policy::DeskAction;
use helpline_core::protocol::{BlockChange, PersonFound, PersonView};
use helpline_core::reject::RejectCode;
use helpline_persistence::{Store, people};
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, OpenApi};

use crate::http::current_user::CurrentUser;
use crate::http::endpoint::{Needs, Route};
use crate::http::extract::UserPath;
use crate::http::input::{JsonBody, NoInput, Params};
use crate::http::problem::Refusal;
use crate::services::People;

const PERSON: Route = Route {
    method: "GET",
    path: "/v1/people/{user}",
    needs: Needs::Desk(&[DeskAction::ListAll]),
    refused: "person_open_refused",
    read: Some("person_opened"),
    handler: |method| on(method, person),
};

const BY_EMAIL: Route = Route {
    method: "GET",
    path: "/v1/people",
    needs: Needs::Desk(&[DeskAction::ManageRoles]),
    refused: "people_find_refused",
    read: Some("people_found"),
    handler: |method| on(method, by_email),
};

const BLOCK: Route = Route {
    method: "PUT",
    path: "/v1/people/{user}/blocked",
    needs: Needs::Desk(&[DeskAction::ManageRoles]),
    refused: "person_block_refused",
    read: None,
    handler: |method| on(method, block),
};

/// The REST routes about people: details, search and blocking.
pub(super) const ROUTES: &[Route] = &[PERSON, BY_EMAIL, BLOCK];

#[derive(OpenApi)]
#[openapi(paths(person, by_email, block))]
pub(super) struct Docs;

/// Returns one person: name, IP address, number of tickets, and when they were last seen. Staff
/// only.
#[utoipa::path(get, path = PERSON.path, operation_id = "read_person", tag = "people", params(("user" = String, Path, description = "The person's id")),
    responses((status = 200, body = PersonView)))]
pub async fn person(
    user: CurrentUser,
    State(store): State<Store>,
    UserPath(id): UserPath,
    NoInput: NoInput,
) -> Result<Json<PersonView>, Refusal> {
    user.audit.read(json!({"person": id})).await?;
    let panel = people::panel(&store, user.reader(Audience::Staff), id).await;
    let view = panel?;
    Ok(Json(view.ok_or_else(|| {
        Refusal::new(RejectCode::NotFound, "no such person")
    })?))
}

/// The e-mail address to search for.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FindParams {
    /// The complete e-mail address. Upper and lower case are treated as equal.
    email: String,
}

/// Returns the people who have signed in with an e-mail address. Admins only.
///
/// The person who signed in first is listed first, and at most 20 people are returned. An e-mail
/// address identifies a person only as reliably as the identity provider has verified it.
#[utoipa::path(get, path = BY_EMAIL.path, operation_id = "find_people", tag = "people", params(FindParams), responses((status = 200, body = Vec<PersonFound>)))]
pub async fn by_email(
    user: CurrentUser,
    State(store): State<Store>,
    Params(FindParams { email }): Params<FindParams>,
) -> Result<Json<Vec<PersonFound>>, Refusal> {
    let email = email.trim();
    if email.is_empty() || email.chars().count() > limits::EMAIL_CHARS_MAX {
        return Err(Refusal::field(
            "email",
            format!("must have 1 to {} characters", limits::EMAIL_CHARS_MAX),
        ));
    }
    let found = people::by_email(&store, user.reader(Audience::Staff), email).await?;
    let ids: Vec<_> = found.iter().map(|one| one.person.id).collect();
    user.audit.read(json!({"found": ids})).await?;
    let views = found.into_iter().map(|one| PersonFound {
        user_id: one.person.id,
        role: one.person.role,
        name: one.person.name,
        email: one.person.email,
        blocked: one.person.blocked,
        since: one.since,
        last_seen_at: one.last_seen_at,
        subject: one.subject,
    });
    Ok(Json(views.collect()))
}

/// Blocks a person, or unblocks them. Admins only.
///
/// A blocked person can no longer sign in (`blocked`), but keeps their role and the tickets that
/// they opened. Their open connections are closed at once. Tickets that are assigned to them and
/// are neither resolved nor closed become unassigned. The caller cannot block themselves, and the
/// last admin cannot be blocked (`conflict`). Blocking is also allowed if roles are managed by the
/// host platform.
#[utoipa::path(put, path = BLOCK.path, operation_id = "block_person", tag = "people", params(("user" = String, Path, description = "The person's id")),
    request_body = BlockChange, responses((status = 204, description = "Done")))]
pub async fn block(
    user: CurrentUser,
    State(people): State<Arc<People>>,
    UserPath(id): UserPath,
    JsonBody(change): JsonBody<BlockChange>,
) -> Result<StatusCode, Refusal> {
    people.set_blocked(&user.caller, id, change.blocked).await?;
    Ok(StatusCode::NO_CONTENT)
}
