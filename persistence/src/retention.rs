//! Retention: archiving closed tickets, deleting archived ones, and deleting old entries of the
//! access log.
//!
//! A run is planned first ([`begin`]). If it would change too large a share, it waits until an admin
//! [approves](approve) it. Then it acts in portions ([`act`]). Each portion is one transaction, which
//! also records how far the run is, so that any instance can continue it. The database decides about
//! each ticket under its lock, and this module checks the decision with the rules of
//! [`helpline_core::retention`] before the transaction is committed.

mod due;

use std::time::Duration;

use chrono::{DateTime, Utc};
use helpline_core::actor::Audience;
use helpline_core::history::HistoryRow;
use helpline_core::ids::{RetentionRunId, TicketId, UserId};
use helpline_core::limits;
use helpline_core::protocol::{
    RetentionKind, RetentionPlan, RetentionRun, RetentionSettings, RetentionSkipped, RetentionState,
};
use helpline_core::retention::{Class, TicketAge, classify, cutoff};
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

pub use due::{DueTickets, due};

use crate::rows::JsonText;
use crate::{Caller, IfMatch, Reader, Store, StoreError, Transaction, rows};

const BEGIN: &str = include_str!("../sql/retention/begin.sql");
const ACT: &str = include_str!("../sql/retention/act.sql");
const RUN: &str = include_str!("../sql/retention/run.sql");
const OPEN_RUNS: &str = include_str!("../sql/retention/open_runs.sql");
const SETTINGS: &str = include_str!("../sql/retention/settings.sql");
const DRY_RUN: &str = include_str!("../sql/retention/dry_run.sql");
const FIGURES: &str = include_str!("../sql/retention/figures.sql");
const REFUSE: &str = include_str!("../sql/retention/refuse.sql");
const APPROVE: &str = include_str!("../sql/retention/approve.sql");
const LIST: &str = include_str!("../sql/retention/list.sql");
const READ_SETTING: &str = include_str!("../sql/settings/list.sql");
const SET: &str = include_str!("../sql/settings/set.sql");

/// The name of the setting in `support_settings`.
const SETTING: &str = "retention";
const COUNT_TIMEOUT: Duration = Duration::from_millis(limits::RETENTION_COUNT_TIMEOUT_MS);
/// The client waits a little longer than the server works, so that the server reports its own error.
const COUNT_ANSWER: Duration = Duration::from_millis(
    limits::RETENTION_COUNT_TIMEOUT_MS + limits::ANSWER_TIMEOUT_MS - limits::STATEMENT_TIMEOUT_MS,
);

/// How much one portion may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortionSize {
    /// Maximum tickets that are examined.
    pub examined_max: i32,
    /// Maximum tickets that are changed.
    pub tickets_max: i32,
    /// Maximum entries of the access log that are examined.
    pub entries_max: i32,
}

impl Default for PortionSize {
    fn default() -> Self {
        Self {
            examined_max: limits::RETENTION_PORTION_EXAMINED_MAX,
            tickets_max: limits::RETENTION_PORTION_TICKETS_MAX,
            entries_max: limits::RETENTION_PORTION_ROWS_MAX,
        }
    }
}

/// What one portion has done. It is committed.
#[derive(Debug)]
pub struct Portion {
    /// The run after the portion.
    pub run: RetentionRun,
    /// The deleted tickets. The caller must tell the rooms.
    pub deleted: Vec<TicketId>,
    /// The tickets that the database refused to change, each with the error. The run leaves them out
    /// from then on.
    pub refused: Vec<(TicketId, String)>,
    /// The events of the archived tickets. The caller must publish them.
    pub events: Vec<HistoryRow>,
}

/// Plans the run of a period. Returns `None` if retention is switched off. If the period already has
/// a run, or an earlier run of this kind is not done, returns that run.
///
/// # Errors
/// When the database cannot be used. Planning again is harmless.
pub async fn begin(
    store: &Store,
    kind: RetentionKind,
    period: DateTime<Utc>,
) -> Result<Option<RetentionRun>, StoreError> {
    let mut transaction = store.begin().await?;
    let run = begin_in(&mut transaction, kind, period).await?;
    transaction.commit().await?;
    Ok(run)
}

