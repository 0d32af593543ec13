//! Durable consumers: each handles every event of the history once, and the events of a ticket in
//! their order. There is no order between tickets.
//!
//! A consumer reads the history in windows. A window is the set of events that are not visible in
//! one snapshot of the database and visible in a later one. Transactions that commit late, whatever
//! their number, are therefore in a later window. What a handler writes to the database is
//! committed together with the consumer's new position, so a crash neither loses nor repeats it.

mod admin;
mod handle;
mod recent;

use std::sync::Arc;
use std::time::Duration;

use helpline_core::cause::Cause;
use helpline_core::history::HistoryRow;
use helpline_core::ids::{Seq, TicketId};
use helpline_core::limits;
use tokio_postgres::Row;
use uuid::Uuid;

pub use admin::{Fault, Resolution, State, faults, pause, resolve, resume, states};
use handle::{Outcome, handle};
use recent::Key;
pub use recent::RecentEvents;

use crate::rows::JsonText;
use crate::transaction::Transaction;
use crate::{HandlerError, Store, StoreError, rows};

const REGISTER: &str = include_str!("../sql/follow/register.sql");
const POLL: &str = include_str!("../sql/follow/poll.sql");
const SORT: &str = include_str!("../sql/follow/sort.sql");
const DUE_FAULTS: &str = include_str!("../sql/follow/due_faults.sql");
const ADVANCE: &str = include_str!("../sql/follow/advance.sql");
const RECORD_FAULTS: &str = include_str!("../sql/follow/record_faults.sql");

/// An event of the history, as consumers receive it.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The event, with its message as it was at most two times [`limits::CONSUMER_EVENTS_KEPT_MS`] ago.
    pub row: HistoryRow,
    /// The event's `metadata`. Null if it cannot be decoded.
    pub metadata: serde_json::Value,
}

impl Event {
    /// The background work that caused the event. `None` if a person caused it.
    pub fn cause(&self) -> Option<Cause> {
        Cause::of_metadata(&self.metadata)
    }
}

/// What a consumer does with events.
///
/// The same events may be given to a handler again if the transaction is rolled back, so all of its
/// effects must be writes in the transaction. It must not depend on how events are divided into
/// calls.
pub trait Handler: Send {
    /// Handles these events, which are ordered by ticket and `seq`.
    fn handle(
        &mut self,
        transaction: &mut Transaction,
        events: &[Arc<Event>],
    ) -> impl Future<Output = Result<(), HandlerError>> + Send;
}

/// Where a new consumer begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// With the first event of the history.
    Beginning,
    /// With the next event that becomes visible.
    Now,
}

/// Limits of one poll.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Maximum events that are handled in one transaction.
    pub portion_events_max: i64,
    /// Maximum events of a window that is not written to the work table.
    pub window_events_max: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            portion_events_max: limits::CONSUMER_PORTION_EVENTS_MAX,
            window_events_max: limits::CONSUMER_WINDOW_EVENTS_MAX,
        }
    }
}

/// The result of one poll for new events.
#[derive(Debug, Default, PartialEq)]
pub struct PollResult {
    /// What the consumer did.
    pub progress: Progress,
    /// Number of events that were handled.
    pub handled: u64,
    /// Number of tickets of which an event failed in this poll.
    pub failed: u64,
    /// Events that the handler caused. The caller must publish them.
    pub written: Vec<HistoryRow>,
}

/// Whether a poll moved the consumer, and whether another poll should follow at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Progress {
    /// There was no new event.
    #[default]
    Idle,
    /// An admin has paused the consumer.
    Paused,
    /// Another instance is handling events for this consumer.
    Taken,
    /// The consumer is at the end of its window.
    WindowDone,
    /// The window has more events.
    More,
}

/// Registers a consumer, unless it exists already. Returns whether it is new.
///
/// # Errors
/// When the database cannot be written.
pub async fn register(store: &Store, name: &str, start: Start) -> Result<bool, StoreError> {
    let answer = store
        .query(REGISTER, &[&name, &(start == Start::Beginning)])
        .await?;
    rows::get(rows::first(&answer)?, 0)
}

