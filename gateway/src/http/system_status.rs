//! The system status for admins: the checks of `/readyz`, and more facts about the instance and the
//! database.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use helpline_core::limits;
use helpline_core::protocol::{CheckState, SchemaVersion, SystemCheck, SystemView};
use helpline_persistence::access_log::{self, AccessQuery};
use helpline_persistence::server::{self, Server};
use helpline_persistence::{Reader, Store, StoreError, migrate};
use parking_lot::Mutex;
use uuid::Uuid;

use super::site::health::{Database, Health};
use crate::connections::Admission;
use crate::database::outage::OutageLog;
use crate::live::relay::Relay;
use crate::live::rooms::Rooms;
use crate::runtime::lifecycle::Lifecycle;
use crate::services::{Held, Hold};

/// The actions that the retention job records in the access log.
const RETENTION_ACTIONS: [&str; 3] = ["access_log_deleted", "tickets_archived", "tickets_deleted"];

/// Sources of facts about this instance that are not in the database.
pub struct SystemParts {
    /// A random id of this instance, which changes at each start.
    pub instance: Uuid,
    /// Counts the open connections.
    pub admission: Arc<Admission>,
    /// Counts the rooms that have members.
    pub rooms: Arc<Rooms>,
    /// When the sweep (the periodic poll of the database for events) last succeeded and failed.
    pub sweep: Arc<OutageLog>,
    /// When the background jobs last succeeded and failed.
    pub jobs: Arc<OutageLog>,
    /// Whether background work that cannot be undone is held.
    pub hold: Arc<Hold>,
}

/// Runs the status checks, and remembers the last result of each check.
pub(super) struct SystemStatus {
    health: Arc<Health>,
    store: Store,
    relay: Arc<Relay>,
    lifecycle: Lifecycle,
    parts: SystemParts,
    started_at: DateTime<Utc>,
    seen: Mutex<HashMap<&'static str, Seen>>,
}

/// The last result of a status check. `since` is `None` until the result changes for the first
/// time.
#[derive(Clone, Copy)]
struct Seen {
    found: Found,
    since: Option<DateTime<Utc>>,
}

/// The result of a status check: a state, and a code that explains the state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Found(CheckState, Option<&'static str>);

const OK: Found = Found(CheckState::Ok, None);

const fn failing(code: &'static str) -> Found {
    Found(CheckState::Failing, Some(code))
}

const fn unknown(code: &'static str) -> Found {
    Found(CheckState::Unknown, Some(code))
}

impl SystemStatus {
    pub(super) fn new(
        health: Arc<Health>,
        (store, relay, lifecycle): (Store, Arc<Relay>, Lifecycle),
        parts: SystemParts,
    ) -> Self {
        Self {
            health,
            store,
            relay,
            lifecycle,
            parts,
            started_at: Utc::now(),
            seen: Mutex::default(),
        }
    }

    /// Runs all status checks concurrently. The checks wait for the database no longer than
    /// `/readyz` does.
    pub(super) async fn read(&self, reader: Reader) -> SystemView {
        let (database, server, schema, retention) = tokio::join!(
            within(async { Ok(self.health.check().await) }),
            within(self.server()),
            within(migrate::found(&self.store)),
            within(self.retention(reader)),
        );
        let database = database.unwrap_or(Database::Unreachable);
        let (found, expected) = (schema.flatten(), migrate::expected());
        let (server, clock_offset_ms) = server.unzip();
        let at = Utc::now();
        let checks = [
            ("database", database_found(database), None),
            ("schema", schema_found(database, found, expected), None),
            ("migrations", migrations_found(found, expected), None),
            ("relay", self.relay_found(), None),
            work("sweep", &self.parts.sweep, limits::SYSTEM_SWEEP_LATE_MS, at),
            work("jobs", &self.parts.jobs, limits::SYSTEM_JOBS_LATE_MS, at),
            ("clock", clock_found(clock_offset_ms), None),
            ("retention", retention_found(retention), None),
            ("background", background_found(self.parts.hold.last()), None),
            ("instance", self.instance_found(), None),
        ];
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let (used, idle, waiting) = self.store.pool_status();
        SystemView {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            instance: self.parts.instance.to_string(),
            started_at: self.started_at,
            at,
            checks: checks
                .into_iter()
                .map(|(name, found, since)| self.seen(name, found, since, at))
                .collect(),
            connections: self.parts.admission.count(),
            rooms: count(self.parts.rooms.count()),
            pool_used: count(used),
            pool_idle: count(idle),
            pool_waiting: count(waiting),
            database_mib: server.as_ref().and_then(|server| server.database_mib),
            database_version: server.map(|server| server.version),
            clock_offset_ms,
            schema_found: found,
            schema_expected: expected,
            retention_at: retention.flatten(),
        }
    }

