//! Checks which web pages may open a socket.

use std::time::{Duration, Instant};

use axum::http::{HeaderMap, header};
use helpline_core::limits;
use parking_lot::Mutex;

use crate::config::Listening;

/// Checks the `Origin` header. Browsers send the page's origin, which must match a configured one
/// exactly. Other programs send none; they have their own token and no cookie that a foreign page
/// could use.
pub(super) fn origin_is_allowed(listening: &Listening, headers: &HeaderMap) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (None, _) => true,
        (Some(origin), None) => listening.allows_origin(origin.as_bytes()),
        (Some(_), Some(_)) => false,
    }
}

/// Logs refused origins, at most once a minute, so that the operator learns which setting is
/// missing.
#[derive(Default)]
pub struct OriginsRefused(Mutex<Option<Instant>>);

impl OriginsRefused {
    /// Logs the request's origin unless another was logged within the last minute.
    pub(super) fn log(&self, headers: &HeaderMap) {
        let interval = Duration::from_millis(limits::ORIGIN_REFUSED_LOGGED_MS);
        let now = Instant::now();
        {
            let mut told = self.0.lock();
            if told.is_some_and(|told| now.saturating_duration_since(told) < interval) {
                return;
            }
            *told = Some(now);
        }
        let origin = headers
            .get(header::ORIGIN)
            .and_then(|origin| origin.to_str().ok())
            .unwrap_or_default();
        let origin: String = origin
            .chars()
            .take(limits::ORIGIN_CHARS_LOGGED_MAX)
            .collect();
        tracing::warn!(
            origin,
            "a WebSocket was refused because the origin of its page is not allowed; if the origin is yours, set it as --public-url (the desk's own address) or add it to --origins"
        );
    }
}
