//! REST under `/v1`, the pages, and what operators ask. The table of routes is [`routes`]; everything else about a route stands in its
//! handler. Sockets come in through the same router and leave it at once.

mod activity;
pub mod address;
mod admin;
mod assets;
mod attempt;
mod dev;
mod extract;
mod health;
pub mod limiter;
mod list;
mod me;
mod messages;
mod openapi;
mod refusal;
pub mod routes;
mod stats;
mod tickets;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use helpline_core::ids::UserId;
use helpline_core::limits;
use helpline_core::reject::RejectCode;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::app::App;
use crate::config::DevPeople;
use crate::rate::Rate;
use assets::Assets;
use health::Readiness;
use limiter::Limiter;
use refusal::Refusal;
use routes::Endpoint;

/// What the handlers share.
pub struct Http {
    app: Arc<App>,
    assets: Assets,
    metrics: PrometheusHandle,
    readiness: Readiness,
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

/// What no page of ours needs, no page of ours may do.
const PAGE_POLICY: &str =
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

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
        .merge(assets::routes())
        .fallback(assets::file_or_nothing)
        .method_not_allowed_fallback(no_such_method)
        .layer(DefaultBodyLimit::max(limits::JSON_BODY_BYTES_MAX))
        .layer(middleware::from_fn(guard_headers))
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
            readiness: Readiness::default(),
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

/// Headers that every answer bears: pages may be shown in no frame and run no foreign code, data are neither pages nor kept.
async fn guard_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let is_page = headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    let policy = if is_page { PAGE_POLICY } else { DATA_POLICY };
    set(headers, header::CONTENT_SECURITY_POLICY, policy);
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::REFERRER_POLICY, "no-referrer");
    set(headers, header::X_FRAME_OPTIONS, "DENY");
    set(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(headers, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if !headers.contains_key(header::CACHE_CONTROL) {
        set(headers, header::CACHE_CONTROL, "no-store");
    }
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}
