//! Frames from clients. Unknown fields are ignored, unknown types answered with `unknown_type`.

use serde::{Deserialize, Serialize};

use crate::body::Attachment;
use crate::ids::{Key, Seq, TicketId, UserId};
use crate::reject::{Reject, RejectCode};
use crate::ticket::{Category, Priority, Status};

/// Of what a malformed frame is refused for, the part that is told.
const REASON_CHARS_MAX: usize = 200;

/// One frame from a client. `id` names the answer; it is the client's own count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub enum ClientFrame {
    /// Who one is; the first frame. Answer: `welcome`.
    Hello {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: u64,
        /// A bearer token, never logged.
        token: String,
    },
    /// Listen to a ticket, from `after` on. Answer: one or more `subscribed`.
    Subscribe {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: u64,
        ticket: TicketId,
        /// The last number seen; without it, the latest page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Seq>,
        /// The epoch that `after` was counted in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        epoch: Option<String>,
    },
    /// Listen no longer. Answer: `ok`.
    Unsubscribe {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: u64,
        ticket: TicketId,
    },
    /// Write a message or, with `internal`, a note. Answer: `ack` or `error`.
    Send {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: u64,
        ticket: TicketId,
        /// Names this send; a retry bears the same.
        key: Key,
        body: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        internal: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attachments: Option<Vec<Attachment>>,
        /// The last number that the writer saw: refused as `stale` if somebody else has written since.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        based_on: Option<Seq>,
    },
    /// One types, or has stopped. No answer.
    Typing {
        ticket: TicketId,
        on: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        internal: Option<bool>,
    },
    /// One has read up to `seq`. No answer.
    Read { ticket: TicketId, seq: Seq },
    /// Watch the desk's tickets, or stop. Staff alone. Answer: `ok`.
    Inbox {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: u64,
        on: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filter: Option<InboxFilter>,
    },
    /// A fresh token of the same person, before the old one ends. Answer: `ok`.
    Token {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: u64,
        token: String,
    },
    /// The answer to `ping`.
    Pong,
}

/// Which tickets an inbox watches: those that match every field given. Empty: all that are not archived.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub struct InboxFilter {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Vec<Status>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Vec<Category>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Vec<Priority>>,
    /// Tickets assigned to this person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<UserId>,
    /// Tickets assigned to nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unassigned: Option<bool>,
}

impl InboxFilter {
    /// Whether a ticket in this state belongs to the inbox.
    pub fn matches(&self, ticket: &super::StaffTicket) -> bool {
        ticket.archived_at.is_none()
            && self.status.as_ref().is_none_or(|any| any.contains(&ticket.status))
            && self.category.as_ref().is_none_or(|any| any.contains(&ticket.category))
            && self.priority.as_ref().is_none_or(|any| any.contains(&ticket.priority))
            && self.assigned_to.is_none_or(|who| ticket.assigned_to.as_ref().is_some_and(|agent| agent.id == who))
            && (self.unassigned != Some(true) || ticket.assigned_to.is_none())
    }
}

/// A frame that could not be taken: its `id`, if it had one, and the refusal that answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MalformedFrame {
    /// The frame's `id`.
    pub id: Option<u64>,
    /// `malformed` or `unknown_type`.
    pub reject: Reject,
}

/// The part of a frame that is read when the whole does not fit, to answer under its `id`.
#[derive(Deserialize)]
struct Envelope {
    id: Option<serde_json::Value>,
    #[serde(rename = "type")]
    kind: Option<serde_json::Value>,
}

impl ClientFrame {
    /// The words of `type`.
    pub const TYPES: &'static [&'static str] = &["hello", "subscribe", "unsubscribe", "send", "typing", "read", "inbox", "token", "pong"];

    /// Takes a text frame apart.
    ///
    /// # Errors
    /// [`MalformedFrame`], to be answered with its refusal. serde_json's own recursion limit (128) stops deep nesting.
    pub fn parse(text: &str) -> Result<Self, MalformedFrame> {
        serde_json::from_str(text).map_err(|error| Self::explain(text, &error))
    }

    /// The `id` under which an answer is expected.
    pub const fn id(&self) -> Option<u64> {
        match self {
            Self::Hello { id, .. }
            | Self::Subscribe { id, .. }
            | Self::Unsubscribe { id, .. }
            | Self::Send { id, .. }
            | Self::Inbox { id, .. }
            | Self::Token { id, .. } => Some(*id),
            Self::Typing { .. } | Self::Read { .. } | Self::Pong => None,
        }
    }

    fn explain(text: &str, error: &serde_json::Error) -> MalformedFrame {
        let Ok(envelope) = serde_json::from_str::<Envelope>(text) else {
            return MalformedFrame { id: None, reject: Reject::new(RejectCode::Malformed, "a frame is one JSON object") };
        };
        let id = envelope.id.as_ref().and_then(serde_json::Value::as_u64);
        let reject = match envelope.kind.as_ref().and_then(serde_json::Value::as_str) {
            None => Reject::new(RejectCode::Malformed, "a frame has a type"),
            Some(kind) if !Self::TYPES.contains(&kind) => Reject::new(RejectCode::UnknownType, "no such frame type"),
            // serde's words name fields and positions of the client's own text, nothing of ours; cut, because they may repeat all of it.
            Some(_) => Reject::new(RejectCode::Malformed, error.to_string().chars().take(REASON_CHARS_MAX).collect::<String>()),
        };
        MalformedFrame { id, reject }
    }
}
