//! Executes a fault plan: starts each operation at its time, and records when each operation ran.
//! Operations on one component wait for each other. A slow operation does not delay operations on
//! other components.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use helpline_rig::Dump;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use super::background::Background;
use super::descriptors;
use super::members;
use super::outcome::{Done, Outcome};
use super::plan::{ClientOp, DiskOp, GatewayOp, Op, Plan, PostgresOp};
use super::poison::Poison;
use super::revoked::Revoked;
use super::storm;
use super::test_cluster::TestCluster;
use crate::error::LoadError;
use crate::people::Room;
use crate::target::{self, Admin};

/// How long an instance may take to reach its failpoint (the place where it must crash), counted
/// from the restart that sets the failpoint.
const FAILPOINT_TIMEOUT: Duration = Duration::from_secs(20);
const FAILPOINT_POLL: Duration = Duration::from_millis(20);
/// Bandwidth of a slow network, in bytes per second.
const SLOW_BYTES_PER_SECOND: u32 = 2_048;
/// Added latency when a plan makes the network to Redis slow.
const REDIS_DELAY: Duration = Duration::from_millis(150);
/// In a rolling restart, the delay between one instance becoming ready and the next one stopping.
const MIN_READY: Duration = Duration::from_secs(3);
/// Added latency that simulates a Postgres in a different region.
const POSTGRES_DELAY: Duration = Duration::from_millis(20);

/// Reasons why an operation of a plan cannot be executed.
const NO_STANDBY: &str = "there is no standby: the plan has no `postgres standby-sync` or `standby-async` before it, or that one failed";
const NO_DUMP: &str =
    "there is no dump: the plan has no `postgres dump` before it, or that one failed";
const NO_DISK: &str =
    "the database is not on a small disk of its own: `mount -t tmpfs` failed, which needs root";

/// What a plan's operations act on: the servers, the networks and the tickets.
#[derive(Debug)]
pub struct Executor {
    /// The deployment to break: servers and networks.
    pub cluster: TestCluster,
    /// The tickets in which the load test run's members send messages.
    pub rooms: Vec<Room>,
    /// Tickets that are used only for rows that the gateways cannot decode.
    pub poison: Poison,
    /// Tickets that are used only for agents who temporarily lose access.
    pub revoked: Revoked,
    /// The receiver of deliveries, and what was observed of background work.
    pub background: Background,
    /// A ticket that is used only for a foreign transaction.
    foreign: Room,
    /// The most recent database dump, for a later restore.
    dump: Mutex<Option<Dump>>,
    /// Locks that let each component run only one operation at a time.
    parts: Parts,
}

/// A failpoint at which an instance must crash, and how many crashes at failpoints the instance's
/// log contained when the failpoint was set.
#[derive(Debug, Clone, Copy)]
struct Failpoint {
    place: &'static str,
    reached_before: usize,
}

#[derive(Debug)]
struct Parts {
    redis: Mutex<()>,
    postgres: Mutex<()>,
    clock: Mutex<()>,
    /// For each instance, the failpoint of its last start, if any.
    gateways: Vec<Mutex<Option<Failpoint>>>,
}

impl Executor {
    /// Creates an executor that has not started any operation.
    pub fn new(
        cluster: TestCluster,
        rooms: Vec<Room>,
        (poison, revoked): (Poison, Revoked),
        (background, foreign): (Background, Room),
    ) -> Self {
        let gateways = cluster.gateways.iter().map(|_| Mutex::new(None)).collect();
        Self {
            cluster,
            rooms,
            poison,
            revoked,
            background,
            foreign,
            dump: Mutex::new(None),
            parts: Parts {
                redis: Mutex::new(()),
                postgres: Mutex::new(()),
                clock: Mutex::new(()),
                gateways,
            },
        }
    }

    /// Executes the whole fault plan. Returns the operations in the order in which they started.
    pub async fn play(self: &Arc<Self>, plan: &Plan, begun: Instant) -> Vec<Done> {
        let mut playing = JoinSet::new();
        for step in plan.steps.clone() {
            let executor = Arc::clone(self);
            playing.spawn(async move {
                sleep_until(begun + step.at).await;
                let at = begun.elapsed().as_secs_f64();
                let outcome = Outcome::of(executor.execute(&step.op).await);
                let done = Done {
                    at,
                    until: begun.elapsed().as_secs_f64(),
                    op: step.op,
                    outcome,
                };
                println!("fault      {:6.1} s  {} {}", done.at, done.op, done.outcome);
                done
            });
        }
        let mut log = playing.join_all().await;
        log.sort_by(|a, b| a.at.total_cmp(&b.at));
        log
    }

