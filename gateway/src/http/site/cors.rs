//! CORS for REST. Pages of `--public-url` and `--origins` may use it; origins are compared exactly.
//! Sites that may embed the widget may also read how much is unread, because the launcher asks for
//! that before the widget's frame exists. Pages of every site may read the widget's appearance, as
//! they may load its launcher. Tokens are sent in a header, so pages need no cookies, and
//! credentials are never allowed.

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
/// The path that the widget's launcher reads.
const OWN_UNREAD: &str = "/v1/me/unread";
/// A path whose answer contains only what the widget shows to every visitor.
const WIDGET: &str = "/v1/widget";
/// How long a browser caches the answer to a preflight, in seconds.
const MAX_AGE_S: HeaderValue = HeaderValue::from_static("600");

/// Answers preflights of known sites, and allows their pages to read the answers.
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
    // Caches must not serve one site's answer to another site.
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
