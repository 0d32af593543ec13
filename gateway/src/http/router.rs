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

use super::api;
use super::guard::{self, Guard};
use super::openapi;
use super::problem::Refusal;
use super::site::assets::{self, Assets};
use super::site::headers::{self, Policies};
use super::site::health::{self, Health};
use super::site::{cors, docs};
use super::state::{HttpParts, HttpState, Services};

/// Everything that this instance answers over HTTP, except the WebSocket; `more` are routes of the caller's, under the same headers and
/// bounds. The accept loop leaves `ConnectInfo<SocketAddr>` on every request.
pub fn router(parts: HttpParts, more: Router) -> Router {
    let HttpParts {
        config,
        store,
        epoch,
        relay,
        lifecycle,
        sign_in,
        services,
        metrics,
    } = parts;
    let Services {
        messages,
        tickets,
        people,
        settings,
        saved_replies,
    } = services;
    let listening = &config.listening;
    let guard = Arc::new(Guard::new(
        listening.trusted_proxies.clone(),
        &config.limits,
        sign_in,
        store.clone(),
    ));
    let assets = Arc::new(Assets::load(listening.assets_dir.as_deref()));
    let health = Arc::new(Health::new(store.clone(), relay, lifecycle));
    let policies = Arc::new(Policies::new(&config));
    let mut router = Router::new();
    for route in api::routes() {
        let guarded = route.router().layer(middleware::from_fn_with_state(
            (Arc::clone(&guard), route),
            guard::guard,
        ));
        router = router.route(route.path, guarded);
    }
    router = router
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready));
    if listening.metrics_listen.is_none() {
        router = router.route("/metrics", get(health::metrics));
    }
    let (pages, origins) = (assets::routes(config.dev_people), Arc::clone(&config));
    let state = HttpState {
        config,
        store,
        epoch,
        messages,
        tickets,
        people,
        settings,
        saved_replies,
        assets,
        health,
        metrics,
    };
    router
        .route("/openapi.json", get(openapi::document))
        .merge(docs::routes())
        .merge(pages)
        .fallback(assets::file_or_nothing)
        .method_not_allowed_fallback(no_such_method)
        .with_state(state)
        .merge(more)
        .layer(DefaultBodyLimit::max(limits::JSON_BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(origins, cors::answer))
        .layer(middleware::from_fn_with_state(policies, headers::guard))
}

/// Only `/metrics`, for an address of its own.
pub fn metrics_router(metrics: PrometheusHandle) -> Router {
    Router::new().route(
        "/metrics",
        get(move || async move { health::figures(&metrics) }),
    )
}

async fn no_such_method() -> Refusal {
    Refusal::new(RejectCode::UnknownType, "this address has no such method")
        .with_status(StatusCode::METHOD_NOT_ALLOWED)
}
