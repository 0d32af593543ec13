//! One person, for the panel next to their ticket.

use axum::Json;
use axum::extract::State;
use helpline_core::actor::Audience;
use helpline_core::policy::DeskAction;
use helpline_core::protocol::PersonView;
use helpline_core::reject::RejectCode;
use helpline_persistence::{Store, people};
use serde_json::json;

use crate::http::current_user::CurrentUser;
use crate::http::endpoint::{Needs, Route};
use crate::http::extract::UserPath;
use crate::http::input::NoInput;
use crate::http::problem::Refusal;
use axum::routing::on;
use utoipa::OpenApi;

const PERSON: Route = Route {
    method: "GET",
    path: "/v1/people/{user}",
    needs: Needs::Desk(&[DeskAction::ListAll]),
    refused: "person_open_refused",
    read: Some("person_opened"),
    handler: |method| on(method, person),
};

/// The routes.
pub(super) const ROUTES: &[Route] = &[PERSON];

#[derive(OpenApi)]
#[openapi(paths(person))]
pub(super) struct Docs;

/// One person: name, when last seen, client address, number of tickets. Staff.
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
