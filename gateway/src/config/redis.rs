//! Settings of Redis: addresses, certificates, and the check that requires TLS.

use std::fmt;
use std::path::PathBuf;

use clap::Args;
use helpline_persistence::connect::is_this_machine;
use redis::sentinel::{SentinelClient, SentinelClientBuilder, SentinelServerType};
use redis::{
    Client, ClientTlsConfig, ConnectionAddr, ConnectionInfo, ErrorKind, IntoConnectionInfo,
    RedisConnectionInfo, TlsCertificates, TlsMode,
};

use super::error::ConfigError;
use super::plaintext::Plaintext;
use super::values::{Hidden, pem_file};

/// The settings of Redis.
#[derive(Debug, Clone, Args)]
pub struct RedisSettings {
    /// Address of Redis or Valkey: redis://… or rediss://… (TLS). Required if there is more than one instance. For a Redis Cluster, give
    /// several nodes; with --redis-sentinel, give the Sentinels. Commas separate addresses; write a comma in a password as %2C
    #[arg(
        long,
        env = "HELPLINE_REDIS_URL",
        value_name = "URL,…",
        hide_env_values = true
    )]
    pub redis_url: Option<Hidden>,
    /// Name of the master that the Sentinels monitor. --redis-url then has the addresses of the Sentinels, with the user, password and
    /// database of the master
    #[arg(
        long,
        env = "HELPLINE_REDIS_SENTINEL",
        value_name = "NAME",
        requires = "redis_url"
    )]
    pub redis_sentinel: Option<String>,
    /// Password of the Sentinels, if they require one
    #[arg(
        long,
        env = "HELPLINE_REDIS_SENTINEL_PASSWORD",
        value_name = "TEXT",
        hide_env_values = true,
        requires = "redis_sentinel"
    )]
    pub redis_sentinel_password: Option<Hidden>,
    /// Certificate authorities for Redis, in PEM form [default: those of the machine]
    #[arg(
        long,
        env = "HELPLINE_REDIS_CA_FILE",
        value_name = "FILE",
        requires = "redis_url"
    )]
    pub redis_ca_file: Option<PathBuf>,
    /// Client certificate for Redis, in PEM form
    #[arg(
        long,
        env = "HELPLINE_REDIS_CERT_FILE",
        value_name = "FILE",
        requires = "redis_key_file"
    )]
    pub redis_cert_file: Option<PathBuf>,
    /// Private key of the client certificate, in PEM form
    #[arg(
        long,
        env = "HELPLINE_REDIS_KEY_FILE",
        value_name = "FILE",
        requires = "redis_cert_file"
    )]
    pub redis_key_file: Option<PathBuf>,
    /// How events travel through a Redis Cluster. classic: any node accepts an event and sends it to all nodes; also right without a cluster.
    /// sharded: only the master that owns the channel's slot handles an event (Redis 7 or later). Must be the same on every instance
    #[arg(
        long,
        env = "HELPLINE_REDIS_PUBSUB",
        value_name = "WAY",
        value_enum,
        default_value = "classic"
    )]
    pub redis_pubsub: RedisPubsub,
    /// Prefix of every Redis channel name, so that several desks can share one Redis; letters, digits, . _ - only [default: derived from
    /// the database's system identifier and oid]
    #[arg(long, env = "HELPLINE_REDIS_PREFIX", value_name = "TEXT")]
    pub redis_prefix: Option<String>,
}

/// How events travel through a Redis Cluster.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum RedisPubsub {
    /// SUBSCRIBE and PUBLISH on any node
    #[default]
    Classic,
    /// SSUBSCRIBE and SPUBLISH on the masters that own the slots
    Sharded,
}

