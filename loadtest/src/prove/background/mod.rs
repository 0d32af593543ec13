//! Background work under faults. The gateways run test consumers, timers and deliveries, which record
//! what they do ([`PROBE`]); [`receiver`] takes the deliveries. The faults of this module are a
//! transaction that stays open, a frozen receiver, a clock that jumps, and a clone of the database.
//! At the end, [`checks`] compares the history with what was recorded.

mod checks;
mod clone;
pub mod receiver;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::{Instant, sleep};

use super::lost_commits::LostCommits;
use super::plan::{ClockOp, ReceiverOp};
use super::test_cluster::TestCluster;
use crate::checker::Violation;
use crate::error::LoadError;
use crate::people::Room;
use crate::target::{self, Admin};
use checks::{Delivery, Effect, Evidence, Held};
use receiver::Receiver;

/// The setting of the gateways that adds the test consumers, timers and deliveries.
pub const PROBE: &str = "HELPLINE_PROBE";
/// The path of the receiver to which the deployment's deliveries go.
const MAIN: &str = "main";
/// Number of test consumers. The first one also sets timers and plans deliveries.
const CONSUMERS: usize = 2;
/// By how many seconds the clock jumps. It is more than the gateways take for a delay.
const JUMP_S: i32 = 900;
/// Time limit for the gateways to notice a jump of the clock.
const NOTICED_WITHIN: Duration = Duration::from_secs(20);
/// How long work stays held after a jump of the clock was noticed.
const HELD: Duration = Duration::from_secs(3);
/// Seconds after the begin of a hold in which work may end that was begun before.
const HOLD_GRACE_S: f64 = 2.0;
/// Seconds after a restore in which a request may arrive that was sent before. The former database
/// was gone long before the restore ended.
const RESTORE_GRACE_S: f64 = 0.5;
/// Seconds after a promotion or restore in which a request may arrive that was sent before.
const UNDONE_GRACE_S: f64 = 3.0;
/// Pause before a transaction that was interrupted is opened again.
const REOPEN: Duration = Duration::from_millis(500);
/// Age of an event in seconds from which it must have been handled although a foreign transaction
/// is open. It is longer than an outage and the gateways' backoff after it.
const OVERTAKEN_S: f64 = 45.0;
/// Time to wait at the end before the clock is set forward, so that the next attempts become due.
const FORWARD_AFTER: Duration = Duration::from_secs(8);
/// By how many seconds the clock is set forward at the end. It is more than any delay of a retry.
const FORWARD_S: i32 = 2 * 24 * 60 * 60;
const POLL: Duration = Duration::from_millis(200);

/// Seconds since 1970.
fn epoch_s() -> f64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0.0, |since| since.as_secs_f64())
}

/// The receiver, and what was observed about background work.
#[derive(Debug)]
pub struct Background {
    receiver: Receiver,
    is_available: bool,
    observed: Mutex<Observed>,
}

#[derive(Debug, Default)]
struct Observed {
    held: Vec<Held>,
    /// Since when, in seconds since 1970, the database is a restored one that is not confirmed.
    restored_at: Option<f64>,
    violations: Vec<Violation>,
}

