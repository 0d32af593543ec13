//! Writing messages: the group commit's one statement, edits, redactions.
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use helpline_core::body::{Attachment, Body};
use helpline_core::history::HistoryRow;
use helpline_core::ids::{Key, MessageId, Seq, TicketId, UserId};
use helpline_core::reject::RejectCode;

use crate::{Doer, Store, StoreError};

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
    Stored(Place),
    /// Committed by an earlier send of the same key.
    Duplicate(Place),
    /// Not stored; `head` with `stale`, in the sender's numbering.
    Refused { code: RejectCode, head: Option<Seq> },
    /// The ticket is locked by somebody else: nothing was stored, try it alone ([`append_waiting`]).
    Busy,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Among all rows.
    pub seq: Seq,
    /// Among the public ones; none for a note.
    pub public_seq: Option<Seq>,
    /// How the sender reads the ticket (decides which of the two numbers the ack bears).
    pub audience: helpline_core::actor::Audience,
    /// When.
    pub at: DateTime<Utc>,
}

/// What became of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Appended {
    /// One for each message, in order.
    pub outcomes: Vec<Outcome>,
    /// Every history row that the batch wrote (status moves among them) and the rows of its duplicates, ordered by ticket and seq: to
    /// be delivered and published.
    pub rows: Vec<HistoryRow>,
}

/// Appends a batch in one statement and one commit, skipping tickets that somebody else has locked (outcome `Busy`).
pub async fn append(_store: &Store, _batch: &[NewMessage]) -> Result<Appended, StoreError> { todo!() }
/// The same, waiting for locks up to the lock timeout: never `Busy`, but perhaps [`StoreError::Busy`].
pub async fn append_waiting(_store: &Store, _batch: &[NewMessage]) -> Result<Appended, StoreError> { todo!() }
/// Changes the text of a message of the doer's own; gives the rows written. The old text stays in the history, for staff.
pub async fn edit(_store: &Store, _doer: &Doer, _ticket: TicketId, _message: MessageId, _body: &Body) -> Result<Vec<HistoryRow>, StoreError> { todo!() }
/// Removes a message's text for good, old versions and attachments included; gives the rows written. Redacting twice writes nothing.
pub async fn redact(_store: &Store, _doer: &Doer, _ticket: TicketId, _message: MessageId) -> Result<Vec<HistoryRow>, StoreError> { todo!() }
