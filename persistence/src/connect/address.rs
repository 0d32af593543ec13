//! Parses `postgres://…` addresses, including the parameters `sslmode`, `sslrootcert`, `sslcert`
//! and `sslkey`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, Connection, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::tls;
use crate::StoreError;

/// How a connection to the server is protected. These are libpq's `sslmode` values, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsMode {
    /// Never encrypted.
    Disable,
    /// Encrypted if the server supports TLS. An attacker in the network can prevent the encryption.
    Prefer,
    /// Encrypted, but the server's certificate is not checked.
    Require,
    /// Encrypted, and a known certificate authority must have signed the server's certificate.
    VerifyCa,
    /// Like [`Self::VerifyCa`], and the certificate must also contain the requested host name.
    VerifyFull,
}

impl FromStr for TlsMode {
    type Err = AddressError;
    fn from_str(word: &str) -> Result<Self, AddressError> {
        match word {
            "disable" => Ok(Self::Disable),
            "prefer" => Ok(Self::Prefer),
            "require" => Ok(Self::Require),
            "verify-ca" => Ok(Self::VerifyCa),
            "verify-full" => Ok(Self::VerifyFull),
            _ => Err(AddressError::Mode),
        }
    }
}

/// Why a database address cannot be used. The error texts never repeat a part of the address,
/// because it may contain a password.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// The address has a scheme other than `postgres`, or none.
    #[error("must begin with postgres://")]
    Scheme,
    /// The address cannot be parsed.
    #[error("is not a Postgres address: {0}")]
    Form(String),
    /// The value of `sslmode` is unknown.
    #[error("sslmode must be disable, prefer, require, verify-ca or verify-full")]
    Mode,
    /// The address contains two `@` before its path. The part between them may belong to a
    /// password, but would be parsed as a host and shown in errors.
    #[error(
        "has a second @ before its path: in a user's name or a password, write %40 for @, %2F for / and %3F for ?"
    )]
    SecondAt,
    /// The address contains no host.
    #[error("names no host (nor does PGHOST)")]
    NoHost,
    /// The machine's own certificate authorities are used with a mode that does not check the host
    /// name.
    #[error(
        "sslmode=verify-full is needed with the machine's own certificate authorities: they sign for everyone, so that without the name any server \
         would do; or name the file of your authority by sslrootcert"
    )]
    SystemNeedsName,
    /// `sslcert` is set without `sslkey`, or `sslkey` without `sslcert`.
    #[error("sslcert and sslkey are needed together")]
    HalfIdentity,
    /// A certificate or key file cannot be used.
    #[error("{name} {}: {why}", .path.display())]
    File {
        /// The address parameter that names the file, for example `sslrootcert`.
        name: &'static str,
        /// The file's path.
        path: PathBuf,
        /// Why the file cannot be used.
        why: String,
    },
    /// The machine's own certificate authorities cannot be read.
    #[error(
        "the machine's certificate authorities cannot be read ({0}); name a file by sslrootcert"
    )]
    SystemRoots(String),
    /// The TLS library rejects the combination of the TLS parameters in the database's address.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

type TlsStream = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

/// A parsed and checked database address, with everything needed to connect.
#[derive(Clone)]
pub struct Address {
    pub(crate) config: tokio_postgres::Config,
    pub(crate) tls: MakeRustlsConnect,
    mode: TlsMode,
    remote: Option<String>,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Address")
            .field("mode", &self.mode)
            .field("remote", &self.remote)
            .finish_non_exhaustive()
    }
}

impl Address {
    /// How a connection is protected. If the address has no `sslmode`, the default is
    /// [`TlsMode::Require`] for a remote host and [`TlsMode::Prefer`] for this machine. As in
    /// libpq, setting `sslrootcert` raises the mode to [`TlsMode::VerifyCa`], and
    /// `sslrootcert=system` raises it to [`TlsMode::VerifyFull`].
    pub const fn mode(&self) -> TlsMode {
        self.mode
    }

    /// Parses only the text of the address, for [`super::completed`]. Does not check its hosts and
    /// files.
    pub(super) fn form(url: &str) -> Result<tokio_postgres::Config, AddressError> {
        Ok(parts(url)?.0)
    }

    /// Opens one database connection. The caller must poll the returned `Connection` while it uses
    /// the `Client`.
    pub(crate) async fn connect(
        self,
    ) -> Result<(Client, Connection<Socket, TlsStream>), StoreError> {
        Ok(self.config.connect(self.tls).await?)
    }

    /// The first host in the address that is not this machine, or `None`.
    pub fn remote_host(&self) -> Option<&str> {
        self.remote.as_deref()
    }
}

/// The TLS parameters of an address. They are parsed here, because tokio-postgres does not support
/// them.
#[derive(Default)]
pub(super) struct TlsParameters {
    mode: Option<TlsMode>,
    pub(super) root: Option<PathBuf>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
}

