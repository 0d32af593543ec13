//! The state that the routes for signing in through the OpenID provider share.

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

pub(super) struct OwnSignIn {
    pub(super) provider: Provider,
    /// The desk's public origin, such as `https://support.example.com`.
    pub(super) public: Origin,
    pub(super) begun: PurposeKeys,
    pub(super) sessions: PurposeKeys,
    pub(super) desk_tokens: DeskTokens,
    pub(super) session_hours: u32,
    /// Limits the sign-in steps of each client address. `tokens` limits the token requests of each
    /// address.
    pub(super) steps: Limiter<IpAddr>,
    pub(super) tokens: Limiter<IpAddr>,
    /// Records refused sign-ins in `access_log`.
    pub(super) audit_log: Arc<AuditLog>,
    trusted_proxies: Vec<Cidr>,
}

impl OwnSignIn {
    /// Builds the shared sign-in state from the configuration.
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

    /// How long the client's address must wait according to this limiter, in milliseconds. `None`
    /// if the request is within the limit.
    pub(super) fn wait_ms(&self, of: &Limiter<IpAddr>, request: &Request) -> Option<u64> {
        let address = self.address(request.extensions(), request.headers())?;
        of.take(network(address), Instant::now()).err()
    }

    /// The IP address of the client, taken from `X-Forwarded-For` if the peer is a trusted proxy.
    pub(super) fn address(&self, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
        let peer = peer(extensions)?;
        Some(client_address(peer, headers, &self.trusted_proxies))
    }

    /// Whether the browser requested a host other than the desk's public host. The port is ignored,
    /// because cookies do not depend on it.
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
    /// If the browser does not send this header, `Origin` is used.
    pub(super) fn is_own_page(&self, headers: &HeaderMap) -> bool {
        match headers.get("sec-fetch-site") {
            Some(site) => site.as_bytes() == b"same-origin",
            None => headers
                .get(header::ORIGIN)
                .is_some_and(|origin| origin.as_bytes() == self.public.as_str().as_bytes()),
        }
    }
}
