//! Schedules: work at a time of day in a time zone. Each period has one run, whose row is committed
//! before the work begins, so that no two instances do the work of a period. A run is leased; if
//! its instance dies, another one continues it.
//!
//! The rules for occurrences are in [`helpline_core::schedule`]. The caller knows the time zones.

use std::time::Duration;

use chrono::{DateTime, NaiveTime, Utc};
use helpline_core::schedule::{Every, Rule};
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::rows::JsonText;
use crate::transaction::Transaction;
use crate::{Caller, Store, StoreError, rows};

const PUT: &str = include_str!("../sql/schedules/put.sql");
const DUE: &str = include_str!("../sql/schedules/due.sql");
const BEGIN: &str = include_str!("../sql/schedules/begin.sql");
const RESUME: &str = include_str!("../sql/schedules/resume.sql");
const PROGRESS: &str = include_str!("../sql/schedules/progress.sql");
const LIST: &str = include_str!("../sql/schedules/list.sql");
const PAUSE: &str = include_str!("../sql/schedules/pause.sql");
const IS_PAUSED: &str = include_str!("../sql/schedules/is_paused.sql");
const RUN: &str = include_str!("../sql/schedules/run.sql");

/// A schedule and its next occurrence.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// Determines the work.
    pub name: String,
    /// An IANA time zone.
    pub zone: String,
    /// When it occurs in this zone.
    pub rule: Rule,
    /// The next occurrence.
    pub next_at: DateTime<Utc>,
}

/// A schedule that is due.
#[derive(Debug, Clone, PartialEq)]
pub struct DueSchedule {
    /// The schedule. Its next occurrence has passed.
    pub schedule: Schedule,
    /// The database's time.
    pub now: DateTime<Utc>,
}

/// The run of one period, which this instance has leased.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The schedule's name.
    pub schedule: String,
    /// The occurrence for which the run was made.
    pub period: DateTime<Utc>,
    /// The lease, which only this instance knows.
    token: Uuid,
    /// How far the run is: what was last recorded, or null at the beginning.
    pub progress: Value,
    /// How often an instance has begun or continued the run.
    pub attempts: u32,
}

/// What [`record`] writes.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// The run goes on, with a lease of this time.
    Going(Value, Duration),
    /// The run is done, with this result.
    Done(Value),
    /// The run stopped with an error. It is continued after this time.
    Failed(Value, String, Duration),
}

/// A schedule, as operators see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The schedule.
    pub schedule: Schedule,
    /// Since when it is paused. `None` if it is not.
    pub paused_at: Option<DateTime<Utc>>,
    /// Its last run.
    pub last: Option<LastRun>,
}

/// The last run of a schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct LastRun {
    /// The occurrence for which the run was made.
    pub period: DateTime<Utc>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it was done. `None` if it is not.
    pub done_at: Option<DateTime<Utc>>,
    /// Why it stopped, if it did.
    pub error: Option<String>,
    /// How far it is, or its result.
    pub progress: Value,
}

/// Creates or changes a schedule. An unchanged schedule keeps its next occurrence, so every
/// instance may call this when it starts. Returns whether anything changed.
///
/// # Errors
/// When the database cannot be written.
pub async fn put(store: &Store, schedule: &Schedule) -> Result<bool, StoreError> {
    let (every, on_day) = schedule.rule.every.parts();
    let answer = store
        .query(
            PUT,
            &[
                &schedule.name,
                &schedule.zone,
                &schedule.rule.at,
                &every,
                &on_day.map(i16::from),
                &schedule.next_at,
            ],
        )
        .await?;
    rows::get(rows::first(&answer)?, 0)
}

/// Returns the schedules with these names that are due. A row that this program cannot decode is
/// left out, and logged.
///
/// # Errors
/// When the database cannot be read.
pub async fn due(store: &Store, names: &[&str]) -> Result<Vec<DueSchedule>, StoreError> {
    let answer = store.query(DUE, &[&names]).await?;
    let mut all = Vec::with_capacity(answer.len());
    for row in &answer {
        let name: &str = rows::get(row, 0)?;
        let schedule = store.undecodable.leave_out("schedule", name, schedule(row));
        if let Some(schedule) = schedule {
            all.push(DueSchedule {
                schedule,
                now: rows::time(row, 6)?,
            });
        }
    }
    Ok(all)
}

/// Begins the run of a period. `period` is the last occurrence until now, which is later than the
/// schedule's own if some were missed; `next_at` is the occurrence after it. Returns `None` if
/// another instance was faster, or the schedule was changed meanwhile.
///
/// # Errors
/// When the database cannot be used. If the run had begun, it is continued after the lease.
pub async fn begin(
    store: &Store,
    due: &DueSchedule,
    period: DateTime<Utc>,
    next_at: DateTime<Utc>,
    lease: Duration,
) -> Result<Option<Run>, StoreError> {
    let token = Uuid::new_v4();
    let schedule = &due.schedule;
    let answer = store
        .query(
            BEGIN,
            &[
                &schedule.name,
                &schedule.next_at,
                &period,
                &next_at,
                &token,
                &rows::ms(lease),
            ],
        )
        .await?;
    let has_begun: bool = rows::get(rows::first(&answer)?, 0)?;
    Ok(has_begun.then(|| Run {
        schedule: schedule.name.clone(),
        period,
        token,
        progress: Value::Null,
        attempts: 1,
    }))
}

