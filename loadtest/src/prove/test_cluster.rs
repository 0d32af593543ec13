//! What a proof stands on: a Postgres, a Redis and some gateways of its own, with a bad network between each two of them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use helpline_rig::{Dump, Gateway, PgBouncer, PoolMode, Postgres, Proxy, RigError};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

use super::encrypted::Encryption;
use super::plan::LANES;
use super::relay::Relay;
use crate::error::LoadError;
use crate::target;

/// Short, so that a half-open connection is noticed within the run.
const HEARTBEAT_MS: &str = "4000";
/// Everything comes from one address here.
const CONNECTIONS_MAX: &str = "100000";
/// For an instance to come up, however often it must be started.
const START_TIMEOUT: Duration = Duration::from_secs(90);
/// Between two starts of one.
const START_PAUSE: Duration = Duration::from_secs(1);
/// Small enough to be filled, large enough for the database and its log.
const DISK_MIB: u32 = 700;

/// The database: one that can be dropped and restored while the cluster runs.
const DATABASE: &str = "desk";
/// Who owns the database and migrates it: no superuser, as on a hosted Postgres. By its prefix the role travels with a dump. Faults are a superuser's.
const ADMINISTRATOR: &str = "helpline_administrator";
/// What a proof breaks is killed, not unplugged: the rig's fast settings lose nothing by that.
const SETTINGS: [(&str, &str); 4] = [
    ("max_wal_size", "128MB"),
    ("wal_level", "replica"),
    ("hot_standby", "on"),
    ("restart_after_crash", "on"),
];

/// How it is made.
#[derive(Debug, Clone)]
pub struct TestClusterSpec {
    /// The gateway's binary.
    pub binary: PathBuf,
    /// How many.
    pub instances: usize,
    /// Their further settings.
    pub settings: Vec<(String, String)>,
    /// A pooler between the instances and Postgres.
    pub pooler: Option<PoolMode>,
    /// Whether the instances speak with Postgres and Redis by TLS, and check whom they speak with.
    pub tls: bool,
    /// Whether Redis is a master that a Sentinel watches, with a replica.
    pub sentinel: bool,
    /// Where logs go.
    pub logs: PathBuf,
    /// Whether the database lies on a small disk.
    pub small_disk: bool,
    /// A promise to break: the gateways are told, and what is the database's is broken there.
    pub sabotage: Option<String>,
}

/// The whole of it. Declared in the order in which it must end.
#[derive(Debug)]
pub struct TestCluster {
    /// The instances.
    pub gateways: Vec<Gateway>,
    /// Between clients and instances: by instance, then by lane.
    pub lanes: Vec<Vec<Proxy>>,
    /// Between each instance and Redis; with a Sentinel, between each instance and that.
    pub redis_links: Vec<Proxy>,
    /// Redis.
    pub relay: Relay,
    /// Between the instances and the link to Postgres, when it is asked for: ends with the cluster.
    _pooler: Option<PgBouncer>,
    /// Between the instances, or their pooler, and Postgres.
    pub postgres_link: Proxy,
    /// A standby, while there is one that is not promoted.
    pub standby: Mutex<Option<Postgres>>,
    /// The database; after a promotion, what was the standby.
    pub postgres: Mutex<Postgres>,
    /// The small disk, if the database lies on one.
    pub disk: Option<Disk>,
    /// Certificates, where the instances want them.
    encryption: Option<Encryption>,
}

impl TestCluster {
    /// Starts everything.
    ///
    /// # Errors
    /// Those of the rig.
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
            if let Some((name, value)) = relay.setting() {
                gateway = gateway.env(name, value);
            }
            if let Some((name, value)) = encryption.as_ref().map(Encryption::redis_authority) {
                gateway = gateway.env(name, value);
            }
            for (name, value) in &spec.settings {
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

    /// The database as an administrator, wherever it is now.
    pub async fn admin_url(&self) -> String {
        self.postgres.lock().await.admin_url(DATABASE)
    }

    /// Dumps the database.
    ///
    /// # Errors
    /// Those of the rig.
    pub async fn dump(&self, postgres: &Postgres) -> Result<Dump, LoadError> {
        Ok(postgres.dump(DATABASE).await?)
    }

    /// Kills the server, restores a dump into a new cluster and leads the instances there.
    ///
    /// # Errors
    /// Those of the rig.
    pub async fn restore_elsewhere(
        &self,
        dump: &Dump,
        postgres: &mut Postgres,
    ) -> Result<(), LoadError> {
        // Made under traffic: the outage is only the restore.
        let name = format!("{:08x}", rand::random::<u32>());
        let other = start_postgres(self.disk.as_ref(), self.encryption.as_ref(), &name).await?;
        postgres.kill9().await?;
        other.restore(dump, DATABASE).await?;
        self.postgres_link.redirect(other.port());
        *postgres = other;
        Ok(())
    }

    /// Drops the database and restores a dump in its place.
    ///
    /// # Errors
    /// Those of the rig.
    pub async fn restore_here(&self, dump: &Dump, postgres: &Postgres) -> Result<(), LoadError> {
        postgres.drop_database(DATABASE).await?;
        Ok(postgres.restore(dump, DATABASE).await?)
    }

    /// Starts an instance as an orchestrator does: one that ends at once, because the database is away, is started again.
    ///
    /// # Errors
    /// When it does not come up within [`START_TIMEOUT`].
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

    /// Sets the database to take writes, or none.
    ///
    /// # Errors
    /// Those of Postgres.
    pub async fn takes_writes(&self, takes: bool) -> Result<(), LoadError> {
        let admin = target::connect(&self.admin_url().await).await?;
        let change = if takes {
            "alter system reset default_transaction_read_only"
        } else {
            "alter system set default_transaction_read_only = on"
        };
        // Two calls: no transaction may hold the first.
        for statement in [change, "select pg_reload_conf()"] {
            admin
                .batch_execute(statement)
                .await
                .map_err(LoadError::postgres("changing whether writes are taken"))?;
        }
        Ok(())
    }

    /// A lane's sockets, the preferred instance first.
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

    /// Ends every fault that a plan may have left: the end of a run is judged without faults.
    ///
    /// # Errors
    /// When a part does not come back.
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

/// Breaks what a promise needs of the database, if it is kept there.
async fn break_functions(postgres: &Postgres, promise: Option<&str>) -> Result<(), LoadError> {
    let sql = match promise {
        Some("foreign-rows") => include_str!("../../sql/sabotage_foreign_rows.sql"),
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

/// A cluster of its own: on the small disk, if there is one, else in a temporary place.
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

/// A file system in memory that only the database uses. Unmounted on drop.
#[derive(Debug)]
pub struct Disk {
    place: PathBuf,
}

impl Disk {
    /// None: not root, or not possible here; the faults that need it are not played.
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

    /// Fills it to the last byte.
    pub fn fill(&self) {
        let filler = format!("of={}", self.place.join("filler").display());
        let _ = Command::new("dd")
            .args(["if=/dev/zero", "bs=1M", &filler])
            .stderr(Stdio::null())
            .status();
    }

    /// Makes room again.
    pub fn free(&self) {
        let _ = std::fs::remove_file(self.place.join("filler"));
    }
}

/// Unmounts the disks of runs that were killed before they could.
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
