//! What operators see of consumers, and what admins do about an event that a consumer cannot
//! handle.

use chrono::{DateTime, Utc};
use helpline_core::ids::{Seq, TicketId};
use helpline_core::limits;

use crate::{Caller, Store, StoreError, rows};

const STATE: &str = include_str!("../../sql/follow/state.sql");
const FAULTS: &str = include_str!("../../sql/follow/faults.sql");
const RESOLVE_FAULT: &str = include_str!("../../sql/follow/resolve_fault.sql");
const PAUSE: &str = include_str!("../../sql/follow/pause.sql");

/// How far a consumer is.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The name with which it was registered.
    pub name: String,
    /// Since when the consumer is paused. `None` if it is running.
    pub paused_at: Option<DateTime<Utc>>,
    /// Number of events that it has handled since it was registered.
    pub events: u64,
    /// When it last handled events.
    pub moved_at: DateTime<Utc>,
    /// Number of events that it has yet to handle, up to
    /// [`limits::CONSUMER_WAITING_COUNTED_MAX`] of the current window and as many after it.
    pub waiting: u64,
    /// When the oldest of these events happened.
    pub oldest_at: Option<DateTime<Utc>>,
    /// Number of tickets with a failed event.
    pub faults: u64,
    /// Number of these tickets that wait for an admin.
    pub held: u64,
}

/// A ticket of which a consumer could not handle an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The consumer's name.
    pub consumer: String,
    /// The ticket whose later events are skipped.
    pub ticket: TicketId,
    /// The event that failed.
    pub seq: Seq,
    /// The last event that was skipped because of the failure.
    pub last_seq: Seq,
    /// Number of failures of this event. Zero if the ticket was only locked.
    pub attempts: u32,
    /// The last failure.
    pub error: String,
    /// When the event failed for the first time.
    pub failed_at: DateTime<Utc>,
    /// Since when the ticket waits for an admin. `None` if it will be retried automatically.
    pub held_at: Option<DateTime<Utc>>,
}

/// What an admin decides about an event that a consumer cannot handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// Try the event again, with as many attempts as before.
    Retry,
    /// Never handle the event, and go on with the next event of its ticket.
    Skip,
}

/// Returns how far each consumer is, ordered by name, under the service role.
///
/// # Errors
/// When the database cannot be read.
pub async fn states(store: &Store) -> Result<Vec<State>, StoreError> {
    let answer = store
        .query(STATE, &[&limits::CONSUMER_WAITING_COUNTED_MAX])
        .await?;
    let count =
        |row, column: usize| Ok::<_, StoreError>(rows::get::<i64>(row, column)?.unsigned_abs());
    answer
        .iter()
        .map(|row| {
            Ok(State {
                name: rows::get(row, 0)?,
                paused_at: rows::optional_time(row, 1)?,
                events: count(row, 2)?,
                moved_at: rows::time(row, 3)?,
                waiting: count(row, 4)?,
                oldest_at: rows::optional_time(row, 5)?,
                faults: count(row, 6)?,
                held: count(row, 7)?,
            })
        })
        .collect()
}

/// Returns the tickets of which a consumer could not handle an event, those that wait for an admin
/// first, under the service role.
///
/// # Errors
/// When the database cannot be read.
pub async fn faults(store: &Store) -> Result<Vec<Fault>, StoreError> {
    let answer = store
        .query(FAULTS, &[&limits::CONSUMER_FAULTS_LISTED_MAX])
        .await?;
    answer
        .iter()
        .map(|row| {
            Ok(Fault {
                consumer: rows::get(row, 0)?,
                ticket: TicketId::new(rows::get(row, 1)?),
                seq: rows::seq(row, 2)?,
                last_seq: rows::seq(row, 3)?,
                attempts: rows::get::<i32>(row, 4)?.unsigned_abs(),
                error: rows::get(row, 5)?,
                failed_at: rows::time(row, 6)?,
                held_at: rows::optional_time(row, 7)?,
            })
        })
        .collect()
}

/// Decides about the event `seq` of a ticket that a consumer holds. For admins. The access log
/// records it.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `not_found` if the consumer does not hold the ticket;
/// `conflict` if another event of the ticket has failed by now.
pub async fn resolve(
    store: &Store,
    caller: &Caller,
    consumer: &str,
    (ticket, seq): (TicketId, Seq),
    resolution: Resolution,
) -> Result<(), StoreError> {
    let skip = resolution == Resolution::Skip;
    store
        .write(
            caller,
            RESOLVE_FAULT,
            &[&consumer, &ticket.uuid(), &rows::bigint(seq), &skip],
        )
        .await
        .map(drop)
}

/// Pauses a consumer. For admins. A portion that is being handled is finished first.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `not_found`. [`StoreError::Busy`] if the portion takes
/// too long.
pub async fn pause(store: &Store, caller: &Caller, consumer: &str) -> Result<(), StoreError> {
    store
        .write(caller, PAUSE, &[&consumer, &true])
        .await
        .map(drop)
}

/// Resumes a paused consumer. For admins.
///
/// # Errors
/// As [`pause`].
pub async fn resume(store: &Store, caller: &Caller, consumer: &str) -> Result<(), StoreError> {
    store
        .write(caller, PAUSE, &[&consumer, &false])
        .await
        .map(drop)
}
