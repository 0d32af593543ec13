//! Deliveries: effects in the outside world that are attempted until they succeed. A worker leases
//! deliveries, does the work without an open transaction, and then records the result. If the
//! worker dies, the lease expires and another worker repeats the attempt under the same id.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use helpline_core::ids::{Seq, TicketId};
use helpline_core::limits;
use serde_json::Value;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::rows::JsonText;
use crate::time_cursor::TimeCursor;
use crate::transaction::Transaction;
use crate::{Caller, Store, StoreError, rows};

const PLAN: &str = include_str!("../sql/deliveries/plan.sql");
const CLAIM: &str = include_str!("../sql/deliveries/claim.sql");
const COMPLETE: &str = include_str!("../sql/deliveries/complete.sql");
const REPLAY: &str = include_str!("../sql/deliveries/replay.sql");
const DEAD: &str = include_str!("../sql/deliveries/dead.sql");
const STATE: &str = include_str!("../sql/deliveries/state.sql");
const DELETE_OLD: &str = include_str!("../sql/deliveries/delete_old.sql");

/// A delivery to plan.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDelivery {
    /// A UUIDv7. The receiver gets it with each attempt.
    pub id: Uuid,
    /// Determines how it is delivered.
    pub kind: String,
    /// Whom it is for. Receivers share the workers' slots fairly.
    pub receiver: String,
    /// The event that it is about. It is deleted with its ticket.
    pub event: Option<(TicketId, Seq)>,
    /// Only one delivery is planned for each combination of kind, receiver and key.
    pub key: String,
    /// Further data. Contains no text of a message, which would survive a redaction.
    pub payload: Value,
}

/// A delivery that a worker has leased.
#[derive(Debug, Clone, PartialEq)]
pub struct Leased {
    /// The same id at each attempt.
    pub id: Uuid,
    /// The lease, which only this worker knows.
    token: Uuid,
    /// Whom it is for.
    pub receiver: String,
    /// The event that it is about.
    pub event: Option<(TicketId, Seq)>,
    /// What it was planned with.
    pub key: String,
    /// Further data. Null if it cannot be decoded.
    pub payload: Value,
    /// The number of this attempt, which begins with 1.
    pub attempt: u32,
    /// Whether it is a retry or a replay.
    pub is_retry: bool,
    /// When this attempt was due.
    pub due_at: DateTime<Utc>,
    /// When it was planned.
    pub created_at: DateTime<Utc>,
}

impl Leased {
    /// A delivery that only tests of a worker have leased.
    #[doc(hidden)]
    pub fn for_tests(receiver: &str, is_retry: bool, due_at: DateTime<Utc>) -> Self {
        Self {
            id: Uuid::now_v7(),
            token: Uuid::new_v4(),
            receiver: receiver.to_owned(),
            event: None,
            key: String::new(),
            payload: Value::Null,
            attempt: 1,
            is_retry,
            due_at,
            created_at: due_at,
        }
    }
}

/// How many deliveries a worker takes.
#[derive(Debug, Clone, Copy)]
pub struct Slots {
    /// Deliveries that the worker can take now.
    pub free: u32,
    /// How many of them may be retries. The rest is kept for first attempts.
    pub for_retries: u32,
    /// Maximum deliveries of one receiver that are leased at a time, by all workers.
    pub per_receiver: u32,
    /// How long the worker has for an attempt. Longer than the time limit of the attempt itself.
    pub lease: Duration,
}

/// What a claim looks for. Looking for everything takes longer after many deliveries, so a worker
/// does that only from time to time.
#[derive(Debug, Clone, Copy)]
pub enum Search<'a> {
    /// Every delivery that is due.
    All,
    /// Deliveries of these receivers that became due since these times.
    Recent(&'a BTreeMap<String, Since>),
}

/// From when on a claim looks for deliveries of a receiver. `None` to look for none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Since {
    /// For first attempts.
    pub firsts: Option<DateTime<Utc>>,
    /// For retries.
    pub retries: Option<DateTime<Utc>>,
}

/// The result of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completion {
    /// The receiver has taken it.
    Done,
    /// It failed, and is tried again after this time.
    Retry(Duration, String),
    /// It failed for the last time. An admin may replay it.
    Dead(String),
}

/// Selects the dead deliveries to replay.
#[derive(Debug, Clone, Copy)]
pub enum Replay<'a> {
    /// These deliveries.
    Ids(&'a [Uuid]),
    /// The deliveries of one kind and receiver that died since this time.
    Since(&'a str, &'a str, DateTime<Utc>),
}