impl Background {
    /// Starts the receiver, and finds out whether the gateway's build has the test consumers.
    ///
    /// # Errors
    /// If the receiver does not start, or the gateway's binary cannot be run.
    pub async fn start(binary: &Path) -> Result<Self, LoadError> {
        let receiver = Receiver::start().await?;
        let output = Command::new(binary)
            .arg("check-config")
            .env(PROBE, "consumers=1")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| LoadError::Program {
                program: "helpline check-config",
                why: error.to_string(),
            })?;
        let is_refused = [output.stdout, output.stderr]
            .iter()
            .any(|text| String::from_utf8_lossy(text).contains("--probe"));
        Ok(Self {
            receiver,
            is_available: !is_refused,
            observed: Mutex::default(),
        })
    }

    /// The gateways' setting; `None` if their build has no test consumers.
    pub fn setting(&self) -> Option<(String, String)> {
        self.is_available
            .then(|| (PROBE.to_owned(), self.probe(MAIN)))
    }

    /// The setting of gateways whose deliveries go to this path of the receiver.
    fn probe(&self, path: &str) -> String {
        format!(
            "consumers={CONSUMERS},start=beginning,timers=12,deliveries=20,failures=150,receiver={}",
            self.receiver.address(path)
        )
    }

    fn observed(&self) -> std::sync::MutexGuard<'_, Observed> {
        self.observed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn required(&self) -> Result<(), LoadError> {
        if self.is_available {
            return Ok(());
        }
        Err(LoadError::unplayed(
            "the gateway is a release build, which has no test consumers (build it with `--profile breakable`)",
        ))
    }

    /// Freezes or thaws the receiver.
    ///
    /// # Errors
    /// [`LoadError::Unplayed`] if there are no deliveries.
    pub fn receiver(&self, op: ReceiverOp) -> Result<String, LoadError> {
        self.required()?;
        match op {
            ReceiverOp::Freeze => self.receiver.freeze(),
            ReceiverOp::Thaw => self.receiver.thaw(),
        }
        Ok(String::new())
    }

    /// Moves the clock of background work, waits until a gateway has noticed it and holds what
    /// cannot be undone, and lets the work go on some seconds later.
    ///
    /// # Errors
    /// If the database refuses a statement, or no gateway notices the jump.
    pub async fn clock(&self, cluster: &TestCluster, op: ClockOp) -> Result<String, LoadError> {
        self.required()?;
        let admin = target::connect(&cluster.admin_url().await).await?;
        move_clock(
            &admin,
            match op {
                ClockOp::Forward => JUMP_S,
                ClockOp::Back => -JUMP_S,
            },
        )
        .await?;
        let deadline = Instant::now() + NOTICED_WITHIN;
        let is_held = "select clock_paused_at is not null from background_identity";
        while !admin
            .query_one(is_held, &[])
            .await
            .map_err(LoadError::postgres("asking whether work is held"))?
            .get::<_, bool>(0)
        {
            if Instant::now() > deadline {
                return Err(LoadError::Stalled(format!(
                    "no gateway noticed within {NOTICED_WITHIN:?} that the clock jumped"
                )));
            }
            sleep(POLL).await;
        }
        let from = epoch_s() + HOLD_GRACE_S;
        sleep(HELD).await;
        let to = epoch_s();
        resume_clock(&admin).await?;
        self.observed().held.push(Held {
            from,
            to,
            holds_deliveries: false,
        });
        Ok("timers whose effect cannot be undone were held".to_owned())
    }

    /// Records that the database was replaced by a restored one, which no one has confirmed yet.
    pub fn restored(&self) {
        self.observed().restored_at = Some(epoch_s());
    }

    /// Confirms that the present database is production.
    ///
    /// # Errors
    /// If the database refuses a statement.
    pub async fn confirm(&self, admin: &Admin) -> Result<String, LoadError> {
        let to = epoch_s();
        confirm(admin).await?;
        let mut observed = self.observed();
        if let Some(restored_at) = observed.restored_at.take() {
            observed.held.push(Held {
                from: restored_at + RESTORE_GRACE_S,
                to,
                holds_deliveries: true,
            });
            return Ok(format!("held for {:.1} s", to - restored_at));
        }
        Ok(String::new())
    }

    /// Holds a foreign transaction open for this many seconds, which has written an event.
    /// If a fault ends it, it is opened again.
    ///
    /// # Errors
    /// If the database refuses a statement for another reason than a fault.
    pub async fn foreign(
        &self,
        cluster: &TestCluster,
        room: Room,
        seconds: u64,
    ) -> Result<String, LoadError> {
        let until = Instant::now() + Duration::from_secs(seconds);
        let mut opened = 0;
        loop {
            opened += 1;
            let held = self.hold_open(cluster, room, until).await;
            if Instant::now() >= until {
                return Ok(format!("opened {opened} times"));
            }
            if let Err(error) = held {
                tracing::info!(%error, "the foreign transaction was ended");
            }
            sleep(REOPEN).await;
        }
    }

    async fn hold_open(
        &self,
        cluster: &TestCluster,
        room: Room,
        until: Instant,
    ) -> Result<(), LoadError> {
        let mut admin = target::connect(&cluster.admin_url().await).await?;
        let doing = || LoadError::postgres("a foreign transaction");
        let transaction = admin.transaction().await.map_err(doing())?;
        let touch = include_str!("../../../sql/prove_touch.sql");
        let tickets = vec![room.ticket.uuid()];
        transaction
            .execute(touch, &[&tickets])
            .await
            .map_err(doing())?;
        let began = transaction.query_one("select now()", &[]).await;
        let began: SystemTime = began.map_err(doing())?.get(0);
        while Instant::now() < until {
            sleep(Duration::from_secs(1)).await;
            transaction
                .batch_execute("select 1")
                .await
                .map_err(doing())?;
        }
        let overtaken = include_str!("../../../sql/prove_overtaken.sql");
        let unhandled = if self.is_available {
            let count = transaction
                .query_one(overtaken, &[&began, &OVERTAKEN_S])
                .await;
            count.map_err(doing())?.get::<_, i64>(0)
        } else {
            0
        };
        if unhandled > 0 {
            self.observed().violations.push(Violation::Starved(format!(
                "{unhandled} events were not handled for {OVERTAKEN_S} s while a foreign transaction was open"
            )));
        }
        transaction.commit().await.map_err(doing())
    }

    /// Waits until no background work is left, and confirms what holds it. The clock is set forward
    /// so that the next attempts become due.
    ///
    /// # Errors
    /// If the database refuses a statement.
    pub async fn drain(&self, admin: &Admin, within: Duration) -> Result<(), LoadError> {
        self.receiver.thaw();
        if !self.is_available {
            return Ok(());
        }
        self.confirm(admin).await?;
        let deadline = Instant::now() + within;
        let mut forward_at = Instant::now() + FORWARD_AFTER;
        loop {
            resume_clock(admin).await?;
            let left = backlog(admin).await?;
            if left.iter().all(|count| *count == 0) {
                return Ok(());
            }
            if Instant::now() > deadline {
                let [events, faults, timers, deliveries] = left;
                self.observed().violations.push(Violation::Stuck(format!(
                    "background work is left {within:?} after the end: {events} events, {faults} tickets with a failed event, {timers} timers, {deliveries} deliveries"
                )));
                return Ok(());
            }
            if Instant::now() > forward_at {
                move_clock(admin, FORWARD_S).await?;
                forward_at = Instant::now() + FORWARD_AFTER;
            }
            sleep(POLL).await;
        }
    }

    /// Compares what was recorded with the history. Call it after [`Self::drain`], while no one
    /// writes. `begun` is the begin of the run.
    ///
    /// # Errors
    /// If the database refuses a statement.
    pub async fn examine(
        &self,
        admin: &Admin,
        losses: &[LostCommits],
        begun: Instant,
    ) -> Result<(Vec<Violation>, String), LoadError> {
        let mut violations = std::mem::take(&mut self.observed().violations);
        if !self.is_available {
            violations.push(Violation::Unplayed(
                "background work: the gateway is a release build, which has no test consumers"
                    .to_owned(),
            ));
            return Ok((violations, "not observed".to_owned()));
        }
        let begun_at = epoch_s() - begun.elapsed().as_secs_f64();
        let undone = losses
            .iter()
            .map(|loss| begun_at + loss.to + UNDONE_GRACE_S);
        let held = self.observed().held.clone();
        let evidence = Evidence {
            consumers: (1..=CONSUMERS).map(|n| format!("probe_{n}")).collect(),
            held,
            undone_until: undone.reduce(f64::max),
            arrivals: self.receiver.arrivals(MAIN),
            ..recorded(admin).await?
        };
        let count = |what: &str| {
            let effects = evidence.effects.iter();
            effects
                .filter(|effect| effect.what.starts_with(what))
                .count()
        };
        let told = format!(
            "{} events for each of {CONSUMERS} consumers, {} timers, {} deliveries in {} requests, held {} times",
            evidence.events.len(),
            count("fired"),
            evidence.deliveries.len(),
            evidence.arrivals.len(),
            evidence.held.len()
        );
        violations.extend(checks::check(&evidence));
        Ok((violations, told))
    }
}

