//! Frames from the server to clients. Frames for staff and for customers have separate types. The
//! types for customers have no field that could carry a note.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ticket::{StaffTicket, TicketMoved, TicketStats};
use crate::actor::{ActorType, Audience, StaffRole};
use crate::attachment::Attachment;
use crate::history::{HistoryRow, Kind, Message};
use crate::ids::{Key, MessageId, Seq, TicketId, UserId};
use crate::reject::{Reject, RejectCode};

/// Frames that are the same for staff and customers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub enum CommonFrame {
    /// The answer to `hello`.
    Welcome {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: u64,
        user: Me,
        /// The person's staff role; null for customers.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        role: Option<StaffRole>,
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        heartbeat_ms: u64,
        limits: WireLimits,
        /// The names of this server's features; see `Feature`. Older servers do not send this
        /// field.
        #[serde(default)]
        features: Vec<String>,
    },
    /// The server has carried out the request with this `id`.
    Ok {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: u64,
    },
    /// The message is committed; `seq` is its number in the history as the sender sees it.
    /// `duplicate` is true if an earlier send with the same idempotency key already committed the
    /// message.
    Ack {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: u64,
        key: Key,
        seq: Seq,
        at: DateTime<Utc>,
        duplicate: bool,
    },
    /// The events of this ticket that the client has are no longer valid, so it must subscribe
    /// again. Messages in the client's outbox remain valid.
    Reset {
        ticket: TicketId,
        epoch: String,
        head: Seq,
    },
    /// The client must answer with `pong`. `heads` names the subscribed tickets whose head (number
    /// of the last event) has changed since the last ping.
    Ping { heads: Vec<TicketHead> },
    /// The instance is shutting down. The client should reconnect after this delay.
    Bye {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        retry_after_ms: u64,
        reason: String,
    },
    /// The server refused a frame. The connection stays open unless a Close frame follows.
    Error {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: Option<u64>,
        code: RejectCode,
        message: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        retry_after_ms: Option<u64>,
        /// If `code` is `stale`: the ticket's head, in the numbering of the sender's audience.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        head: Option<Seq>,
    },
}

impl CommonFrame {
    /// Returns the `error` frame that answers the client's frame `id` with this refusal.
    pub fn error(id: Option<u64>, reject: Reject) -> Self {
        Self::Error {
            id,
            code: reject.code,
            message: reject.message,
            retry_after_ms: reject.retry_after_ms,
            head: reject.head,
        }
    }
}

/// The signed-in person, in `welcome` and in `GET /v1/me`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    pub id: UserId,
    pub name: Option<String>,
    pub email: Option<String>,
}

/// The limits that a client must not exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct WireLimits {
    pub body_bytes_max: u32,
    pub frame_bytes_max: u32,
    pub attachments_max: u32,
    /// Maximum bytes of one file. Older servers do not send this field.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(type = "number"))]
    pub attachment_bytes_max: u64,
    pub subscriptions_max: u32,
    pub frames_per_second: u32,
    pub typing_interval_ms: u32,
    pub typing_fade_ms: u32,
}

/// The number of the last event in a ticket's history, in the numbering of the reader's audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TicketHead {
    pub ticket: TicketId,
    pub seq: Seq,
}

/// Frames for staff.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum StaffFrame {
    /// The answer to `subscribe`. If `more` is true, more history follows before live events.
    Subscribed {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: u64,
        ticket: TicketId,
        epoch: String,
        /// The number of the history's last event when this page was read.
        head: Seq,
        events: Vec<StaffEvent>,
        more: bool,
        /// Whether the client must drop the events of this ticket that it received before this
        /// frame.
        reset: bool,
        viewers: Vec<Viewer>,
        /// How far each person has read, as event numbers for staff.
        reads: Vec<StaffRead>,
    },
    /// One event of the history.
    Event(StaffEvent),
    /// A person is typing. A client hides its typing indicator after `typing_fade_ms` without a new
    /// frame.
    Typing {
        ticket: TicketId,
        person: StaffPerson,
        on: bool,
        internal: bool,
    },
    /// The staff who have the ticket open.
    Presence {
        ticket: TicketId,
        viewers: Vec<Viewer>,
    },
    /// How far a person has read. The client keeps only the newest frame for each person and
    /// ticket.
    Read {
        ticket: TicketId,
        person: StaffPerson,
        seq: Seq,
    },
    /// For consoles that are subscribed to the inbox: the newest state of each ticket that changed.
    /// Several changes to a ticket may arrive as one entry.
    Inbox {
        tickets: Vec<StaffTicket>,
        /// Tickets that the client has already received with all fields and of which only the
        /// fields of `TicketMoved` have changed since, usually because of a new message.
        #[serde(default)]
        moved: Vec<TicketMoved>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional))]
        stats: Option<TicketStats>,
    },
    /// The staff who have each of these tickets open, for ticket lists. A newer entry for a ticket
    /// replaces the earlier one. A ticket that no such frame has named has no viewers.
    InboxPresence { tickets: Vec<TicketViewers> },
}

/// Frames for customers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum CustomerFrame {
    /// The answer to `subscribe`. If `more` is true, more history follows before live events.
    Subscribed {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: u64,
        ticket: TicketId,
        epoch: String,
        head: Seq,
        events: Vec<CustomerEvent>,
        more: bool,
        reset: bool,
        reads: Vec<CustomerRead>,
    },
    /// One event of the history.
    Event(CustomerEvent),
    /// A person is typing.
    Typing {
        ticket: TicketId,
        person: CustomerPerson,
        on: bool,
    },
    /// How far a person has read. The client keeps only the newest frame for each person and
    /// ticket.
    Read {
        ticket: TicketId,
        person: CustomerPerson,
        seq: Seq,
    },
}

