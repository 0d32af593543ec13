//! Attachments: the files of messages.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::on;
use chrono::Utc;
use helpline_core::actor::Audience;
use helpline_core::ids::{Seq, UploadId};
use helpline_core::limits;
use helpline_core::policy::TicketAction;
use helpline_core::protocol::{AttachmentLink, TicketFilePage};
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, OpenApi};

use crate::http::current_user::{CurrentUser, OpenTicket};
use crate::http::endpoint::{Needs, Route};
use crate::http::extract::UploadPath;
use crate::http::input::{NoInput, Params};
use crate::http::problem::Refusal;
use crate::services::Attachments;
use crate::services::attachments::Permitted;

const LIST: Route = Route {
    method: "GET",
    path: "/v1/tickets/{ticket}/attachments",
    needs: Needs::Ticket(&[TicketAction::Read]),
    refused: "attachments_list_refused",
    read: Some("attachments_listed"),
    handler: |method| on(method, list),
};
const LINK: Route = Route {
    method: "POST",
    path: "/v1/attachments/{attachment}/link",
    needs: Needs::SignedIn,
    refused: "attachment_link_refused",
    read: Some("attachment_linked"),
    handler: |method| on(method, link),
};
const PREVIEW: Route = Route {
    method: "GET",
    path: "/v1/attachments/{attachment}/preview",
    needs: Needs::SignedIn,
    refused: "attachment_preview_refused",
    read: Some("attachment_previewed"),
    handler: |method| on(method, preview),
};

/// The REST routes of attachments.
pub(super) const ROUTES: &[Route] = &[LIST, LINK, PREVIEW];

#[derive(OpenApi)]
#[openapi(paths(list, link, preview))]
pub(super) struct Docs;

/// Which files of a ticket a page has.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FileParams {
    /// Only files of messages before this number, the `seq` of the last file of the previous page.
    before: Option<Seq>,
    /// The maximum number of messages whose files are returned.
    limit: Option<u32>,
}

/// Returns the files of a ticket's messages, the newest message first.
#[utoipa::path(get, path = LIST.path, operation_id = "list_attachments", tag = "files",
    params(("ticket" = String, Path, description = "The ticket's id or number"), FileParams), responses((status = 200, body = TicketFilePage)))]
pub async fn list(
    user: CurrentUser,
    State(attachments): State<Arc<Attachments>>,
    ticket: OpenTicket,
    Params(params): Params<FileParams>,
) -> Result<Json<TicketFilePage>, Refusal> {
    let limit = params.limit.unwrap_or(limits::ATTACHMENT_PAGE);
    if !(1..=limits::ATTACHMENT_PAGE_MAX).contains(&limit) {
        let why = format!("must be from 1 to {}", limits::ATTACHMENT_PAGE_MAX);
        return Err(Refusal::field("limit", why));
    }
    let audience = ticket.audience(&user);
    if audience == Audience::Staff {
        user.audit.read(json!({"before": params.before})).await?;
    }
    let reader = user.reader(audience);
    let page = attachments.of_ticket(reader, ticket.id(), params.before, limit);
    Ok(Json(page.await?))
}

/// Returns an address from which the caller can download a file within 60 s.
#[utoipa::path(post, path = LINK.path, operation_id = "link_attachment", tag = "files",
    params(("attachment" = String, Path, description = "The attachment's id")),
    responses((status = 200, body = AttachmentLink)))]
pub async fn link(
    user: CurrentUser,
    State(attachments): State<Arc<Attachments>>,
    UploadPath(id): UploadPath,
    NoInput: NoInput,
) -> Result<Json<AttachmentLink>, Refusal> {
    let permitted = permitted(&user, &attachments, id).await?;
    let link = attachments.link(&permitted, user.actor().user, Utc::now())?;
    Ok(Json(link))
}

/// Returns a small picture of an image, made anew from its pixels.
#[utoipa::path(get, path = PREVIEW.path, operation_id = "preview_attachment", tag = "files",
    params(("attachment" = String, Path, description = "The attachment's id")),
    responses((status = 200, description = "The image", content((String = "image/png"), (String = "image/jpeg"), (String = "image/webp")))))]
pub async fn preview(
    user: CurrentUser,
    State(attachments): State<Arc<Attachments>>,
    UploadPath(id): UploadPath,
    NoInput: NoInput,
) -> Result<Response, Refusal> {
    let permitted = permitted(&user, &attachments, id).await?;
    let (bytes, content_type) = attachments.preview(&permitted).await?;
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

/// Checks that the caller may have a file, and records the read of a member of staff.
async fn permitted(
    user: &CurrentUser,
    attachments: &Attachments,
    id: UploadId,
) -> Result<Permitted, Refusal> {
    let permitted = attachments.permitted(user.actor(), id).await?;
    user.audit.on(permitted.ticket);
    if permitted.audience == Audience::Staff {
        user.audit.read(json!({"attachment": id})).await?;
    }
    Ok(permitted)
}
