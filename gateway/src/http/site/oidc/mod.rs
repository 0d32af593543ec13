//! Sign-in of the desk's own, by an OpenID provider: to the provider, back from it, a token for the pages, and out again. No session is kept
//! here: what has to be remembered is signed and lies in the browser, so that any instance can take any step.

mod callback;
mod cookies;
mod outcome;
mod return_path;
mod session;
mod sign_in;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use helpline_core::limits;

use self::outcome::Outcome;
use crate::auth::DeskTokens;
use crate::auth::purpose::{Purpose, PurposeKeys};
use crate::config::{Cidr, Config, Origin, Rate};
use crate::http::request_rates::too_fast;
use crate::integrations::oidc::{CALLBACK_PATH, Provider, SIGNED_OUT_PATH};
use crate::runtime::client_address::{client_address, peer};
use crate::runtime::limiter::{Limiter, network};

/// Where the pages send people to sign in.
pub(in crate::http) const SIGN_IN_PATH: &str = "/oidc/sign-in";
/// Where the pages ask for tokens.
pub(in crate::http) const TOKEN_PATH: &str = "/oidc/token";
/// Where the pages sign people out.
pub(in crate::http) const SIGN_OUT_PATH: &str = "/oidc/sign-out";
/// Where people land when it is not known where they came from.
const HOME: &str = "/support";

/// What the routes share.
struct SignIns {
    provider: Provider,
    /// The desk's address, as browsers know it.
    public: Origin,
    begun: PurposeKeys,
    sessions: PurposeKeys,
    desk_tokens: DeskTokens,
    session_hours: u32,
    /// Steps of sign-ins, and tokens, of an address.
    steps: Limiter<IpAddr>,
    tokens: Limiter<IpAddr>,
    trusted_proxies: Vec<Cidr>,
}

/// The routes, where a provider is set; otherwise none.
pub(in crate::http) fn routes(config: &Config) -> Router {
    let (Some(oidc), Some(public), Some(desk_tokens)) = (
        &config.auth.oidc,
        &config.listening.public_url,
        DeskTokens::new(&config.auth),
    ) else {
        return Router::new();
    };
    let requests = Rate {
        per_second: config.limits.requests_per_second,
        burst: config.limits.requests_burst,
    };
    let steps = Rate {
        per_second: limits::SIGN_IN_STEPS_PER_SECOND,
        burst: limits::SIGN_IN_STEPS_BURST,
    };
    let keys = |purpose| PurposeKeys::new(&oidc.secret_keys, purpose);
    let sign_ins = Arc::new(SignIns {
        provider: Provider::new(oidc.clone(), public),
        public: public.clone(),
        begun: keys(Purpose::SignIn),
        sessions: keys(Purpose::Session),
        desk_tokens,
        session_hours: oidc.session_hours,
        steps: Limiter::new(steps),
        tokens: Limiter::new(requests.times(limits::REQUESTS_ADDRESS_FACTOR)),
        trusted_proxies: config.listening.trusted_proxies.clone(),
    });
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

impl SignIns {
    fn wait_ms(&self, of: &Limiter<IpAddr>, request: &Request) -> Option<u64> {
        let peer = peer(request.extensions())?;
        let address = client_address(peer, request.headers(), &self.trusted_proxies);
        of.take(network(address), Instant::now()).err()
    }

    /// Whether a page of the desk's asks, as far as the browser says. Without a word from it, only the address of the page counts.
    fn is_own_page(&self, headers: &HeaderMap) -> bool {
        match headers.get("sec-fetch-site") {
            Some(site) => site.as_bytes() == b"same-origin",
            None => headers
                .get(header::ORIGIN)
                .is_some_and(|origin| origin.as_bytes() == self.public.as_str().as_bytes()),
        }
    }
}

/// People go these ways: who is too fast reads it on a page.
async fn step_rate(State(sign_ins): State<Arc<SignIns>>, request: Request, next: Next) -> Response {
    if sign_ins.wait_ms(&sign_ins.steps, &request).is_some() {
        metrics::counter!("helpline_http_address_limited_total").increment(1);
        return outcome::back(HOME, Outcome::Busy).into_response();
    }
    next.run(request).await
}

/// Pages ask these.
async fn token_rate(
    State(sign_ins): State<Arc<SignIns>>,
    request: Request,
    next: Next,
) -> Response {
    if let Some(wait_ms) = sign_ins.wait_ms(&sign_ins.tokens, &request) {
        metrics::counter!("helpline_http_address_limited_total").increment(1);
        return too_fast(wait_ms).into_response();
    }
    next.run(request).await
}
