//! The deployment of a test run: a private Postgres, Redis and gateways, with a proxy on each
//! network link to inject faults.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use helpline_rig::{Dump, Gateway, GatewaySpec, PgBouncer, PoolMode, Postgres, Proxy, RigError};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

use super::background;
use super::encrypted::Encryption;
use super::plan::LANES;
use super::relay::Relay;
use crate::error::LoadError;
use crate::target;

/// More bytes than the files of the longest run have, so that no quota is met.
const UPLOAD_BYTES_MAX: &str = "1073741824";
/// Heartbeat interval of the gateways, in milliseconds. It is short, so that a half-open connection
/// is detected within the load test run.
const HEARTBEAT_MS: &str = "4000";
/// Limit of connections per address. It is high, because all clients connect from one address.
const CONNECTIONS_MAX: &str = "100000";
/// Time limit for an instance to become ready. An instance that exits in this time is started
/// again.
const START_TIMEOUT: Duration = Duration::from_secs(90);
/// Delay between two attempts to start an instance.
const START_PAUSE: Duration = Duration::from_secs(1);
/// Size of the database's small disk, in MiB. A test can fill the disk quickly, and it has room for
/// the database and its WAL.
const DISK_MIB: u32 = 700;

/// The database's name. It is not Postgres's default database, so it can be dropped and restored
/// while the cluster runs.
pub const DATABASE: &str = "desk";
/// The role that owns and migrates the database. As on a hosted Postgres, it is not a superuser.
/// A dump contains only roles whose names begin with `helpline_`, so it contains this role.
/// Injected faults use the superuser instead.
const ADMINISTRATOR: &str = "helpline_administrator";
/// Additional Postgres settings. The rig also turns off `fsync`. That loses no data, because a load
/// test run kills processes but does not cut the power.
const SETTINGS: [(&str, &str); 4] = [
    ("max_wal_size", "128MB"),
    ("wal_level", "replica"),
    ("hot_standby", "on"),
    ("restart_after_crash", "on"),
];

/// Settings for building the deployment.
#[derive(Debug, Clone)]
pub struct TestClusterSpec {
    pub binary: PathBuf,
    /// Number of gateways.
    pub instances: usize,
    /// Additional settings of the gateways, as environment variables.
    pub settings: Vec<(String, String)>,
    /// The pool mode of a PgBouncer between the instances and Postgres; `None` for no PgBouncer.
    pub pooler: Option<PoolMode>,
    /// Whether the instances connect to Postgres and Redis by TLS and verify their certificates.
    pub tls: bool,
    /// Whether Redis consists of a master, a replica and a Sentinel.
    pub sentinel: bool,
    /// Directory for the gateways' logs.
    pub logs: PathBuf,
    /// Whether the database is on a small disk that a fault can fill.
    pub small_disk: bool,
    /// The name of the promise that is broken on purpose, to test the checker. The gateways receive
    /// the name as a setting and break the promise. If functions or triggers in the database ensure
    /// the promise, the load test run replaces or drops them.
    pub sabotage: Option<String>,
    /// The gateways' setting that adds test consumers, timers and deliveries.
    pub probe: Option<(String, String)>,
}

/// A running deployment. Fields are dropped in the order of their declaration, which is the order
/// in which the servers must end.
#[derive(Debug)]
pub struct TestCluster {
    pub spec: TestClusterSpec,
    pub gateways: Vec<Gateway>,
    /// The proxies between clients and instances: one list per instance, with one proxy per lane
    /// (group of clients).
    pub lanes: Vec<Vec<Proxy>>,
    /// The proxy between each instance and Redis, or between each instance and the Sentinel if
    /// there is one.
    pub redis_links: Vec<Proxy>,
    pub relay: Relay,
    /// The PgBouncer between the instances and the proxy to Postgres, if there is one. Never read;
    /// it stops when it is dropped.
    _pooler: Option<PgBouncer>,
    /// The proxy in front of Postgres. The instances, or their PgBouncer, connect through it.
    pub postgres_link: Proxy,
    /// The standby database, until it is promoted.
    pub standby: Mutex<Option<Postgres>>,
    /// The primary database server. After a promotion, this is the former standby.
    pub postgres: Mutex<Postgres>,
    /// The small disk that a fault can fill, if the database uses one.
    pub disk: Option<Disk>,
    /// The certificates, if the instances use TLS.
    encryption: Option<Encryption>,
}

