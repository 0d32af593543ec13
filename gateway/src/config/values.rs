//! Types of settings that are checked while they are parsed. Their fields are private, so every value of such a type is valid.

use helpline_core::limits;
use helpline_core::origin::Origin;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::str::FromStr;

use helpline_persistence::connect::is_this_machine;

use super::error::ConfigError;

/// Minimum length of a secret, in bytes. HS256 uses a 256-bit hash, and a shorter secret would
/// weaken the signature.
pub(super) const SECRET_BYTES_MIN: usize = 32;

/// Prefix of the `kid` of the desk's own keys. A `kid` in the settings must not begin with it.
const RESERVED_KIDS: &str = "helpline-";

/// Text that must not be printed: a secret, or an address that may contain a password. Parsing
/// never fails, because clap would print the value in its error. The code that uses the text
/// validates it. Trailing white space is removed, because files often end in a line break and no
/// secret ends in white space on purpose.
#[derive(Clone)]
pub struct Hidden {
    text: String,
    was_trimmed: bool,
}

impl PartialEq for Hidden {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Hidden {}

impl Hidden {
    /// The text. Do not log or print it.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Whether trailing white space was removed from the text while it was parsed.
    pub const fn was_trimmed(&self) -> bool {
        self.was_trimmed
    }
}

impl From<String> for Hidden {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&str> for Hidden {
    fn from(text: &str) -> Self {
        let trimmed = text.trim_end();
        Self {
            was_trimmed: trimmed.len() < text.len(),
            text: trimmed.to_owned(),
        }
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// A secret that verifies HS256 tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenSecret {
    kid: Option<String>,
    secret: Hidden,
}

impl TokenSecret {
    /// Makes a secret that has no `kid`.
    ///
    /// # Errors
    /// The secret is shorter than 32 bytes.
    pub fn plain(secret: &Hidden) -> Result<Self, ConfigError> {
        if secret.expose().len() < SECRET_BYTES_MIN {
            return Err(ConfigError::new(
                "--jwt-secret",
                format!("must have at least {SECRET_BYTES_MIN} bytes"),
            ));
        }
        Ok(Self {
            kid: None,
            secret: secret.clone(),
        })
    }

    /// Parses `KID=SECRET`: a secret that verifies only tokens with this `kid`.
    ///
    /// # Errors
    /// There is no `=`, the `kid` is empty or reserved for the desk's own keys, or the secret is shorter than 32 bytes.
    pub fn with_kid(pair: &Hidden) -> Result<Self, ConfigError> {
        let fault = |why: String| ConfigError::new("--jwt-secret-for-kid", why);
        let (kid, secret) = pair
            .expose()
            .split_once('=')
            .ok_or_else(|| fault("must have the form KID=SECRET".into()))?;
        if kid.is_empty() {
            return Err(fault("must name the key before the =".into()));
        }
        if kid.starts_with(RESERVED_KIDS) {
            return Err(fault(format!(
                "names that begin with {RESERVED_KIDS} are the desk's own"
            )));
        }
        if secret.len() < SECRET_BYTES_MIN {
            return Err(fault(format!(
                "must have at least {SECRET_BYTES_MIN} bytes after the ="
            )));
        }
        Ok(Self {
            kid: Some(kid.to_owned()),
            secret: secret.into(),
        })
    }

    /// The `kid` that a token must have, if any.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The secret itself, which is the HMAC key.
    pub fn bytes(&self) -> &[u8] {
        self.secret.expose().as_bytes()
    }
}

/// Address of a key set (JWKS): `https`, or `http` on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JwksUrl(String);

impl JwksUrl {
    /// The URL, exactly as the operator wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for JwksUrl {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        https_or_here(text)?;
        Ok(Self(text.to_owned()))
    }
}

/// Checks a URL to which the desk sends requests. It must be `https`, or `http` on this machine,
/// and must not contain a user name.
///
/// # Errors
/// The rule that the URL breaks.
pub(super) fn https_or_here(text: &str) -> Result<(), &'static str> {
    let uri: axum::http::Uri = text.parse().map_err(|_| "not a URL")?;
    let host = uri.host().ok_or("a URL with a host is needed")?;
    if uri
        .authority()
        .is_some_and(|authority| authority.as_str().contains('@'))
    {
        return Err("must not contain a user");
    }
    usable_port(&uri)?;
    match uri.scheme_str() {
        Some("https") => Ok(()),
        Some("http") if is_this_machine(host) => Ok(()),
        Some("http") => Err("must be https, unless it is on this machine"),
        _ => Err("must begin with https://"),
    }
}

/// Parses an address to listen on. Host names are refused, because a name can have several
/// addresses.
///
/// # Errors
/// A text that describes the expected form.
pub fn listen_address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(
        |_| "must be an address and a port: 127.0.0.1:8080 for this machine only, 0.0.0.0:8080 or [::]:8080 for all networks",
    )
}

/// Checks that the port of a URL, if there is one, is between 1 and 65535. `Uri` itself accepts any
/// digits.
///
/// # Errors
/// The rule that the port breaks.
pub(super) fn usable_port(uri: &axum::http::Uri) -> Result<(), &'static str> {
    let after_host = uri
        .authority()
        .and_then(|authority| {
            let text = authority.as_str();
            let (_, host_and_port) = text.rsplit_once('@').unwrap_or(("", text));
            host_and_port.strip_prefix(authority.host())
        })
        .unwrap_or_default();
    let is_usable = |port: &str| {
        port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
    };
    match after_host.strip_prefix(':') {
        Some(port) if !is_usable(port) => Err("the port must be 1 to 65535"),
        _ => Ok(()),
    }
}

