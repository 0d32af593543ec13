//! Checks which web pages may open a WebSocket.

use std::time::{Duration, Instant};

use axum::http::{HeaderMap, header};
use helpline_core::limits;
use parking_lot::Mutex;

use crate::config::Listening;

/// Checks the `Origin` header of an upgrade request. Browsers send the page's origin, which must
/// equal a configured origin. Other programs do not send the header and are allowed. They need a
/// token of their own, and there is no cookie that a foreign page could misuse.
pub(super) fn origin_is_allowed(listening: &Listening, headers: &HeaderMap) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (None, _) => true,
        (Some(origin), None) => listening.allows_origin(origin.as_bytes()),
        (Some(_), Some(_)) => false,
    }
}

/// Logs refused origins at most once a minute, so that the operator can see which origin is missing
/// in the configuration.
#[derive(Default)]
pub struct OriginsRefused(Mutex<Option<Instant>>);

impl OriginsRefused {
    /// Logs the request's refused origin, unless an origin was logged within the last minute.
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
