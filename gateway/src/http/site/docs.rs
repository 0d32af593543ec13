//! `/docs`: a page that displays the API description `/openapi.json`.

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// The routes of the page `/docs` and of its script and style files.
pub(in crate::http) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route(
            "/docs",
            get(|| async {
                file(
                    "text/html; charset=utf-8",
                    include_str!("docs_page/docs.html"),
                )
            }),
        )
        .route(
            "/docs/docs.js",
            get(|| async {
                file(
                    "text/javascript; charset=utf-8",
                    include_str!("docs_page/docs.js"),
                )
            }),
        )
        .route(
            "/docs/docs.css",
            get(|| async {
                file(
                    "text/css; charset=utf-8",
                    include_str!("docs_page/docs.css"),
                )
            }),
        )
}

fn file(content_type: &'static str, text: &'static str) -> Response {
    (
        [
            (header::CONTENT_TYPE, content_type),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        text,
    )
        .into_response()
}
