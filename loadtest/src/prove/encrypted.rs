//! TLS between the instances and what they stand on: an authority of the proof's own, whose word alone is taken.

use helpline_rig::certificates::{CertificateFiles, Certificates, Validity};
use helpline_rig::{Redis, RigError, free_port};

/// By which the instances reach Postgres and Redis; certificates bear it.
const HOST: &str = "127.0.0.1";

/// Certificates of Postgres and Redis, and the port at which Redis takes TLS.
#[derive(Debug)]
pub struct Encryption {
    authority: Certificates,
    server: CertificateFiles,
    redis_port: u16,
}

impl Encryption {
    /// A new authority.
    pub fn new() -> Self {
        let authority = Certificates::new();
        Self {
            server: authority.signed("server", &[HOST], Validity::Good),
            authority,
            redis_port: free_port(),
        }
    }

    /// For `postgresql.conf`.
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

    /// What the address of the database ends with.
    pub fn query(&self) -> String {
        let authority = self.authority.authority();
        format!("?sslmode=verify-full&sslrootcert={}", authority.display())
    }

    /// A Redis that takes TLS at [`Self::redis_port`], and nothing else from the instances, which are led there.
    ///
    /// # Errors
    /// Those of the rig.
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

    /// Where Redis takes TLS.
    pub const fn redis_port(&self) -> u16 {
        self.redis_port
    }

    /// The instances' setting of the authority of Redis.
    pub fn redis_authority(&self) -> (&'static str, String) {
        let authority = self.authority.authority();
        ("HELPLINE_REDIS_CA_FILE", authority.display().to_string())
    }
}
