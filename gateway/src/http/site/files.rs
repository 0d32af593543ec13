//! `/files/{id}?link=…`: the bytes of a file. The address needs no token, because browsers download
//! files without one; the link names one person, and works for a minute. A file is never shown as a
//! part of a page: it is an attachment, without scripts, and its type is from a short list.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{Extensions, HeaderMap, HeaderValue, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use chrono::Utc;
use helpline_core::actor::Audience;
use helpline_core::file_name;
use helpline_core::ids::UploadId;
use helpline_core::origin::Origin;
use helpline_core::reject::{Reject, RejectCode};
use helpline_persistence::audit::AccessRow;
use serde::Deserialize;
use serde_json::json;

use super::headers::Made;
use crate::config::Cidr;
use crate::database::AuditLog;
use crate::http::input::Params;
use crate::http::problem::Refusal;
use crate::integrations::blobs::is_harmless;
use crate::runtime::client_address::{client_address, peer, user_agent};
use crate::services::Attachments;

/// What downloads use.
pub(in crate::http) struct Downloads {
    pub(in crate::http) attachments: Arc<Attachments>,
    pub(in crate::http) audit_log: Arc<AuditLog>,
    pub(in crate::http) trusted_proxies: Vec<Cidr>,
    /// The origin at which files are, if it is not the desk's own. Then they are at no other.
    pub(in crate::http) origin: Option<Origin>,
}

/// The query of a link.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkParams {
    link: String,
}

/// The routes of files.
pub(in crate::http) fn routes(downloads: Downloads) -> Router {
    Router::new()
        .route("/files/{file}", get(download))
        .with_state(Arc::new(downloads))
}

async fn download(
    State(downloads): State<Arc<Downloads>>,
    Path(file): Path<String>,
    uri: Uri,
    headers: HeaderMap,
    extensions: Extensions,
    Params(LinkParams { link }): Params<LinkParams>,
) -> Result<Response, Refusal> {
    let unknown = || Refusal::new(RejectCode::NotFound, "no such file");
    let file: UploadId = file.parse().map_err(|_| unknown())?;
    // With an origin of their own, files are at no other.
    let elsewhere = |origin: &Origin| !is_at(origin, &uri, &headers);
    if downloads.origin.as_ref().is_some_and(elsewhere) {
        return Err(unknown());
    }
    let attachments = &downloads.attachments;
    let now = Utc::now();
    let row = |person, action: &str| AccessRow {
        user: Some(person),
        action: action.to_owned(),
        ticket: None,
        refused: None,
        address: peer(&extensions)
            .map(|peer| client_address(peer, &headers, &downloads.trusted_proxies)),
        user_agent: user_agent(&headers),
        detail: json!({"attachment": file}),
    };
    let (permitted, person) = match attachments.follow(file, &link, now).await {
        Ok(followed) => followed,
        Err(reject) => {
            if let Some(person) = attachments.named_by(file, &link, now) {
                let refused = AccessRow {
                    refused: Some(reject.code),
                    ..row(person, "attachment_link_refused")
                };
                downloads.audit_log.record(refused).await?;
            }
            return Err(reject.into());
        }
    };
    if permitted.audience == Audience::Staff {
        let read = AccessRow {
            ticket: Some(permitted.ticket),
            ..row(person, "attachment_downloaded")
        };
        downloads.audit_log.record(read).await?;
    }
    let opened = attachments.open(&permitted, person).await?;
    let attachment = &permitted.attachment;
    let content_type = if is_harmless(&attachment.content_type) {
        attachment.content_type.as_str()
    } else {
        "application/octet-stream"
    };
    let value = |text: &str| {
        HeaderValue::from_str(text)
            .map_err(|_| Refusal::from(Reject::new(RejectCode::Internal, "internal error")))
    };
    let headers = [
        (header::CONTENT_TYPE, value(content_type)?),
        (
            header::CONTENT_DISPOSITION,
            value(&file_name::disposition(&attachment.name))?,
        ),
        (header::CONTENT_LENGTH, HeaderValue::from(opened.size)),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-store"),
        ),
    ];
    let mut response = (headers, Body::from_stream(opened.stream)).into_response();
    response.extensions_mut().insert(Made::File);
    Ok(response)
}

/// Refuses all but files and probes at the origin of the files: a file there must not share an origin
/// with the pages and the API.
pub(in crate::http) async fn keep_apart(
    State(origin): State<Option<Origin>>,
    request: Request,
    next: Next,
) -> Response {
    let is_theirs = |origin: &Origin| is_at(origin, request.uri(), request.headers());
    let path = request.uri().path();
    let is_allowed = path.starts_with("/files/") || path == "/healthz" || path == "/readyz";
    if !is_allowed && origin.as_ref().is_some_and(is_theirs) {
        return Refusal::new(RejectCode::NotFound, "only files are here").into_response();
    }
    next.run(request).await
}

/// A route that is not at the origin of the files.
pub fn only_files_at(origin: Option<Origin>, route: MethodRouter) -> MethodRouter {
    route.layer(middleware::from_fn_with_state(origin, keep_apart))
}

/// Whether the request was sent to this origin.
fn is_at(origin: &Origin, uri: &Uri, headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .or_else(|| uri.authority().map(|authority| authority.as_str()));
    let own = origin.as_str().split_once("://").map(|(_, host)| host);
    host.zip(own)
        .is_some_and(|(host, own)| host.eq_ignore_ascii_case(own))
}
