//! What the handlers share.

use std::net::IpAddr;
use std::sync::Arc;

use helpline_core::ids::UserId;
use helpline_core::limits;
use helpline_persistence::Store;
use metrics_exporter_prometheus::PrometheusHandle;

use super::site::assets::Assets;
use super::site::headers::Policies;
use super::site::health::Readiness;
use crate::auth::Verifier;
use crate::config::{Config, LimitSettings, Rate};
use crate::database::{AuditLog, SignIn};
use crate::live::epoch::CurrentEpoch;
use crate::live::relay::Relay;
use crate::runtime::lifecycle::Lifecycle;
use crate::runtime::limiter::Limiter;
use crate::services::{DeskSettings, Messages, People, SavedReplies, Tickets};

/// What the server hands to HTTP.
pub struct HttpParts {
    /// Every setting.
    pub config: Arc<Config>,
    /// Reads.
    pub store: Store,
    /// Named in pages of history.
    pub epoch: Arc<CurrentEpoch>,
    /// Asked by `/readyz`.
    pub relay: Arc<Relay>,
    /// Asked by `/readyz`.
    pub lifecycle: Lifecycle,
    /// From a token to a person.
    pub sign_in: SignInParts,
    /// Writes.
    pub services: Services,
    /// Rendered by `/metrics`.
    pub metrics: PrometheusHandle,
}

/// Who asks, and the record of it.
pub struct SignInParts {
    /// Checks tokens.
    pub verifier: Arc<Verifier>,
    /// From a token's claims to a person.
    pub sign_in: Arc<SignIn>,
    /// Records staff reads and refusals.
    pub audit_log: Arc<AuditLog>,
}

/// What a request may have done.
pub struct Services {
    /// Messages.
    pub messages: Arc<Messages>,
    /// Tickets.
    pub tickets: Tickets,
    /// Roles.
    pub people: People,
    /// The desk's settings.
    pub settings: DeskSettings,
    /// Saved replies.
    pub saved_replies: SavedReplies,
}

/// What the handlers share.
pub(crate) struct Http {
    pub(crate) parts: HttpParts,
    pub(crate) assets: Assets,
    pub(crate) policies: Policies,
    pub(crate) readiness: Readiness,
    pub(crate) rates: RequestRates,
}

pub(crate) type Shared = Arc<Http>;

/// Who may ask how often.
pub(crate) struct RequestRates {
    /// Every request of a user.
    pub(crate) of_user: Limiter<UserId>,
    /// Every request of an address.
    pub(crate) of_address: Limiter<IpAddr>,
    /// Bad tokens from an address.
    pub(crate) refused_sign_ins: Limiter<IpAddr>,
    /// Requests of a user refused as too fast that leave a row.
    pub(crate) recorded_refusals: Limiter<UserId>,
}

impl RequestRates {
    fn new(settings: &LimitSettings) -> Self {
        let of_user = Rate { per_second: settings.requests_per_second, burst: settings.requests_burst };
        let sign_ins = Rate { per_second: limits::SIGN_INS_REFUSED_PER_SECOND, burst: limits::SIGN_INS_REFUSED_BURST };
        let recorded = limits::RATE_REFUSALS_RECORDED_PER_SECOND;
        Self {
            of_user: Limiter::new(of_user),
            of_address: Limiter::new(of_user.times(limits::REQUESTS_ADDRESS_FACTOR)),
            refused_sign_ins: Limiter::new(sign_ins),
            recorded_refusals: Limiter::new(Rate { per_second: recorded, burst: recorded }),
        }
    }
}

impl Http {
    pub(crate) fn new(parts: HttpParts) -> Self {
        Self {
            assets: Assets::load(parts.config.listening.assets_dir.as_deref()),
            policies: Policies::new(&parts.config),
            readiness: Readiness::default(),
            rates: RequestRates::new(&parts.config.limits),
            parts,
        }
    }
}