/// Like [`begin`], within the caller's transaction. Waits while another run is being planned.
///
/// # Errors
/// As [`begin`].
pub async fn begin_in(
    transaction: &mut Transaction,
    kind: RetentionKind,
    period: DateTime<Utc>,
) -> Result<Option<RetentionRun>, StoreError> {
    transaction.set_statement_timeout(COUNT_TIMEOUT).await?;
    transaction.set_lock_timeout(COUNT_TIMEOUT).await?;
    let id = Uuid::now_v7();
    let unguarded_max = limits::RETENTION_UNGUARDED_ROWS_MAX;
    let params: crate::store::Params<'_> = &[&id, &kind.as_str(), &period, &unguarded_max];
    let answer = transaction
        .query_within(COUNT_ANSWER, BEGIN, params)
        .await?;
    let Some(id) = rows::get::<Option<Uuid>>(rows::first(&answer)?, 0)? else {
        return Ok(None);
    };
    read(transaction, RetentionRunId::new(id)).await.map(Some)
}

/// Returns the runs that have something to do, the earliest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn open_runs(store: &Store) -> Result<Vec<RetentionRunId>, StoreError> {
    let answer = store.query(OPEN_RUNS, &[]).await?;
    let id = |row| rows::get(row, 0).map(RetentionRunId::new);
    answer.iter().map(id).collect()
}

/// What operators watch about one kind of run.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// The kind of run.
    pub kind: RetentionKind,
    /// Runs that wait for an admin's approval: 0 or 1.
    pub waiting: u64,
    /// Seconds since the last run was done. If none was ever done, since the first one was due; 0 if
    /// none was due yet, or if retention is switched off.
    pub age_s: f64,
}

/// Returns the figures of these kinds. Each kind comes with the name of its schedule.
///
/// # Errors
/// When the database cannot be read.
pub async fn figures(
    store: &Store,
    kinds: &[(RetentionKind, &str)],
) -> Result<Vec<Figures>, StoreError> {
    let (kinds, schedules): (Vec<&str>, Vec<&str>) = kinds
        .iter()
        .map(|(kind, schedule)| (kind.as_str(), *schedule))
        .unzip();
    let answer = store.query(FIGURES, &[&kinds, &schedules]).await?;
    let figures = |row: &Row| {
        Ok(Figures {
            kind: rows::word(row, 0)?,
            waiting: number(row, 1)?,
            age_s: rows::get(row, 2)?,
        })
    };
    answer.iter().map(figures).collect()
}

/// Does the next portion of a run and commits it. Returns what was done. If nothing was done, the
/// run is not acting, or another instance is at work on it.
///
/// # Errors
/// [`StoreError::Row`] if the database has decided otherwise than `core`: nothing is then changed.
/// Other errors when the database cannot be used; the same portion can be tried again.
pub async fn act(
    store: &Store,
    run: RetentionRunId,
    size: PortionSize,
) -> Result<Portion, StoreError> {
    let mut transaction = store.begin().await?;
    let mut portion = act_in(&mut transaction, run, size).await?;
    portion.events = transaction.commit().await?;
    Ok(portion)
}

/// Like [`act`], within the caller's transaction, whose commit returns the events. The caller must
/// not commit after an error.
///
/// # Errors
/// As [`act`].
pub async fn act_in(
    transaction: &mut Transaction,
    run: RetentionRunId,
    size: PortionSize,
) -> Result<Portion, StoreError> {
    transaction.set_statement_timeout(COUNT_TIMEOUT).await?;
    let params: crate::store::Params<'_> = &[
        &run.uuid(),
        &size.examined_max,
        &size.tickets_max,
        &size.entries_max,
        &limits::RETENTION_PASSES_MAX,
    ];
    let changed = transaction.query_within(COUNT_ANSWER, ACT, params).await?;
    let run = read(transaction, run).await?;
    check_cutoff(&run)?;
    let (mut tickets, mut refused) = (Vec::new(), Vec::new());
    for row in &changed {
        let ticket = checked(row, &run)?;
        match (ticket, rows::get::<Option<String>>(row, 5)?) {
            (Some(ticket), Some(error)) => refused.push((ticket, error)),
            (ticket, _) => tickets.extend(ticket),
        }
    }
    let deleted = match run.kind {
        RetentionKind::Delete => tickets,
        RetentionKind::Archive | RetentionKind::AccessLog => Vec::new(),
    };
    Ok(Portion {
        run,
        deleted,
        refused,
        events: Vec::new(),
    })
}

/// Fails if the run's cutoff does not follow from its policy.
fn check_cutoff(run: &RetentionRun) -> Result<(), StoreError> {
    if cutoff(run.planned_at, run.months) == Some(run.cutoff) {
        return Ok(());
    }
    let RetentionRun { id, cutoff, .. } = run;
    Err(StoreError::Row(format!(
        "run {id} of retention has the cutoff {cutoff}, which its policy does not give"
    )))
}