/// A delivery that is not attempted any more.
#[derive(Debug, Clone, PartialEq)]
pub struct Dead {
    /// The delivery's id.
    pub id: Uuid,
    /// Whom it was for.
    pub receiver: String,
    /// The event that it is about.
    pub event: Option<(TicketId, Seq)>,
    /// What it was planned with.
    pub key: String,
    /// Number of attempts.
    pub attempts: u32,
    /// The last failure.
    pub error: String,
    /// When it was given up.
    pub dead_at: DateTime<Utc>,
    /// When it was planned.
    pub created_at: DateTime<Utc>,
}

/// A page of dead deliveries.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadPage {
    /// The deliveries, the latest first.
    pub dead: Vec<Dead>,
    /// Where the next page begins. `None` if this page is the last one.
    pub next_cursor: Option<TimeCursor>,
}

impl Dead {
    /// Where this delivery stands in the list of dead deliveries.
    pub const fn cursor(&self) -> TimeCursor {
        TimeCursor {
            at: self.dead_at,
            id: self.id,
        }
    }
}

/// Figures about the deliveries of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Number of deliveries that are due, up to [`limits::DELIVERIES_COUNTED_MAX`].
    pub due: u64,
    /// When the one that has waited longest was due.
    pub oldest_at: Option<DateTime<Utc>>,
    /// Number of deliveries that are being attempted.
    pub in_flight: u64,
    /// Number of dead deliveries, up to [`limits::DELIVERIES_COUNTED_MAX`].
    pub dead: u64,
}

/// Plans deliveries within the transaction. Returns the ids of those that are new: planning a
/// delivery again is harmless.
///
/// # Errors
/// When the statement fails.
pub async fn plan(
    transaction: &mut Transaction,
    deliveries: &[NewDelivery],
) -> Result<Vec<Uuid>, StoreError> {
    fn column<'a, T>(all: &'a [NewDelivery], value: impl Fn(&'a NewDelivery) -> T) -> Vec<T> {
        all.iter().map(value).collect()
    }
    let answer = transaction
        .query(
            PLAN,
            &[
                &column(deliveries, |it| it.id),
                &column(deliveries, |it| it.kind.as_str()),
                &column(deliveries, |it| it.receiver.as_str()),
                &column(deliveries, |it| it.event.map(|(ticket, _)| ticket.uuid())),
                &column(deliveries, |it| it.event.map(|(_, seq)| rows::bigint(seq))),
                &column(deliveries, |it| it.key.as_str()),
                &column(deliveries, |it| &it.payload),
            ],
        )
        .await?;
    answer.iter().map(|row| rows::get(row, 0)).collect()
}

/// Leases deliveries of one kind that are due. `after` is the receiver of the last delivery that
/// this worker has leased: the receivers after it have their turn first. Waits while another worker
/// is claiming. The leases count from the commit of the transaction.
///
/// # Errors
/// When the database cannot be used.
pub async fn claim_in(
    transaction: &mut Transaction,
    kind: &str,
    slots: Slots,
    after: Option<&str>,
    search: Search<'_>,
) -> Result<Vec<Leased>, StoreError> {
    let token = Uuid::new_v4();
    let lease_ms = rows::ms(slots.lease);
    let (recent, since): (Option<Vec<_>>, Vec<_>) = match search {
        Search::All => (None, Vec::new()),
        Search::Recent(recent) => (
            Some(recent.keys().collect()),
            recent.values().copied().collect(),
        ),
    };
    let firsts: Vec<_> = since.iter().map(|it| it.firsts).collect();
    let retries: Vec<_> = since.iter().map(|it| it.retries).collect();
    let answer = transaction
        .query(
            CLAIM,
            &[
                &kind,
                &token,
                &i64::from(slots.free),
                &i64::from(slots.for_retries),
                &i64::from(slots.per_receiver),
                &limits::DELIVERY_RECEIVERS_MAX,
                &after,
                &lease_ms,
                &limits::DELIVERY_ATTEMPTS_MAX,
                &recent,
                &firsts,
                &retries,
            ],
        )
        .await?;
    answer
        .iter()
        .map(|row| {
            let JsonText(payload) = rows::get(row, 5)?;
            Ok(Leased {
                id: rows::get(row, 0)?,
                token,
                receiver: rows::get(row, 1)?,
                event: event(row, 2)?,
                key: rows::get(row, 4)?,
                payload: serde_json::from_str(payload).unwrap_or_default(),
                attempt: rows::get::<i32>(row, 6)?.unsigned_abs(),
                is_retry: rows::get(row, 7)?,
                due_at: rows::time(row, 8)?,
                created_at: rows::time(row, 9)?,
            })
        })
        .collect()
}

