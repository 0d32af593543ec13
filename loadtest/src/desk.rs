//! The desk under test: one that runs already, or one that the rig starts for the run.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use clap::Args;
use helpline_rig::{Gateway, Postgres, Redis};
use tokio::task::JoinSet;
use tokio_postgres::{Client, NoTls};

use crate::error::LoadError;

/// Rows that outlive a power cut are what a desk is measured with: the rig's test settings are taken back. WAL files, once made, are kept to
/// be used again.
const DURABLE: &[(&str, &str)] = &[("fsync", "on"), ("full_page_writes", "on"), ("min_wal_size", "1GB")];
/// The rig's own; it listens on this machine alone and is gone after the run.
pub(crate) const RIG_SECRET: &str = "the load generator's secret which is gone with the rig";
pub(crate) const RIG_PASSWORD: &str = "rig";
/// Everything comes from one address here.
const RIG_CONNECTIONS_MAX: &str = "100000";

/// Which desk.
#[derive(Debug, Clone, Args)]
pub struct DeskArgs {
    /// Instances of a desk that runs already: http://host:port,…
    #[arg(long, value_delimiter = ',', value_name = "URL,…", conflicts_with = "rig", required_unless_present = "rig")]
    urls: Vec<String>,
    /// The secret that the desk's tokens are signed with
    #[arg(long, env = "HELPLINE_JWT_SECRET", hide_env_values = true, required_unless_present = "rig")]
    jwt_secret: Option<String>,
    /// The desk's Postgres, as an administrator: makes tickets, reads the truth
    #[arg(long, env = "HELPLINE_ADMIN_DATABASE_URL", hide_env_values = true, required_unless_present = "rig")]
    database_url: Option<String>,
    /// Start Postgres, Redis and gateways for this run
    #[arg(long)]
    pub rig: bool,
    /// The gateway's binary, with --rig; otherwise HELPLINE_BIN, otherwise the one beside this program
    #[arg(long, value_name = "FILE")]
    bin: Option<PathBuf>,
    /// Gateways to start, with --rig; otherwise as many as the scenario needs
    #[arg(long, value_name = "N")]
    instances: Option<usize>,
    /// A setting of the started gateways, NAME=VALUE
    #[arg(long = "set", value_name = "NAME=VALUE")]
    settings: Vec<String>,
    /// Keep the gateways' logs in this directory
    #[arg(long, value_name = "DIR")]
    logs: Option<PathBuf>,
}

/// What a scenario needs of a rig.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Gateways, unless told otherwise.
    pub instances: usize,
    /// Further settings of theirs.
    pub settings: &'static [(&'static str, &'static str)],
    /// How they hear of each other.
    pub relay: Relay,
}

/// The relay between instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relay {
    /// A Redis of its own.
    Redis,
    /// None: a single instance.
    InProcess,
}

/// A desk under test.
#[derive(Debug)]
pub struct Desk {
    /// The instances' sockets.
    pub sockets: Vec<String>,
    /// Postgres as an administrator.
    pub admin_url: String,
    /// Signs tokens.
    pub secret: String,
    /// What was started for it.
    pub rig: Option<Rig>,
}

/// A started desk. Gateways end before what they stand on.
#[derive(Debug)]
pub struct Rig {
    /// In order of `Desk::sockets`.
    pub gateways: Vec<Gateway>,
    /// The relay.
    pub redis: Option<Redis>,
    /// The record.
    pub postgres: Postgres,
}

impl Desk {
    /// Takes the running desk, or starts one.
    ///
    /// # Errors
    /// Those of the rig.
    pub async fn open(args: &DeskArgs, plan: Plan) -> Result<Self, LoadError> {
        if args.rig {
            return Self::start(args, plan).await;
        }
        Ok(Self {
            sockets: args.urls.iter().map(|url| socket(url)).collect(),
            admin_url: args.database_url.clone().ok_or(LoadError::Usage("--database-url is missing"))?,
            secret: args.jwt_secret.clone().ok_or(LoadError::Usage("--jwt-secret is missing"))?,
            rig: None,
        })
    }