/// Polls for events that the consumer has not handled, and gives at most one portion of them to the
/// handler. Before that, it tries failed events again that are due. `recent` saves consumers of the
/// same instance from reading the same events.
///
/// # Errors
/// When the database cannot be used. The portion's effects were then rolled back, unless the error
/// [passes](StoreError::passes): it may then have been committed, and the next poll goes on behind
/// it.
pub async fn poll(
    store: &Store,
    name: &str,
    limits: Limits,
    recent: &RecentEvents,
    handler: &mut impl Handler,
) -> Result<PollResult, StoreError> {
    let mut poll = PollResult::default();
    let (mut transaction, mut found) = begin(store, name, limits, true).await?;
    if matches!(found, Found::Faults) {
        retry_faults(transaction, name, limits, handler, &mut poll).await?;
        // The end of a window must come from a transaction that has written nothing. Failed events
        // that have become due meanwhile wait for the next poll, so that they do not keep the
        // consumer from new events.
        (transaction, found) = begin(store, name, limits, false).await?;
    }
    match found {
        Found::Idle | Found::Faults => transaction.roll_back().await?,
        Found::Paused => {
            poll.progress = Progress::Paused;
            transaction.roll_back().await?;
        }
        Found::Taken => {
            poll.progress = Progress::Taken;
            transaction.roll_back().await?;
        }
        Found::Unsorted(upto) => {
            sort(transaction, name, &upto).await?;
            poll.progress = Progress::More;
        }
        Found::Window(window) => {
            portion(transaction, name, window, recent, handler, &mut poll).await?;
        }
    }
    Ok(poll)
}

/// What a poll finds.
enum Found {
    Idle,
    Paused,
    Taken,
    /// Failed events are due.
    Faults,
    /// The end of the window, as `pg_snapshot`.
    Unsorted(String),
    Window(Window),
}

/// The next events of a window.
struct Window {
    /// The end of the window, as `pg_snapshot`.
    upto: String,
    keys: Vec<Key>,
    /// Which of the events are skipped, because an earlier event of their ticket has failed. Empty
    /// if none is.
    skips: Vec<bool>,
    /// Whether the window ends with these events.
    is_last: bool,
}

/// Begins a transaction that is the only one of this consumer, and finds out what there is to do.
async fn begin(
    store: &Store,
    name: &str,
    limits: Limits,
    with_faults: bool,
) -> Result<(Transaction, Found), StoreError> {
    let mut transaction = store.begin().await?;
    let answer = transaction
        .query(
            POLL,
            &[
                &name,
                &limits.window_events_max,
                &limits.portion_events_max,
                &with_faults,
            ],
        )
        .await?;
    let row = rows::first(&answer)?;
    let upto = || rows::get::<Option<String>>(row, 1).map(Option::unwrap_or_default);
    let state = match rows::get::<&str>(row, 0)? {
        "idle" => Found::Idle,
        "faults" => Found::Faults,
        "paused" => Found::Paused,
        "taken" => Found::Taken,
        "unsorted" => Found::Unsorted(upto()?),
        "window" => Found::Window(window(row, upto()?, limits)?),
        "rewound" => {
            return Err(StoreError::Row(format!(
                "the transaction counter is lower than consumer {name} has seen it"
            )));
        }
        other => return Err(StoreError::Row(format!("a consumer's state: {other:?}"))),
    };
    Ok((transaction, state))
}

async fn sort(mut transaction: Transaction, name: &str, upto: &str) -> Result<(), StoreError> {
    let limit = Duration::from_millis(limits::CONSUMER_SORT_TIMEOUT_MS);
    transaction.set_statement_timeout(limit).await?;
    transaction
        .query_within(limit, SORT, &[&name, &upto])
        .await?;
    transaction.commit().await.map(drop)
}

fn window(row: &Row, upto: String, limits: Limits) -> Result<Window, StoreError> {
    let tickets: Option<Vec<Uuid>> = rows::get(row, 2)?;
    let seqs: Option<Vec<i64>> = rows::get(row, 3)?;
    let transactions: Option<Vec<i64>> = rows::get(row, 4)?;
    let skips: Option<Vec<bool>> = rows::get(row, 5)?;
    let keys: Vec<_> = tickets
        .into_iter()
        .flatten()
        .zip(seqs.into_iter().flatten())
        .zip(transactions.into_iter().flatten())
        .map(|((ticket, seq), transaction)| Key {
            ticket: TicketId::new(ticket),
            seq: Seq::new(seq.unsigned_abs()),
            transaction,
        })
        .collect();
    Ok(Window {
        upto,
        is_last: (keys.len() as i64) < limits.portion_events_max,
        keys,
        skips: skips.unwrap_or_default(),
    })
}