/// Returns the ticket that a run has changed or tried to change, `None` for entries of the access log. Fails if it was
/// not due.
fn checked(row: &Row, run: &RetentionRun) -> Result<Option<TicketId>, StoreError> {
    let wrong = |what: &str| {
        Err(StoreError::Row(format!(
            "run {} of retention chose {what}, which is not due",
            run.id
        )))
    };
    let since = rows::optional_time(row, 2)?;
    let Some(ticket) = rows::get::<Option<Uuid>>(row, 0)? else {
        let is_due =
            run.kind == RetentionKind::AccessLog && since.is_some_and(|at| at < run.cutoff);
        return if is_due {
            Ok(None)
        } else {
            wrong("an entry of the access log")
        };
    };
    let age = TicketAge {
        status: rows::word(row, 1)?,
        ended_at: since,
        archived_at: rows::optional_time(row, 3)?,
        is_held: rows::get(row, 4)?,
    };
    if classify(run.kind, &age, run.cutoff) == Class::Due {
        Ok(Some(TicketId::new(ticket)))
    } else {
        wrong(&format!("the ticket {ticket}"))
    }
}

async fn read(
    transaction: &mut Transaction,
    id: RetentionRunId,
) -> Result<RetentionRun, StoreError> {
    let answer = transaction.query(RUN, &[&id.uuid()]).await?;
    run_of(rows::first(&answer)?)
}

/// Counts what runs of each kind would do now. Changes nothing. The caller must have checked that an
/// admin asks.
///
/// # Errors
/// When the database cannot be read.
pub async fn dry_run(store: &Store) -> Result<Vec<RetentionPlan>, StoreError> {
    let kinds: Vec<&str> = RetentionKind::ALL
        .iter()
        .map(|kind| kind.as_str())
        .collect();
    let unguarded_max = limits::RETENTION_UNGUARDED_ROWS_MAX;
    let params: crate::store::Params<'_> = &[&kinds, &unguarded_max];
    let answer = store.query(DRY_RUN, params).await?;
    let plan = |row: &Row| {
        Ok(RetentionPlan {
            kind: rows::word(row, 0)?,
            months: months(row, 1)?,
            cutoff: rows::time(row, 2)?,
            total: number(row, 3)?,
            due: number(row, 4)?,
            skipped: skipped(row, 5)?.unwrap_or_default(),
            oldest: rows::optional_time(row, 6)?,
            needs_approval: rows::get(row, 7)?,
        })
    };
    answer.iter().map(plan).collect()
}

/// Lets a run act that waits. For admins. The access log records it as `retention_run_approved`.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `not_found`; `conflict` if the run does not wait.
pub async fn approve(
    store: &Store,
    caller: &Caller,
    run: RetentionRunId,
) -> Result<(), StoreError> {
    store.write(caller, APPROVE, &[&run.uuid()]).await.map(drop)
}

/// Ends a run that waits, without any change. For admins. The access log records it as
/// `retention_run_refused`.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `not_found`; `conflict` if the run does not wait.
pub async fn refuse(store: &Store, caller: &Caller, run: RetentionRunId) -> Result<(), StoreError> {
    store.write(caller, REFUSE, &[&run.uuid()]).await.map(drop)
}

/// Returns the last runs, newest first, as an admin sees them. Others see none.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(store: &Store, reader: Reader) -> Result<Vec<RetentionRun>, StoreError> {
    let limit = limits::RETENTION_RUNS_LISTED_MAX;
    let answer = store.read(as_staff(reader), LIST, &[&limit]).await?;
    let mut runs = Vec::with_capacity(answer.len());
    for row in &answer {
        let id: Uuid = rows::get(row, 0)?;
        runs.extend(
            store
                .undecodable
                .leave_out("retention run", id, run_of(row)),
        );
    }
    Ok(runs)
}

/// Returns the settings by which the service's schedules run, or the default ones.
///
/// # Errors
/// When the database cannot be read.
pub async fn settings(store: &Store) -> Result<RetentionSettings, StoreError> {
    let answer = store.query(SETTINGS, &[]).await?;
    Ok(setting(rows::get(rows::first(&answer)?, 0)?))
}