    async fn execute(&self, op: &Op) -> Result<String, LoadError> {
        match op {
            Op::Redis(op) => {
                let _part = self.parts.redis.lock().await;
                self.cluster.relay.play(*op).await
            }
            Op::Postgres(op) => self.postgres(*op).await,
            Op::Gateway(n, op) => self.gateway(*n, *op).await,
            Op::Roll => self.roll().await,
            Op::Clients(lanes, op) => {
                self.clients(lanes, *op);
                Ok(String::new())
            }
            Op::Psql(seconds) => self.psql(*seconds).await,
            Op::Locks(seconds) => self.locks(*seconds).await,
            Op::Storm(clients) => storm::run(&self.cluster, &self.rooms, *clients).await,
            Op::Disk(op) => self.disk(*op).await,
            Op::Agent(op) => self.revoked.run(&self.cluster, *op).await,
            Op::Poison => self.poison.run(&self.cluster, &self.rooms).await,
            Op::Foreign(seconds) => {
                let (cluster, ticket) = (&self.cluster, self.foreign);
                self.background.foreign(cluster, ticket, *seconds).await
            }
            Op::Receiver(op) => self.background.receiver(*op),
            Op::Clock(op) => {
                let _part = self.parts.clock.lock().await;
                self.background.clock(&self.cluster, *op).await
            }
            Op::Clone => self.background.clone_of(&self.cluster).await,
            Op::Confirm => {
                let _part = self.parts.postgres.lock().await;
                self.background.confirm(&self.admin().await?).await
            }
        }
    }

    async fn postgres(&self, op: PostgresOp) -> Result<String, LoadError> {
        let _part = self.parts.postgres.lock().await;
        let mut postgres = self.cluster.postgres.lock().await;
        match op {
            PostgresOp::Kill9 | PostgresOp::Freeze if postgres.pid().is_none() => {
                return Err(LoadError::unplayed("Postgres is not running"));
            }
            PostgresOp::Terminate => {
                let sql = "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'helpline_service'";
                drop(postgres);
                let ended = self
                    .admin()
                    .await?
                    .query(sql, &[])
                    .await
                    .map_err(LoadError::postgres("ending backends"))?;
                return Ok(format!("{} backends", ended.len()));
            }
            PostgresOp::Restart => postgres.restart().await?,
            PostgresOp::Kill9 => postgres.kill9().await?,
            PostgresOp::Start if postgres.pid().is_none() => postgres.start().await?,
            PostgresOp::Start => {}
            PostgresOp::Freeze => postgres.freeze(),
            PostgresOp::Thaw => postgres.thaw(),
            PostgresOp::Cut => self.cluster.postgres_link.cut(),
            PostgresOp::Delay => self.cluster.postgres_link.delay(POSTGRES_DELAY),
            PostgresOp::Heal => self.cluster.postgres_link.resume(),
            PostgresOp::ReadOnly | PostgresOp::ReadWrite => {
                drop(postgres);
                self.cluster
                    .takes_writes(op == PostgresOp::ReadWrite)
                    .await?;
            }
            PostgresOp::Misdirect => match &*self.cluster.standby.lock().await {
                Some(standby) => self.cluster.postgres_link.redirect(standby.port()),
                None => return Err(LoadError::unplayed(NO_STANDBY)),
            },
            PostgresOp::Direct => self.cluster.postgres_link.lead_to(postgres.port()),
            PostgresOp::StandbySync | PostgresOp::StandbyAsync => {
                let standby = postgres.start_standby().await?;
                drop(postgres);
                *self.cluster.standby.lock().await = Some(standby);
                if op == PostgresOp::StandbySync {
                    // Change this setting only after the standby has been copied. The standby would
                    // otherwise copy the setting too, and after its promotion wait for a standby
                    // that does not exist.
                    let waits = "alter system set synchronous_standby_names = 'rig'";
                    let admin = self.admin().await?;
                    admin
                        .batch_execute(waits)
                        .await
                        .map_err(LoadError::postgres("asking for synchronous commits"))?;
                    admin
                        .batch_execute("select pg_reload_conf()")
                        .await
                        .map_err(LoadError::postgres("reloading settings"))?;
                    return Ok("an ack from now on means: on both".into());
                }
                return Ok("an ack means: on the primary; what the standby has not received is lost with it".into());
            }
            PostgresOp::StandbyDetach => match &*self.cluster.standby.lock().await {
                Some(standby) => standby.detach().await?,
                None => return Err(LoadError::unplayed(NO_STANDBY)),
            },
            PostgresOp::Promote => {
                let Some(standby) = self.cluster.standby.lock().await.take() else {
                    return Err(LoadError::unplayed(NO_STANDBY));
                };
                postgres.kill9().await?;
                standby.promote().await?;
                self.cluster.postgres_link.redirect(standby.port());
                *postgres = standby;
            }
            PostgresOp::Dump => *self.dump.lock().await = Some(self.cluster.dump(&postgres).await?),
            PostgresOp::RestoreElsewhere | PostgresOp::RestoreHere => {
                let dump = self.dump.lock().await;
                let Some(dump) = &*dump else {
                    return Err(LoadError::unplayed(NO_DUMP));
                };
                match op {
                    PostgresOp::RestoreElsewhere => {
                        self.cluster.restore_elsewhere(dump, &mut postgres).await?
                    }
                    _ => self.cluster.restore_here(dump, &postgres).await?,
                }
                self.background.restored();
                return Ok("what was committed after the dump is gone".into());
            }
        }
        Ok(String::new())
    }

