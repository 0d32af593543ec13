//! The router over all handlers.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware;
use axum::routing::get;
use helpline_core::limits;
use helpline_core::reject::RejectCode;
use metrics_exporter_prometheus::PrometheusHandle;

use super::endpoint::Endpoint;
use super::problem::Refusal;
use super::site::{assets, cors, headers, health};
use super::state::{Http, HttpParts};
use super::{guard, openapi};

/// Everything that this instance answers over HTTP, except the WebSocket; `more` are routes of the caller's, under the same headers and
/// bounds. The accept loop leaves `ConnectInfo<SocketAddr>` on every request.
pub fn router(parts: HttpParts, more: Router) -> Router {
    let own_metrics_address = parts.config.listening.metrics_listen.is_some();
    let dev_people = parts.config.dev_people;
    let http = Arc::new(Http::new(parts));
    let mut router = Router::new();
    for endpoint in Endpoint::ALL {
        let guarded = endpoint.handler().layer(middleware::from_fn_with_state((Arc::clone(&http), *endpoint), guard::guard));
        router = router.route(endpoint.route().path, guarded);
    }
    router = router.route("/healthz", get(health::alive)).route("/readyz", get(health::ready));
    if !own_metrics_address {
        router = router.route("/metrics", get(health::metrics));
    }
    router
        .merge(openapi::routes())
        .merge(assets::routes(dev_people))
        .fallback(assets::file_or_nothing)
        .method_not_allowed_fallback(no_such_method)
        .with_state(Arc::clone(&http))
        .merge(more)
        .layer(DefaultBodyLimit::max(limits::JSON_BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(Arc::clone(&http), cors::answer))
        .layer(middleware::from_fn_with_state(http, headers::guard))
}

/// Only `/metrics`, for an address of its own.
pub fn metrics_router(metrics: PrometheusHandle) -> Router {
    Router::new().route("/metrics", get(move || async move { health::figures(&metrics) }))
}

async fn no_such_method() -> Refusal {
    Refusal::new(RejectCode::UnknownType, "this address has no such method").with_status(StatusCode::METHOD_NOT_ALLOWED)
}
