//! The address of Redis, its certificates, and whether it may be spoken to in clear text.

use std::path::PathBuf;

use clap::Args;
use helpline_persistence::connect::is_this_machine;
use redis::{ClientTlsConfig, ConnectionAddr, ErrorKind, IntoConnectionInfo, TlsCertificates};

use super::error::ConfigError;
use super::plaintext::Plaintext;
use super::values::{Hidden, pem_file};

/// How Redis is reached.
#[derive(Debug, Clone, Args)]
pub struct RedisSettings {
    /// Redis or Valkey, redis://… or rediss://… (TLS); needed when there is more than one instance
    #[arg(
        long,
        env = "HELPLINE_REDIS_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub redis_url: Option<Hidden>,
    /// Certificate authorities of Redis, in PEM form [default: the machine's]
    #[arg(
        long,
        env = "HELPLINE_REDIS_CA_FILE",
        value_name = "FILE",
        requires = "redis_url"
    )]
    pub redis_ca_file: Option<PathBuf>,
    /// Certificate that this instance shows to Redis, in PEM form
    #[arg(
        long,
        env = "HELPLINE_REDIS_CERT_FILE",
        value_name = "FILE",
        requires = "redis_key_file"
    )]
    pub redis_cert_file: Option<PathBuf>,
    /// Key of that certificate, in PEM form
    #[arg(
        long,
        env = "HELPLINE_REDIS_KEY_FILE",
        value_name = "FILE",
        requires = "redis_cert_file"
    )]
    pub redis_key_file: Option<PathBuf>,
    /// Begins every Redis channel name, so that several desks can share one Redis: letters, digits, . _ - only [default: names the
    /// database, by its cluster's identifier and its oid]
    #[arg(long, env = "HELPLINE_REDIS_PREFIX", value_name = "TEXT")]
    pub redis_prefix: Option<String>,
}

impl RedisSettings {
    /// What connects to Redis, if there is one; connects to nothing yet.
    ///
    /// # Errors
    /// An address that cannot be used, one of another machine without TLS that is not in `allowed`, or a file that cannot be used.
    pub fn client(&self, allowed: &[Plaintext]) -> Result<Option<redis::Client>, ConfigError> {
        let Some(url) = self.redis_url.as_ref().map(Hidden::expose) else {
            return Ok(None);
        };
        let fault = |why: String| ConfigError::new("--redis-url", why);
        // The crate's own error would not repeat the address either, but says less.
        let info = url
            .into_connection_info()
            .map_err(|error| match error.kind() {
                ErrorKind::InvalidClientConfig => fault(format!(
                    "is not an address such as redis://host:6379 or rediss://host:6379 ({error})"
                )),
                _ => fault(error.to_string()),
            })?;
        let client = match info.addr() {
            ConnectionAddr::TcpTls { insecure: true, .. } => {
                return Err(fault(
                    "#insecure leaves the server unchecked: name its authority by --redis-ca-file"
                        .into(),
                ));
            }
            ConnectionAddr::TcpTls { .. } => {
                redis::Client::build_with_tls(info, self.certificates()?)
            }
            ConnectionAddr::Tcp(host, _)
                if !is_this_machine(host) && !allowed.contains(&Plaintext::Redis) =>
            {
                return Err(fault(format!(
                    "{host} is another machine, and redis:// lets messages travel in clear text: use rediss://, or say \
                     --allow-plaintext redis"
                )));
            }
            _ if self.redis_ca_file.is_some() || self.redis_cert_file.is_some() => {
                return Err(fault(
                    "certificates need an address that begins with rediss://".into(),
                ));
            }
            _ => redis::Client::open(info),
        };
        client.map(Some).map_err(|error| fault(error.to_string()))
    }

    fn certificates(&self) -> Result<TlsCertificates, ConfigError> {
        let identity = self
            .redis_cert_file
            .as_deref()
            .zip(self.redis_key_file.as_deref());
        Ok(TlsCertificates {
            client_tls: match identity {
                Some((cert, key)) => Some(ClientTlsConfig {
                    client_cert: pem_file("--redis-cert-file", cert)?,
                    client_key: pem_file("--redis-key-file", key)?,
                }),
                None => None,
            },
            root_cert: match &self.redis_ca_file {
                Some(path) => Some(pem_file("--redis-ca-file", path)?),
                None => None,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(url: &str, allowed: &[Plaintext]) -> Result<Option<redis::Client>, String> {
        let settings = RedisSettings {
            redis_url: Some(url.into()),
            redis_ca_file: None,
            redis_cert_file: None,
            redis_key_file: None,
            redis_prefix: None,
        };
        settings.client(allowed).map_err(|error| error.to_string())
    }

    #[test]
    fn addresses_that_cannot_be_used_are_refused_at_once() {
        for url in [
            "redis://a:1,redis://b:2",
            "redis://127.0.0.1/abc",
            "redis://",
            "http://127.0.0.1",
            "127.0.0.1:6379",
            "rediss://cache.example/#insecure",
        ] {
            let error = client(url, &[]).expect_err(url);
            assert!(error.contains("--redis-url"), "{url}: {error}");
        }
        for url in [
            "redis://127.0.0.1:6379",
            "redis://user:secret@localhost/3",
            "valkey://[::1]:6379",
            "rediss://cache.example:6380",
            "valkeys://cache.example",
            "redis+unix:///run/redis.sock",
        ] {
            assert!(client(url, &[]).expect(url).is_some(), "{url}");
        }
    }

    #[test]
    fn clear_text_to_another_machine_is_refused_unless_it_is_allowed() {
        let error = client("redis://:geheim@cache.example", &[]).expect_err("in clear text");
        assert!(error.contains("--allow-plaintext redis"), "{error}");
        assert!(!error.contains("geheim"), "{error}");
        assert!(client("redis://cache.example", &[Plaintext::Redis]).is_ok());
    }
}
