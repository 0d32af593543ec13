//! `GET /v1/me`.

use axum::Json;
use helpline_core::protocol::{Me, MeView};

use crate::http::extract::Signed;
use crate::http::input::NoInput;

/// Who one is, and with which role.
#[utoipa::path(get, path = "/v1/me", tag = "people", responses((status = 200, body = MeView)))]
pub async fn me(signed: Signed, NoInput: NoInput) -> Json<MeView> {
    let person = signed.person;
    Json(MeView { user: Me { id: person.id, name: person.name, email: person.email }, role: person.role })
}
