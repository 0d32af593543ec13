//! Routes about the signed-in person: who they are, and how much is unread on their own tickets.

use axum::Json;
use axum::extract::State;
use helpline_core::actor::Audience;
use helpline_core::protocol::{Me, MeView, OwnUnread};
use helpline_persistence::{Store, tickets};

use crate::http::current_user::CurrentUser;
use crate::http::endpoint::{Needs, Route};
use crate::http::input::NoInput;
use crate::http::problem::Refusal;
use axum::routing::on;
use utoipa::OpenApi;

const ME: Route = Route {
    method: "GET",
    path: "/v1/me",
    needs: Needs::SignedIn,
    refused: "me_refused",
    read: None,
    handler: |method| on(method, me),
};

const UNREAD: Route = Route {
    method: "GET",
    path: "/v1/me/unread",
    needs: Needs::SignedIn,
    refused: "unread_count_refused",
    read: None,
    handler: |method| on(method, unread),
};

/// The REST routes about the signed-in person.
pub(super) const ROUTES: &[Route] = &[ME, UNREAD];

#[derive(OpenApi)]
#[openapi(paths(me, unread))]
pub(super) struct Docs;

/// Returns the signed-in person with their role.
#[utoipa::path(get, path = ME.path, operation_id = "me", tag = "people", responses((status = 200, body = MeView)))]
pub async fn me(user: CurrentUser, NoInput: NoInput) -> Json<MeView> {
    let person = user.person;
    Json(MeView {
        user: Me {
            id: person.id,
            name: person.name,
            email: person.email,
        },
        role: person.role,
    })
}

/// Counts unread tickets and messages, among the tickets that the caller opened as a customer.
#[utoipa::path(get, path = UNREAD.path, operation_id = "unread", tag = "people", responses((status = 200, body = OwnUnread)))]
pub async fn unread(
    user: CurrentUser,
    State(store): State<Store>,
    NoInput: NoInput,
) -> Result<Json<OwnUnread>, Refusal> {
    Ok(Json(
        tickets::own_unread(&store, user.reader(Audience::Customer)).await?,
    ))
}
