//! `GET /oidc/sign-in`: starts a sign-in and redirects the browser to the OpenID provider.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use helpline_core::reject::RejectCode;
use serde::Deserialize;

use super::cookies::BegunSignIn;
use super::outcome::{Outcome, back, see};
use super::own_sign_in::OwnSignIn;
use super::return_path::ReturnPath;
use crate::http::input::Params;
use crate::http::problem::Refusal;
use crate::runtime::errors::chain;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    #[serde(rename = "return")]
    return_path: Option<String>,
    /// The query parameter `moved`, which the server adds when it redirects the browser to the
    /// public host. With this parameter, the server does not redirect again. That prevents a
    /// redirect loop behind a proxy that rewrites the host.
    moved: Option<String>,
}

/// Stores the unfinished sign-in in a cookie and redirects the browser to the provider. If the
/// provider is unavailable, redirects the browser back to the page that it came from.
pub(super) async fn begin(
    State(sign_ins): State<Arc<OwnSignIn>>,
    uri: Uri,
    headers: HeaderMap,
    Params(query): Params<Query>,
) -> Result<Response, Refusal> {
    // The sign-in must start on the public host. The provider redirects to that host, and browsers
    // send only cookies that the same host has set.
    if query.moved.is_none() && sign_ins.is_elsewhere(&uri, &headers) {
        let others = uri.query().map_or(String::new(), |all| format!("{all}&"));
        let (public, path) = (sign_ins.public.as_str(), uri.path());
        return Ok(see(&format!("{public}{path}?{others}moved=1")));
    }
    // If the return path is invalid, return to the start page instead. A refusal would be a JSON
    // response that the person sees in the browser.
    let asked = query.return_path.and_then(|path| path.parse().ok());
    let return_path: ReturnPath = asked.unwrap_or_default();
    let begun = match sign_ins.provider.begin().await {
        Ok(begun) => begun,
        Err(fault) => {
            tracing::debug!(cause = %chain(&fault), reason = fault.word(), "a sign-in could not begin");
            return Ok(back(return_path.as_str(), Outcome::from(&fault)));
        }
    };
    let remembered = BegunSignIn {
        state: begun.state,
        nonce: begun.nonce,
        verifier: begun.verifier,
        return_path,
        at_ms: Utc::now().timestamp_millis(),
    };
    let cookies = sign_ins
        .remember(&remembered, &headers)
        .map_err(|_| Refusal::new(RejectCode::Internal, "the sign-in could not be stored"))?;
    let mut response = see(&begun.url).into_response();
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