/// Returns the settings as an admin sees them, with their entity tag.
///
/// # Errors
/// When the database cannot be read.
pub async fn read_settings(
    store: &Store,
    reader: Reader,
) -> Result<(RetentionSettings, String), StoreError> {
    let names = [SETTING];
    let answer = store
        .read(as_staff(reader), READ_SETTING, &[&&names[..]])
        .await?;
    let row = rows::first(&answer)?;
    Ok((setting(rows::get(row, 1)?), rows::get(row, 2)?))
}

/// Stores the settings, which the caller has checked. For admins. The access log records the change
/// as `setting_changed`. Returns the new entity tag.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `precondition_failed`; `invalid_field` if the database
/// finds them invalid.
pub async fn set_settings(
    store: &Store,
    caller: &Caller,
    settings: &RetentionSettings,
    expected: &IfMatch,
) -> Result<String, StoreError> {
    let value =
        serde_json::to_value(settings).map_err(|error| StoreError::Row(error.to_string()))?;
    let (answer, _) = store
        .write(caller, SET, &[&SETTING, &Some(&value), &expected.tags()])
        .await?;
    rows::get(rows::first(&answer)?, 0)
}

/// Decodes the stored setting. A field that is missing, or a value of another form, gets its
/// default, as in the database's function `retention_policy`.
fn setting(stored: Option<JsonText<'_>>) -> RetentionSettings {
    let default = RetentionSettings::default();
    let stored: Value = stored
        .and_then(|JsonText(text)| serde_json::from_str(text).ok())
        .unwrap_or_default();
    if stored.is_null() {
        return default;
    }
    let number = |name: &str, default: u16| {
        let value = stored.get(name).and_then(Value::as_f64);
        value.map_or(default, |value| value as u16)
    };
    let text = |name: &str, default: String| {
        let value = stored.get(name).and_then(Value::as_str);
        value.map_or(default, str::to_owned)
    };
    let small =
        |name: &str, default: u8| u8::try_from(number(name, default.into())).unwrap_or(default);
    RetentionSettings {
        enabled: stored
            .get("enabled")
            .and_then(Value::as_bool)
            .unwrap_or(default.enabled),
        archive_months: number("archive_months", default.archive_months),
        delete_months: number("delete_months", default.delete_months),
        access_log_months: number("access_log_months", default.access_log_months),
        share_max_percent: small("share_max_percent", default.share_max_percent),
        day: small("day", default.day),
        at: text("at", default.at),
        zone: text("zone", default.zone),
    }
}

fn run_of(row: &Row) -> Result<RetentionRun, StoreError> {
    Ok(RetentionRun {
        id: RetentionRunId::new(rows::get(row, 0)?),
        kind: rows::word(row, 1)?,
        state: rows::word::<RetentionState>(row, 2)?,
        period: rows::time(row, 3)?,
        months: months(row, 4)?,
        share_max_percent: u8::try_from(rows::get::<i32>(row, 5)?).unwrap_or(u8::MAX),
        planned_at: rows::time(row, 6)?,
        cutoff: rows::time(row, 7)?,
        total: number(row, 8)?,
        due: number(row, 9)?,
        skipped: skipped(row, 10)?.unwrap_or_default(),
        approved_by: rows::get::<Option<Uuid>>(row, 11)?.map(UserId::new),
        approved_at: rows::optional_time(row, 12)?,
        changed: number(row, 13)?,
        worked_ms: number(row, 14)?,
        kept: skipped(row, 15)?,
        digest: rows::get(row, 16)?,
        last_entry: rows::get::<Option<i64>>(row, 17)?.map(i64::unsigned_abs),
        reason: rows::get(row, 18)?,
        done_at: rows::optional_time(row, 19)?,
    })
}

fn months(row: &Row, column: usize) -> Result<u16, StoreError> {
    Ok(u16::try_from(rows::get::<i32>(row, column)?).unwrap_or(u16::MAX))
}

fn number(row: &Row, column: usize) -> Result<u64, StoreError> {
    Ok(rows::get::<i64>(row, column)?.unsigned_abs())
}

fn skipped(row: &Row, column: usize) -> Result<Option<RetentionSkipped>, StoreError> {
    let json = rows::get::<Option<JsonText<'_>>>(row, column)?;
    let parsed = json
        .map(|JsonText(text)| serde_json::from_str(text))
        .transpose();
    parsed.map_err(|error| StoreError::Row(error.to_string()))
}

const fn as_staff(reader: Reader) -> Reader {
    Reader {
        audience: Audience::Staff,
        ..reader
    }
}
