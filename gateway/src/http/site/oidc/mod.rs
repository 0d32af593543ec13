//! Sign-in on the desk's own pages through an OpenID provider: the redirect to the provider, the
//! callback, tokens for the pages, and sign-out. The server stores no sign-in sessions. The sign-in
//! state is in signed cookies, so any instance can serve any step.

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

/// The path to which the desk's pages send people to sign in.
pub(in crate::http) const SIGN_IN_PATH: &str = "/oidc/sign-in";
/// The path from which the desk's pages request tokens.
pub(in crate::http) const TOKEN_PATH: &str = "/oidc/token";
/// The path that the desk's pages request to sign people out.
pub(in crate::http) const SIGN_OUT_PATH: &str = "/oidc/sign-out";

/// All outcomes of a sign-in, as label values of the metric of sign-ins.
pub(crate) fn outcomes() -> [&'static str; 6] {
    Outcome::ALL.map(Outcome::word)
}

/// The routes for signing in through the OpenID provider. There are none if no provider is
/// configured.
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

/// Limits the rate of sign-in steps (requests that the person sees in the browser). A person who
/// exceeds the rate is redirected to a page that says so.
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

/// Limits the rate of requests that the pages' scripts send to get tokens and to sign out.
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