async fn portion(
    mut transaction: Transaction,
    name: &str,
    window: Window,
    recent: &RecentEvents,
    handler: &mut impl Handler,
    poll: &mut PollResult,
) -> Result<(), StoreError> {
    let Window {
        upto,
        keys,
        skips,
        is_last,
    } = window;
    let (mut wanted, mut skipped) = (
        Vec::with_capacity(keys.len()),
        Vec::<(TicketId, Seq)>::new(),
    );
    for (n, key) in keys.iter().enumerate() {
        if skips.get(n).is_some_and(|skip| *skip) {
            skipped.retain(|(ticket, _)| *ticket != key.ticket);
            skipped.push((key.ticket, key.seq));
        } else {
            wanted.push(*key);
        }
    }
    let position = keys.last().map(|key| (key.ticket, key.seq));
    let events = recent.get(&mut transaction, &wanted).await?;
    transaction.set_lock_timeout(LOCK_TIMEOUT).await?;
    let outcomes = handle(&mut transaction, handler, &events, false).await?;
    let failures: Vec<_> = outcomes.iter().filter(|it| it.failure.is_some()).collect();
    record_faults(&mut transaction, name, &failures).await?;
    let handled: i64 = outcomes.iter().map(|outcome| outcome.handled).sum();
    let (tickets, seqs): (Vec<_>, Vec<_>) = skipped
        .iter()
        .map(|(ticket, seq)| (ticket.uuid(), rows::bigint(*seq)))
        .unzip();
    let position = position.map(|(ticket, seq)| (ticket.uuid(), rows::bigint(seq)));
    let (ticket, seq) = (position.map(|at| at.0), position.map(|at| at.1));
    transaction
        .query(
            ADVANCE,
            &[
                &name, &upto, &is_last, &ticket, &seq, &handled, &tickets, &seqs,
            ],
        )
        .await?;
    poll.handled += handled.unsigned_abs();
    poll.failed += failures.len() as u64;
    poll.progress = if is_last {
        Progress::WindowDone
    } else {
        Progress::More
    };
    poll.written.extend(transaction.commit().await?);
    Ok(())
}

/// Tries failed events again, with the skipped events that follow them.
async fn retry_faults(
    mut transaction: Transaction,
    name: &str,
    limits: Limits,
    handler: &mut impl Handler,
    poll: &mut PollResult,
) -> Result<(), StoreError> {
    let answer = transaction
        .query(DUE_FAULTS, &[&name, &limits.portion_events_max])
        .await?;
    let mut events = Vec::with_capacity(answer.len());
    for row in &answer {
        events.push(Arc::new(event(&transaction, row)?));
    }
    transaction.set_lock_timeout(LOCK_TIMEOUT).await?;
    // One failure is expected, so each ticket is tried on its own.
    let mut outcomes = handle(&mut transaction, handler, &events, true).await?;
    for outcome in &mut outcomes {
        let of_ticket = answer
            .iter()
            .zip(&events)
            .find(|(_, it)| it.row.ticket == outcome.ticket);
        if let Some((row, _)) = of_ticket {
            outcome.last_seq = outcome.last_seq.max(rows::seq(row, LAST_SEQ_COLUMN)?);
        }
    }
    record_faults(&mut transaction, name, &outcomes.iter().collect::<Vec<_>>()).await?;
    let handled: i64 = outcomes.iter().map(|outcome| outcome.handled).sum();
    poll.handled += handled.unsigned_abs();
    poll.failed += outcomes.iter().filter(|it| it.failure.is_some()).count() as u64;
    poll.written.extend(transaction.commit().await?);
    Ok(())
}

async fn record_faults(
    transaction: &mut Transaction,
    name: &str,
    outcomes: &[&Outcome],
) -> Result<(), StoreError> {
    if outcomes.is_empty() {
        return Ok(());
    }
    let tickets: Vec<_> = outcomes.iter().map(|it| it.ticket.uuid()).collect();
    let seqs: Vec<_> = outcomes.iter().map(|it| rows::bigint(it.next)).collect();
    let last_seqs: Vec<_> = outcomes
        .iter()
        .map(|it| rows::bigint(it.last_seq))
        .collect();
    let errors: Vec<_> = outcomes
        .iter()
        .map(|it| it.failure.as_ref().map(|failure| failure.error.as_str()))
        .collect();
    let counted: Vec<_> = outcomes
        .iter()
        .map(|it| it.failure.as_ref().is_some_and(|failure| failure.counts))
        .collect();
    transaction
        .query(
            RECORD_FAULTS,
            &[
                &name,
                &tickets,
                &seqs,
                &last_seqs,
                &errors,
                &counted,
                &limits::CONSUMER_ATTEMPTS_MAX,
                &limits::CONSUMER_RETRY_MS,
                &limits::CONSUMER_BUSY_RETRY_MS,
            ],
        )
        .await
        .map(drop)
}

const LOCK_TIMEOUT: Duration = Duration::from_millis(limits::CONSUMER_LOCK_TIMEOUT_MS);

/// The columns that follow those of the view `support_events`.
const METADATA_COLUMN: usize = 26;
const LAST_SEQ_COLUMN: usize = 27;

fn event(transaction: &Transaction, row: &Row) -> Result<Event, StoreError> {
    let JsonText(metadata) = rows::get(row, METADATA_COLUMN)?;
    Ok(Event {
        row: rows::history_row(transaction.store(), row, 0)?,
        metadata: serde_json::from_str(metadata).unwrap_or_default(),
    })
}

/// The event after `seq` on the same ticket.
const fn next(seq: Seq) -> Seq {
    Seq::new(seq.get() + 1)
}
