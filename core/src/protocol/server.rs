//! Frames to clients. What staff and customers are shown has two types each: a customer's has no field that could carry a note.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ticket::{StaffTicket, TicketMoved, TicketStats};
use crate::actor::{ActorType, Audience, StaffRole};
use crate::body::Attachment;
use crate::history::{HistoryRow, Kind, Message};
use crate::ids::{Key, MessageId, Seq, TicketId, UserId};
use crate::reject::{Reject, RejectCode};

/// Frames that are the same for everybody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub enum CommonFrame {
    /// The answer to `hello`.
    Welcome {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: u64,
        user: Me,
        /// None: a customer.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        role: Option<StaffRole>,
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        heartbeat_ms: u64,
        limits: WireLimits,
        /// What this server can do beyond the first `helpline.v1`: see `Feature`. An older server names none.
        #[serde(default)]
        features: Vec<String>,
    },
    /// Done.
    Ok {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: u64,
    },
    /// The message is committed, with this number in the sender's numbering. `duplicate`: it already was.
    Ack {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: u64,
        key: Key,
        seq: Seq,
        at: DateTime<Utc>,
        duplicate: bool,
    },
    /// What the client has of this ticket is no longer valid: subscribe again. Its outbox stays valid.
    Reset {
        ticket: TicketId,
        epoch: String,
        head: Seq,
    },
    /// Answer `pong`. `heads`: subscribed tickets whose head moved since the last ping.
    Ping { heads: Vec<TicketHead> },
    /// The instance is shutting down: reconnect after the delay.
    Bye {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        retry_after_ms: u64,
        reason: String,
    },
    /// A refusal. The connection stays open unless a close follows.
    Error {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: Option<u64>,
        code: RejectCode,
        message: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        retry_after_ms: Option<u64>,
        /// With `stale`: the ticket's head in the sender's numbering.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        head: Option<Seq>,
    },
}

impl CommonFrame {
    /// The `error` frame that answers frame `id` with this refusal.
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

/// The person that `welcome` greets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    pub id: UserId,
    pub name: Option<String>,
    pub email: Option<String>,
}

/// The limits that a client must know to keep within them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct WireLimits {
    pub body_bytes_max: u32,
    pub frame_bytes_max: u32,
    pub attachments_max: u32,
    pub subscriptions_max: u32,
    pub frames_per_second: u32,
    pub typing_interval_ms: u32,
    pub typing_fade_ms: u32,
}

/// A ticket's head, in the reader's numbering.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TicketHead {
    pub ticket: TicketId,
    pub seq: Seq,
}

/// Frames that only staff are shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum StaffFrame {
    /// The answer to `subscribe`; `more`: a further page follows before anything live.
    Subscribed {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: u64,
        ticket: TicketId,
        epoch: String,
        /// The history's last number when this page was read.
        head: Seq,
        events: Vec<StaffEvent>,
        more: bool,
        /// What the client had before is no longer valid.
        reset: bool,
        viewers: Vec<Viewer>,
        /// How far each person has read, in the reader's numbering.
        reads: Vec<StaffRead>,
    },
    /// One history row.
    Event(StaffEvent),
    /// A person is typing. A client hides this after `typing_fade_ms` without a new frame.
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
    /// How far a person has read; the latest frame counts.
    Read {
        ticket: TicketId,
        person: StaffPerson,
        seq: Seq,
    },
    /// The newest state of tickets that changed, conflated.
    Inbox {
        tickets: Vec<StaffTicket>,
        /// Tickets that were sent in full before and of which only these fields have changed, as a rule by a new message.
        #[serde(default)]
        moved: Vec<TicketMoved>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional))]
        stats: Option<TicketStats>,
    },
    /// The staff who have these tickets open, for lists; the latest frame counts. A ticket that was never named has none.
    InboxPresence { tickets: Vec<TicketViewers> },
}

/// Frames that customers are shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum CustomerFrame {
    /// The answer to `subscribe`; `more`: a further page follows before anything live.
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
    /// One history row.
    Event(CustomerEvent),
    /// A person is typing.
    Typing {
        ticket: TicketId,
        person: CustomerPerson,
        on: bool,
    },
    /// How far a person has read; the latest frame counts.
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
    /// None: the system.
    pub id: Option<UserId>,
    #[serde(rename = "type")]
    pub kind: ActorType,
    pub name: Option<String>,
}

/// A person as customers see them: a side, and of staff one word of the name, or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerPerson {
    #[serde(rename = "type")]
    pub kind: ActorType,
    pub name: Option<String>,
}

impl StaffPerson {
    /// The same person as a customer may see them; of staff what the database gives as their public name.
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

/// How far a person has read, for staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StaffRead {
    pub person: StaffPerson,
    pub seq: Seq,
}

/// How far a side has read, for customers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CustomerRead {
    pub person: CustomerPerson,
    pub seq: Seq,
}

/// One history row for staff.
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

/// A message or note for staff.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffMessage {
    pub id: MessageId,
    pub sender_id: Option<UserId>,
    pub sender_type: ActorType,
    /// Empty when redacted.
    pub body: String,
    pub is_internal: bool,
    pub attachments: Vec<Attachment>,
    pub key: Option<Key>,
    pub created_at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    pub redacted_at: Option<DateTime<Utc>>,
}

/// One history row for a customer.
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

/// A message for a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerMessage {
    pub id: MessageId,
    pub sender_type: ActorType,
    /// Empty when redacted.
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
    /// What a customer is shown of a row; none of a row that is not for them. Three things must agree that it is: the number, the
    /// kind, and the message itself.
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
