//! Writes messages: appends a batch in one statement (group commit), edits and redacts.

use std::collections::HashMap;
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use helpline_core::actor::Audience;
use helpline_core::body::{Attachment, Body};
use helpline_core::history::{HistoryRow, Kind};
use helpline_core::ids::{Key, MessageId, Seq, TicketId, UserId};
use helpline_core::reject::RejectCode;
use tokio_postgres::Row;
use tokio_postgres::types::Json;
use uuid::Uuid;

use crate::{Caller, Store, StoreError, Within, rows};

const APPEND: &str = include_str!("../sql/messages/append.sql");
const APPEND_ONE: &str = include_str!("../sql/messages/append_one.sql");
const EDIT: &str = include_str!("../sql/messages/edit.sql");
const REDACT: &str = include_str!("../sql/messages/redact.sql");

/// A message to append. Its format is already checked; the database checks the sender's rights and
/// the ticket's state under the ticket's lock.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// A UUIDv7. Ids ascend within a batch, so that the order of the batch is the order of the
    /// history.
    pub id: MessageId,
    /// The ticket to append to.
    pub ticket: TicketId,
    /// The person who sends it.
    pub sender: UserId,
    /// The idempotency key. A retry has the same key.
    pub key: Key,
    /// The message's text.
    pub body: Body,
    /// Whether this is an internal note, which customers never see.
    pub internal: bool,
    /// The message's attachments, in order.
    pub attachments: Vec<Attachment>,
    /// The last seq that the sender had seen, in the sender's numbering. `None` skips the check.
    pub based_on: Option<Seq>,
    /// The client's address, for the audit row.
    pub address: Option<IpAddr>,
    /// The client's `User-Agent`, for the audit row.
    pub user_agent: Option<String>,
}

/// The result of appending one message.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Stored and committed by this call.
    Stored(AppendedAt),
    /// Committed by an earlier send with the same key.
    Duplicate(AppendedAt),
    /// Not stored.
    Refused {
        /// The reason, as the client receives it.
        code: RejectCode,
        /// Set with `stale`: the ticket's head in the sender's numbering.
        head: Option<Seq>,
    },
    /// Another transaction holds the ticket's lock. Nothing was stored; append the message with
    /// [`append_waiting`].
    Busy,
    /// Stored, now or by an earlier send, but its position is unknown: its history row is gone or
    /// cannot be read.
    Misplaced,
}

/// The position of a message in its ticket's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppendedAt {
    /// Position among all events.
    pub seq: Seq,
    /// Position among the public events. `None` for a note.
    pub public_seq: Option<Seq>,
    /// The audience that the sender reads the ticket as. It decides which of the two positions the
    /// ack contains.
    pub audience: Audience,
    /// Time of the message's history row.
    pub at: DateTime<Utc>,
}

/// The result of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Appended {
    /// One outcome for each message, in the order of the batch.
    pub outcomes: Vec<Outcome>,
    /// Every history row that the batch wrote, status changes included, and the rows of its
    /// duplicates. Ordered by ticket and seq. The caller must deliver and publish them.
    pub rows: Vec<HistoryRow>,
}

/// Appends a batch in one statement and one commit, skipping tickets that another transaction has
/// locked (outcome `Busy`).
///
/// # Errors
/// After an error that [passes](StoreError::passes), retry with the same keys, because the batch
/// may already be committed. Any other error means that one of the messages cannot be stored: split
/// the batch.
pub async fn append(store: &Store, batch: &[NewMessage]) -> Result<Appended, StoreError> {
    append_as(store, batch, false).await
}

/// Like [`append`], but waits for locks up to the lock timeout. The outcome is never `Busy`; the
/// call itself can fail with [`StoreError::Busy`].
///
/// # Errors
/// As [`append`].
pub async fn append_waiting(store: &Store, batch: &[NewMessage]) -> Result<Appended, StoreError> {
    append_as(store, batch, true).await
}

async fn append_as(
    store: &Store,
    batch: &[NewMessage],
    wait: bool,
) -> Result<Appended, StoreError> {
    let answer = match batch {
        [] => {
            return Ok(Appended {
                outcomes: Vec::new(),
                rows: Vec::new(),
            });
        }
        [message] => query_one(store, message, wait).await?,
        batch => query_batch(store, batch, wait).await?,
    };
    appended(store, &answer, batch.len())
}

/// Below the rate at which batches form, a commit holds one message, so this call decides what a
/// message costs.
async fn query_one(
    store: &Store,
    message: &NewMessage,
    wait: bool,
) -> Result<Vec<Row>, StoreError> {
    store
        .query(
            APPEND_ONE,
            &[
                &wait,
                &message.id.uuid(),
                &message.ticket.uuid(),
                &message.sender.uuid(),
                &message.key.as_str(),
                &message.body.as_str(),
                &message.internal,
                &Json(&message.attachments),
                &message.based_on.map(rows::bigint),
                &message.address,
                &message.user_agent.as_deref(),
            ],
        )
        .await
}

async fn query_batch(
    store: &Store,
    batch: &[NewMessage],
    wait: bool,
) -> Result<Vec<Row>, StoreError> {
    store
        .query(
            APPEND,
            &[
                &wait,
                &column(batch, |m| m.id.uuid()),
                &column(batch, |m| m.ticket.uuid()),
                &column(batch, |m| m.sender.uuid()),
                &column(batch, |m| m.key.as_str()),
                &column(batch, |m| m.body.as_str()),
                &column(batch, |m| m.internal),
                &column(batch, |m| Json(&m.attachments)),
                &column(batch, |m| m.based_on.map(rows::bigint)),
                &column(batch, |m| m.address),
                &column(batch, |m| m.user_agent.as_deref()),
            ],
        )
        .await
}