/// Records the result of an attempt. Returns `false`, and records nothing, if the lease had expired
/// and another worker has taken the delivery over.
///
/// # Errors
/// When the database cannot be used.
pub async fn complete(
    store: &Store,
    leased: &Leased,
    completion: &Completion,
) -> Result<bool, StoreError> {
    let (result, error, retry_ms) = match completion {
        Completion::Done => ("done", None, 0),
        Completion::Retry(wait, error) => ("retry", Some(error), rows::ms(*wait)),
        Completion::Dead(error) => ("dead", Some(error), 0),
    };
    let answer = store
        .query(
            COMPLETE,
            &[&leased.id, &leased.token, &result, &error, &retry_ms],
        )
        .await?;
    rows::get(rows::first(&answer)?, 0)
}

/// Decodes the columns ticket and seq.
fn event(row: &Row, at: usize) -> Result<Option<(TicketId, Seq)>, StoreError> {
    let ticket: Option<Uuid> = rows::get(row, at)?;
    Ok(ticket
        .map(TicketId::new)
        .zip(rows::optional_seq(row, at + 1)?))
}

/// Makes dead deliveries due again, at most [`limits::DELIVERIES_REPLAYED_MAX`]. For admins. The
/// access log records it. Returns their number.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`.
pub async fn replay(store: &Store, caller: &Caller, which: Replay<'_>) -> Result<u64, StoreError> {
    let (ids, kind, receiver, since) = match which {
        Replay::Ids(ids) => (Some(ids), None, None, None),
        Replay::Since(kind, receiver, since) => (None, Some(kind), Some(receiver), Some(since)),
    };
    let (answer, _) = store
        .write(
            caller,
            REPLAY,
            &[
                &ids,
                &kind,
                &receiver,
                &since,
                &limits::DELIVERIES_REPLAYED_MAX,
            ],
        )
        .await?;
    Ok(rows::get::<i64>(rows::first(&answer)?, 0)?.unsigned_abs())
}

/// Returns a page of the dead deliveries of one kind, the latest first, under the service role.
/// `before` is the cursor of the previous page.
///
/// # Errors
/// When the database cannot be read.
pub async fn dead(
    store: &Store,
    kind: &str,
    before: Option<TimeCursor>,
) -> Result<DeadPage, StoreError> {
    let (at, id) = (before.map(|it| it.at), before.map(|it| it.id));
    let most = limits::DELIVERIES_LISTED_MAX;
    let answer = store.query(DEAD, &[&kind, &at, &id, &most]).await?;
    let dead = answer
        .iter()
        .map(|row| {
            Ok(Dead {
                id: rows::get(row, 0)?,
                receiver: rows::get(row, 1)?,
                event: event(row, 2)?,
                key: rows::get(row, 4)?,
                attempts: rows::get::<i32>(row, 5)?.unsigned_abs(),
                error: rows::get::<Option<String>>(row, 6)?.unwrap_or_default(),
                dead_at: rows::time(row, 7)?,
                created_at: rows::time(row, 8)?,
            })
        })
        .collect::<Result<Vec<Dead>, StoreError>>()?;
    let is_full = dead.len() as i64 >= most;
    let last = dead.last().filter(|_| is_full);
    let next_cursor = last.map(Dead::cursor);
    Ok(DeadPage { dead, next_cursor })
}

/// Returns figures about the deliveries of one kind, under the service role.
///
/// # Errors
/// When the database cannot be read.
pub async fn state(store: &Store, kind: &str) -> Result<State, StoreError> {
    let answer = store
        .query(STATE, &[&kind, &limits::DELIVERIES_COUNTED_MAX])
        .await?;
    let row = rows::first(&answer)?;
    let count = |column: usize| Ok::<_, StoreError>(rows::get::<i64>(row, column)?.unsigned_abs());
    Ok(State {
        due: count(0)?,
        oldest_at: rows::optional_time(row, 1)?,
        in_flight: count(2)?,
        dead: count(3)?,
    })
}

/// Deletes deliveries that were done longer than `keep` ago, at most
/// [`limits::DELIVERIES_DELETED_MAX`]. Returns their number.
///
/// # Errors
/// When the database cannot be used.
pub async fn delete_old_in(
    transaction: &mut Transaction,
    keep: Duration,
) -> Result<u64, StoreError> {
    let answer = transaction
        .query(
            DELETE_OLD,
            &[&rows::ms(keep), &limits::DELIVERIES_DELETED_MAX],
        )
        .await?;
    Ok(rows::get::<i64>(rows::first(&answer)?, 0)?.unsigned_abs())
}
