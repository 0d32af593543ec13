//! Uploads: files of a person, before a message names them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::on;
use helpline_core::limits;
use helpline_core::protocol::{NewUpload, Upload};
use utoipa::OpenApi;

use crate::http::current_user::CurrentUser;
use crate::http::endpoint::{Needs, Route};
use crate::http::extract::UploadPath;
use crate::http::input::{JsonBody, NoInput, RawBody};
use crate::http::problem::Refusal;
use crate::services::Attachments;
use crate::services::attachments::{Incoming, Wanted};

const RESERVE: Route = Route {
    method: "POST",
    path: "/v1/uploads",
    needs: Needs::SignedIn,
    refused: "upload_refused",
    read: None,
    handler: |method| on(method, reserve),
};
const STORE: Route = Route {
    method: "PUT",
    path: "/v1/uploads/{upload}",
    needs: Needs::SignedIn,
    refused: "upload_refused",
    read: None,
    handler: |method| on(method, store),
};
const READ: Route = Route {
    method: "GET",
    path: "/v1/uploads/{upload}",
    needs: Needs::SignedIn,
    refused: "upload_read_refused",
    read: None,
    handler: |method| on(method, read),
};
const GIVE_UP: Route = Route {
    method: "DELETE",
    path: "/v1/uploads/{upload}",
    needs: Needs::SignedIn,
    refused: "upload_delete_refused",
    read: None,
    handler: |method| on(method, give_up),
};

/// The REST routes of uploads.
pub(super) const ROUTES: &[Route] = &[RESERVE, STORE, READ, GIVE_UP];

#[derive(OpenApi)]
#[openapi(paths(reserve, store, read, give_up))]
pub(super) struct Docs;

/// Reserves an upload.
///
/// If an upload with this `key` already exists, the response is 200 with that upload. A message can
/// name the upload when its bytes are stored.
#[utoipa::path(post, path = RESERVE.path, operation_id = "reserve_upload", tag = "files", request_body = NewUpload,
    responses((status = 201, body = Upload), (status = 200, body = Upload, description = "The key was already used for this upload")))]
pub async fn reserve(
    user: CurrentUser,
    State(attachments): State<Arc<Attachments>>,
    JsonBody(new): JsonBody<NewUpload>,
) -> Result<Response, Refusal> {
    if new.name.is_empty() || new.name.len() > limits::UPLOAD_NAME_BYTES_MAX {
        let why = format!("must have 1 to {} bytes", limits::UPLOAD_NAME_BYTES_MAX);
        return Err(Refusal::field("name", why));
    }
    if !(1..=limits::EXACT_NUMBER_MAX).contains(&new.size_bytes) {
        let why = "must be at least 1: an empty file cannot be sent";
        return Err(Refusal::field("size_bytes", why));
    }
    let is_type = |text: &String| {
        text.chars().count() <= limits::MEDIA_TYPE_CHARS_MAX && !text.chars().any(char::is_control)
    };
    // Browsers name no type for many files.
    let declared_type = new.content_type.filter(|text| !text.is_empty());
    if declared_type.as_ref().is_some_and(|text| !is_type(text)) {
        return Err(Refusal::field("content_type", "must be a media type"));
    }
    let is_internal = new.is_internal.unwrap_or(false);
    if is_internal && new.ticket.is_none() {
        let why = "a new ticket has no internal note: name the ticket";
        return Err(Refusal::field("is_internal", why));
    }
    let wanted = Wanted {
        key: new.key,
        name: new.name,
        size_bytes: new.size_bytes,
        declared_type,
        ticket: new.ticket,
        is_internal,
    };
    let (upload, is_new) = attachments.reserve(&user.caller, wanted).await?;
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(upload)).into_response())
}

/// Stores the bytes of an upload.
///
/// `Content-Length` is required. If the connection is cut, the upload stays reserved and the request
/// can be repeated. If the upload is stored already, nothing is changed.
#[utoipa::path(put, path = STORE.path, operation_id = "store_upload", tag = "files",
    params(("upload" = String, Path, description = "The upload's id"),
        ("Content-Digest" = Option<String>, Header, description = "`sha-256=:…:` with the digest of the bytes, which is then compared")),
    request_body(content = String, content_type = "application/octet-stream"), responses((status = 200, body = Upload)))]
pub async fn store(
    user: CurrentUser,
    State(attachments): State<Arc<Attachments>>,
    UploadPath(upload): UploadPath,
    raw: RawBody,
) -> Result<Json<Upload>, Refusal> {
    let incoming = Incoming {
        length: raw.length,
        sha256: raw.sha256,
        body: raw.body,
    };
    let owner = user.actor().user;
    let receiving = attachments.receive(owner, upload, incoming);
    let stored = match raw.deadline {
        Some(deadline) => {
            let limit = attachments.upload_time();
            deadline.pause_for(limit, receiving).await
        }
        None => receiving.await,
    };
    Ok(Json(stored?))
}

/// Returns one of the caller's uploads.
#[utoipa::path(get, path = READ.path, operation_id = "read_upload", tag = "files",
    params(("upload" = String, Path, description = "The upload's id")), responses((status = 200, body = Upload)))]
pub async fn read(
    user: CurrentUser,
    State(attachments): State<Arc<Attachments>>,
    UploadPath(upload): UploadPath,
    NoInput: NoInput,
) -> Result<Json<Upload>, Refusal> {
    Ok(Json(attachments.own(user.actor().user, upload).await?))
}

/// Deletes one of the caller's uploads that no message names.
#[utoipa::path(delete, path = GIVE_UP.path, operation_id = "delete_upload", tag = "files",
    params(("upload" = String, Path, description = "The upload's id")), responses((status = 204, description = "The upload is deleted")))]
pub async fn give_up(
    user: CurrentUser,
    State(attachments): State<Arc<Attachments>>,
    UploadPath(upload): UploadPath,
    NoInput: NoInput,
) -> Result<StatusCode, Refusal> {
    attachments.give_up(user.actor().user, upload).await?;
    Ok(StatusCode::NO_CONTENT)
}