    async fn start(args: &DeskArgs, plan: Plan) -> Result<Self, LoadError> {
        let binary = args.bin.clone().map_or_else(Gateway::find_binary, Ok)?;
        let postgres = Postgres::start_temporary_with(DURABLE).await?;
        let admin_url = postgres.admin_url("postgres");
        migrate(&binary, &admin_url)?;
        let redis = match plan.relay {
            Relay::Redis => Some(Redis::start_new().await?),
            Relay::InProcess => None,
        };
        let mut gateways = Vec::new();
        for n in 0..args.instances.unwrap_or(plan.instances) {
            let mut spec = Gateway::spec()
                .binary(&binary)
                .env("HELPLINE_DATABASE_URL", postgres.url_for("helpline_service", RIG_PASSWORD, "postgres"))
                .env("HELPLINE_JWT_SECRET", RIG_SECRET)
                .env("HELPLINE_CONNECTIONS_MAX", RIG_CONNECTIONS_MAX)
                .env("HELPLINE_CONNECTIONS_PER_ADDRESS_MAX", RIG_CONNECTIONS_MAX)
                .env("HELPLINE_LOG", "warn");
            for (name, value) in plan.settings {
                spec = spec.env(*name, *value);
            }
            for (name, value) in args.settings.iter().filter_map(|setting| setting.split_once('=')) {
                spec = spec.env(name, value);
            }
            if let Some(redis) = &redis {
                spec = spec.env("HELPLINE_REDIS_URL", redis.url());
            }
            if let Some(dir) = &args.logs {
                spec = spec.log(dir.join(format!("gateway-{}.log", n + 1)));
            }
            gateways.push(spec.start().await?);
        }
        let sockets = gateways.iter().map(Gateway::ws_url).collect();
        Ok(Self { sockets, admin_url, secret: RIG_SECRET.into(), rig: Some(Rig { gateways, redis, postgres }) })
    }

    /// A connection as an administrator.
    ///
    /// # Errors
    /// Those of Postgres.
    pub async fn admin(&self) -> Result<Admin, LoadError> {
        connect(&self.admin_url).await
    }
}

/// A connection to the record at this address.
///
/// # Errors
/// Those of Postgres.
pub async fn connect(admin_url: &str) -> Result<Admin, LoadError> {
    let (client, connection) = tokio_postgres::connect(admin_url, NoTls).await.map_err(LoadError::postgres("connecting to the record"))?;
    let mut driver = JoinSet::new();
    driver.spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(%error, "the administrator's connection ended");
        }
    });
    // The SQL of tests names no schema.
    client.batch_execute("set search_path = helpline, public").await.map_err(LoadError::postgres("finding the schema"))?;
    Ok(Admin { client, _driver: driver })
}

/// An administrator's connection, with the task that drives it.
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
        .map_err(|error| LoadError::Program { program: "helpline migrate", why: error.to_string() })?;
    if output.status.success() {
        return Ok(());
    }
    let why = format!("{}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    Err(LoadError::Program { program: "helpline migrate", why })
}

/// `http://host:port` → `ws://host:port/v1/ws`; a socket's address stays as it is.
fn socket(url: &str) -> String {
    if url.starts_with("ws") {
        return url.to_owned();
    }
    format!("{}/v1/ws", url.trim_end_matches('/').replacen("http", "ws", 1))
}

/// Thousands of sockets need as many descriptors, here and in the gateways, which inherit ours.
pub fn raise_descriptor_limit() {
    let us = std::process::id().to_string();
    for wanted in ["200000:", "65536:", "20000:"] {
        let mut command = Command::new("prlimit");
        command.args(["--pid", &us, &format!("--nofile={wanted}")]).stdout(Stdio::null()).stderr(Stdio::null());
        if command.status().is_ok_and(|status| status.success()) {
            return;
        }
    }
    tracing::warn!("the limit of open files could not be raised; many connections may fail");
}