fn column<'a, T>(batch: &'a [NewMessage], value: impl Fn(&'a NewMessage) -> T) -> Vec<T> {
    batch.iter().map(value).collect()
}

/// Decodes the answer: first one outcome row for each message, then the history rows. An outcome row
/// may also be the history row of its message. A row that cannot be read affects only its own
/// message.
fn appended(store: &Store, answer: &[Row], sent: usize) -> Result<Appended, StoreError> {
    if answer.len() < sent {
        return Err(StoreError::Row(format!(
            "{} answers to {sent} messages",
            answer.len()
        )));
    }
    let outcomes = &answer[..sent];
    let history: Vec<_> = answer.iter().filter(|row| is_history(row)).collect();
    let mut rows: Vec<_> = history
        .iter()
        .filter_map(|row| {
            store.undecodable.leave_out(
                "history",
                "of a batch",
                rows::history_row(store, row, HISTORY_AT),
            )
        })
        .collect();
    rows.sort_unstable_by_key(|row| (row.ticket, row.seq));
    rows.dedup_by_key(|row| (row.ticket, row.seq));
    let appended: HashMap<MessageId, AppendedAt> = history
        .iter()
        .filter_map(|row| added(row).ok().flatten())
        .collect();
    Ok(Appended {
        outcomes: outcomes
            .iter()
            .map(|row| outcome(store, row, &appended))
            .collect(),
        rows,
    })
}

/// Number of columns before the history columns.
const HISTORY_AT: usize = 5;

/// Whether the row has values in its history columns. The first of them is the ticket.
fn is_history(row: &Row) -> bool {
    !matches!(rows::get::<Option<Uuid>>(row, HISTORY_AT), Ok(None))
}

/// The message that a history row added, and its position. The audience is a placeholder, which
/// [`outcome`] replaces.
fn added(row: &Row) -> Result<Option<(MessageId, AppendedAt)>, StoreError> {
    if !matches!(
        rows::word(row, HISTORY_AT + 4)?,
        Kind::MessageAdded | Kind::InternalNoteAdded
    ) {
        return Ok(None);
    }
    let Some(id) = rows::get(row, HISTORY_AT + 13)? else {
        return Ok(None);
    };
    let (seq, public_seq) = (
        rows::seq(row, HISTORY_AT + 1)?,
        rows::optional_seq(row, HISTORY_AT + 2)?,
    );
    let appended_at = AppendedAt {
        seq,
        public_seq,
        audience: Audience::Customer,
        at: rows::time(row, HISTORY_AT + 3)?,
    };
    Ok(Some((MessageId::new(id), appended_at)))
}

fn outcome(store: &Store, row: &Row, appended: &HashMap<MessageId, AppendedAt>) -> Outcome {
    let decoded = || -> Result<Outcome, StoreError> {
        let appended_at = || -> Result<AppendedAt, StoreError> {
            let id: Uuid = rows::get(row, 4)?;
            let audience = if rows::get::<Option<&str>>(row, 3)? == Some("staff") {
                Audience::Staff
            } else {
                Audience::Customer
            };
            let appended_at = appended
                .get(&MessageId::new(id))
                .ok_or_else(|| StoreError::Row(format!("message {id} without a history row")))?;
            Ok(AppendedAt {
                audience,
                ..*appended_at
            })
        };
        match rows::get(row, 1)? {
            "stored" => appended_at().map(Outcome::Stored),
            "duplicate" => appended_at().map(Outcome::Duplicate),
            "busy" => Ok(Outcome::Busy),
            _ => Ok(Outcome::Refused {
                code: rows::word(row, 1)?,
                head: rows::optional_seq(row, 2)?,
            }),
        }
    };
    decoded().unwrap_or_else(|error| {
        let id = rows::get::<Option<Uuid>>(row, 4)
            .ok()
            .flatten()
            .unwrap_or_default();
        store.undecodable.met("message", id, &error);
        Outcome::Misplaced
    })
}

/// Replaces the text of one of the caller's own messages, and returns the history rows written. The
/// old text stays in the history, visible to staff.
///
/// # Errors
/// [`StoreError::Refused`]: `not_found`, `forbidden`, `ticket_archived`, `ticket_closed`, `redacted`.
pub async fn edit(
    within: impl Into<Within<'_>>,
    caller: &Caller,
    ticket: TicketId,
    message: MessageId,
    body: &Body,
) -> Result<Vec<HistoryRow>, StoreError> {
    let (_, written) = within
        .into()
        .write(
            caller,
            EDIT,
            &[&ticket.uuid(), &message.uuid(), &body.as_str()],
        )
        .await?;
    Ok(written)
}

/// Permanently removes a message's text, its old versions and its attachments. Returns the history
/// rows written; redacting a message again writes none.
///
/// # Errors
/// [`StoreError::Refused`]: `not_found`, `forbidden`.
pub async fn redact(
    within: impl Into<Within<'_>>,
    caller: &Caller,
    ticket: TicketId,
    message: MessageId,
) -> Result<Vec<HistoryRow>, StoreError> {
    let (_, written) = within
        .into()
        .write(caller, REDACT, &[&ticket.uuid(), &message.uuid()])
        .await?;
    Ok(written)
}
