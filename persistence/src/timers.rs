//! Timers: actions on tickets at a moment in the future. Setting and cancelling a timer are part of
//! the caller's transaction. A timer is deleted in the transaction of its action, so the action
//! happens once, also if several instances try to fire it.

use chrono::{DateTime, Utc};
use helpline_core::history::HistoryRow;
use helpline_core::ids::TicketId;
use helpline_core::limits;
use serde_json::Value;
use tokio_postgres::Row;

use crate::error::chain;
use crate::handler::Verdict;
use crate::rows::JsonText;
use crate::transaction::Transaction;
use crate::{Caller, HandlerError, Store, StoreError, rows};

const SET: &str = include_str!("../sql/timers/set.sql");
const CANCEL: &str = include_str!("../sql/timers/cancel.sql");
const DUE: &str = include_str!("../sql/timers/due.sql");
const CLAIM: &str = include_str!("../sql/timers/claim.sql");
const FAIL: &str = include_str!("../sql/timers/fail.sql");
const RESOLVE: &str = include_str!("../sql/timers/resolve.sql");
const STATE: &str = include_str!("../sql/timers/state.sql");
const HELD: &str = include_str!("../sql/timers/held.sql");

/// A timer to set. There is one timer for each combination of ticket, kind and key.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTimer<'a> {
    /// The ticket that the action is about.
    pub ticket: TicketId,
    /// Determines the action.
    pub kind: &'a str,
    /// Distinguishes the timers of one kind on one ticket.
    pub key: &'a str,
    /// The moment of the action.
    pub due_at: DateTime<Utc>,
    /// Data for the action. Contains no text of a message, which would survive a redaction.
    pub payload: Value,
}

/// A timer that fires.
#[derive(Debug, Clone, PartialEq)]
pub struct Timer {
    /// The ticket that the action is about. The transaction has locked it.
    pub ticket: TicketId,
    /// Determines the action.
    pub kind: String,
    /// Distinguishes the timers of one kind on one ticket.
    pub key: String,
    /// The deadline. The action may be late, for example after an outage.
    pub due_at: DateTime<Utc>,
    /// Data for the action. Null if it cannot be decoded.
    pub payload: Value,
}

/// What happens when a timer fires.
pub trait Action: Send {
    /// Checks that the timer's condition still holds, and acts within the transaction.
    fn act(
        &mut self,
        transaction: &mut Transaction,
        timer: &Timer,
    ) -> impl Future<Output = Result<(), HandlerError>> + Send;
}

/// A timer that is due, and its place in the order in which [`due`] returns timers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueTimer {
    id: i64,
    /// Determines the action.
    pub kind: String,
    /// The ticket that the action is about.
    pub ticket: TicketId,
    fire_at: DateTime<Utc>,
}

/// The result of firing a timer.
#[derive(Debug, PartialEq)]
pub enum Fired {
    /// The action was done. The caller must publish these events.
    Done(Vec<HistoryRow>),
    /// The timer was fired by another instance, cancelled, or moved to another time.
    Gone,
    /// Another transaction has locked the ticket. The timer is still due.
    Taken,
    /// The action failed and was undone. The timer is tried again later, or waits for an admin.
    Failed,
}

/// The timers of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The kind that was asked for.
    pub kind: String,
    /// Number of timers that are due, up to [`limits::TIMERS_COUNTED_MAX`].
    pub due: u64,
    /// When the earliest of them was due.
    pub oldest_at: Option<DateTime<Utc>>,
    /// Number of timers that wait for an admin.
    pub held: u64,
}

/// A timer whose action failed, and which waits for an admin.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// Identifies the timer in [`resolve`].
    pub id: i64,
    /// The timer.
    pub timer: Timer,
    /// Number of failures.
    pub attempts: u32,
    /// The last failure.
    pub error: String,
    /// Since when the timer waits.
    pub held_at: DateTime<Utc>,
}

/// What an admin decides about a held timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// Try the action again, with as many attempts as before.
    Retry,
    /// Delete the timer without its action.
    Remove,
}

/// Sets a timer, or moves it to another time, within the transaction. It locks the ticket.
///
/// # Errors
/// [`StoreError::Refused`]: `not_found`.
pub async fn set(transaction: &mut Transaction, timer: &NewTimer<'_>) -> Result<(), StoreError> {
    let NewTimer {
        ticket,
        kind,
        key,
        due_at,
        payload,
    } = timer;
    transaction
        .query(SET, &[&ticket.uuid(), kind, key, due_at, payload])
        .await
        .map(drop)
}

/// Cancels a ticket's timer, or all timers of the kind without a key, within the transaction. It
/// locks the ticket. Returns the number of timers that were cancelled.
///
/// # Errors
/// When the statement fails.
pub async fn cancel(
    transaction: &mut Transaction,
    ticket: TicketId,
    kind: &str,
    key: Option<&str>,
) -> Result<u64, StoreError> {
    let answer = transaction
        .query(CANCEL, &[&ticket.uuid(), &kind, &key])
        .await?;
    Ok(rows::get::<i64>(rows::first(&answer)?, 0)?.unsigned_abs())
}

