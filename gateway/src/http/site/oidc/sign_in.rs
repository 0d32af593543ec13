//! `GET /oidc/sign-in`: to the provider.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use helpline_core::reject::RejectCode;
use serde::Deserialize;

use super::cookies::BegunSignIn;
use super::outcome::{Outcome, back, see};
use super::own_sign_in::OwnSignIn;
use super::return_path::{HOME, ReturnPath};
use crate::http::input::Params;
use crate::http::problem::Refusal;
use crate::runtime::errors::chain;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    #[serde(rename = "return")]
    return_path: Option<String>,
}

/// Remembers the sign-in in a cookie, and sends the browser to the provider; back to the page when there is none to be had.
pub(super) async fn begin(
    State(sign_ins): State<Arc<OwnSignIn>>,
    headers: HeaderMap,
    Params(query): Params<Query>,
) -> Result<Response, Refusal> {
    let return_path: ReturnPath = query
        .return_path
        .as_deref()
        .unwrap_or(HOME)
        .parse()
        .map_err(|why| Refusal::field("return", why))?;
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
        .map_err(|_| Refusal::new(RejectCode::Internal, "the sign-in could not be remembered"))?;
    let mut response = see(&begun.url).into_response();
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
