//! Saved replies (text templates). Shared replies are managed by admins and available to all staff.
//! Each staff member also manages their own personal replies.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use helpline_core::actor::Audience;
use helpline_core::ids::SavedReplyId;
use helpline_core::limits;
use helpline_core::policy::DeskAction;
use helpline_core::protocol::{SavedReply, SavedReplyChange};
use helpline_core::reject::RejectCode;
use helpline_persistence::Store;
use helpline_persistence::replies::{self as persisted, NewReply, ReplyKind};
use serde_json::json;

use super::parse::parse_body;
use crate::http::current_user::CurrentUser;
use crate::http::endpoint::{Needs, Route};
use crate::http::extract::{Expected, ReplyPath};
use crate::http::input::{JsonBody, NoInput};
use crate::http::problem::Refusal;
use crate::services::SavedReplies;
use axum::routing::on;
use utoipa::OpenApi;

const LIST: Route = Route {
    method: "GET",
    path: "/v1/saved-replies",
    needs: Needs::Desk(&[DeskAction::ListAll]),
    refused: "replies_list_refused",
    read: Some("replies_listed"),
    handler: |method| on(method, list),
};
const SAVE: Route = Route {
    method: "PUT",
    path: "/v1/saved-replies/{reply}",
    needs: Needs::Desk(&[DeskAction::KeepOwnReplies, DeskAction::ManageSettings]),
    refused: "reply_save_refused",
    read: None,
    handler: |method| on(method, save),
};
const REMOVE: Route = Route {
    method: "DELETE",
    path: "/v1/saved-replies/{reply}",
    needs: Needs::Desk(&[DeskAction::KeepOwnReplies, DeskAction::ManageSettings]),
    refused: "reply_delete_refused",
    read: None,
    handler: |method| on(method, remove),
};

/// The REST routes of saved replies.
pub(super) const ROUTES: &[Route] = &[LIST, SAVE, REMOVE];

#[derive(OpenApi)]
#[openapi(paths(list, save, remove))]
pub(super) struct Docs;

/// Returns the shared saved replies and the caller's personal ones, ordered by shortcut. Staff
/// only.
#[utoipa::path(get, path = LIST.path, operation_id = "list_saved_replies", tag = "saved replies", responses((status = 200, body = Vec<SavedReply>)))]
pub async fn list(
    user: CurrentUser,
    State(store): State<Store>,
    NoInput: NoInput,
) -> Result<Json<Vec<SavedReply>>, Refusal> {
    user.audit.read(json!({})).await?;
    let listed = persisted::list(&store, user.reader(Audience::Staff)).await;
    Ok(Json(listed?))
}

/// Creates or replaces a saved reply. Admins may save shared replies; all staff may save their own.
///
/// The client chooses the id (UUIDv7). The response is `conflict` if another shared reply, or
/// another reply of the caller, has the same shortcut. It is also `conflict` if a shared reply
/// would become personal, or a personal reply shared. With `If-Match`, a reply that was changed or
/// removed since the caller read it is not changed (`precondition_failed`).
#[utoipa::path(put, path = SAVE.path, operation_id = "save_saved_reply", tag = "saved replies",
    params(("reply" = String, Path, description = "The reply's id"), ("If-Match" = Option<String>, Header, description = "The reply's `etag`, as it was read")), request_body = SavedReplyChange,
    responses((status = 200, body = SavedReply)))]
pub async fn save(
    user: CurrentUser,
    State(replies): State<Arc<SavedReplies>>,
    ReplyPath(id): ReplyPath,
    Expected(expected): Expected,
    JsonBody(change): JsonBody<SavedReplyChange>,
) -> Result<Json<SavedReply>, Refusal> {
    user.may(if change.personal == Some(true) {
        DeskAction::KeepOwnReplies
    } else {
        DeskAction::ManageSettings
    })?;
    let new = checked(id, change)?;
    let saved = replies.save(&user.caller, &new, &expected).await;
    Ok(Json(saved?))
}

/// Removes a saved reply. Admins may remove shared replies; all staff may remove their own.
///
/// With `If-Match`, a reply that was changed since the caller read it is not removed
/// (`precondition_failed`).
#[utoipa::path(delete, path = REMOVE.path, operation_id = "remove_saved_reply", tag = "saved replies",
    params(("reply" = String, Path, description = "The reply's id"), ("If-Match" = Option<String>, Header, description = "The reply's `etag`, as it was read")),
    responses((status = 204, description = "Removed")))]
pub async fn remove(
    user: CurrentUser,
    State(replies): State<Arc<SavedReplies>>,
    ReplyPath(id): ReplyPath,
    Expected(expected): Expected,
    NoInput: NoInput,
) -> Result<StatusCode, Refusal> {
    let existed = replies.remove(&user.caller, id, &expected).await?;
    if existed {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refusal::new(RejectCode::NotFound, "no such saved reply"))
    }
}

fn checked(id: SavedReplyId, change: SavedReplyChange) -> Result<NewReply, Refusal> {
    let SavedReplyChange {
        shortcut,
        title,
        body,
        folder,
        personal,
    } = change;
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
    if shortcut.is_empty()
        || shortcut.len() > limits::SHORTCUT_CHARS_MAX
        || !shortcut.bytes().all(fits)
    {
        return Err(Refusal::field(
            "shortcut",
            format!(
                "must have 1 to {} characters out of a-z, 0-9, _ and -",
                limits::SHORTCUT_CHARS_MAX
            ),
        ));
    }
    let title = title.trim();
    if title.is_empty()
        || title.chars().count() > limits::SAVED_REPLY_TITLE_CHARS_MAX
        || title.chars().any(char::is_control)
    {
        return Err(Refusal::field(
            "title",
            format!(
                "must be one line of 1 to {} characters",
                limits::SAVED_REPLY_TITLE_CHARS_MAX
            ),
        ));
    }
    let folder = folder.as_deref().map(str::trim).unwrap_or("");
    if folder.chars().count() > limits::REPLY_FOLDER_CHARS_MAX
        || folder.chars().any(char::is_control)
    {
        return Err(Refusal::field(
            "folder",
            format!(
                "must be one line of at most {} characters",
                limits::REPLY_FOLDER_CHARS_MAX
            ),
        ));
    }
    Ok(NewReply {
        id,
        shortcut,
        title: title.to_owned(),
        body: parse_body("body", body)?.into_string(),
        folder: (!folder.is_empty()).then(|| folder.to_owned()),
        kind: if personal == Some(true) {
            ReplyKind::Personal
        } else {
            ReplyKind::Shared
        },
    })
}