impl TlsParameters {
    /// The client's own certificate and key files, if both are set. Fails if only one is set.
    pub(super) fn identity(&self) -> Result<Option<(&PathBuf, &PathBuf)>, AddressError> {
        match (&self.certificate, &self.key) {
            (Some(certificate), Some(key)) => Ok(Some((certificate, key))),
            (None, None) => Ok(None),
            (Some(_), None) | (None, Some(_)) => Err(AddressError::HalfIdentity),
        }
    }

    /// Stores a parameter if it is one of the TLS parameters. Returns whether it is one.
    fn take(&mut self, name: &str, value: &str) -> Result<bool, AddressError> {
        let file = || {
            let path = percent_decoded(value)?;
            Ok::<_, AddressError>((!path.is_empty()).then(|| PathBuf::from(path)))
        };
        match name {
            "sslmode" => self.mode = Some(percent_decoded(value)?.parse()?),
            "sslrootcert" => self.root = file()?,
            "sslcert" => self.certificate = file()?,
            "sslkey" => self.key = file()?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    pub(super) fn uses_system_roots(&self) -> bool {
        self.root
            .as_ref()
            .is_none_or(|path| path.as_os_str() == "system")
    }

    /// The effective mode. Fails if the machine's own certificate authorities would be used without
    /// checking the host name.
    fn checked_mode(&self, is_remote: bool) -> Result<TlsMode, AddressError> {
        let mode = self.mode(is_remote);
        let is_unnamed = mode == TlsMode::VerifyCa && self.uses_system_roots();
        let is_weak = mode < TlsMode::VerifyCa && self.root.is_some() && self.uses_system_roots();
        if is_unnamed || is_weak {
            return Err(AddressError::SystemNeedsName);
        }
        Ok(mode)
    }

    fn mode(&self, is_remote: bool) -> TlsMode {
        let has_root = self.root.is_some();
        match self.mode {
            // These two rules are libpq's. With `sslrootcert=system`, only a check of the host name
            // is useful, because anyone can get a certificate from a public authority. Any other
            // root certificate makes `require` mean `verify-ca`.
            None if has_root && self.uses_system_roots() => TlsMode::VerifyFull,
            None | Some(TlsMode::Require) if has_root => TlsMode::VerifyCa,
            Some(mode) => mode,
            None if is_remote => TlsMode::Require,
            None => TlsMode::Prefer,
        }
    }
}

/// Splits an address into two parts: the TLS parameters, and everything else, which tokio-postgres
/// parses.
fn parts(url: &str) -> Result<(tokio_postgres::Config, TlsParameters), AddressError> {
    if !(url.starts_with("postgres://") || url.starts_with("postgresql://")) {
        return Err(AddressError::Scheme);
    }
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let authority = base.split_once("://").map_or(base, |(_, rest)| rest);
    if authority.matches('@').count() > 1 {
        return Err(AddressError::SecondAt);
    }
    let mut parameters = TlsParameters::default();
    let mut others = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if !parameters.take(name, value)? {
            others.push(pair);
        }
    }
    let config = format!("{base}?{}", others.join("&")).parse();
    let config = config.map_err(|error| AddressError::Form(reason(&error)))?;
    Ok((config, parameters))
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(url: &str) -> Result<Self, AddressError> {
        let (mut config, parameters) = parts(url)?;
        if config.get_hosts().is_empty() {
            // TLS needs a host name. If the address contains only an IP address, use it as the
            // name.
            for address in config.get_hostaddrs().to_vec() {
                config.host(address.to_string());
            }
        }
        if config.get_hosts().is_empty() {
            return Err(AddressError::NoHost);
        }
        let remote = remote_host(&config);
        let mode = if only_sockets(&config) {
            // Only Unix sockets: the connection does not leave the machine, and there is no host
            // name to check. libpq ignores `sslmode` in this case too.
            TlsMode::Disable
        } else {
            parameters.checked_mode(remote.is_some())?
        };
        config.ssl_mode(match mode {
            TlsMode::Disable => SslMode::Disable,
            TlsMode::Prefer => SslMode::Prefer,
            TlsMode::Require | TlsMode::VerifyCa | TlsMode::VerifyFull => SslMode::Require,
        });
        Ok(Self {
            tls: MakeRustlsConnect::new(tls::client_config(mode, &parameters)?),
            config,
            mode,
            remote,
        })
    }
}

/// Why tokio-postgres rejects the address. The text does not repeat the name of an unknown
/// parameter, because that name may be part of a password.
fn reason(error: &tokio_postgres::Error) -> String {
    let text = crate::error::chain(error);
    if text.contains("unknown option") {
        "it has a parameter that is not known".to_owned()
    } else {
        text
    }
}

fn only_sockets(config: &tokio_postgres::Config) -> bool {
    let hosts = config.get_hosts();
    !hosts.is_empty()
        && config.get_hostaddrs().is_empty()
        && hosts.iter().all(|host| matches!(host, Host::Unix(_)))
}

fn remote_host(config: &tokio_postgres::Config) -> Option<String> {
    let addresses = config.get_hostaddrs();
    if let Some(address) = addresses.iter().find(|address| !address.is_loopback()) {
        return Some(address.to_string());
    }
    if !addresses.is_empty() {
        return None;
    }
    config.get_hosts().iter().find_map(|host| match host {
        Host::Tcp(name) if !is_this_machine(name) => Some(name.clone()),
        Host::Tcp(_) | Host::Unix(_) => None,
    })
}

/// Whether the host in an address is the machine that this program runs on: `localhost` or a
/// loopback address.
pub fn is_this_machine(name: &str) -> bool {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

fn percent_decoded(text: &str) -> Result<String, AddressError> {
    let fault = || AddressError::Form("a % is not followed by two hexadecimal digits".into());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = rest.get(..2).and_then(|two| str::from_utf8(two).ok());
        bytes.push(u8::from_str_radix(digits.ok_or_else(fault)?, 16).map_err(|_| fault())?);
        rest = &rest[2..];
    }
    String::from_utf8(bytes).map_err(|_| fault())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(url: &str) -> Address {
        url.parse().unwrap_or_else(|error| panic!("{url}: {error}"))
    }

    #[test]
    fn another_machine_is_spoken_to_in_tls_unless_the_address_says_otherwise() {
        for (url, mode, remote) in [
            (
                "postgres://u@db.example/d",
                TlsMode::Require,
                Some("db.example"),
            ),
            (
                "postgresql://u@10.0.0.7:6432/d",
                TlsMode::Require,
                Some("10.0.0.7"),
            ),
            (
                "postgres://u@127.0.0.1,db.example/d",
                TlsMode::Require,
                Some("db.example"),
            ),
            (
                "postgres://u@db.example/d?sslmode=prefer",
                TlsMode::Prefer,
                Some("db.example"),
            ),
            (
                "postgres://u@db.example/d?sslmode=disable",
                TlsMode::Disable,
                Some("db.example"),
            ),
            (
                "postgres://u@db.example/d?sslmode=verify-full",
                TlsMode::VerifyFull,
                Some("db.example"),
            ),
            (
                "postgres://u@localhost/d?hostaddr=10.1.1.1",
                TlsMode::Require,
                Some("10.1.1.1"),
            ),
            ("postgres://u@127.0.0.1/d", TlsMode::Prefer, None),
            ("postgres://u@LOCALHOST/d", TlsMode::Prefer, None),
            (
                "postgres://u@[::1]/d?sslmode=require",
                TlsMode::Require,
                None,
            ),
            (
                "postgres://u@%2Fvar%2Frun/d?sslmode=require",
                TlsMode::Disable,
                None,
            ),
            ("postgres://u@/d?host=/tmp", TlsMode::Disable, None),
            (
                "postgres://u@/d?hostaddr=10.1.1.1",
                TlsMode::Require,
                Some("10.1.1.1"),
            ),
        ] {
            let address = address(url);
            assert_eq!(
                (address.mode(), address.remote_host()),
                (mode, remote),
                "{url}"
            );
        }
    }

    #[test]
    fn what_cannot_be_used_is_said_without_the_address() {
        for url in [
            "mysql://u:geheim@h/d",
            "host=h user=u password=geheim",
            "postgres://u:geheim@h/d?sslmode=allow",
            "postgres://u:geheim@h/d?sslmode=Verify-Full",
            "postgres://u:geheim@h/d?sslcert=/tmp/c",
            "postgres://u:geheim@h/d?sslrootcert=%2",
            "postgres://u:geheim@h/d?sslrootcert=/does/not/exist",
            "postgres://u:geheim@h/d?no_such=1",
            "postgres://u:geheim@h:port/d",
            "postgres://u:Aa@geheim@db.example/d",
            "postgres://u:Aa/b@geheim@db.example/d",
            "postgres://u:Aa?geheim",
            "postgres://u:geheim@/d",
            "postgres://u:geheim@h/d?sslmode=verify-ca",
            "postgres://u:geheim@h/d?sslmode=require&sslrootcert=system",
            "postgres://u:geheim@h/d?sslmode=prefer&sslrootcert=system",
        ] {
            let error = url.parse::<Address>().expect_err(url).to_string();
            assert!(!error.contains("geheim"), "{url}: {error}");
        }
    }

    #[test]
    fn a_root_raises_the_mode_as_in_libpq() {
        let parameters = |mode, root: Option<&str>| TlsParameters {
            mode,
            root: root.map(PathBuf::from),
            ..TlsParameters::default()
        };
        assert_eq!(
            parameters(None, Some("system")).mode(true),
            TlsMode::VerifyFull
        );
        assert_eq!(parameters(None, Some("/ca")).mode(true), TlsMode::VerifyCa);
        let required = Some(TlsMode::Require);
        assert_eq!(
            parameters(required, Some("/ca")).mode(true),
            TlsMode::VerifyCa
        );
        assert_eq!(parameters(required, None).mode(true), TlsMode::Require);
    }

    #[test]
    fn percent_signs_are_decoded() {
        assert_eq!(percent_decoded("a%2Fb%20c").expect("good"), "a/b c");
        for bad in ["%", "%2", "%zz", "%ff"] {
            assert!(percent_decoded(bad).is_err(), "{bad}");
        }
    }
}
