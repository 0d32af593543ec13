//! Middleware around all HTTP routes. It gives each request its ids, adds them to the request's log
//! lines and response headers, and optionally logs one line per request.

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

/// Wraps the router so that every request gets ids. Handlers find them as the extension
/// `Arc<RequestIds>`.
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
        // Log the route's pattern instead of the path, which contains ticket ids. Do not log the
        // query, which may contain search terms.
        tracing::info!(
            target: "helpline_gateway::requests",
            method = word(&method),
            route = route.as_ref().map_or("-", MatchedPath::as_str),
            status = response.status().as_u16(),
            duration_ms = started.elapsed().as_micros() as f64 / 1_000.0,
            "answered"
        );
    }
    response
}

/// Returns the name of a standard HTTP method, for a log line. Returns `-` for any other method,
/// because a client can send arbitrary text as the method.
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