    async fn gateway(&self, n: usize, op: GatewayOp) -> Result<String, LoadError> {
        const MISSING: LoadError = LoadError::Usage("the plan names an instance that is not there");
        let mut failpoint = self.parts.gateways.get(n).ok_or(MISSING)?.lock().await;
        let gateway = &self.cluster.gateways[n];
        let link = &self.cluster.redis_links[n];
        let runs = || gateway.ended().is_none() && gateway.pid().is_some();
        match op {
            GatewayOp::Kill9 | GatewayOp::Freeze | GatewayOp::Stop | GatewayOp::FewDescriptors
                if !runs() =>
            {
                return Err(LoadError::unplayed(format!(
                    "instance {} is not running",
                    n + 1
                )));
            }
            GatewayOp::Kill9 => {
                let reached = self.reached(n, failpoint.take()).await;
                gateway.kill9().await?;
                reached?;
            }
            GatewayOp::Start => return self.start(n, failpoint.take()).await,
            GatewayOp::Stop => {
                let reached = self.reached(n, failpoint.take()).await;
                let exit = gateway.stop().await?;
                return reached.map(|()| format!("exit {exit:?}"));
            }
            GatewayOp::Freeze => gateway.freeze(),
            GatewayOp::Thaw => gateway.thaw(),
            GatewayOp::AfterCommit => return self.doom(n, &mut failpoint, "after-commit").await,
            GatewayOp::InsideBatch => return self.doom(n, &mut failpoint, "inside-batch").await,
            GatewayOp::UploadReceived => {
                return self.doom(n, &mut failpoint, "upload-received").await;
            }
            GatewayOp::DuringCatchUp => {
                return self.doom(n, &mut failpoint, "during-catch-up").await;
            }
            GatewayOp::RedisDelay => {
                link.delay(REDIS_DELAY);
                self.cluster.relay.make_instances_ask().await;
            }
            GatewayOp::RedisUnplug => {
                link.unplug();
                self.cluster.relay.make_instances_ask().await;
            }
            GatewayOp::RedisHeal => link.resume(),
            GatewayOp::FewDescriptors => {
                return descriptors::limit(gateway.pid(), descriptors::open);
            }
            // Do nothing for an instance that is not running: it starts with its normal file
            // descriptor limit.
            GatewayOp::ManyDescriptors if !runs() => {}
            GatewayOp::ManyDescriptors => {
                return descriptors::limit(gateway.pid(), descriptors::at_most);
            }
        }
        Ok(String::new())
    }

    /// Restarts an instance. If the instance still has to crash at its failpoint, waits for the
    /// crash first. The restarted instance has no failpoint.
    async fn start(&self, n: usize, failpoint: Option<Failpoint>) -> Result<String, LoadError> {
        let reached = self.reached(n, failpoint).await;
        self.cluster.gateways[n].kill9().await?;
        self.cluster.start_gateway(n).await?;
        reached.map(|()| String::new())
    }

    /// If an instance has a failpoint, waits until the instance has crashed at it.
    async fn reached(&self, n: usize, failpoint: Option<Failpoint>) -> Result<(), LoadError> {
        let Some(Failpoint {
            place,
            reached_before,
        }) = failpoint
        else {
            return Ok(());
        };
        let gateway = &self.cluster.gateways[n];
        let is_reached = || failpoints_reached(gateway.log()) > reached_before;
        let runs = || gateway.ended().is_none() && gateway.pid().is_some();
        let deadline = Instant::now() + FAILPOINT_TIMEOUT;
        while !is_reached() && runs() && Instant::now() < deadline {
            sleep(FAILPOINT_POLL).await;
        }
        if is_reached() {
            return Ok(());
        }
        Err(LoadError::unplayed(format!(
            "failpoint {place} was not reached within {FAILPOINT_TIMEOUT:?}: there was no traffic, the instance ended before, or the gateway is \
             a release build, which has no failpoints (build it with `--profile breakable`)"
        )))
    }

