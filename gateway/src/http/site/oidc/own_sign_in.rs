//! The state that the routes of the sign-in share.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{Extensions, HeaderMap, Uri, header};
use helpline_core::limits;

use crate::auth::DeskTokens;
use crate::auth::purpose::{Purpose, PurposeKeys};
use crate::config::{Cidr, Config, Oidc, Origin, Rate};
use crate::database::AuditLog;
use crate::integrations::oidc::Provider;
use crate::runtime::client_address::{client_address, peer};
use crate::runtime::limiter::{Limiter, network};

/// The state that the routes of the sign-in share.
pub(super) struct OwnSignIn {
    pub(super) provider: Provider,
    /// The desk's public origin, as browsers see it.
    pub(super) public: Origin,
    pub(super) begun: PurposeKeys,
    pub(super) sessions: PurposeKeys,
    pub(super) desk_tokens: DeskTokens,
    pub(super) session_hours: u32,
    /// The rate of sign-in steps of each address; `tokens` is the rate of token requests.
    pub(super) steps: Limiter<IpAddr>,
    pub(super) tokens: Limiter<IpAddr>,
    /// Records refused sign-ins.
    pub(super) audit_log: Arc<AuditLog>,
    trusted_proxies: Vec<Cidr>,
}

impl OwnSignIn {
    /// Builds the state from the configuration.
    pub(super) fn new(
        config: &Config,
        oidc: &Oidc,
        public: &Origin,
        desk_tokens: DeskTokens,
        audit_log: Arc<AuditLog>,
    ) -> Self {
        let requests = Rate {
            per_second: config.limits.requests_per_second,
            burst: config.limits.requests_burst,
        };
        let steps = Rate {
            per_second: limits::SIGN_IN_STEPS_PER_SECOND,
            burst: limits::SIGN_IN_STEPS_BURST,
        };
        let keys = |purpose| PurposeKeys::new(&oidc.secret_keys, purpose);
        Self {
            provider: Provider::new(oidc.clone(), public),
            public: public.clone(),
            begun: keys(Purpose::SignIn),
            sessions: keys(Purpose::Session),
            desk_tokens,
            session_hours: oidc.session_hours,
            steps: Limiter::new(steps),
            tokens: Limiter::new(requests.times(limits::REQUESTS_ADDRESS_FACTOR)),
            audit_log,
            trusted_proxies: config.listening.trusted_proxies.clone(),
        }
    }

    /// How long this address must wait, in milliseconds; `None` if it need not wait.
    pub(super) fn wait_ms(&self, of: &Limiter<IpAddr>, request: &Request) -> Option<u64> {
        let address = self.address(request.extensions(), request.headers())?;
        of.take(network(address), Instant::now()).err()
    }

    /// The client's address.
    pub(super) fn address(&self, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
        let peer = peer(extensions)?;
        Some(client_address(peer, headers, &self.trusted_proxies))
    }

    /// Whether the browser used a host other than the public one. The port does not matter, because
    /// cookies ignore it.
    pub(super) fn is_elsewhere(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        let asked = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok()?.parse::<Authority>().ok())
            .or_else(|| uri.authority().cloned());
        let public = self.public.as_str().parse::<Uri>().ok();
        let public = public.as_ref().and_then(Uri::host);
        asked
            .zip(public)
            .is_some_and(|(asked, public)| !asked.host().eq_ignore_ascii_case(public))
    }

    /// Whether the request comes from one of the desk's own pages, according to `Sec-Fetch-Site`.
    /// If the browser does not send it, `Origin` decides.
    pub(super) fn is_own_page(&self, headers: &HeaderMap) -> bool {
        match headers.get("sec-fetch-site") {
            Some(site) => site.as_bytes() == b"same-origin",
            None => headers
                .get(header::ORIGIN)
                .is_some_and(|origin| origin.as_bytes() == self.public.as_str().as_bytes()),
        }
    }
}
