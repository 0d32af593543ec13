//! Writes messages: appends a batch in one statement (group commit), and edits and redacts single
//! messages.

use std::collections::HashMap;
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use helpline_core::actor::Audience;
use helpline_core::body::Body;
use helpline_core::history::{HistoryRow, Kind};
use helpline_core::ids::{Key, MessageId, Seq, TicketId, UploadId, UserId};
use helpline_core::reject::RejectCode;
use tokio_postgres::Row;
use tokio_postgres::types::Json;
use uuid::Uuid;

use crate::{Caller, Store, StoreError, Within, rows};

const APPEND: &str = include_str!("../sql/messages/append.sql");
const APPEND_ONE: &str = include_str!("../sql/messages/append_one.sql");
const EDIT: &str = include_str!("../sql/messages/edit.sql");
const REDACT: &str = include_str!("../sql/messages/redact.sql");

/// A message to append. The caller has checked its format. The database checks the sender's rights
/// and the ticket's state while it holds the ticket's lock.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// A UUIDv7. The ids must ascend within a batch, because the history gets the messages in the
    /// order of their ids.
    pub id: MessageId,
    /// The ticket to which the message is appended.
    pub ticket: TicketId,
    /// The person who sends the message.
    pub sender: UserId,
    /// The idempotency key. A retry of the same message has the same key.
    pub key: Key,
    /// The message's text.
    pub body: Body,
    /// Whether the message is an internal note, which customers never see.
    pub internal: bool,
    /// The uploads that become the message's attachments, in order.
    pub attachments: Vec<UploadId>,
    /// Position of the last event that the sender had seen, as the sender counts events (customers
    /// count only public events). If the ticket has a newer message by another person, this message
    /// is refused as `stale`. `None` skips the check.
    pub based_on: Option<Seq>,
    /// The client's address, for the audit row.
    pub address: Option<IpAddr>,
    /// The client's `User-Agent` header, for the audit row.
    pub user_agent: Option<String>,
}

/// The result of appending one message.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The message was stored and committed by this call.
    Stored(AppendedAt),
    /// The message was committed by an earlier request with the same idempotency key.
    Duplicate(AppendedAt),
    /// The message was refused and not stored.
    Refused {
        /// The reason for the refusal, as the client receives it.
        code: RejectCode,
        /// Set only with the code `stale`: the position of the ticket's last event, as the sender
        /// counts events (customers count only public events).
        head: Option<Seq>,
    },
    /// Another transaction has locked the ticket, so the message was not stored. Append the message
    /// with [`append_waiting`].
    Busy,
    /// The message is stored, by this call or by an earlier call with the same idempotency key. Its
    /// position is unknown, because its event in the history is missing or cannot be decoded.
    Misplaced,
}

/// The position of a message in its ticket's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppendedAt {
    /// Position of the message among all events.
    pub seq: Seq,
    /// Position of the message among the public events. `None` for an internal note.
    pub public_seq: Option<Seq>,
    /// Whether the sender reads the ticket as staff or as a customer. This decides which of the two
    /// positions is sent to the client as acknowledgement.
    pub audience: Audience,
    /// Time of the message's event in the history.
    pub at: DateTime<Utc>,
}

/// The result of appending a batch of messages.
#[derive(Debug, Clone, PartialEq)]
pub struct Appended {
    /// One result for each message, in the order of the batch.
    pub outcomes: Vec<Outcome>,
    /// Every event that the batch wrote, including status changes, and the events of messages that
    /// an earlier request had stored. They are ordered by ticket and position. The caller must
    /// deliver them to clients and publish them to other instances.
    pub rows: Vec<HistoryRow>,
}

/// Appends a batch of messages in one statement and one commit. Messages for a ticket that another
/// transaction has locked are skipped and get the result `Busy`.
///
/// # Errors
/// If [`StoreError::passes`] returns true for the error, retry with the same idempotency keys,
/// because the batch may already be committed. Any other error means that one of the messages
/// cannot be stored, so the caller should split the batch.
pub async fn append(store: &Store, batch: &[NewMessage]) -> Result<Appended, StoreError> {
    append_as(store, batch, false).await
}

/// Like [`append`], but waits for locked tickets up to the lock timeout. The result of a message is
/// never `Busy`; instead, the call can fail with [`StoreError::Busy`].
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

/// Appends a single message. At low rates, most commits contain only one message, so this statement
/// determines the cost of a message.
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

/// Decodes the rows that the statement returns: one result row for each message, followed by rows
/// that contain only an event. A result row may also contain the event that its message wrote. A
/// row that cannot be decoded affects only its own message.
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

/// The number of columns in front of the event's columns, in each row that the statement returns.
const HISTORY_AT: usize = 5;

/// Whether the row contains an event: its first event column, the ticket, is not null.
fn is_history(row: &Row) -> bool {
    !matches!(rows::get::<Option<Uuid>>(row, HISTORY_AT), Ok(None))
}

/// Returns the message that an event has added, and the event's position. The audience in the
/// result is a placeholder, which [`outcome`] replaces.
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

/// Replaces the text of one of the caller's own messages, and returns the events written. The old
/// text remains in the history, where only staff see it.
///
/// # Errors
/// [`StoreError::Refused`]: `not_found`, `forbidden`, `ticket_archived`, `ticket_closed`,
/// `redacted`.
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

/// Permanently removes a message's text, the text's old versions and the attachments. Returns the
/// events written; redacting the message again writes none.
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