    /// Queries the database server. Also returns how many milliseconds the server's clock is ahead
    /// of this instance's clock, measured against the middle of the round trip.
    async fn server(&self) -> Result<(Server, f64), StoreError> {
        let asked = Utc::now();
        let server = server::ask(&self.store).await?;
        let middle = asked + (Utc::now() - asked) / 2;
        let offset = server.at - middle;
        let offset_ms = offset
            .num_microseconds()
            .map_or(f64::MAX, |micros| micros as f64 / 1_000.0);
        Ok((server, offset_ms))
    }

    /// When the retention job last archived or deleted tickets, or deleted access log entries. The
    /// time comes from the newest entries of the access log.
    async fn retention(&self, reader: Reader) -> Result<Option<DateTime<Utc>>, StoreError> {
        let query = AccessQuery {
            actions: Some(RETENTION_ACTIONS.map(str::to_owned).to_vec()),
            limit: 1,
            ..AccessQuery::default()
        };
        let page = access_log::page(&self.store, reader, &query).await?;
        Ok(page.entries.first().map(|entry| entry.at))
    }

    fn relay_found(&self) -> Found {
        match self.relay.is_up() {
            None => Found(CheckState::Ok, Some("in_process")),
            Some(true) => Found(CheckState::Ok, Some("redis")),
            Some(false) => failing("disconnected"),
        }
    }

    fn instance_found(&self) -> Found {
        if self.lifecycle.is_leaving() {
            failing("leaving")
        } else {
            OK
        }
    }

    /// Returns a check's result, and since when the result has been the same. This time is `since`
    /// if the caller passes it. Otherwise it is the time of the last change of the result that this
    /// instance saw.
    fn seen(
        &self,
        name: &'static str,
        found: Found,
        since: Option<DateTime<Utc>>,
        at: DateTime<Utc>,
    ) -> SystemCheck {
        let mut all = self.seen.lock();
        let seen = all.entry(name).or_insert(Seen { found, since: None });
        if seen.found != found {
            *seen = Seen {
                found,
                since: Some(at),
            };
        }
        let Found(state, code) = found;
        SystemCheck {
            name: name.to_owned(),
            state,
            code: code.map(str::to_owned),
            since: since.or(seen.since),
        }
    }
}

/// Runs a query with a timeout. Returns `None` after a timeout or an error. Errors are not logged
/// here, because the readiness check logs them.
async fn within<T>(asking: impl Future<Output = Result<T, StoreError>>) -> Option<T> {
    let wait = Duration::from_millis(limits::READINESS_TIMEOUT_MS);
    tokio::time::timeout(wait, asking).await.ok()?.ok()
}

const fn database_found(database: Database) -> Found {
    match database {
        Database::Current | Database::MigrationsMissing => OK,
        Database::ReadOnly => failing("read_only"),
        Database::Unreachable => failing("unreachable"),
    }
}

fn schema_found(
    database: Database,
    found: Option<SchemaVersion>,
    expected: SchemaVersion,
) -> Found {
    match (database, found) {
        (Database::Unreachable, None) => unknown("not_answered"),
        (_, None) => failing("not_migrated"),
        (_, Some(found)) if found.generation < expected.generation => failing("behind"),
        (_, Some(found)) if found.generation > expected.generation => {
            Found(CheckState::Ok, Some("newer"))
        }
        (_, Some(_)) => OK,
    }
}