/// Returns timers of these kinds that are due, the earliest first, at most
/// [`limits::TIMERS_DUE_MAX`]. `after` is the last timer of the previous call: a page may consist
/// of timers whose tickets are locked, which stay due.
///
/// # Errors
/// When the database cannot be read.
pub async fn due(
    store: &Store,
    kinds: &[&str],
    after: Option<&DueTimer>,
) -> Result<Vec<DueTimer>, StoreError> {
    let (at, id) = after.map_or((DateTime::UNIX_EPOCH, 0), |due| (due.fire_at, due.id));
    let answer = store
        .query(DUE, &[&kinds, &at, &id, &limits::TIMERS_DUE_MAX])
        .await?;
    answer
        .iter()
        .map(|row| {
            Ok(DueTimer {
                id: rows::get(row, 0)?,
                kind: rows::get(row, 1)?,
                ticket: TicketId::new(rows::get(row, 2)?),
                fire_at: rows::get(row, 3)?,
            })
        })
        .collect()
}

/// Fires a timer in a transaction that has just begun: locks its ticket, deletes the timer, acts, and
/// commits.
///
/// # Errors
/// When the database cannot be used. If the error [passes](StoreError::passes), the action may have
/// been committed; the timer is then gone.
pub async fn fire(
    mut transaction: Transaction,
    due: &DueTimer,
    action: &mut impl Action,
) -> Result<Fired, StoreError> {
    let store = transaction.store().clone();
    let answer = transaction.query(CLAIM, &[&due.id]).await?;
    let row = rows::first(&answer)?;
    let outcome = match rows::get::<&str>(row, 0)? {
        "claimed" => None,
        "taken" => Some(Fired::Taken),
        "gone" => Some(Fired::Gone),
        other => return Err(StoreError::Row(format!("a timer's state: {other:?}"))),
    };
    if let Some(outcome) = outcome {
        transaction.roll_back().await?;
        return Ok(outcome);
    }
    let timer = timer(row, 1)?;
    let attempts: i32 = rows::get(row, 6)?;
    let fire_at: DateTime<Utc> = rows::get(row, 7)?;
    let done = match action.act(&mut transaction, &timer).await {
        Ok(()) => transaction.check_constraints().await.map_err(Into::into),
        Err(error) => Err(error),
    };
    let Err(error) = done else {
        return Ok(Fired::Done(transaction.commit().await?));
    };
    transaction.roll_back().await?;
    match (error.verdict(), error) {
        (Verdict::Stop, HandlerError::Store(error)) => Err(error),
        (Verdict::Busy, _) => Ok(Fired::Taken),
        (Verdict::Counts | Verdict::Stop, error) => {
            let (most, wait) = (limits::TIMER_ATTEMPTS_MAX, limits::TIMER_RETRY_MS);
            store
                // A timer that was claimed has the time with which it was found, or an earlier one.
                .query(
                    FAIL,
                    &[&due.id, &attempts, &fire_at, &chain(&error), &most, &wait],
                )
                .await?;
            Ok(Fired::Failed)
        }
    }
}

/// Decodes the columns kind, ticket, key, due time and payload.
fn timer(row: &Row, at: usize) -> Result<Timer, StoreError> {
    let JsonText(payload) = rows::get(row, at + 4)?;
    Ok(Timer {
        kind: rows::get(row, at)?,
        ticket: TicketId::new(rows::get(row, at + 1)?),
        key: rows::get(row, at + 2)?,
        due_at: rows::time(row, at + 3)?,
        payload: serde_json::from_str(payload).unwrap_or_default(),
    })
}

/// Returns how many timers of these kinds are due or held, under the service role.
///
/// # Errors
/// When the database cannot be read.
pub async fn states(store: &Store, kinds: &[&str]) -> Result<Vec<State>, StoreError> {
    let answer = store
        .query(STATE, &[&kinds, &limits::TIMERS_COUNTED_MAX])
        .await?;
    answer
        .iter()
        .map(|row| {
            Ok(State {
                kind: rows::get(row, 0)?,
                due: rows::get::<i64>(row, 1)?.unsigned_abs(),
                oldest_at: rows::optional_time(row, 2)?,
                held: rows::get::<i64>(row, 3)?.unsigned_abs(),
            })
        })
        .collect()
}

/// Returns the timers that wait for an admin, those that have waited longest first, under the
/// service role.
///
/// # Errors
/// When the database cannot be read.
pub async fn held(store: &Store) -> Result<Vec<Held>, StoreError> {
    let answer = store
        .query(HELD, &[&limits::TIMERS_HELD_LISTED_MAX])
        .await?;
    answer
        .iter()
        .map(|row| {
            Ok(Held {
                id: rows::get(row, 0)?,
                timer: Timer {
                    kind: rows::get(row, 1)?,
                    ticket: TicketId::new(rows::get(row, 2)?),
                    key: rows::get(row, 3)?,
                    due_at: rows::time(row, 4)?,
                    payload: Value::Null,
                },
                attempts: rows::get::<i32>(row, 5)?.unsigned_abs(),
                error: rows::get::<Option<String>>(row, 6)?.unwrap_or_default(),
                held_at: rows::time(row, 7)?,
            })
        })
        .collect()
}

/// Decides about a held timer. For admins. The access log records it.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `not_found` if the timer is not held.
pub async fn resolve(
    store: &Store,
    caller: &Caller,
    id: i64,
    resolution: Resolution,
) -> Result<(), StoreError> {
    let remove = resolution == Resolution::Remove;
    store
        .write(caller, RESOLVE, &[&id, &remove])
        .await
        .map(drop)
}