/// The Redis servers from the settings, with a client for each address.
pub enum RedisServers {
    /// One server, or one node of a cluster.
    One(Box<Client>),
    /// Nodes of one cluster, with classic pub/sub. Any node can be used, because a message
    /// published on one node reaches subscribers on all nodes.
    Cluster(Vec<Client>),
    /// Nodes of one cluster, with sharded pub/sub. Each node knows the masters and their slots.
    Shards {
        /// The configured nodes of the Redis Cluster, at least one.
        nodes: Vec<Client>,
        /// Whether to refuse a master on another machine without TLS, because its password and the
        /// messages would be sent in clear text.
        this_machine_only: bool,
    },
    /// Sentinels, which know the address of the current master.
    Sentinel {
        /// Asks the Sentinels for the master and connects to it.
        sentinels: Box<SentinelClient>,
        /// The name of the master that the Sentinels monitor.
        name: String,
        /// `Some` if a master on another machine must be refused, because its password and the
        /// messages would be sent in clear text. Contains one client per Sentinel, which looks up
        /// the master's address before we connect to it.
        this_machine_only: Option<Vec<Client>>,
    },
}

/// Prints only which kind of servers is configured, because addresses may contain passwords.
impl fmt::Debug for RedisServers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::One(_) => "One",
            Self::Cluster(_) => "Cluster",
            Self::Shards { .. } => "Shards",
            Self::Sentinel { .. } => "Sentinel",
        })
    }
}

impl RedisSettings {
    /// Builds the clients of the configured servers without connecting. Returns `None` if
    /// `--redis-url` is not set.
    ///
    /// # Errors
    /// An error in these cases: an address is invalid; an address is on another machine without
    /// TLS, and `allowed` does not contain Redis; the addresses contradict each other; or a
    /// certificate file cannot be used.
    pub fn servers(&self, allowed: &[Plaintext]) -> Result<Option<RedisServers>, ConfigError> {
        let Some(urls) = self.redis_url.as_ref().map(Hidden::expose) else {
            return Ok(None);
        };
        let addresses = urls
            .split(',')
            .map(|url| self.address(url.trim(), allowed))
            .collect::<Result<Vec<_>, _>>()?;
        let is_sharded = self.redis_pubsub == RedisPubsub::Sharded;
        if let Some(name) = &self.redis_sentinel {
            if is_sharded {
                return Err(ConfigError::new(
                    "--redis-pubsub, --redis-sentinel",
                    "do not go together: sharded needs a Redis Cluster, whose masters no Sentinel watches",
                ));
            }
            return self.sentinels(name, &addresses, allowed).map(Some);
        }
        if is_sharded {
            return self.shards(addresses, allowed).map(Some);
        }
        let mut nodes = addresses
            .into_iter()
            .map(|address| self.client(address))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(match (nodes.pop(), nodes.is_empty()) {
            (Some(one), true) => Some(RedisServers::One(Box::new(one))),
            (Some(last), false) => {
                nodes.push(last);
                Some(RedisServers::Cluster(nodes))
            }
            (None, _) => None,
        })
    }

    /// Parses and checks one address of `--redis-url`.
    fn address(&self, url: &str, allowed: &[Plaintext]) -> Result<ConnectionInfo, ConfigError> {
        // Add examples of valid addresses to the error of the `redis` crate. Its error does not
        // repeat the address, which may contain a password.
        let info = url
            .into_connection_info()
            .map_err(|error| match error.kind() {
                ErrorKind::InvalidClientConfig => fault(format!(
                    "is not an address such as redis://host:6379 or rediss://host:6379 ({error}); a comma parts addresses: in a \
                     password it is written %2C"
                )),
                _ => fault(error.to_string()),
            })?;
        match info.addr() {
            ConnectionAddr::TcpTls { insecure: true, .. } => Err(fault(
                "#insecure leaves the server unchecked: name its authority by --redis-ca-file",
            )),
            ConnectionAddr::Tcp(host, _)
                if !is_this_machine(host) && !allowed.contains(&Plaintext::Redis) =>
            {
                Err(fault(format!(
                    "{host} is another machine, and redis:// lets messages travel in clear text: use rediss://, or say \
                     --allow-plaintext redis"
                )))
            }
            ConnectionAddr::Tcp(..) | ConnectionAddr::Unix(_)
                if self.redis_ca_file.is_some() || self.redis_cert_file.is_some() =>
            {
                Err(fault(
                    "certificates need an address that begins with rediss://",
                ))
            }
            _ => Ok(info),
        }
    }