    /// Restarts an instance with a failpoint at which it must crash. Stores the failpoint in
    /// `failpoint`, where [`Self::start`] finds it.
    async fn doom(
        &self,
        n: usize,
        failpoint: &mut Option<Failpoint>,
        place: &'static str,
    ) -> Result<String, LoadError> {
        let gateway = &self.cluster.gateways[n];
        gateway.kill9().await?;
        let reached_before = failpoints_reached(gateway.log());
        *failpoint = Some(Failpoint {
            place,
            reached_before,
        });
        let deadline = Instant::now() + FAILPOINT_TIMEOUT;
        loop {
            match gateway.start_with(&[("HELPLINE_FAILPOINT", place)]).await {
                Ok(()) => return Ok(String::new()),
                // The instance may crash before it reports that it is ready, because clients
                // connect at once.
                Err(_) if failpoints_reached(gateway.log()) > reached_before => {
                    return Ok("reached at once".into());
                }
                // Start the instance again after an error, as an orchestrator does: the database
                // may be unavailable.
                Err(_) if Instant::now() < deadline => sleep(FAILPOINT_POLL).await,
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn roll(&self) -> Result<String, LoadError> {
        let (mut exits, mut all_reached) = (Vec::new(), Ok(()));
        for (n, (gateway, part)) in self
            .cluster
            .gateways
            .iter()
            .zip(&self.parts.gateways)
            .enumerate()
        {
            let mut failpoint = part.lock().await;
            let reached = self.reached(n, failpoint.take()).await;
            all_reached = all_reached.and(reached);
            exits.push(gateway.stop().await?);
            self.cluster.start_gateway(n).await?;
            // Wait before stopping the next instance, as an orchestrator does, so that disconnected
            // clients find an instance to connect to.
            sleep(MIN_READY).await;
        }
        all_reached.map(|()| format!("exit codes {exits:?}"))
    }

    fn clients(&self, lanes: &[usize], op: ClientOp) {
        for way in self
            .cluster
            .lanes
            .iter()
            .flat_map(|ways| lanes.iter().map(|lane| &ways[*lane]))
        {
            match op {
                ClientOp::Cut => way.cut(),
                ClientOp::HalfOpen => way.half_open(),
                ClientOp::Freeze => way.stall(),
                ClientOp::Slow => way.throttle(SLOW_BYTES_PER_SECOND),
                ClientOp::Heal => way.resume(),
            }
        }
    }

    async fn psql(&self, seconds: u64) -> Result<String, LoadError> {
        let mut admin = self.admin().await?;
        let doing = || LoadError::postgres("writing by plain SQL");
        let transaction = admin.transaction().await.map_err(doing())?;
        let tickets: Vec<_> = self
            .rooms
            .iter()
            .rev()
            .take(members::QUIET_TICKETS)
            .map(|room| room.ticket.uuid())
            .collect();
        transaction
            .execute(include_str!("../../sql/prove_touch.sql"), &[&tickets])
            .await
            .map_err(doing())?;
        sleep(Duration::from_secs(seconds)).await;
        transaction.commit().await.map_err(doing())?;
        Ok("committed".into())
    }

    async fn locks(&self, seconds: u64) -> Result<String, LoadError> {
        let mut admin = self.admin().await?;
        let doing = || LoadError::postgres("locking tickets");
        let transaction = admin.transaction().await.map_err(doing())?;
        let tickets: Vec<_> = self.rooms.iter().map(|room| room.ticket.uuid()).collect();
        transaction
            .execute(include_str!("../../sql/prove_lock.sql"), &[&tickets])
            .await
            .map_err(doing())?;
        sleep(Duration::from_secs(seconds)).await;
        transaction.rollback().await.map_err(doing())?;
        Ok("let go".into())
    }

    async fn disk(&self, op: DiskOp) -> Result<String, LoadError> {
        let Some(disk) = &self.cluster.disk else {
            return Err(LoadError::unplayed(NO_DISK));
        };
        let _part = self.parts.postgres.lock().await;
        match op {
            DiskOp::Full => disk.fill(),
            DiskOp::Free => {
                disk.free();
                let postgres = self.cluster.postgres.lock().await;
                if postgres.has_ended() || postgres.pid().is_none() {
                    postgres.start().await?;
                    return Ok("Postgres had given up and was started again".into());
                }
            }
        }
        Ok(String::new())
    }

    async fn admin(&self) -> Result<Admin, LoadError> {
        target::connect(&self.cluster.admin_url().await).await
    }
}

/// Counts in an instance's log how often it crashed at a failpoint. If an instance ended in a
/// different way, the failpoint was not tested.
fn failpoints_reached(log: &Path) -> usize {
    let text = std::fs::read(log).unwrap_or_default();
    String::from_utf8_lossy(&text)
        .matches("failpoint reached")
        .count()
}
