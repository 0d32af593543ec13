//! The gateways that a benchmark measures, with their own Postgres and Redis.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use helpline_rig::{Gateway, Postgres, Redis};
use tokio::task::JoinSet;
use tokio_postgres::{Client, NoTls};

use crate::error::LoadError;

/// Postgres settings for durable writes, which a benchmark measures. They override the rig's fast
/// settings. WAL files are kept and recycled.
const DURABLE: &[(&str, &str)] = &[
    ("fsync", "on"),
    ("full_page_writes", "on"),
    ("min_wal_size", "1GB"),
];
/// Secrets of the benchmark's servers. The servers listen only on this machine and stop at the end
/// of the run.
pub(crate) const RIG_SECRET: &str = "the load generator's secret which is gone with the rig";
pub(crate) const RIG_PASSWORD: &str = "rig";
/// Limit of connections per address. It is high, because all clients connect from one address.
const RIG_CONNECTIONS_MAX: &str = "100000";

/// What a scenario requires from the servers.
#[derive(Debug, Clone)]
pub struct TargetSpec {
    /// Path of the gateway's binary. The default is `HELPLINE_BIN`, or else `helpline` in the
    /// directory of this program.
    pub binary: Option<PathBuf>,
    /// Number of gateways to start.
    pub instances: usize,
    /// Additional settings of the gateways, each as `NAME=VALUE`. A later setting overrides an
    /// earlier setting of the same name.
    pub settings: Vec<String>,
    /// How the instances exchange events.
    pub relay: Relay,
    /// Directory for the gateways' logs.
    pub logs: PathBuf,
}

/// How gateway instances exchange events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relay {
    /// The instances exchange events through a private Redis server.
    Redis,
    /// No events are exchanged: there is no Redis and only one instance.
    InProcess,
}

/// Running gateways with their database. Fields are dropped in order: gateways end before the
/// servers that they depend on.
#[derive(Debug)]
pub struct Target {
    pub gateways: Vec<Gateway>,
    /// The Redis server that relays events between instances; `None` for a single instance.
    pub redis: Option<Redis>,
    pub postgres: Postgres,
    /// URL for connecting to the database as an administrator.
    pub admin_url: String,
}

impl Target {
    /// Starts the servers and migrates the database.
    ///
    /// # Errors
    /// If a server does not start or the migration fails.
    pub async fn start(spec: &TargetSpec) -> Result<Self, LoadError> {
        let binary = spec.binary.clone().map_or_else(Gateway::find_binary, Ok)?;
        let postgres = Postgres::start_temporary_with(DURABLE).await?;
        let admin_url = postgres.admin_url("postgres");
        migrate(&binary, &admin_url)?;
        let redis = match spec.relay {
            Relay::Redis => Some(Redis::start_new().await?),
            Relay::InProcess => None,
        };
        let mut gateways = Vec::new();
        for n in 0..spec.instances {
            let mut gateway = Gateway::spec()
                .binary(&binary)
                .with_metrics()
                .env(
                    "HELPLINE_DATABASE_URL",
                    postgres.url_for("helpline_service", RIG_PASSWORD, "postgres"),
                )
                .env("HELPLINE_JWT_SECRET", RIG_SECRET)
                .env("HELPLINE_CONNECTIONS_MAX", RIG_CONNECTIONS_MAX)
                .env("HELPLINE_CONNECTIONS_PER_ADDRESS_MAX", RIG_CONNECTIONS_MAX)
                .env("HELPLINE_LOG", "warn")
                .log(spec.logs.join(format!("gateway-{}.log", n + 1)));
            for (name, value) in spec
                .settings
                .iter()
                .filter_map(|setting| setting.split_once('='))
            {
                gateway = gateway.env(name, value);
            }
            if let Some(redis) = &redis {
                gateway = gateway.env("HELPLINE_REDIS_URL", redis.url());
            }
            gateways.push(gateway.start().await?);
        }
        Ok(Self {
            gateways,
            redis,
            postgres,
            admin_url,
        })
    }

    /// The WebSocket URL of instance `n`, modulo the number of instances.
    pub fn socket(&self, n: usize) -> String {
        self.gateways[n % self.gateways.len()].ws_url()
    }

    /// Connects to the database as an administrator.
    ///
    /// # Errors
    /// If Postgres refuses the connection.
    pub async fn admin(&self) -> Result<Admin, LoadError> {
        connect(&self.admin_url).await
    }
}

/// Connects to the database at this URL.
///
/// # Errors
/// If Postgres refuses the connection.
pub async fn connect(admin_url: &str) -> Result<Admin, LoadError> {
    let (client, connection) = tokio_postgres::connect(admin_url, NoTls)
        .await
        .map_err(LoadError::postgres("connecting to the database"))?;
    let mut driver = JoinSet::new();
    driver.spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(%error, "the administrator's connection ended");
        }
    });
    // Set the search path, because the SQL of tests does not name the schema.
    client
        .batch_execute("set search_path = helpline, public")
        .await
        .map_err(LoadError::postgres("finding the schema"))?;
    Ok(Admin {
        client,
        _driver: driver,
    })
}

/// An administrator's database connection, with the background task that drives it.
#[derive(Debug)]
pub struct Admin {
    client: Client,
    _driver: JoinSet<()>,
}

impl std::ops::Deref for Admin {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.client
    }
}

impl std::ops::DerefMut for Admin {
    fn deref_mut(&mut self) -> &mut Client {
        &mut self.client
    }
}

pub(crate) fn migrate(binary: &std::path::Path, admin_url: &str) -> Result<(), LoadError> {
    let output = Command::new(binary)
        .arg("migrate")
        .env("HELPLINE_ADMIN_DATABASE_URL", admin_url)
        .env("HELPLINE_RUNTIME_PASSWORD", RIG_PASSWORD)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| LoadError::Program {
            program: "helpline migrate",
            why: error.to_string(),
        })?;
    if output.status.success() {
        return Ok(());
    }
    let why = format!(
        "{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Err(LoadError::Program {
        program: "helpline migrate",
        why,
    })
}

/// Raises the limit of open file descriptors for this process and for the gateways, which inherit
/// the limit. Thousands of sockets need as many descriptors.
pub fn raise_descriptor_limit() {
    let us = std::process::id().to_string();
    for wanted in ["200000:", "65536:", "20000:"] {
        let mut command = Command::new("prlimit");
        command
            .args(["--pid", &us, &format!("--nofile={wanted}")])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if command.status().is_ok_and(|status| status.success()) {
            return;
        }
    }
    tracing::warn!("the limit of open files could not be raised; many connections may fail");
}