/// Takes over a run of these schedules whose instance has died or failed, if there is one.
///
/// # Errors
/// When the database cannot be used.
pub async fn resume(
    store: &Store,
    names: &[&str],
    lease: Duration,
) -> Result<Option<Run>, StoreError> {
    let token = Uuid::new_v4();
    let answer = store
        .query(RESUME, &[&names, &token, &rows::ms(lease)])
        .await?;
    let Some(row) = answer.first() else {
        return Ok(None);
    };
    let JsonText(progress) = rows::get(row, 2)?;
    Ok(Some(Run {
        schedule: rows::get(row, 0)?,
        period: rows::get(row, 1)?,
        token,
        progress: serde_json::from_str(progress).unwrap_or_default(),
        attempts: rows::get::<i32>(row, 3)?.unsigned_abs(),
    }))
}

/// Records how far a run is, within the transaction that did the work. Returns `false` if another
/// instance has taken the run over: the caller must then not commit.
///
/// # Errors
/// When the statement fails.
pub async fn record(
    transaction: &mut Transaction,
    run: &Run,
    progress: &Progress,
) -> Result<bool, StoreError> {
    let (value, error, is_done, lease) = match progress {
        Progress::Going(value, lease) => (value, None, false, *lease),
        Progress::Done(value) => (value, None, true, Duration::ZERO),
        Progress::Failed(value, error, wait) => (value, Some(error), false, *wait),
    };
    let answer = transaction
        .query(
            PROGRESS,
            &[
                &run.schedule,
                &run.period,
                &run.token,
                value,
                &error,
                &is_done,
                &rows::ms(lease),
            ],
        )
        .await?;
    rows::get(rows::first(&answer)?, 0)
}

/// Returns all schedules, ordered by name, under the service role.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(store: &Store) -> Result<Vec<Listed>, StoreError> {
    let answer = store.query(LIST, &[]).await?;
    let mut all = Vec::with_capacity(answer.len());
    for row in &answer {
        let name: &str = rows::get(row, 0)?;
        all.extend(store.undecodable.leave_out("schedule", name, listed(row)));
    }
    Ok(all)
}

fn listed(row: &Row) -> Result<Listed, StoreError> {
    let period = rows::optional_time(row, 7)?;
    let last = match period {
        None => None,
        Some(period) => {
            let JsonText(progress) = rows::get(row, 11)?;
            Some(LastRun {
                period,
                started_at: rows::time(row, 8)?,
                done_at: rows::optional_time(row, 9)?,
                error: rows::get(row, 10)?,
                progress: serde_json::from_str(progress).unwrap_or_default(),
            })
        }
    };
    Ok(Listed {
        schedule: schedule(row)?,
        paused_at: rows::optional_time(row, 6)?,
        last,
    })
}

/// Decodes the columns name, zone, time of day, rule, day and next occurrence.
fn schedule(row: &Row) -> Result<Schedule, StoreError> {
    let (every, on_day): (&str, Option<i16>) = (rows::get(row, 3)?, rows::get(row, 4)?);
    let day = on_day.and_then(|day| u8::try_from(day).ok());
    let at: NaiveTime = rows::get(row, 2)?;
    let every = Every::from_parts(every, day)
        .ok_or_else(|| StoreError::Row(format!("a schedule's days: {every:?} {on_day:?}")))?;
    Ok(Schedule {
        name: rows::get(row, 0)?,
        zone: rows::get(row, 1)?,
        rule: Rule { every, at },
        next_at: rows::get(row, 5)?,
    })
}

/// Pauses a schedule. For admins. The access log records it.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `not_found`.
pub async fn pause(store: &Store, caller: &Caller, name: &str) -> Result<(), StoreError> {
    store.write(caller, PAUSE, &[&name, &true]).await.map(drop)
}

/// Resumes a paused schedule. For admins. If occurrences were missed, the last of them runs.
///
/// # Errors
/// As [`pause`].
pub async fn unpause(store: &Store, caller: &Caller, name: &str) -> Result<(), StoreError> {
    store.write(caller, PAUSE, &[&name, &false]).await.map(drop)
}

/// Returns whether an admin has paused the schedule, under the service role.
///
/// # Errors
/// When the database cannot be read.
pub async fn is_paused(store: &Store, name: &str) -> Result<bool, StoreError> {
    let answer = store.query(IS_PAUSED, &[&name]).await?;
    rows::get(rows::first(&answer)?, 0)
}

/// Makes a schedule due now, unless it is paused. For admins. The access log records it.
///
/// # Errors
/// As [`pause`].
pub async fn run_now(store: &Store, caller: &Caller, name: &str) -> Result<(), StoreError> {
    store.write(caller, RUN, &[&name]).await.map(drop)
}