/// Creates what the gateways' test consumers write to. Call it before the first gateway starts.
///
/// # Errors
/// If the database refuses a statement.
pub async fn create_tables(admin: &Admin) -> Result<(), LoadError> {
    let sql = include_str!("../../../sql/prove_background.sql");
    let created = admin.batch_execute(sql).await;
    created.map_err(LoadError::postgres(
        "creating the tables of the test consumers",
    ))
}

/// The work that is left: events, tickets with a failed event, timers, deliveries.
///
/// # Errors
/// If the database refuses the query.
pub async fn backlog(admin: &Admin) -> Result<[i64; 4], LoadError> {
    let sql = include_str!("../../../sql/prove_backlog.sql");
    let row = admin.query_one(sql, &[]).await;
    let row = row.map_err(LoadError::postgres("counting the work that is left"))?;
    Ok(std::array::from_fn(|n| row.get(n)))
}

async fn move_clock(admin: &Admin, seconds: i32) -> Result<(), LoadError> {
    let doing = || LoadError::postgres("moving the clock of background work");
    let set = "select set_config('helpline_prove.seconds', $1, false)";
    let seconds = seconds.to_string();
    admin.query(set, &[&seconds]).await.map_err(doing())?;
    let sql = include_str!("../../../sql/prove_clock.sql");
    admin.batch_execute(sql).await.map_err(doing())
}

