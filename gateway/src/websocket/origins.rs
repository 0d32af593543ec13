//! Checks which web pages may open a WebSocket.

use axum::http::{HeaderMap, header};

use crate::config::Listening;

/// Checks the `Origin` header of an upgrade request. Browsers send the page's origin, which must
/// equal a configured origin. Programs other than browsers do not send the header and are allowed.
/// That is safe, because each client must send a token, and there is no cookie that a foreign page
/// could misuse.
pub(super) fn origin_is_allowed(listening: &Listening, headers: &HeaderMap) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (None, _) => true,
        (Some(origin), None) => listening.allows_origin(origin.as_bytes()),
        (Some(_), Some(_)) => false,
    }
}
