//! One person, for the panel beside their ticket.

use axum::Json;
use axum::extract::State;
use helpline_core::actor::Audience;
use helpline_core::policy::DeskAction;
use helpline_core::protocol::PersonView;
use helpline_core::reject::RejectCode;
use helpline_persistence::people;
use serde_json::json;

use crate::http::extract::{Signed, UserPath};
use crate::http::input::NoInput;
use crate::http::problem::Refusal;
use crate::http::state::Shared;

/// One person: who, when last seen, where from, how many tickets. Staff.
#[utoipa::path(get, path = "/v1/people/{user}", tag = "people", params(("user" = String, Path, description = "The person's id")),
    responses((status = 200, body = PersonView)))]
pub async fn person(
    signed: Signed,
    State(http): State<Shared>,
    UserPath(user): UserPath,
    NoInput: NoInput,
) -> Result<Json<PersonView>, Refusal> {
    signed.may(DeskAction::ListAll)?;
    signed.attempt.record_read(&http, None, json!({"person": user})).await?;
    let panel = people::panel(&http.parts.store, signed.reader(Audience::Staff), user).await;
    let view = panel?;
    Ok(Json(view.ok_or_else(|| Refusal::new(RejectCode::NotFound, "no such person"))?))
}
