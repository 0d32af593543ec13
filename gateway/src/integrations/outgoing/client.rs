//! The HTTP client.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{Request, Response};
use helpline_core::limits;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig};
use ureq::unversioned::resolver::{DefaultResolver, Resolver};
use ureq::unversioned::transport::DefaultConnector;

use super::fault::OutgoingFault;
use super::refusal::Refusal;
use super::resolver::CheckedResolver;
use super::target::Target;
use super::trust::Trust;

/// An HTTP client for requests to other services.
#[derive(Clone)]
pub struct HttpClient {
    agent: ureq::Agent,
    trust: Trust,
    bytes_max: u64,
}

impl HttpClient {
    /// Makes a client that trusts the certificate authorities of the machine and those in
    /// `authorities` (PEM). A request takes at most `timeout_ms` milliseconds, and the body of its
    /// answer has at most `bytes_max` bytes.
    pub fn new(trust: Trust, authorities: Option<&[u8]>, timeout_ms: u64, bytes_max: u64) -> Self {
        let resolver = DefaultResolver::default();
        Self::with_resolver(resolver, trust, authorities, timeout_ms, bytes_max)
    }

    /// Makes the client of requests whose URL an admin of the desk typed. `allowed` is
    /// `--outgoing-allow`.
    pub fn for_admins(allowed: Vec<crate::config::AllowedTarget>) -> Self {
        Self::new(
            Trust::Admin(allowed),
            None,
            limits::OUTGOING_TIMEOUT_MS,
            limits::OUTGOING_ANSWER_BYTES_MAX,
        )
    }

    /// Like [`Self::new`], but looks up hosts with this resolver.
    pub(super) fn with_resolver(
        resolver: impl Resolver,
        trust: Trust,
        authorities: Option<&[u8]>,
        timeout_ms: u64,
        bytes_max: u64,
    ) -> Self {
        let timeout = Duration::from_millis(timeout_ms);
        let connect = timeout.min(Duration::from_millis(limits::OUTGOING_CONNECT_TIMEOUT_MS));
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(timeout))
            .timeout_resolve(Some(connect))
            .timeout_connect(Some(connect))
            .max_redirects(0)
            .proxy(None)
            // A connection that is kept open would be used without another check of its address.
            .max_idle_connections(0)
            .max_response_header_size(limits::OUTGOING_HEADER_BYTES_MAX)
            // The remaining time is computed before each write, so a write must not be long.
            .output_buffer_size(limits::OUTGOING_BUFFER_BYTES)
            .input_buffer_size(limits::OUTGOING_BUFFER_BYTES)
            .tls_config(TlsConfig::builder().root_certs(roots(authorities)).build())
            .http_status_as_error(false)
            .accept_encoding("identity")
            .user_agent("helpline");
        let resolver = CheckedResolver {
            inner: resolver,
            trust: trust.clone(),
        };
        Self {
            agent: ureq::Agent::with_parts(config.build(), DefaultConnector::default(), resolver),
            trust,
            bytes_max,
        }
    }

    /// Checks a URL without a lookup of its host, for instance before it is saved. Sends nothing.
    ///
    /// # Errors
    /// The rule that refuses the URL.
    pub fn check_url(&self, url: &str) -> Result<Target, Refusal> {
        let target = Target::parse(url)?;
        self.trust.check_url(&target)?;
        Ok(target)
    }

    /// Sends a request and returns the answer, even if the answer has an error status or is a
    /// redirect. Blocks the thread, so run it in tokio's blocking thread pool.
    ///
    /// # Errors
    /// See [`OutgoingFault`].
    pub fn call(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, OutgoingFault> {
        let target = self.check_url(&request.uri().to_string())?;
        let host = target.host().to_string();
        if request.body().len() > limits::OUTGOING_REQUEST_BYTES_MAX {
            return Err(OutgoingFault::RequestTooLarge { host });
        }
        let (mut head, body) = request.into_parts();
        head.uri = target.uri().clone();
        let failed = |error: ureq::Error| OutgoingFault::of_library(host.clone(), error);
        let answer = self
            .agent
            .run(Request::from_parts(head, body))
            .map_err(failed)?;
        let (parts, mut body) = answer.into_parts();
        // The library refuses a body as soon as it has as many bytes as its limit.
        let limit = self.bytes_max.saturating_add(1);
        let bytes = body.with_config().limit(limit).read_to_vec();
        Ok(Response::from_parts(parts, bytes.map_err(failed)?))
    }
}

/// The certificate authorities of the machine and those in `authorities`. If both lists are empty,
/// the authorities that Mozilla trusts.
fn roots(authorities: Option<&[u8]>) -> RootCerts {
    let found = rustls_native_certs::load_native_certs();
    let machine = found
        .certs
        .iter()
        .map(|one| Certificate::from_der(one).to_owned());
    let named =
        ureq::tls::parse_pem(authorities.unwrap_or_default()).filter_map(|item| match item {
            Ok(PemItem::Certificate(one)) => Some(one),
            _ => None,
        });
    let all: Vec<_> = machine.chain(named).collect();
    if all.is_empty() {
        RootCerts::WebPki
    } else {
        RootCerts::Specific(Arc::new(all))
    }
}