impl TestCluster {
    /// Starts all servers and proxies of the deployment.
    ///
    /// # Errors
    /// If a server does not start or the migration fails.
    pub async fn start(spec: &TestClusterSpec) -> Result<Self, LoadError> {
        let disk = if spec.small_disk { Disk::mount() } else { None };
        let encryption = spec.tls.then(Encryption::new);
        let postgres = start_postgres(disk.as_ref(), encryption.as_ref(), "first").await?;
        postgres
            .create_owned_database(DATABASE, ADMINISTRATOR, target::RIG_PASSWORD)
            .await?;
        let administrator_url = postgres.url_for(ADMINISTRATOR, target::RIG_PASSWORD, DATABASE);
        target::migrate(&spec.binary, &administrator_url)?;
        break_functions(&postgres, spec.sabotage.as_deref()).await?;
        background::create_tables(&target::connect(&postgres.admin_url(DATABASE)).await?).await?;
        let relay = if spec.sentinel {
            Relay::start_watched().await?
        } else {
            Relay::start_one(encryption.as_ref()).await?
        };
        let postgres_link = Proxy::start(postgres.port()).await?;
        let pooler = match spec.pooler {
            Some(mode) => Some(start_pooler(postgres_link.port(), mode).await?),
            None => None,
        };
        let port = pooler
            .as_ref()
            .map_or(postgres_link.port(), PgBouncer::port);
        let url = postgres.url_for("helpline_service", target::RIG_PASSWORD, DATABASE);
        let query = encryption
            .as_ref()
            .map(Encryption::query)
            .unwrap_or_default();
        let database_url =
            url.replace(&format!(":{}/", postgres.port()), &format!(":{port}/")) + &query;
        let (mut gateways, mut lanes, mut redis_links) = (Vec::new(), Vec::new(), Vec::new());
        for n in 0..spec.instances {
            let (scheme, redis_port) = match &encryption {
                Some(encryption) => ("rediss", encryption.redis_port()),
                None => ("redis", relay.port()),
            };
            let link = Proxy::start(redis_port).await?;
            let mut gateway = Gateway::spec()
                .binary(&spec.binary)
                .env("HELPLINE_DATABASE_URL", &database_url)
                .env(
                    "HELPLINE_POOLER",
                    spec.pooler.map_or("session", PoolMode::word),
                )
                .env(
                    "HELPLINE_REDIS_URL",
                    format!("{scheme}://127.0.0.1:{}", link.port()),
                )
                .env("HELPLINE_JWT_SECRET", target::RIG_SECRET)
                .env("HELPLINE_CONNECTIONS_MAX", CONNECTIONS_MAX)
                .env("HELPLINE_CONNECTIONS_PER_ADDRESS_MAX", CONNECTIONS_MAX)
                .env("HELPLINE_CONNECTIONS_PER_USER_MAX", CONNECTIONS_MAX)
                .env("HELPLINE_FRAMES_ADDRESS_FACTOR", "100000")
                .env("HELPLINE_HEARTBEAT_MS", HEARTBEAT_MS)
                .env("HELPLINE_LOG", "warn,helpline_gateway::refused_sends=debug")
                .log(spec.logs.join(format!("gateway-{}.log", n + 1)));
            gateway = with_files(gateway, &spec.logs);
            if let Some((name, value)) = relay.setting() {
                gateway = gateway.env(name, value);
            }
            if let Some((name, value)) = encryption.as_ref().map(Encryption::redis_authority) {
                gateway = gateway.env(name, value);
            }
            for (name, value) in spec.settings.iter().chain(&spec.probe) {
                gateway = gateway.env(name, value);
            }
            if let Some(promise) = &spec.sabotage {
                gateway = gateway.env("HELPLINE_SABOTAGE", promise);
            }
            let gateway = gateway.start().await?;
            let mut ways = Vec::new();
            for _ in 0..LANES {
                ways.push(Proxy::start(gateway.port()).await?);
            }
            gateways.push(gateway);
            lanes.push(ways);
            redis_links.push(link);
        }
        let (standby, postgres) = (Mutex::new(None), Mutex::new(postgres));
        Ok(Self {
            spec: spec.clone(),
            gateways,
            lanes,
            redis_links,
            relay,
            _pooler: pooler,
            postgres_link,
            standby,
            postgres,
            disk,
            encryption,
        })
    }

    /// The URL for connecting to the current primary database as the superuser.
    pub async fn admin_url(&self) -> String {
        self.postgres.lock().await.admin_url(DATABASE)
    }

    /// Dumps the deployment's database.
    ///
    /// # Errors
    /// If the dump fails.
    pub async fn dump(&self, postgres: &Postgres) -> Result<Dump, LoadError> {
        Ok(postgres.dump(DATABASE).await?)
    }

