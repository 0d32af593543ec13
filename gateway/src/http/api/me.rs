//! `GET /v1/me`.

use axum::Json;
use helpline_core::protocol::{Me, MeView};

use crate::http::current_user::CurrentUser;
use crate::http::endpoint::{Needs, Route};
use crate::http::input::NoInput;
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

/// The routes.
pub(super) const ROUTES: &[Route] = &[ME];

#[derive(OpenApi)]
#[openapi(paths(me))]
pub(super) struct Docs;

/// Who one is, and with which role.
#[utoipa::path(get, path = ME.path, tag = "people", responses((status = 200, body = MeView)))]
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
