//! TLS between the gateways and their Postgres and Redis. The run creates a certificate authority,
//! and the gateways trust no other authority.

use helpline_rig::certificates::{CertificateFiles, Certificates, Validity};
use helpline_rig::{Redis, RigError, free_port};

/// The host name at which the gateways reach Postgres and Redis. The certificates contain this
/// name.
const HOST: &str = "127.0.0.1";

/// The certificates of Postgres and Redis, and the TLS port of Redis.
#[derive(Debug)]
pub struct Encryption {
    authority: Certificates,
    server: CertificateFiles,
    redis_port: u16,
}

impl Encryption {
    /// Creates a certificate authority and a server certificate.
    pub fn new() -> Self {
        let authority = Certificates::new();
        Self {
            server: authority.signed("server", &[HOST], Validity::Good),
            authority,
            redis_port: free_port(),
        }
    }

    /// The TLS settings for `postgresql.conf`.
    pub fn of_postgres(&self) -> [(&'static str, String); 3] {
        [
            ("ssl", "on".to_owned()),
            (
                "ssl_cert_file",
                self.server.certificate.display().to_string(),
            ),
            ("ssl_key_file", self.server.key.display().to_string()),
        ]
    }

    /// The query string of the database URL, which makes the gateway verify the server's
    /// certificate.
    pub fn query(&self) -> String {
        let authority = self.authority.authority();
        format!("?sslmode=verify-full&sslrootcert={}", authority.display())
    }

    /// Starts a Redis that accepts TLS at [`Self::redis_port`]. The gateways know only this port,
    /// not the port without TLS.
    ///
    /// # Errors
    /// If Redis does not start.
    pub async fn start_redis(&self) -> Result<Redis, RigError> {
        let (certificate, key) = (
            self.server.certificate.display().to_string(),
            self.server.key.display().to_string(),
        );
        Redis::start_new_with(&[
            ("tls-port", &self.redis_port.to_string()),
            ("tls-cert-file", &certificate),
            ("tls-key-file", &key),
            (
                "tls-ca-cert-file",
                &self.authority.authority().display().to_string(),
            ),
            ("tls-auth-clients", "no"),
        ])
        .await
    }

    /// The TLS port of Redis.
    pub const fn redis_port(&self) -> u16 {
        self.redis_port
    }

    /// The gateways' setting that names the certificate authority for Redis.
    pub fn redis_authority(&self) -> (&'static str, String) {
        let authority = self.authority.authority();
        ("HELPLINE_REDIS_CA_FILE", authority.display().to_string())
    }
}
