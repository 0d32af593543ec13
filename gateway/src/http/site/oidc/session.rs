//! `GET /oidc/token` and `POST /oidc/sign-out`: what the pages ask of a session.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use chrono::Utc;
use helpline_core::reject::RejectCode;
use serde_json::json;

use super::own_sign_in::OwnSignIn;
use crate::http::input::NoInput;
use crate::http::problem::Refusal;

/// A desk token for who is signed in; 401 when no one is. Pages of other sites cannot read it: no CORS header is ever sent here.
pub(super) async fn token(
    State(sign_ins): State<Arc<OwnSignIn>>,
    headers: HeaderMap,
    NoInput: NoInput,
) -> Result<Response, Refusal> {
    // Who calls up the address itself may read it; a browser that says nothing sends no cookie on behalf of other sites anyway.
    let from = headers.get("sec-fetch-site").map(|site| site.as_bytes());
    if !matches!(from, None | Some(b"same-origin" | b"none")) {
        return Err(Refusal::new(
            RejectCode::Forbidden,
            "tokens are for the desk's own pages",
        ));
    }
    // One of a provider that was set before is no one's any more.
    let session = sign_ins
        .session(&headers)
        .filter(|session| session.iss == sign_ins.provider.issuer())
        .ok_or_else(|| Refusal::new(RejectCode::NotAuthenticated, "no one is signed in here"))?;
    let token = sign_ins
        .desk_tokens
        .sign(&session, Utc::now())
        .map_err(|_| Refusal::new(RejectCode::Internal, "the token could not be signed"))?;
    Ok(Json(json!({"token": token})).into_response())
}

/// Ends the session in this browser. Gives where the provider ends its own, if it is known to have such an address.
pub(super) async fn sign_out(
    State(sign_ins): State<Arc<OwnSignIn>>,
    headers: HeaderMap,
    NoInput: NoInput,
) -> Result<Response, Refusal> {
    if !sign_ins.is_own_page(&headers) {
        return Err(Refusal::new(
            RejectCode::Forbidden,
            "only the desk's own pages sign people out",
        ));
    }
    let next = sign_ins.provider.sign_out_url();
    let mut response = Json(json!({"next": next})).into_response();
    let cookie = sign_ins.no_session();
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}
