//! The origin of a site, as browsers write it in the `Origin` header.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Maximum characters of a host name.
const HOST_CHARS_MAX: usize = 253;
/// Maximum characters of each label of a host name.
const LABEL_CHARS_MAX: usize = 63;

/// Scheme, host and port exactly as browsers write them in `Origin`, such as `https://www.example`
/// or `http://127.0.0.1:8080`. Web clients implement the same rule. The cases in
/// `core/tests/cases/origins.json` test both implementations.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Origin(String);

impl Origin {
    /// Returns the origin as text, to compare with an `Origin` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Origin {
    type Err = &'static str;

    /// # Errors
    /// A sentence for people that says which rule the text breaks.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (rest, default_port) = if let Some(rest) = text.strip_prefix("https://") {
            (rest, "443")
        } else if let Some(rest) = text.strip_prefix("http://") {
            (rest, "80")
        } else {
            return Err("must begin with https:// or http://");
        };
        if rest.contains(['/', '?', '#', '@', '*']) || rest.contains(char::is_whitespace) {
            return Err("must be only scheme, host and port, without wildcards");
        }
        if !rest.is_ascii() || rest.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err("must be in lower-case ASCII, as browsers send it");
        }
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (rest, None),
        };
        if port == Some(default_port) {
            return Err("must not name the default port: browsers leave it out");
        }
        if port.is_some_and(|port| !is_port(port)) {
            return Err("the port must be 1 to 65535");
        }
        if !is_host(host) {
            return Err("must have the name or address of a host, as browsers send it");
        }
        Ok(Self(text.to_owned()))
    }
}

fn is_port(text: &str) -> bool {
    let port = text.parse::<u16>().unwrap_or(0);
    port > 0 && port.to_string() == text
}

fn is_host(host: &str) -> bool {
    if let Some(inside) = host.strip_prefix('[') {
        let address = inside.strip_suffix(']').and_then(|text| text.parse().ok());
        return address.is_some_and(|address| host == bracketed(address));
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    // Browsers treat a host whose last label is a number as an IPv4 address.
    if last.starts_with("0x") || last.bytes().all(|b| b.is_ascii_digit()) {
        let address = host.parse::<Ipv4Addr>();
        return address.is_ok_and(|address| address.to_string() == host);
    }
    host.len() <= HOST_CHARS_MAX && host.split('.').all(is_label)
}

/// Whether the text is a valid label of a host name. An origin becomes part of a content security
/// policy, where a semicolon would start another directive.
fn is_label(label: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    (1..=LABEL_CHARS_MAX).contains(&label.len())
        && label.bytes().all(fits)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Formats an IPv6 address as browsers do: they never write the last two groups as an IPv4 address.
fn bracketed(address: Ipv6Addr) -> String {
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] => format!("[::ffff:{high:x}:{low:x}]"),
        _ => format!("[{address}]"),
    }
}
