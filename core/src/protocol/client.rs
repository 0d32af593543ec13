//! Frames from clients, read strictly: an unknown field is answered with `unknown_field`, an unknown type with `unknown_type`.

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::strict::{self, FieldError, FieldFault, FrameReader, Json};
use crate::body::Attachment;
use crate::ids::{Key, Seq, TicketId, UserId};
use crate::reject::{Reject, RejectCode};
use crate::ticket::{Category, Priority, Status};

/// Declares the frames once and derives both directions. Serde reads an enum with `tag` leniently (a unit variant takes any field, and where in
/// a frame an error lies is lost), so what is read has no tag: [`FrameReader`] has taken it off already.
macro_rules! client_frames {
    ($(#[$meta:meta])* pub enum ClientFrame { $($frames:tt)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(tag = "type", rename_all = "snake_case")]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
        pub enum ClientFrame { $($frames)* }

        #[derive(Deserialize)]
        #[serde(remote = "ClientFrame", rename_all = "snake_case")]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
        enum Incoming { $($frames)* }
    };
}

client_frames! {
/// One frame from a client. `id` names the answer; it is the client's own count.
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
        /// The last number that the author has seen: refused as `stale` if another message has been written since.
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
    /// Subscribe to the desk's tickets, or stop. Only for staff. Answer: `ok`.
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
    /// Only unassigned tickets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unassigned: Option<bool>,
    /// Only tickets whose customer waits for an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs_answer: Option<bool>,
}

impl InboxFilter {
    /// Whether a ticket in this state belongs to the inbox.
    pub fn matches(&self, ticket: &super::StaffTicket) -> bool {
        ticket.archived_at.is_none()
            && self
                .status
                .as_ref()
                .is_none_or(|any| any.contains(&ticket.status))
            && self
                .category
                .as_ref()
                .is_none_or(|any| any.contains(&ticket.category))
            && self
                .priority
                .as_ref()
                .is_none_or(|any| any.contains(&ticket.priority))
            && self.assigned_to.is_none_or(|who| {
                ticket
                    .assigned_to
                    .as_ref()
                    .is_some_and(|agent| agent.id == who)
            })
            && (self.unassigned != Some(true) || ticket.assigned_to.is_none())
            && (self.needs_answer != Some(true) || ticket.waiting_since.is_some())
    }
}

/// A frame that could not be taken, and what is known of it all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MalformedFrame {
    /// The frame's `id`.
    pub id: Option<u64>,
    /// Its `type`, if there is such a one.
    pub kind: Option<&'static str>,
    /// The ticket that it names.
    pub ticket: Option<TicketId>,
    /// `malformed`, `unknown_type`, `unknown_field` or `invalid_field`.
    pub reject: Reject,
}

impl ClientFrame {
    /// The words of `type`.
    pub const TYPES: &'static [&'static str] = &[
        "hello",
        "subscribe",
        "unsubscribe",
        "send",
        "typing",
        "read",
        "inbox",
        "token",
        "pong",
    ];

    /// Takes a text frame apart.
    ///
    /// # Errors
    /// [`MalformedFrame`], to be answered with its refusal. serde_json's own recursion limit (128) stops deep nesting.
    pub fn parse(text: &str) -> Result<Self, MalformedFrame> {
        Self::read(text).map_err(|reject| MalformedFrame::explain(text, reject))
    }

    /// The names of the fields that a frame of this type may have, `type` aside.
    pub fn fields(kind: &str) -> &'static [&'static str] {
        strict::known_fields(Incoming::deserialize(FrameReader::probe(kind)).map(drop))
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

    fn read(text: &str) -> Result<Self, Reject> {
        let malformed = |why: &str| Reject::new(RejectCode::Malformed, why);
        let Ok(Json::Object(mut fields)) = serde_json::from_str(text) else {
            return Err(malformed("a frame is one JSON object"));
        };
        let at = fields
            .iter()
            .position(|(name, _)| name == "type")
            .ok_or_else(|| malformed("a frame has a type"))?;
        let Json::Text(kind) = fields.remove(at).1 else {
            return Err(malformed("a frame has a type"));
        };
        if fields.iter().any(|(name, _)| name == "type") {
            return Err(malformed("a frame has one type"));
        }
        if !Self::TYPES.contains(&&*kind) {
            return Err(Reject::new(RejectCode::UnknownType, "no such frame type"));
        }
        Incoming::deserialize(FrameReader { kind, fields }).map_err(refusal)
    }
}

/// A frame of the wrong form has a code of its own; what is wrong at a field that may be left out has the field's.
fn refusal(error: FieldError) -> Reject {
    match error.why {
        FieldFault::Unknown(_) | FieldFault::Null => error.into(),
        FieldFault::Twice | FieldFault::Missing | FieldFault::Invalid(_) => {
            Reject::new(RejectCode::Malformed, error.to_string())
        }
    }
}

impl MalformedFrame {
    /// Looks again, for what can be known of the frame: to answer under its `id`, and for the audit row.
    fn explain(text: &str, reject: Reject) -> Self {
        let heading: Heading = serde_json::from_str(text).unwrap_or_default();
        let id = if let Some(Json::Unsigned(id)) = heading.value("id") {
            Some(*id)
        } else {
            None
        };
        let word = |name: &str| {
            if let Some(Json::Text(text)) = heading.value(name) {
                Some(&**text)
            } else {
                None
            }
        };
        let kind = word("type").and_then(|word| {
            ClientFrame::TYPES
                .iter()
                .find(|kind| **kind == word)
                .copied()
        });
        let ticket = word("ticket").and_then(|word| word.parse().ok());
        Self {
            id,
            kind,
            ticket,
            reject,
        }
    }
}

/// What is read of a frame that cannot be taken. Its other fields are skipped, however deep they are.
#[derive(Default)]
struct Heading<'a>(Vec<(String, Json<'a>)>);

impl<'a> Heading<'a> {
    const FIELDS: [&'static str; 3] = ["id", "type", "ticket"];

    /// None for a name that occurs twice.
    fn value(&self, name: &str) -> Option<&Json<'a>> {
        let mut found = self.0.iter().filter(|(field, _)| field == name);
        found
            .next()
            .filter(|_| found.next().is_none())
            .map(|(_, value)| value)
    }
}

impl<'de> Deserialize<'de> for Heading<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Heading<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a frame")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
                let mut heading = Heading::default();
                while let Some(name) = entries.next_key::<String>()? {
                    if Heading::FIELDS.contains(&name.as_str()) {
                        heading.0.push((name, entries.next_value()?));
                    } else {
                        entries.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(heading)
            }
        }
        deserializer.deserialize_map(Fields)
    }
}
