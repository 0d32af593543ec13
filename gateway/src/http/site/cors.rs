//! CORS (cross-origin access) for the REST routes. The allowed origins are `--public-url` and
//! `--origins`, compared exactly. Two routes are open to more sites:
//!
//! - The unread count, for sites that may embed the widget. The launcher (the script
//!   of the widget's button) requests it before the widget's frame exists.
//! - The widget's appearance, for every site, because any site can load the launcher.
//!
//! Tokens are sent in a header, so cookies are not needed and credentials are never allowed.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::widget_sites::WidgetSites;
use crate::config::Config;

const METHODS: HeaderValue = HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE");
const HEADERS: HeaderValue = HeaderValue::from_static(
    "authorization, content-type, idempotency-key, if-match, traceparent, x-request-id",
);
const EXPOSED: HeaderValue = HeaderValue::from_static("location, retry-after, x-request-id");
/// The path of the unread count, which the script of the widget's button requests.
const OWN_UNREAD: &str = "/v1/me/unread";
/// The path of the widget's appearance. Its response contains only what the widget shows to every
/// visitor.
const WIDGET: &str = "/v1/widget";
/// How long a browser caches the response to a CORS preflight, in seconds.
const MAX_AGE_S: HeaderValue = HeaderValue::from_static("600");

/// Middleware for `/v1`: responds to CORS preflights from allowed origins, and adds CORS headers to
/// other responses for allowed origins.
pub(in crate::http) async fn answer(
    State((config, sites)): State<(Arc<Config>, Arc<WidgetSites>)>,
    request: Request,
    next: Next,
) -> Response {
    if !request.uri().path().starts_with("/v1/") {
        return next.run(request).await;
    }
    let known = match request.headers().get(header::ORIGIN) {
        Some(_) if request.uri().path() == WIDGET => Some(HeaderValue::from_static("*")),
        Some(origin) => {
            let of_launcher = request.uri().path() == OWN_UNREAD;
            let is_known = is_configured(&config, origin)
                || (of_launcher && may_show_the_widget(&sites, origin).await);
            is_known.then(|| origin.clone())
        }
        None => None,
    };
    let is_preflight = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match &known {
        Some(_) if is_preflight => preflight(),
        Some(_) | None => next.run(request).await,
    };
    let headers: &mut HeaderMap = response.headers_mut();
    // The response depends on the origin. A cache must not reuse it for another origin.
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = known {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
    response
}

fn is_configured(config: &Config, origin: &HeaderValue) -> bool {
    config
        .listening
        .named_origins()
        .any(|named| named.as_str().as_bytes() == origin.as_bytes())
}

async fn may_show_the_widget(sites: &WidgetSites, origin: &HeaderValue) -> bool {
    let sites = sites.all().await;
    sites
        .iter()
        .any(|site| site.as_str().as_bytes() == origin.as_bytes())
}

fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, HEADERS),
        (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE_S),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}
