//! What the handlers share, and the router over all of them.

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

use crate::config::DevPeople;
use crate::runtime::limiter::Limiter;
use crate::runtime::rates::Rate;
use crate::server::app::App;

use super::api::public::KnownAvailability;
use super::endpoint::Endpoint;
use super::problem::Refusal;
use super::site::assets::{self, Assets};
use super::site::cors;
use super::site::headers::{self, Policies};
use super::site::health::{self, Readiness};
use super::{guard, openapi};

/// What the handlers share.
pub struct Http {
    pub(crate) app: Arc<App>,
    pub(crate) assets: Assets,
    pub(crate) metrics: PrometheusHandle,
    pub(crate) policies: Policies,
    pub(crate) readiness: Readiness,
    pub(crate) known_availability: KnownAvailability,
    /// Every request of a user.
    pub(crate) requests: Limiter<UserId>,
    /// Every request of an address.
    pub(crate) addresses: Limiter<IpAddr>,
    /// Bad tokens from an address.
    pub(crate) refused_sign_ins: Limiter<IpAddr>,
    /// Requests of a user refused as too fast that leave a row.
    pub(crate) rate_refusals: Limiter<UserId>,
}

pub(crate) type Shared = Arc<Http>;

/// Everything that this instance answers over HTTP, but for the sockets. The accept loop leaves `ConnectInfo<SocketAddr>` on every
/// request.
pub fn router(app: Arc<App>, metrics: PrometheusHandle) -> Router {
    let listening = &app.config.listening;
    let own_metrics_address = listening.metrics_listen.is_some();
    let dev_people = app.config.dev_people;
    let http = Arc::new(Http::new(app, metrics));
    let mut router = Router::new();
    for endpoint in Endpoint::ALL {
        let guarded = endpoint.handler().layer(middleware::from_fn_with_state((Arc::clone(&http), *endpoint), guard::guard));
        router = router.route(endpoint.route().path, guarded);
    }
    router = router.route("/healthz", get(health::alive)).route("/readyz", get(health::ready));
    if !own_metrics_address {
        router = router.route("/metrics", get(health::metrics));
    }
    if dev_people == DevPeople::Present {
        router = router.merge(crate::dev::routes::routes());
    }
    router
        .merge(openapi::routes())
        .merge(assets::routes(dev_people))
        .fallback(assets::file_or_nothing)
        .method_not_allowed_fallback(no_such_method)
        .layer(DefaultBodyLimit::max(limits::JSON_BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(Arc::clone(&http), cors::answer))
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
