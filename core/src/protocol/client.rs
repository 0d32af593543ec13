//! Frames from clients. Parsing is strict: an unknown field is refused with `unknown_field`, an
//! unknown type with `unknown_type`.

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::strict::{self, FieldError, FieldFault, FrameReader, Json};
use crate::ids::{Key, Seq, TicketId, UploadId, UserId};
use crate::reject::{Reject, RejectCode};
use crate::ticket::{Category, Priority, Status};

/// Declares the frames once, as two enums: `ClientFrame` for serialization and `Incoming` for
/// deserialization. `Incoming` has no serde `tag`, because serde reads a tagged enum leniently (a
/// unit variant accepts any field) and loses the path of an error. [`FrameReader`] removes the
/// field `type` before `Incoming` reads the other fields.
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
/// A frame from a client. The client chooses `id`, and the server's answer has the same `id`.
pub enum ClientFrame {
    /// Authenticates the connection. It must be the first frame. Answer: `welcome`.
    Hello {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: u64,
        /// A bearer token. It is never logged.
        token: String,
    },
    /// Subscribes to a ticket, and reads its history after the event `after`. Answer: one or more
    /// `subscribed`.
    Subscribe {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: u64,
        ticket: TicketId,
        /// The number of the last event that the client has seen. If absent, the server answers
        /// with the latest page of the history.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Seq>,
        /// The database epoch in which the client received `after`. The epoch changes after a
        /// restore or failover, and event numbers may then differ.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        epoch: Option<String>,
    },
    /// Ends the subscription to a ticket. Answer: `ok`.
    Unsubscribe {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: u64,
        ticket: TicketId,
    },
    /// Sends a message or, with `internal`, a note. Answer: `ack` or `error`.
    Send {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: u64,
        ticket: TicketId,
        /// The idempotency key, which identifies this message. A retry uses the same key.
        key: Key,
        body: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        internal: Option<bool>,
        /// The uploads that the message gets, at most 10, in this order. The text may be empty
        /// only if there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attachments: Option<Vec<UploadId>>,
        /// The number of the last event that the author has seen. If another person has written a
        /// message since that event, the send is refused as `stale`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        based_on: Option<Seq>,
    },
    /// Reports that the person is typing, or has stopped. The server does not answer.
    Typing {
        ticket: TicketId,
        on: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        internal: Option<bool>,
    },
    /// Reports that the person has read the ticket up to `seq`. The server does not answer.
    Read { ticket: TicketId, seq: Seq },
    /// Subscribes to changes of the desk's tickets, or unsubscribes. Staff only. Answer: `ok`.
    Inbox {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: u64,
        on: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        filter: Option<InboxFilter>,
    },
    /// Replaces the token by a new one of the same person before the old one expires. Answer: `ok`.
    Token {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        id: u64,
        token: String,
    },
    /// The answer to the server's `ping`.
    Pong,
}
}

/// Selects the tickets of an inbox (a console's live ticket list): those that match every field
/// that is set. Archived tickets never match.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
pub struct InboxFilter {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Vec<Status>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Vec<Category>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Vec<Priority>>,
    /// Only tickets assigned to this person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned_to: Option<UserId>,
    /// Only unassigned tickets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unassigned: Option<bool>,
    /// Only tickets whose customer is waiting for an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs_answer: Option<bool>,
}

impl InboxFilter {
    /// Whether the filter selects this ticket.
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

/// A frame that was refused, with the fields that could still be read from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MalformedFrame {
    /// The frame's `id`, if it is valid.
    pub id: Option<u64>,
    /// The frame's `type`, if it is one of [`ClientFrame::TYPES`].
    pub kind: Option<&'static str>,
    /// The ticket that the frame names, if its id is valid.
    pub ticket: Option<TicketId>,
    /// The error for the client: `malformed`, `unknown_type`, `unknown_field` or `invalid_field`.
    pub reject: Reject,
}

impl ClientFrame {
    /// All values that the field `type` of a client's frame may have.
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

    /// Parses a text frame.
    ///
    /// # Errors
    /// [`MalformedFrame`], whose `reject` is the answer to the client. serde_json's recursion limit
    /// (128) stops deep nesting.
    pub fn parse(text: &str) -> Result<Self, MalformedFrame> {
        Self::read(text).map_err(|reject| MalformedFrame::explain(text, reject))
    }

    /// The names of the fields that a frame of type `kind` may have, without `type`.
    pub fn fields(kind: &str) -> &'static [&'static str] {
        strict::known_fields(Incoming::deserialize(FrameReader::probe(kind)).map(drop))
    }

    /// The frame's `id`, which the server's answer repeats; `None` for frames that get no answer.
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
            return Err(malformed("a frame must be one JSON object"));
        };
        let at = fields
            .iter()
            .position(|(name, _)| name == "type")
            .ok_or_else(|| malformed("a frame must have a type"))?;
        let Json::Text(kind) = fields.remove(at).1 else {
            return Err(malformed("a frame must have a type"));
        };
        if fields.iter().any(|(name, _)| name == "type") {
            return Err(malformed("a frame must have only one type"));
        }
        if !Self::TYPES.contains(&&*kind) {
            return Err(Reject::new(RejectCode::UnknownType, "no such frame type"));
        }
        Incoming::deserialize(FrameReader { kind, fields }).map_err(refusal)
    }
}

/// Converts a field error to the error for the client. An unknown field and a meaningless `null`
/// keep their own codes. Every other error means that the frame does not match its schema
/// (`malformed`).
fn refusal(error: FieldError) -> Reject {
    match error.why {
        FieldFault::Unknown(_) | FieldFault::Null => error.into(),
        FieldFault::Twice | FieldFault::Missing | FieldFault::Invalid(_) => {
            Reject::new(RejectCode::Malformed, error.to_string())
        }
    }
}

impl MalformedFrame {
    /// Reads the refused frame once more, to find the `id` for the server's answer, and the `type`
    /// and `ticket` for the audit row.
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

/// The fields that are read from a refused frame: `id`, `type` and `ticket`. Other fields are
/// skipped at any depth.
#[derive(Default)]
struct Heading<'a>(Vec<(String, Json<'a>)>);

impl<'a> Heading<'a> {
    const FIELDS: [&'static str; 3] = ["id", "type", "ticket"];

    /// The value of a field; `None` if the field is absent or occurs twice.
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
