//! Parses URLs of outgoing requests. The parser is the one of browsers (WHATWG), so that every
//! spelling of a host has one normal form before it is judged.

use axum::http::Uri;
use helpline_core::limits;
use helpline_persistence::connect::is_this_machine;
use url::{Host, Url};

use super::refusal::Refusal;

/// A URL that the desk can send a request to, in its normal form. [`Trust`](super::Trust) decides
/// whether it may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    uri: Uri,
    host: Host<String>,
    port: u16,
    is_encrypted: bool,
}

impl Target {
    /// Parses a URL.
    ///
    /// # Errors
    /// The text is no URL, or a URL that no outgoing request may have: with another scheme than
    /// `https` and `http`, with a user, or with port 0.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        // The parser would remove control characters and surrounding spaces.
        let is_plain = !text.chars().any(char::is_control) && text.trim() == text;
        if !is_plain || text.len() > limits::OUTGOING_URL_BYTES_MAX {
            return Err(Refusal::Url);
        }
        let mut url = Url::parse(text).map_err(|_| Refusal::Url)?;
        let is_encrypted = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(Refusal::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::User);
        }
        let port = url.port_or_known_default().unwrap_or_default();
        if port == 0 {
            return Err(Refusal::Port(port));
        }
        url.set_fragment(None);
        let host = url.host().ok_or(Refusal::Url)?.to_owned();
        let uri: Uri = url.as_str().parse().map_err(|_| Refusal::Url)?;
        // Two parsers have read this URL. If they disagree, one of them connects elsewhere.
        if uri.host() != url.host_str() || uri.port_u16() != url.port() {
            return Err(Refusal::Url);
        }
        Ok(Self {
            uri,
            host,
            port,
            is_encrypted,
        })
    }

    /// The URL in its normal form, without a fragment.
    pub const fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The host: a name in lower case and ASCII, or an address.
    pub const fn host(&self) -> &Host<String> {
        &self.host
    }

    /// The port, also if it is the default port of the scheme.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Whether the request uses TLS.
    pub const fn is_encrypted(&self) -> bool {
        self.is_encrypted
    }
}

/// Whether requests to `uri` cannot be read on the network: it is `https`, or `http` on this
/// machine.
pub fn is_protected(uri: &Uri) -> bool {
    match uri.scheme_str() {
        Some("https") => true,
        Some("http") => uri.host().is_some_and(is_this_machine),
        _ => false,
    }
}
