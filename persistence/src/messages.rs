//! Writing messages: the group commit's one statement, edits, redactions.

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
const EDIT: &str = include_str!("../sql/messages/edit.sql");
const REDACT: &str = include_str!("../sql/messages/redact.sql");

/// One send, checked for form; right and state are checked by the database under the ticket's lock.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// UUIDv7, ascending within a batch: the order of the batch is the order of the history.
    pub id: MessageId,
    /// Where to.
    pub ticket: TicketId,
    /// From whom.
    pub sender: UserId,
    /// The send's name.
    pub key: Key,
    /// The text.
    pub body: Body,
    /// Whether it is a note.
    pub internal: bool,
    /// What hangs on it.
    pub attachments: Vec<Attachment>,
    /// The last number that the writer saw, in the writer's numbering.
    pub based_on: Option<Seq>,
    /// For the audit row.
    pub address: Option<IpAddr>,
    /// For the audit row.
    pub user_agent: Option<String>,
}

/// What became of one send.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Committed now.
    Stored(AppendedAt),
    /// Committed by an earlier send of the same key.
    Duplicate(AppendedAt),
    /// Not stored.
    Refused {
        /// Why.
        code: RejectCode,
        /// With `stale`: the ticket's head, in the sender's numbering.
        head: Option<Seq>,
    },
    /// The ticket is locked by another transaction: nothing was stored, append it on its own ([`append_waiting`]).
    Busy,
    /// Stored, now or by an earlier send, but where is not to be found: its history row is gone or cannot be read.
    Misplaced,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppendedAt {
    /// Among all rows.
    pub seq: Seq,
    /// Among the public ones; none for a note.
    pub public_seq: Option<Seq>,
    /// How the sender reads the ticket (decides which of the two numbers the ack bears).
    pub audience: Audience,
    /// When.
    pub at: DateTime<Utc>,
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Appended {
    /// One for each message, in order.
    pub outcomes: Vec<Outcome>,
    /// Every history row that the batch wrote (status changes among them) and the rows of its duplicates, ordered by ticket and seq: to
    /// be delivered and published.
    pub rows: Vec<HistoryRow>,
}

/// Appends a batch in one statement and one commit, skipping tickets that another transaction has locked (outcome `Busy`).
///
/// # Errors
/// One that [passes](StoreError::passes): again with the same keys, for the batch may be committed. Any other: one of the messages is
/// poisoned, split the batch.
pub async fn append(store: &Store, batch: &[NewMessage]) -> Result<Appended, StoreError> {
    append_as(store, batch, false).await
}

/// The same, waiting for locks up to the lock timeout: never `Busy`, but perhaps [`StoreError::Busy`].
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
    if batch.is_empty() {
        return Ok(Appended {
            outcomes: Vec::new(),
            rows: Vec::new(),
        });
    }
    let answer = store
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
        .await?;
    appended(store, &answer, batch.len())
}

fn column<'a, T>(batch: &'a [NewMessage], value: impl Fn(&'a NewMessage) -> T) -> Vec<T> {
    batch.iter().map(value).collect()
}

/// The answer: outcomes first (with `n`), history rows behind them. What of it cannot be read harms its own message only.
fn appended(store: &Store, answer: &[Row], sent: usize) -> Result<Appended, StoreError> {
    if answer.len() < sent {
        return Err(StoreError::Row(format!(
            "{} answers to {sent} messages",
            answer.len()
        )));
    }
    let (outcomes, history) = answer.split_at(sent);
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

/// Columns before those of the history.
const HISTORY_AT: usize = 5;

/// The message that a history row added, and where, for a sender of either side.
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

/// Changes the text of a message of the caller's own; gives the rows written. The old text stays in the history, for staff.
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

/// Permanently removes a message's text, with its old versions and attachments; returns the rows written. Redacting twice writes nothing.
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