/// Lets work go on that is held because the clock has jumped.
async fn resume_clock(admin: &Admin) -> Result<(), LoadError> {
    let sql = "select background_resume_clock() from background_identity where clock_paused_at is not null";
    let resumed = admin.batch_execute(sql).await;
    resumed.map_err(LoadError::postgres("trusting the clock again"))
}

async fn confirm(admin: &Admin) -> Result<(), LoadError> {
    let confirmed = admin.batch_execute("select background_confirm('')").await;
    confirmed.map_err(LoadError::postgres("confirming the database as production"))
}

/// Reads the history and what was recorded.
async fn recorded(admin: &Admin) -> Result<Evidence, LoadError> {
    let doing = || LoadError::postgres("reading what background work recorded");
    let read = async |sql: &str| admin.query(sql, &[]).await.map_err(doing());
    let events = read(include_str!("../../../sql/prove_events.sql")).await?;
    let effects = read(include_str!("../../../sql/prove_effects.sql")).await?;
    let deliveries = read(include_str!("../../../sql/prove_deliveries.sql")).await?;
    Ok(Evidence {
        events: events.iter().map(|row| (row.get(0), row.get(1))).collect(),
        effects: effects
            .iter()
            .map(|row| Effect {
                what: row.get(0),
                event: (row.get(1), row.get(2)),
                at: row.get(3),
            })
            .collect(),
        deliveries: deliveries
            .iter()
            .map(|row| Delivery {
                id: row.get(0),
                receiver: row.get(1),
                key: row.get(2),
                is_done: row.get(3),
                is_dead: row.get(4),
            })
            .collect(),
        ..Evidence::default()
    })
}
