//! REST under `/v1`, the pages, and what operators ask. The table of routes is [`routes`]; everything else about a route stands in its
//! handler. Sockets come in through the same router and leave it at once.

mod activity;
pub mod address;
mod admin;
mod assets;
mod attempt;
mod bulk;
mod cross_origin;
mod dev;
mod extract;
mod headers;
mod health;
mod hours;
mod input;
pub mod limiter;
mod list;
mod me;
mod messages;
mod openapi;
mod people;
mod public;
mod refusal;
mod replies;
pub mod routes;
mod settings;
mod stats;
mod tickets;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware;
use axum::routing::get;
use helpline_core::ids::UserId;
use helpline_core::limits;
use helpline_core::reject::RejectCode;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::app::App;
use crate::config::DevPeople;
use crate::rate::Rate;
use assets::Assets;
use headers::Policies;
use health::Readiness;
use limiter::Limiter;
use public::KnownAvailability;
use refusal::Refusal;
use routes::Endpoint;

/// What the handlers share.
pub struct Http {
    app: Arc<App>,
    assets: Assets,
    metrics: PrometheusHandle,
    policies: Policies,
    readiness: Readiness,
    known_availability: KnownAvailability,
    /// Every request of a user.
    requests: Limiter<UserId>,
    /// Every request of an address.
    addresses: Limiter<IpAddr>,
    /// Bad tokens from an address.
    refused_sign_ins: Limiter<IpAddr>,
    /// Requests of a user refused as too fast that leave a row.
    rate_refusals: Limiter<UserId>,
}

type Shared = Arc<Http>;

/// Everything that this instance answers over HTTP, but for the sockets. The accept loop leaves `ConnectInfo<SocketAddr>` on every
/// request.
pub fn router(app: Arc<App>, metrics: PrometheusHandle) -> Router {
    let listening = &app.config.listening;
    let own_metrics_address = listening.metrics_listen.is_some();
    let dev_people = app.config.dev_people;
    let http = Arc::new(Http::new(app, metrics));
    let mut router = Router::new();
    for endpoint in Endpoint::ALL {
        let guarded = endpoint.handler().layer(middleware::from_fn_with_state((Arc::clone(&http), *endpoint), attempt::guard));
        router = router.route(endpoint.route().path, guarded);
    }
    router = router.route("/healthz", get(health::alive)).route("/readyz", get(health::ready));
    if !own_metrics_address {
        router = router.route("/metrics", get(health::metrics));
    }
    if dev_people == DevPeople::Present {
        router = router.merge(dev::routes());
    }
    router
        .merge(openapi::routes())
        .merge(assets::routes(dev_people))
        .fallback(assets::file_or_nothing)
        .method_not_allowed_fallback(no_such_method)
        .layer(DefaultBodyLimit::max(limits::JSON_BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(Arc::clone(&http), cross_origin::answer))
        .layer(middleware::from_fn_with_state(Arc::clone(&http), headers::guard))
        .with_state(http)
}

/// `/metrics` alone, for an address of its own.
pub fn metrics_router(metrics: PrometheusHandle) -> Router {
    Router::new().route("/metrics", get(move || async move { health::figures(&metrics) }))
}

impl Http {
    fn new(app: Arc<App>, metrics: PrometheusHandle) -> Self {
        let settings = &app.config.limits;
        let requests = Rate { per_second: settings.requests_per_second, burst: settings.requests_burst };
        let of_address = |n: u32| n.saturating_mul(limits::REQUESTS_ADDRESS_FACTOR);
        let addresses = Rate { per_second: of_address(settings.requests_per_second), burst: of_address(settings.requests_burst) };
        let sign_ins = Rate { per_second: limits::SIGN_INS_REFUSED_PER_SECOND, burst: limits::SIGN_INS_REFUSED_BURST };
        let recorded = limits::RATE_REFUSALS_RECORDED_PER_SECOND;
        Self {
            assets: Assets::load(app.config.listening.assets_dir.as_deref()),
            metrics,
            policies: Policies::new(&app.config),
            readiness: Readiness::default(),
            known_availability: KnownAvailability::default(),
            requests: Limiter::new(requests),
            addresses: Limiter::new(addresses),
            refused_sign_ins: Limiter::new(sign_ins),
            rate_refusals: Limiter::new(Rate { per_second: recorded, burst: recorded }),
            app,
        }
    }
}

async fn no_such_method() -> Refusal {
    Refusal::new(RejectCode::UnknownType, "this address has no such method").with_status(StatusCode::METHOD_NOT_ALLOWED)
}