/// A block of addresses such as `10.0.0.0/8`, or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cidr {
    network: IpAddr,
    prefix_bits: u32,
}

impl Cidr {
    /// Whether the block contains the address. An IPv4-mapped IPv6 address (`::ffff:…`) counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.network, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                masked_v4(network, self.prefix_bits) == masked_v4(address, self.prefix_bits)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                masked_v6(network, self.prefix_bits) == masked_v6(address, self.prefix_bits)
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

fn masked_v4(address: Ipv4Addr, bits: u32) -> u32 {
    address.to_bits() & u32::MAX.checked_shl(32 - bits).unwrap_or(0)
}

fn masked_v6(address: Ipv6Addr, bits: u32) -> u128 {
    address.to_bits() & u128::MAX.checked_shl(128 - bits).unwrap_or(0)
}

impl FromStr for Cidr {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (address, bits) = text
            .split_once('/')
            .map_or((text, None), |(address, bits)| (address, Some(bits)));
        let network: IpAddr = address
            .parse()
            .map_err(|_| "not an address block such as 10.0.0.0/8")?;
        let bits_max = if network.is_ipv4() { 32 } else { 128 };
        let prefix_bits = match bits {
            None => bits_max,
            Some(bits) => bits
                .parse()
                .ok()
                .filter(|bits| *bits <= bits_max)
                .ok_or("the prefix is not a number of bits")?,
        };
        Ok(Self {
            network,
            prefix_bits,
        })
    }
}

/// Reads the PEM file that a setting names.
///
/// # Errors
/// The file cannot be read or contains no PEM block.
pub(super) fn pem_file(setting: &'static str, path: &Path) -> Result<Vec<u8>, ConfigError> {
    let bytes =
        std::fs::read(path).map_err(|error| ConfigError::new(setting, error.to_string()))?;
    if bytes.windows(10).any(|ten| ten == b"-----BEGIN") {
        Ok(bytes)
    } else {
        Err(ConfigError::new(setting, "has nothing in PEM form"))
    }
}

/// The warning for a secret whose trailing white space was removed. `None` if nothing was removed.
pub fn trimmed_warning(setting: &str, secret: &Hidden) -> Option<String> {
    secret
        .was_trimmed()
        .then(|| format!("{setting} ended in white space, which was removed"))
}

/// Parses `--public-url`. Browsers display an origin with a trailing slash, so one trailing slash is accepted.
pub fn public_url(text: &str) -> Result<Origin, &'static str> {
    if text.chars().count() > limits::PUBLIC_URL_CHARS_MAX {
        return Err("is longer than 2,000 characters");
    }
    text.strip_suffix('/').unwrap_or(text).parse()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_holds_its_addresses_and_mapped_ones() {
        let block: Cidr = "10.1.0.0/16".parse().expect("a block");
        assert!(block.contains("10.1.255.3".parse().expect("v4")));
        assert!(block.contains("::ffff:10.1.0.9".parse().expect("mapped")));
        assert!(!block.contains("10.2.0.1".parse().expect("v4")));
        assert!(
            "0.0.0.0/0"
                .parse::<Cidr>()
                .expect("all")
                .contains("8.8.8.8".parse().expect("v4"))
        );
        assert!(
            "::1"
                .parse::<Cidr>()
                .expect("one")
                .contains("::1".parse().expect("v6"))
        );
        assert!(
            "::/0"
                .parse::<Cidr>()
                .expect("all")
                .contains("fe80::1".parse().expect("v6"))
        );
        for bad in ["10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/-1", "all"] {
            assert!(bad.parse::<Cidr>().is_err(), "{bad}");
        }
    }

    #[test]
    fn key_sets_come_over_https_or_from_this_machine() {
        for good in [
            "https://id.example/keys",
            "http://127.0.0.1:9/keys",
            "http://localhost/keys",
            "http://[::1]:9/keys",
        ] {
            assert!(good.parse::<JwksUrl>().is_ok(), "{good}");
        }
        for bad in [
            "http://id.example/keys",
            "http://localhost.example/keys",
            "ftp://a/b",
            "https://",
            "keys",
            "https://u:p@id.example/",
            "https://id.example:0/keys",
            "https://id.example:65536/keys",
        ] {
            assert!(bad.parse::<JwksUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn secrets_are_long_and_never_shown() {
        let long = "s".repeat(SECRET_BYTES_MIN);
        assert!(TokenSecret::plain(&Hidden::from(long.as_str())).is_ok());
        assert!(TokenSecret::plain(&Hidden::from(&long[1..])).is_err());
        let named =
            TokenSecret::with_kid(&Hidden::from(format!("k1={long}"))).expect("a named secret");
        assert_eq!(named.kid(), Some("k1"));
        assert!(!format!("{named:?}").contains(&long));
        assert!(TokenSecret::with_kid(&Hidden::from(format!("={long}"))).is_err());
        let reserved = TokenSecret::with_kid(&Hidden::from(format!("helpline-desk={long}")));
        assert!(reserved.is_err());
    }
}
