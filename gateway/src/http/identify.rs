//! Wraps everything that is answered over HTTP: gives each request its ids, adds them to its log
//! lines and its answer, and optionally logs a line for each request.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method};
use axum::middleware::{self, Next};
use axum::response::Response;
use tracing::Instrument;

use crate::config::RequestLog;
use crate::runtime::request_ids::{REQUEST_ID, RequestIds};

/// Adds ids to every request of the router. Each request gets an `Arc<RequestIds>` as an extension.
pub fn identified(router: Router, log: RequestLog) -> Router {
    router.layer(middleware::from_fn_with_state(log, identify))
}

async fn identify(State(log): State<RequestLog>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let ids = Arc::new(RequestIds::of(request.headers()));
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    request.extensions_mut().insert(Arc::clone(&ids));
    let span = ids.span();
    let mut response = next.run(request).instrument(span.clone()).await;
    if let Ok(id) = HeaderValue::from_str(&ids.request_id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    if log == RequestLog::All {
        let _entered = span.enter();
        // Log the route's pattern, because the path contains ticket ids, and no query, because it
        // may contain search terms.
        tracing::info!(
            target: "helpline_gateway::requests",
            method = word(&method),
            route = route.as_ref().map_or("-", MatchedPath::as_str),
            status = response.status().as_u16(),
            duration_ms = started.elapsed().as_secs_f64() * 1_000.0,
            "answered"
        );
    }
    response
}

/// The method's name if it is a standard HTTP method; any other method is text that the client
/// chose.
fn word(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::HEAD
        | Method::POST
        | Method::PUT
        | Method::PATCH
        | Method::DELETE
        | Method::OPTIONS => method.as_str(),
        _ => "-",
    }
}
