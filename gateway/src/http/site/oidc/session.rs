//! `GET /oidc/token` and `POST /oidc/sign-out`: how the desk's pages use the session cookie.

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

/// Returns a desk token for the person in the session cookie, or 401 without a valid session. Pages
/// of other sites cannot read the token, because the response never has CORS headers.
pub(super) async fn token(
    State(sign_ins): State<Arc<OwnSignIn>>,
    headers: HeaderMap,
    NoInput: NoInput,
) -> Result<Response, Refusal> {
    // The header value `none` means that the person opened the URL directly, and they may read
    // their own token. If the browser does not send the header, `SameSite=Lax` ensures that script
    // requests of other sites do not include the session cookie.
    let from = headers.get("sec-fetch-site").map(|site| site.as_bytes());
    if !matches!(from, None | Some(b"same-origin" | b"none")) {
        return Err(Refusal::new(
            RejectCode::Forbidden,
            "only the desk's own pages can request tokens",
        ));
    }
    // A sign-in session that began at a provider that is no longer configured is invalid.
    let session = sign_ins
        .session(&headers)
        .filter(|session| session.iss == sign_ins.provider.issuer())
        .ok_or_else(|| Refusal::new(RejectCode::NotAuthenticated, "this browser has no session"))?;
    let token = sign_ins
        .desk_tokens
        .sign(&session, Utc::now())
        .map_err(|_| Refusal::new(RejectCode::Internal, "the token could not be signed"))?;
    Ok(Json(json!({"token": token})).into_response())
}

/// Ends the person's sign-in session in this browser. Returns the provider's sign-out URL if the
/// provider publishes one.
pub(super) async fn sign_out(
    State(sign_ins): State<Arc<OwnSignIn>>,
    headers: HeaderMap,
    NoInput: NoInput,
) -> Result<Response, Refusal> {
    if !sign_ins.is_own_page(&headers) {
        return Err(Refusal::new(
            RejectCode::Forbidden,
            "only the desk's own pages can sign a person out",
        ));
    }
    let next = sign_ins.provider.sign_out_url();
    let mut response = Json(json!({"next": next})).into_response();
    let cookie = sign_ins.no_session();
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}