    /// Kills the database server, restores a dump into a new cluster and connects the instances to
    /// it.
    ///
    /// # Errors
    /// If the new cluster does not start or the restore fails.
    pub async fn restore_elsewhere(
        &self,
        dump: &Dump,
        postgres: &mut Postgres,
    ) -> Result<(), LoadError> {
        // Start the new cluster before killing the old server. The database is then unavailable
        // only while the dump is restored.
        let name = format!("{:08x}", rand::random::<u32>());
        let other = start_postgres(self.disk.as_ref(), self.encryption.as_ref(), &name).await?;
        postgres.kill9().await?;
        other.restore(dump, DATABASE).await?;
        reach_restored_ids(&other).await?;
        self.postgres_link.redirect(other.port());
        *postgres = other;
        Ok(())
    }

    /// Drops the deployment's database and restores a dump under the same name.
    ///
    /// # Errors
    /// If the database cannot be dropped or the restore fails.
    pub async fn restore_here(&self, dump: &Dump, postgres: &Postgres) -> Result<(), LoadError> {
        postgres.drop_database(DATABASE).await?;
        Ok(postgres.restore(dump, DATABASE).await?)
    }

    /// Starts an instance as an orchestrator does: if the instance exits because the database is
    /// unavailable, it is started again.
    ///
    /// # Errors
    /// If the instance is not ready within [`START_TIMEOUT`].
    pub async fn start_gateway(&self, n: usize) -> Result<(), LoadError> {
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            match self.gateways[n].start().await {
                Ok(()) => return Ok(()),
                Err(RigError::Failed { .. }) if Instant::now() < deadline => {
                    sleep(START_PAUSE).await
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Makes the database accept or reject writes.
    ///
    /// # Errors
    /// If Postgres refuses a statement.
    pub async fn takes_writes(&self, takes: bool) -> Result<(), LoadError> {
        let admin = target::connect(&self.admin_url().await).await?;
        let change = if takes {
            "alter system reset default_transaction_read_only"
        } else {
            "alter system set default_transaction_read_only = on"
        };
        // Two calls, because `alter system` cannot run inside a transaction.
        for statement in [change, "select pg_reload_conf()"] {
            admin
                .batch_execute(statement)
                .await
                .map_err(LoadError::postgres("changing whether writes are taken"))?;
        }
        Ok(())
    }

    /// The WebSocket URLs of all instances for the clients of a network lane (the clients behind
    /// one proxy), with the preferred instance first.
    pub fn sockets(&self, preferred: usize, lane: usize) -> Vec<String> {
        let instances = self.lanes.len();
        (0..instances)
            .map(|n| {
                format!(
                    "ws://127.0.0.1:{}/v1/ws",
                    self.lanes[(preferred + n) % instances][lane].port()
                )
            })
            .collect()
    }

    /// Ends every fault that the fault plan may have left active, because the final checks of a
    /// load test run require working components.
    ///
    /// # Errors
    /// If a component does not recover.
    pub async fn repair(&self) -> Result<(), LoadError> {
        if let Some(disk) = &self.disk {
            disk.free();
        }
        self.postgres_link.resume();
        let postgres = self.postgres.lock().await;
        postgres.thaw();
        if postgres.pid().is_none() || postgres.has_ended() {
            postgres.start().await?;
        }
        self.postgres_link.lead_to(postgres.port());
        drop(postgres);
        self.takes_writes(true).await?;
        self.relay.fix().await?;
        for proxy in self.redis_links.iter().chain(self.lanes.iter().flatten()) {
            proxy.resume();
        }
        for (n, gateway) in self.gateways.iter().enumerate() {
            gateway.thaw();
            if gateway.ended().is_some() || gateway.pid().is_none() {
                self.start_gateway(n).await?;
            }
        }
        Ok(())
    }
}

/// Breaks a promise that functions or triggers in the database ensure, by replacing or dropping
/// them. Does nothing for other promises.
async fn break_functions(postgres: &Postgres, promise: Option<&str>) -> Result<(), LoadError> {
    let sql = match promise {
        Some("foreign-rows") => include_str!("../../sql/sabotage_foreign_rows.sql"),
        Some("window-by-number") => include_str!("../../sql/sabotage_window_by_number.sql"),
        Some("passed-failures") => include_str!("../../sql/sabotage_passed_failures.sql"),
        Some("kept-tickets") => include_str!("../../sql/sabotage_kept_tickets.sql"),
        _ => return Ok(()),
    };
    let admin = target::connect(&postgres.admin_url(DATABASE)).await?;
    admin
        .batch_execute(sql)
        .await
        .map_err(LoadError::postgres("breaking the database's functions"))
}

async fn start_pooler(port: u16, mode: PoolMode) -> Result<PgBouncer, LoadError> {
    let login = ("helpline_service", target::RIG_PASSWORD);
    Ok(PgBouncer::start_before(port, mode, &[login], "", "").await?)
}

/// Starts a new Postgres cluster on `disk`, or in a temporary directory if there is none.
async fn start_postgres(
    disk: Option<&Disk>,
    encryption: Option<&Encryption>,
    name: &str,
) -> Result<Postgres, LoadError> {
    let of_tls = encryption.map(Encryption::of_postgres);
    let of_tls = of_tls.iter().flatten();
    let mut settings: Vec<_> = of_tls
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    settings.extend(SETTINGS);
    let Some(disk) = disk else {
        return Ok(Postgres::start_temporary_with(&settings).await?);
    };
    settings.extend([("fsync", "off"), ("max_connections", "300")]);
    Ok(Postgres::start_in_with(disk.place.join(name), &settings).await?)
}

/// A small in-memory file system that only the database uses. Unmounted on drop.
#[derive(Debug)]
pub struct Disk {
    place: PathBuf,
}

impl Disk {
    /// Mounts the database's small disk. Returns `None` without root or if mounting fails. Faults
    /// that fill the disk are then reported as not executed.
    fn mount() -> Option<Self> {
        unmount_orphans();
        let place = Path::new("/var/tmp").join(format!("helpline-disk-{}", std::process::id()));
        std::fs::create_dir_all(&place).ok()?;
        let size = format!("size={DISK_MIB}m,mode=755");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(&place)
            .stderr(Stdio::null())
            .status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self { place });
        }
        let _ = std::fs::remove_dir(&place);
        None
    }

    /// Fills the disk to the last byte.
    pub fn fill(&self) {
        let filler = format!("of={}", self.place.join("filler").display());
        let _ = Command::new("dd")
            .args(["if=/dev/zero", "bs=1M", &filler])
            .stderr(Stdio::null())
            .status();
    }

    /// Removes the file that fills the disk.
    pub fn free(&self) {
        let _ = std::fs::remove_file(self.place.join("filler"));
    }
}

/// Unmounts the small disks of test runs that were killed before they could unmount them.
fn unmount_orphans() {
    for entry in std::fs::read_dir("/var/tmp")
        .into_iter()
        .flatten()
        .flatten()
    {
        let name = entry.file_name();
        let maker = name
            .to_str()
            .and_then(|name| name.strip_prefix("helpline-disk-"))
            .and_then(|pid| pid.parse::<u32>().ok());
        if maker.is_some_and(|pid| !Path::new("/proc").join(pid.to_string()).exists()) {
            drop(Disk {
                place: entry.path(),
            });
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount")
            .arg("--lazy")
            .arg(&self.place)
            .status();
        let _ = std::fs::remove_dir(&self.place);
    }
}

/// Makes a new cluster assign transaction ids up to those that the restored rows contain, so that
/// the next writes get the ids of restored rows. Otherwise it would depend on the machine's speed
/// whether a run meets them.
///
/// # Errors
/// If Postgres refuses a statement.
async fn reach_restored_ids(restored: &Postgres) -> Result<(), LoadError> {
    let admin = target::connect(&restored.admin_url(DATABASE)).await?;
    // Setup wrote the earliest rows. The load's rows begin well before the median.
    let assign = "do $$
        declare
          v_first bigint := (select percentile_disc(0.5) within group (order by xid::text::bigint)
                             from helpline.support_ticket_activity);
        begin
          while pg_current_xact_id()::text::bigint < v_first loop
            commit;
          end loop;
        end $$";
    // One call for each statement, because the loop commits.
    for statement in ["set synchronous_commit = off", assign] {
        admin
            .batch_execute(statement)
            .await
            .map_err(LoadError::postgres("assigning transaction ids"))?;
    }
    Ok(())
}

/// Gives a gateway the store that all instances share, in the directory of the logs.
fn with_files(gateway: GatewaySpec, logs: &Path) -> GatewaySpec {
    let files = logs.join("files").display().to_string();
    gateway
        .env("HELPLINE_BLOBS_DIR", files)
        .env("HELPLINE_BLOBS_SHARED", "true")
        .env("HELPLINE_FILE_LINK_SECRET", target::RIG_SECRET)
        .env("HELPLINE_UPLOAD_BYTES_PER_PERSON_DAY", UPLOAD_BYTES_MAX)
        .env("HELPLINE_UPLOAD_BYTES_PER_TICKET", UPLOAD_BYTES_MAX)
}
