//! Builds the HTTP routers of an instance from all handlers.

use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware;
use axum::routing::get;
use helpline_core::limits;
use helpline_core::reject::{Reject, RejectCode};
use metrics_exporter_prometheus::PrometheusHandle;

use super::action_names::ActionNames;
use super::api;
use super::exports::Exports;
use super::guard::{self, Guard};
use super::identify::identified;
use super::openapi;
use super::problem::Refusal;
use super::site::assets::{self, Assets};
use super::site::files::{self, Downloads};
use super::site::headers::{self, Policies};
use super::site::health::{self, Health};
use super::site::widget_sites::WidgetSites;
use super::site::{cors, docs, oidc};
use super::state::{HttpParts, HttpState, Services};
use super::system_status::SystemStatus;
use crate::config::{Config, MetricsPlace};
use crate::database::AuditLog;
use crate::services::Attachments;

/// The HTTP routers of an instance.
pub struct Routers {
    /// The router for connections within the connection limits.
    pub all: Router,
    /// The router for connections beyond the connection limits. It serves health and metrics, and
    /// refuses everything else as `overloaded`.
    pub reserve: Router,
    /// Keeps the metric `helpline_ready` current until the instance stops. The caller must run it.
    pub readiness: Pin<Box<dyn Future<Output = ()> + Send>>,
}

/// Builds the routers for all HTTP requests of this instance except the WebSocket. `more` contains
/// further routes from the caller, which get the same headers and limits. The accept loop must add
/// `ConnectInfo<SocketAddr>` to every request.
pub fn routers(parts: HttpParts, more: Router) -> Routers {
    let HttpParts {
        config,
        store,
        own_searches,
        epoch,
        relay,
        lifecycle,
        system,
        sign_in,
        services,
        metrics,
    } = parts;
    let Services {
        messages,
        attachments,
        tickets,
        people,
        settings,
        retention,
        saved_replies,
        jobs,
    } = services;
    let listening = &config.listening;
    let audit_log = Arc::clone(&sign_in.audit_log);
    let guard = Arc::new(Guard::new(
        listening.trusted_proxies.clone(),
        &config.limits,
        sign_in,
        store.clone(),
    ));
    let assets = Arc::new(Assets::load(listening.assets_dir.as_deref()));
    let health = Arc::new(Health::new(
        store.clone(),
        Arc::clone(&relay),
        Arc::clone(&system.hold),
        lifecycle.clone(),
    ));
    let readiness = Box::pin(Arc::clone(&health).watch());
    let system = Arc::new(SystemStatus::new(
        Arc::clone(&health),
        (store.clone(), relay, lifecycle),
        system,
    ));
    let sites = Arc::new(WidgetSites::new(&config, Some(Arc::clone(&settings))));
    let policies = Arc::new(Policies::new(&config, Arc::clone(&sites)));
    let probes = probes(listening.metrics_place());
    let files = files_of(&config, &attachments, &audit_log);
    let files_origin = config.files.origin.clone();
    let sign_in = oidc::routes(&config, &audit_log);
    let (pages, origins) = (
        assets::routes(config.dev_people),
        (Arc::clone(&config), sites),
    );
    let state = HttpState {
        config,
        store,
        own_searches,
        epoch,
        messages,
        attachments,
        tickets,
        people,
        settings,
        retention,
        saved_replies,
        jobs,
        exports: Exports::default(),
        action_names: action_names(),
        assets,
        health,
        system,
        metrics,
    };
    let reserve = probes.clone().fallback(full).with_state(state.clone());
    let all = rest(&guard)
        .merge(probes)
        .route("/openapi.json", get(openapi::document))
        .merge(docs::routes())
        .merge(pages)
        .fallback(assets::file_or_nothing)
        .method_not_allowed_fallback(no_such_method)
        .with_state(state)
        .merge(more)
        .merge(sign_in)
        .merge(files)
        .layer(DefaultBodyLimit::max(limits::JSON_BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(origins, cors::answer))
        .layer(middleware::from_fn_with_state(
            files_origin,
            files::keep_apart,
        ))
        .layer(middleware::from_fn_with_state(policies, headers::guard));
    Routers {
        all,
        reserve,
        readiness,
    }
}

/// The routes of files.
fn files_of(config: &Config, attachments: &Arc<Attachments>, audit_log: &Arc<AuditLog>) -> Router {
    files::routes(Downloads {
        attachments: Arc::clone(attachments),
        audit_log: Arc::clone(audit_log),
        trusted_proxies: config.listening.trusted_proxies.clone(),
        origin: config.files.origin.clone(),
    })
}

/// The REST routes.
fn rest(guard: &Arc<Guard>) -> Router<HttpState> {
    let mut router = Router::new();
    for route in api::routes() {
        let guarded = route.router().layer(middleware::from_fn_with_state(
            (Arc::clone(guard), route),
            guard::guard,
        ));
        router = router.route(route.path, guarded);
    }
    router
}

/// The requests by which load balancers and monitoring watch this instance.
fn probes(metrics: MetricsPlace) -> Router<HttpState> {
    let probes = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready));
    match metrics {
        MetricsPlace::BesidePages => probes.route("/metrics", get(health::metrics)),
        MetricsPlace::Nowhere | MetricsPlace::Own(_) => probes,
    }
}

/// The names that requests have in the access log.
fn action_names() -> ActionNames {
    ActionNames::new(
        api::routes().flat_map(|route| [Some(route.refused), route.read].into_iter().flatten()),
    )
}

async fn full() -> Refusal {
    let reject = Reject::new(RejectCode::Overloaded, "this instance is full; retry later");
    reject.retry_after_ms(1_000).into()
}

/// The router that is used until the database first responds after startup. Liveness succeeds,
/// readiness fails, and every other request is refused as `unavailable`.
pub fn waiting_router(config: &Config) -> Router {
    let sites = Arc::new(WidgetSites::new(config, None));
    let policies = Arc::new(Policies::new(config, sites));
    let router = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(|| async { health::waiting() }))
        .fallback(|| async { Refusal::from(crate::runtime::errors::unavailable()) })
        .layer(middleware::from_fn_with_state(policies, headers::guard));
    identified(router, config.log.log_requests)
}

/// A router that serves only `/metrics`, for a separate listening address.
pub fn metrics_router(metrics: PrometheusHandle) -> Router {
    Router::new().route(
        "/metrics",
        get(move || async move { health::figures(&metrics) }),
    )
}

async fn no_such_method() -> Refusal {
    Refusal::new(
        RejectCode::UnknownType,
        "this path does not support this method",
    )
    .with_status(StatusCode::METHOD_NOT_ALLOWED)
}