/// Evaluates the state of the migrations. Backfills run after all other parts of a migration. If
/// those parts are complete (`generation`) but `version` is below the expected one, a backfill is
/// still running.
fn migrations_found(found: Option<SchemaVersion>, expected: SchemaVersion) -> Found {
    match found {
        None => unknown("not_answered"),
        Some(found) if found.version >= expected.version => OK,
        Some(found) if found.generation >= expected.generation => failing("backfill_under_way"),
        Some(_) => failing("missing"),
    }
}

fn clock_found(offset_ms: Option<f64>) -> Found {
    match offset_ms {
        None => unknown("not_answered"),
        Some(offset) if offset.abs() > limits::SYSTEM_CLOCK_OFFSET_MS_MAX as f64 => {
            failing("apart")
        }
        Some(_) => OK,
    }
}

fn retention_found(retention: Option<Option<DateTime<Utc>>>) -> Found {
    match retention {
        None => unknown("not_answered"),
        Some(None) => unknown("not_seen"),
        Some(Some(_)) => OK,
    }
}

const fn background_found(held: Option<Held>) -> Found {
    match held {
        None => unknown("starting"),
        Some(Held {
            unconfirmed: true, ..
        }) => failing("unconfirmed"),
        Some(Held { clock: true, .. }) => failing("clock_jumped"),
        Some(_) => OK,
    }
}

/// The status of repeated work, such as the sweep. The work is late if its last success is more
/// than `late_ms` ago.
fn work(
    name: &'static str,
    outage: &OutageLog,
    late_ms: u64,
    at: DateTime<Utc>,
) -> (&'static str, Found, Option<DateTime<Utc>>) {
    match outage.last_answer() {
        None => (name, unknown("starting"), None),
        Some(ago) if ago > Duration::from_millis(late_ms) => {
            let since = TimeDelta::from_std(ago).ok().map(|ago| at - ago);
            (name, failing("late"), since)
        }
        Some(_) => (name, OK, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn schema(version: u32, generation: u32) -> SchemaVersion {
        SchemaVersion {
            version,
            generation,
        }
    }

    #[test]
    fn a_schema_is_told_from_a_backfill_under_way() {
        let wanted = schema(19, 8);
        for (found, schema_is, migrations_are) in [
            (Some(schema(19, 8)), OK, OK),
            (
                Some(schema(20, 9)),
                Found(CheckState::Ok, Some("newer")),
                OK,
            ),
            (Some(schema(18, 8)), OK, failing("backfill_under_way")),
            (Some(schema(18, 7)), failing("behind"), failing("missing")),
            (None, failing("not_migrated"), unknown("not_answered")),
        ] {
            let database = Database::Current;
            assert_eq!(
                schema_found(database, found, wanted),
                schema_is,
                "{found:?}"
            );
            assert_eq!(migrations_found(found, wanted), migrations_are, "{found:?}");
        }
        assert_eq!(
            schema_found(Database::Unreachable, None, wanted),
            unknown("not_answered")
        );
    }

    #[test]
    fn clocks_may_differ_by_little() {
        let most = limits::SYSTEM_CLOCK_OFFSET_MS_MAX as f64;
        for (offset, found) in [
            (Some(most), OK),
            (Some(-most), OK),
            (Some(most + 0.5), failing("apart")),
            (Some(f64::MIN), failing("apart")),
            (None, unknown("not_answered")),
        ] {
            assert_eq!(clock_found(offset), found, "{offset:?}");
        }
    }

    #[test]
    fn work_without_an_answer_is_late_and_says_since_when() {
        let outage = OutageLog::new("a test");
        let at = Utc::now();
        assert_eq!(work("a", &outage, 0, at).1, unknown("starting"));
        outage.ended();
        assert_eq!(work("a", &outage, 60_000, at), ("a", OK, None));
        while outage.last_answer() == Some(Duration::ZERO) {
            std::hint::spin_loop();
        }
        let (_, found, since) = work("a", &outage, 0, at);
        assert_eq!(found, failing("late"));
        assert!(since.is_some_and(|since| since < at));
    }
}