/// A person as staff see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffPerson {
    /// The person's id; null for the system.
    pub id: Option<UserId>,
    #[serde(rename = "type")]
    pub kind: ActorType,
    pub name: Option<String>,
}

/// A person as customers see them: whether they are staff or a customer, and their name. The name
/// of staff is a single word, or null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerPerson {
    #[serde(rename = "type")]
    pub kind: ActorType,
    pub name: Option<String>,
}

impl StaffPerson {
    /// Converts the person to what customers see. The name of a member of staff is replaced by
    /// `public_name`, which the database provides.
    pub fn for_customer(&self, public_name: Option<&str>) -> CustomerPerson {
        let name = match self.kind {
            ActorType::Customer => self.name.as_deref(),
            ActorType::Admin => public_name,
            ActorType::System => None,
        };
        CustomerPerson {
            kind: self.kind,
            name: name.map(str::to_owned),
        }
    }
}

/// A member of staff who has a ticket open.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Viewer {
    pub id: UserId,
    pub name: Option<String>,
}

/// The staff who have a ticket open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TicketViewers {
    pub ticket: TicketId,
    pub viewers: Vec<Viewer>,
}

/// How far a person has read, as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StaffRead {
    pub person: StaffPerson,
    pub seq: Seq,
}

/// How far a person has read, as customers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CustomerRead {
    pub person: CustomerPerson,
    pub seq: Seq,
}

/// One event of a ticket's history, as staff see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffEvent {
    pub ticket: TicketId,
    pub seq: Seq,
    pub at: DateTime<Utc>,
    pub kind: Kind,
    pub actor: StaffPerson,
    #[cfg_attr(feature = "typescript", ts(optional = false))]
    pub old_value: Option<String>,
    #[cfg_attr(feature = "typescript", ts(optional = false))]
    pub new_value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<StaffMessage>,
}

/// A message or note, as staff see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffMessage {
    pub id: MessageId,
    pub sender_id: Option<UserId>,
    pub sender_type: ActorType,
    /// The message's text; empty if the message is redacted (`redacted_at`), or has only files.
    pub body: String,
    pub is_internal: bool,
    pub attachments: Vec<Attachment>,
    pub key: Option<Key>,
    pub created_at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    pub redacted_at: Option<DateTime<Utc>>,
}

/// One event of a ticket's history, as customers see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerEvent {
    pub ticket: TicketId,
    pub seq: Seq,
    pub at: DateTime<Utc>,
    pub kind: Kind,
    pub actor: CustomerPerson,
    #[cfg_attr(feature = "typescript", ts(optional = false))]
    pub old_value: Option<String>,
    #[cfg_attr(feature = "typescript", ts(optional = false))]
    pub new_value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<CustomerMessage>,
}

/// A message, as customers see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerMessage {
    pub id: MessageId,
    pub sender_type: ActorType,
    /// The message's text; empty if the message is redacted (`redacted_at`), or has only files.
    pub body: String,
    pub attachments: Vec<Attachment>,
    pub key: Option<Key>,
    pub created_at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    pub redacted_at: Option<DateTime<Utc>>,
}

impl From<&HistoryRow> for StaffEvent {
    fn from(row: &HistoryRow) -> Self {
        Self {
            ticket: row.ticket,
            seq: row.seq,
            at: row.at,
            kind: row.kind,
            actor: StaffPerson {
                id: row.actor,
                kind: row.actor_type,
                name: row.actor_name.clone(),
            },
            old_value: row.old_value.clone(),
            new_value: row.new_value.clone(),
            description: row.description.clone(),
            message: row.message.as_ref().map(StaffMessage::from),
        }
    }
}

impl From<&Message> for StaffMessage {
    fn from(message: &Message) -> Self {
        Self {
            id: message.id,
            sender_id: message.sender,
            sender_type: message.sender_type,
            body: message.body.clone(),
            is_internal: message.is_internal,
            attachments: message.attachments.clone(),
            key: message.key.clone(),
            created_at: message.created_at,
            edited_at: message.edited_at,
            redacted_at: message.redacted_at,
        }
    }
}

impl CustomerEvent {
    /// Converts a history row to what customers see. Returns `None` if customers must not see the
    /// row: its number, its kind and its message must all be public.
    pub fn from_row(row: &HistoryRow) -> Option<Self> {
        let seq = row.seq_for(Audience::Customer)?;
        let is_note = row
            .message
            .as_ref()
            .is_some_and(|message| message.is_internal);
        if !row.kind.is_public() || is_note {
            return None;
        }
        Some(Self {
            ticket: row.ticket,
            seq,
            at: row.at,
            kind: row.kind,
            actor: CustomerPerson {
                kind: row.actor_type,
                name: row.public_actor_name.clone(),
            },
            old_value: row.public_old_value.clone(),
            new_value: row.public_new_value.clone(),
            message: row.message.as_ref().map(|message| CustomerMessage {
                id: message.id,
                sender_type: message.sender_type,
                body: message.body.clone(),
                attachments: message.attachments.clone(),
                key: message.key.clone(),
                created_at: message.created_at,
                edited_at: message.edited_at,
                redacted_at: message.redacted_at,
            }),
        })
    }
}
