//! Sign-in of the desk's own, by an OpenID provider: to the provider, back from it, a token for the pages, and out again. No session is kept
//! here: what has to be remembered is signed and lies in the browser, so that any instance can take any step.

mod callback;
mod cookies;
mod outcome;
mod own_sign_in;
mod return_path;
mod session;
mod sign_in;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use self::outcome::Outcome;
use self::own_sign_in::OwnSignIn;
use self::return_path::HOME;
use crate::auth::DeskTokens;
use crate::config::Config;
use crate::database::AuditLog;
use crate::http::request_rates::too_fast;
use crate::integrations::oidc::{CALLBACK_PATH, SIGNED_OUT_PATH};

/// Where the pages send people to sign in.
pub(in crate::http) const SIGN_IN_PATH: &str = "/oidc/sign-in";
/// Where the pages ask for tokens.
pub(in crate::http) const TOKEN_PATH: &str = "/oidc/token";
/// Where the pages sign people out.
pub(in crate::http) const SIGN_OUT_PATH: &str = "/oidc/sign-out";

/// How a sign-in can end, in the metric's words.
pub(crate) fn outcomes() -> [&'static str; 6] {
    Outcome::ALL.map(Outcome::word)
}

/// The routes, where a provider is set; otherwise none.
pub(in crate::http) fn routes(config: &Config, audit_log: &Arc<AuditLog>) -> Router {
    let (Some(oidc), Some(public), Some(desk_tokens)) = (
        &config.auth.oidc,
        &config.listening.public_url,
        DeskTokens::new(&config.auth),
    ) else {
        return Router::new();
    };
    let sign_ins = Arc::new(OwnSignIn::new(
        config,
        oidc,
        public,
        desk_tokens,
        Arc::clone(audit_log),
    ));
    let of_pages = Router::new()
        .route(TOKEN_PATH, get(session::token))
        .route(SIGN_OUT_PATH, post(session::sign_out))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&sign_ins),
            token_rate,
        ));
    Router::new()
        .route(SIGN_IN_PATH, get(sign_in::begin))
        .route(CALLBACK_PATH, get(callback::complete))
        .route(SIGNED_OUT_PATH, get(|| async { Redirect::to(HOME) }))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&sign_ins),
            step_rate,
        ))
        .merge(of_pages)
        .with_state(sign_ins)
}

/// People go these ways: who is too fast reads it on a page.
async fn step_rate(
    State(sign_ins): State<Arc<OwnSignIn>>,
    request: Request,
    next: Next,
) -> Response {
    if sign_ins.wait_ms(&sign_ins.steps, &request).is_some() {
        metrics::counter!("helpline_http_address_limited_total").increment(1);
        return outcome::back(HOME, Outcome::Busy).into_response();
    }
    next.run(request).await
}

/// Pages ask these.
async fn token_rate(
    State(sign_ins): State<Arc<OwnSignIn>>,
    request: Request,
    next: Next,
) -> Response {
    if let Some(wait_ms) = sign_ins.wait_ms(&sign_ins.tokens, &request) {
        metrics::counter!("helpline_http_address_limited_total").increment(1);
        return too_fast(wait_ms).into_response();
    }
    next.run(request).await
}
