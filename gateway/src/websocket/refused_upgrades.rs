//! Logs why WebSocket upgrades are refused.

use std::time::{Duration, Instant};

use axum::http::{HeaderMap, header};
use helpline_core::limits;
use parking_lot::Mutex;

/// Logs why WebSocket upgrades are refused, each reason at most once a minute, so that the operator
/// can see which setting is missing or too low.
#[derive(Default)]
pub struct RefusedUpgrades {
    origin: OncePerMinute,
    instance: OncePerMinute,
    address: OncePerMinute,
}

/// Allows a log line at most once in [`limits::UPGRADE_REFUSED_LOGGED_MS`].
#[derive(Default)]
struct OncePerMinute(Mutex<Option<Instant>>);

impl OncePerMinute {
    fn allows(&self) -> bool {
        let interval = Duration::from_millis(limits::UPGRADE_REFUSED_LOGGED_MS);
        let now = Instant::now();
        let mut logged = self.0.lock();
        let allows = logged.is_none_or(|at| now.saturating_duration_since(at) >= interval);
        if allows {
            *logged = Some(now);
        }
        allows
    }
}

impl RefusedUpgrades {
    /// Logs that the instance has its maximum number of connections.
    pub(super) fn log_full_instance(&self) {
        if self.instance.allows() {
            tracing::warn!(
                "a WebSocket was refused because this instance has its maximum number of connections; start a further instance, or raise --connections-max"
            );
        }
    }

    /// Logs that an address has its maximum number of connections.
    pub(super) fn log_full_address(&self) {
        if self.address.allows() {
            tracing::warn!(
                "a WebSocket was refused because its address has the maximum number of connections; if it is your proxy's address, name the proxy in --trusted-proxies, otherwise see --connections-per-address-max"
            );
        }
    }

    /// Logs the `Origin` header because of which an upgrade request was refused.
    pub(super) fn log_origin(&self, headers: &HeaderMap) {
        if !self.origin.allows() {
            return;
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