    fn client(&self, address: ConnectionInfo) -> Result<Client, ConfigError> {
        let client = if is_tls(&address) {
            Client::build_with_tls(address, self.certificates()?)
        } else {
            Client::open(address)
        };
        client.map_err(|error| fault(error.to_string()))
    }

    fn shards(
        &self,
        addresses: Vec<ConnectionInfo>,
        allowed: &[Plaintext],
    ) -> Result<RedisServers, ConfigError> {
        let is_path = |one: &ConnectionInfo| matches!(one.addr(), ConnectionAddr::Unix(_));
        if addresses.iter().any(is_path) {
            return Err(ConfigError::new(
                "--redis-pubsub",
                "sharded needs addresses with host and port: the other nodes of the cluster are reached by theirs",
            ));
        }
        Ok(RedisServers::Shards {
            nodes: addresses
                .into_iter()
                .map(|address| self.client(address))
                .collect::<Result<_, _>>()?,
            this_machine_only: !allowed.contains(&Plaintext::Redis),
        })
    }

    fn sentinels(
        &self,
        name: &str,
        addresses: &[ConnectionInfo],
        allowed: &[Plaintext],
    ) -> Result<RedisServers, ConfigError> {
        let Some(first) = addresses.first() else {
            return Err(fault("names no Sentinel"));
        };
        let master = first.redis_settings();
        let fits = |one: &ConnectionInfo| {
            let redis = one.redis_settings();
            is_tls(one) == is_tls(first)
                && (redis.username(), redis.password(), redis.db())
                    == (master.username(), master.password(), master.db())
        };
        if !addresses.iter().all(fits) {
            return Err(fault(
                "must say the same of all Sentinels but their hosts and ports: they lead to one master",
            ));
        }
        let broken = |error: redis::RedisError| fault(error.to_string());
        let hosts = addresses.iter().map(|address| address.addr().clone());
        let mut builder = SentinelClientBuilder::new(hosts, name, SentinelServerType::Master)
            .map_err(broken)?
            .set_client_to_redis_db(master.db());
        if let Some(user) = master.username() {
            builder = builder.set_client_to_redis_username(user);
        }
        if let Some(password) = master.password() {
            builder = builder.set_client_to_redis_password(password);
        }
        if let Some(password) = &self.redis_sentinel_password {
            builder = builder.set_client_to_sentinel_password(password.expose());
        }
        if is_tls(first) {
            builder = builder
                .set_client_to_redis_tls_mode(TlsMode::Secure)
                .set_client_to_redis_certificates(self.certificates()?)
                .set_client_to_sentinel_certificates(self.certificates()?);
        }
        let one = |address: &ConnectionInfo| {
            let settings = match &self.redis_sentinel_password {
                Some(password) => RedisConnectionInfo::default().set_password(password.expose()),
                None => RedisConnectionInfo::default(),
            };
            Client::open(address.clone().set_redis_settings(settings)).map_err(broken)
        };
        let this_machine_only = if is_tls(first) || allowed.contains(&Plaintext::Redis) {
            None
        } else {
            Some(addresses.iter().map(one).collect::<Result<_, _>>()?)
        };
        Ok(RedisServers::Sentinel {
            sentinels: Box::new(builder.build().map_err(broken)?),
            name: name.to_owned(),
            this_machine_only,
        })
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

fn fault(why: impl Into<String>) -> ConfigError {
    ConfigError::new("--redis-url", why)
}

fn is_tls(address: &ConnectionInfo) -> bool {
    matches!(address.addr(), ConnectionAddr::TcpTls { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn servers(url: &str, allowed: &[Plaintext]) -> Result<Option<RedisServers>, String> {
        with_sentinel(url, None, allowed)
    }

    fn settings(url: &str, name: Option<&str>, redis_pubsub: RedisPubsub) -> RedisSettings {
        RedisSettings {
            redis_url: Some(url.into()),
            redis_sentinel: name.map(str::to_owned),
            redis_sentinel_password: None,
            redis_ca_file: None,
            redis_cert_file: None,
            redis_key_file: None,
            redis_pubsub,
            redis_prefix: None,
        }
    }

    fn with_sentinel(
        url: &str,
        name: Option<&str>,
        allowed: &[Plaintext],
    ) -> Result<Option<RedisServers>, String> {
        settings(url, name, RedisPubsub::Classic)
            .servers(allowed)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn addresses_that_cannot_be_used_are_refused_at_once() {
        for url in [
            "redis://a:1,redis://b:2",
            "redis://127.0.0.1:1,",
            "redis://127.0.0.1:1,127.0.0.1:2",
            "redis://127.0.0.1/abc",
            "redis://",
            "http://127.0.0.1",
            "127.0.0.1:6379",
            "rediss://cache.example/#insecure",
        ] {
            let error = servers(url, &[]).expect_err(url);
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
            assert!(servers(url, &[]).expect(url).is_some(), "{url}");
        }
    }

    #[test]
    fn clear_text_to_another_machine_is_refused_unless_it_is_allowed() {
        let error = servers("redis://:geheim@cache.example", &[]).expect_err("in clear text");
        assert!(error.contains("--allow-plaintext redis"), "{error}");
        assert!(!error.contains("geheim"), "{error}");
        assert!(servers("redis://cache.example", &[Plaintext::Redis]).is_ok());
    }

    #[test]
    fn several_addresses_are_a_cluster_or_sentinels() {
        let both = "redis://127.0.0.1:1, redis://localhost:2";
        let cluster = servers(both, &[]).expect("a cluster");
        assert!(matches!(cluster, Some(RedisServers::Cluster(nodes)) if nodes.len() == 2));
        let sentinels = with_sentinel(both, Some("desk"), &[]).expect("Sentinels");
        assert!(matches!(
            sentinels,
            Some(RedisServers::Sentinel {
                this_machine_only: Some(_),
                ..
            })
        ));
        let one = with_sentinel("rediss://:x@cache.example:26379", Some("desk"), &[]);
        assert!(matches!(
            one,
            Ok(Some(RedisServers::Sentinel {
                this_machine_only: None,
                ..
            }))
        ));
        for unlike in [
            "redis://127.0.0.1:1,rediss://localhost:2",
            "redis://:geheim@127.0.0.1:1,redis://127.0.0.1:2",
            "redis://127.0.0.1:1/0,redis://127.0.0.1:2/1",
        ] {
            let error = with_sentinel(unlike, Some("desk"), &[]).expect_err(unlike);
            assert!(
                error.contains("the same") && !error.contains("geheim"),
                "{error}"
            );
        }
    }

    #[test]
    fn shards_are_found_by_one_node_or_several_and_not_by_sentinels() {
        let sharded = |url, name| {
            settings(url, name, RedisPubsub::Sharded)
                .servers(&[])
                .map_err(|error| error.to_string())
        };
        for (urls, many) in [
            ("redis://127.0.0.1:1", 1),
            ("redis://127.0.0.1:1,rediss://cache.example", 2),
        ] {
            let servers = sharded(urls, None).expect(urls);
            assert!(
                matches!(servers, Some(RedisServers::Shards { nodes, this_machine_only: true }) if nodes.len() == many),
                "{urls}"
            );
        }
        let error = sharded("redis://127.0.0.1:1", Some("desk")).expect_err("Sentinels");
        assert!(
            error.contains("--redis-pubsub") && error.contains("--redis-sentinel"),
            "{error}"
        );
        let error = sharded("redis+unix:///run/redis.sock", None).expect_err("a path");
        assert!(error.contains("--redis-pubsub"), "{error}");
    }
}
