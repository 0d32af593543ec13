//! Frames that gateway instances send each other through the relay. They are not part of the
//! protocol with clients. Instances of two consecutive builds must understand each other: unknown
//! fields are ignored, unknown frames are dropped, and a renamed frame is read under both names for
//! one build before it is written under the new one.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::server::{StaffPerson, TicketViewers, Viewer};
use crate::ids::{Seq, TicketId, UserId};

/// One frame on a relay channel: an object with a single field, whose name is the kind of frame.
/// Unlike clients' frames, it has no `type` inside: serde would then read the fields into a buffer
/// first, and a [`RawValue`] cannot be read from a buffer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelayFrame {
    /// One history row, encoded for both audiences.
    Event(RelayEvent),
    /// A ticket's history has grown. Inboxes then read the ticket's state again.
    Moved { ticket: TicketId, seq: Seq },
    /// A frame that is not part of the history, for example that a person is typing. It is encoded
    /// once for each audience that may see it, and goes to every member of the room except one
    /// person.
    #[serde(alias = "aside")]
    Ephemeral {
        ticket: TicketId,
        except: Option<UserId>,
        staff: Option<Box<RawValue>>,
        customer: Option<Box<RawValue>>,
    },
    /// How far a person has read, in both numberings.
    Read {
        ticket: TicketId,
        person: StaffPerson,
        /// The person's name as customers see it, if they are staff.
        #[serde(default)]
        public_name: Option<String>,
        seq: Seq,
        public_seq: Seq,
    },
    /// The staff who have the ticket open through the instance `from`. `ask` requests the same from
    /// the receivers.
    Presence {
        ticket: TicketId,
        from: uuid::Uuid,
        viewers: Vec<Viewer>,
        ask: bool,
    },
    /// The staff who have these tickets open through the instance `from`, for lists. Sent on the
    /// channels of the inbox. With `ask`, sent on the channel of all instances: each answers with
    /// its own.
    InboxPresence {
        from: uuid::Uuid,
        tickets: Vec<TicketViewers>,
        ask: bool,
    },
    /// The role of these people changed, or they were blocked or unblocked: check their connections
    /// now.
    #[serde(alias = "standing")]
    AccessStatus { users: Vec<UserId> },
    /// Shows the receivers that the relay connects them with the instance of this id. The database
    /// has the same id for the instance.
    Instance { id: uuid::Uuid },
    /// A probe that an instance sends to itself.
    Probe { n: u64 },
}

/// A history event for other instances. Its frames are already encoded: the receiver passes them on
/// unchanged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RelayEvent {
    pub ticket: TicketId,
    pub seq: Seq,
    pub public_seq: Option<Seq>,
    /// The `event` frame for staff.
    pub staff: Box<RawValue>,
    /// The `event` frame for the customer; `None` if customers must not see the event.
    pub customer: Option<Box<RawValue>>,
    /// Whether texts were removed that members may still hold. Members then get a `reset`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacts: bool,
    /// The time of writing, by the database's clock. Earlier builds do not send it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}
