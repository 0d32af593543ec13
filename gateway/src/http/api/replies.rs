//! Saved replies: read by the staff, kept by admins.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use helpline_core::actor::Audience;
use helpline_core::ids::SavedReplyId;
use helpline_core::limits;
use helpline_core::policy::DeskAction;
use helpline_core::protocol::{SavedReply, SavedReplyChange};
use helpline_core::reject::RejectCode;
use helpline_persistence::replies::{self as record, NewReply};
use serde_json::json;

use super::messages::parse_body;
use crate::http::extract::{ReplyPath, Signed};
use crate::http::input::{JsonBody, NoInput};
use crate::http::problem::Refusal;
use crate::http::state::Shared;

/// All saved replies, by shortcut. Staff.
#[utoipa::path(get, path = "/v1/saved-replies", tag = "saved replies", responses((status = 200, body = Vec<SavedReply>)))]
pub async fn list(signed: Signed, State(http): State<Shared>, NoInput: NoInput) -> Result<Json<Vec<SavedReply>>, Refusal> {
    signed.may(DeskAction::ListAll)?;
    signed.attempt.record_read(&http, None, json!({})).await?;
    let listed = record::list(&http.parts.store, signed.reader(Audience::Staff)).await;
    Ok(Json(listed?))
}

/// Creates or replaces one, under an id of the client's making (UUIDv7). Another reply's shortcut: `conflict`. Admins.
#[utoipa::path(put, path = "/v1/saved-replies/{reply}", tag = "saved replies",
    params(("reply" = String, Path, description = "The reply's id")), request_body = SavedReplyChange,
    responses((status = 200, body = SavedReply)))]
pub async fn save(
    signed: Signed,
    State(http): State<Shared>,
    ReplyPath(id): ReplyPath,
    JsonBody(change): JsonBody<SavedReplyChange>,
) -> Result<Json<SavedReply>, Refusal> {
    signed.may(DeskAction::ManageSettings)?;
    let new = checked(id, change)?;
    let saved = http.parts.services.saved_replies.save(&signed.doer, &new).await;
    Ok(Json(saved?))
}

/// Removes one. Admins.
#[utoipa::path(delete, path = "/v1/saved-replies/{reply}", tag = "saved replies",
    params(("reply" = String, Path, description = "The reply's id")), responses((status = 204, description = "It is gone")))]
pub async fn remove(signed: Signed, State(http): State<Shared>, ReplyPath(id): ReplyPath, NoInput: NoInput) -> Result<StatusCode, Refusal> {
    signed.may(DeskAction::ManageSettings)?;
    let existed = http.parts.services.saved_replies.remove(&signed.doer, id).await?;
    if existed { Ok(StatusCode::NO_CONTENT) } else { Err(Refusal::new(RejectCode::NotFound, "no such saved reply")) }
}

fn checked(id: SavedReplyId, change: SavedReplyChange) -> Result<NewReply, Refusal> {
    let SavedReplyChange { shortcut, title, body } = change;
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
    if shortcut.is_empty() || shortcut.len() > limits::SHORTCUT_CHARS_MAX || !shortcut.bytes().all(fits) {
        return Err(Refusal::field("shortcut", format!("is 1 to {} of a-z, 0-9, _ and -", limits::SHORTCUT_CHARS_MAX)));
    }
    let title = title.trim();
    if title.is_empty() || title.chars().count() > limits::SAVED_REPLY_TITLE_CHARS_MAX || title.chars().any(char::is_control) {
        return Err(Refusal::field("title", format!("is one line of 1 to {} characters", limits::SAVED_REPLY_TITLE_CHARS_MAX)));
    }
    Ok(NewReply { id, shortcut, title: title.to_owned(), body: parse_body("body", body)?.into_string() })
}
