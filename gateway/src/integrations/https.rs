//! HTTP requests to other services. They are limited in time and size, and do not follow redirects.
//! TLS is required, except for a service on this machine. The calls block, so run them in tokio's
//! blocking thread pool.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{Request, Response, Uri};
use helpline_persistence::connect::is_this_machine;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig};

/// An HTTP client for one service.
#[derive(Clone)]
pub struct HttpClient {
    agent: ureq::Agent,
    bytes_max: u64,
}

/// Why an HTTP request to another service failed.
#[derive(Debug, thiserror::Error)]
pub enum HttpFault {
    /// The URL is `http` on another machine.
    #[error("{0} is not https, and not on this machine")]
    ClearText(String),
    /// The service did not answer in time, its answer was too large, or its certificate is not
    /// trusted.
    #[error("asking {host}")]
    Failed {
        /// The host of the request's URL.
        host: String,
        /// The error of the HTTP library.
        source: Box<ureq::Error>,
    },
}

impl HttpClient {
    /// Makes a client that trusts the certificate authorities of the machine and those in
    /// `authorities` (PEM). A request takes at most `timeout_ms` milliseconds, and its answer has
    /// at most `bytes_max` bytes.
    pub fn new(authorities: Option<&[u8]>, timeout_ms: u64, bytes_max: u64) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_millis(timeout_ms)))
            .max_redirects(0)
            .proxy(None)
            .tls_config(TlsConfig::builder().root_certs(roots(authorities)).build())
            .http_status_as_error(false)
            .user_agent("helpline");
        Self {
            agent: config.build().new_agent(),
            bytes_max,
        }
    }

    /// Sends a request and returns the answer, even if the answer has an error status. Blocks the
    /// thread.
    ///
    /// # Errors
    /// See [`HttpFault`].
    pub fn call(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, HttpFault> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        if !is_private(request.uri()) {
            return Err(HttpFault::ClearText(host));
        }
        let failed = |source: ureq::Error| HttpFault::Failed {
            host: host.clone(),
            source: Box::new(source),
        };
        let (parts, mut body) = self.agent.run(request).map_err(failed)?.into_parts();
        let bytes = body.with_config().limit(self.bytes_max).read_to_vec();
        Ok(Response::from_parts(parts, bytes.map_err(failed)?))
    }
}

/// Whether requests to `uri` are protected on the network: it is `https`, or `http` on this
/// machine.
pub fn is_private(uri: &Uri) -> bool {
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => uri.host().is_some_and(is_this_machine),
        _ => false,
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
