//! What the routes of signing in share.

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

/// What the routes share.
pub(super) struct OwnSignIn {
    pub(super) provider: Provider,
    /// The desk's address, as browsers know it.
    pub(super) public: Origin,
    pub(super) begun: PurposeKeys,
    pub(super) sessions: PurposeKeys,
    pub(super) desk_tokens: DeskTokens,
    pub(super) session_hours: u32,
    /// Steps of sign-ins, and tokens, of an address.
    pub(super) steps: Limiter<IpAddr>,
    pub(super) tokens: Limiter<IpAddr>,
    /// Refused sign-ins.
    pub(super) audit_log: Arc<AuditLog>,
    trusted_proxies: Vec<Cidr>,
}

impl OwnSignIn {
    /// Of these settings.
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

    /// How long an address has to wait; none: not at all.
    pub(super) fn wait_ms(&self, of: &Limiter<IpAddr>, request: &Request) -> Option<u64> {
        let address = self.address(request.extensions(), request.headers())?;
        of.take(network(address), Instant::now()).err()
    }

    /// Where a request comes from.
    pub(super) fn address(&self, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
        let peer = peer(extensions)?;
        Some(client_address(peer, headers, &self.trusted_proxies))
    }

    /// Whether the browser asks at another host than the public one. Cookies are a host's, whatever its port is.
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

    /// Whether a page of the desk's asks, as far as the browser says. Without a word from it, only the address of the page counts.
    pub(super) fn is_own_page(&self, headers: &HeaderMap) -> bool {
        match headers.get("sec-fetch-site") {
            Some(site) => site.as_bytes() == b"same-origin",
            None => headers
                .get(header::ORIGIN)
                .is_some_and(|origin| origin.as_bytes() == self.public.as_str().as_bytes()),
        }
    }
}
