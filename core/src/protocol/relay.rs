//! Frames that gateway instances send each other through the relay. They are not part of the
//! protocol with clients. Instances of two consecutive builds must understand each other: unknown
//! fields are ignored, and unknown frames are dropped. The first build that renames a frame reads
//! both names and still writes the old one.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::server::{StaffPerson, TicketViewers, Viewer};
use crate::ids::{Seq, TicketId, UserId};

/// One frame on a relay channel: an object with a single field, whose name is the kind of frame.
/// Unlike a client frame, it has no `type` field. With a `type` field, serde would first read the
/// other fields into a buffer, from which it cannot read a [`RawValue`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelayFrame {
    /// One event of a ticket's history, encoded for both audiences.
    Event(RelayEvent),
    /// A ticket's history has grown. Instances whose consoles are subscribed to the inbox (the
    /// ticket list) then read the ticket's state again.
    Moved { ticket: TicketId, seq: Seq },
    /// A frame that is not part of the history, for example that a person is typing. It is encoded
    /// once for each audience that may see it. Every member of the room gets it, except the person
    /// `except`.
    #[serde(alias = "aside")]
    Ephemeral {
        ticket: TicketId,
        except: Option<UserId>,
        staff: Option<Box<RawValue>>,
        customer: Option<Box<RawValue>>,
    },
    /// How far a person has read: the event's number for staff (`seq`) and for customers
    /// (`public_seq`).
    Read {
        ticket: TicketId,
        person: StaffPerson,
        /// The person's name as customers see it, if they are staff.
        #[serde(default)]
        public_name: Option<String>,
        seq: Seq,
        public_seq: Seq,
    },
    /// The staff who have the ticket open through the instance `from`. With `ask`, each receiving
    /// instance replies with the staff who have the ticket open through it.
    Presence {
        ticket: TicketId,
        from: uuid::Uuid,
        viewers: Vec<Viewer>,
        ask: bool,
    },
    /// The staff who have each of these tickets open through the instance `from`, for the consoles'
    /// ticket lists. The frame is sent on the inbox channels. With `ask`, it is sent on the channel
    /// of all instances, and each instance replies with its own viewers.
    InboxPresence {
        from: uuid::Uuid,
        tickets: Vec<TicketViewers>,
        ask: bool,
    },
    /// The roles of these people changed, or the people were blocked or unblocked. Receivers check
    /// these people's connections at once.
    #[serde(alias = "standing")]
    AccessStatus { users: Vec<UserId> },
    /// The ticket was deleted. Receivers reset the members of its room, who then learn that there is
    /// no such ticket. Earlier builds drop this frame and find out by comparing their rooms with the
    /// database.
    Deleted { ticket: TicketId },
    /// Proves to the receivers that the relay connects them with the instance that has this id. The
    /// database lists the instance under the same id.
    Instance { id: uuid::Uuid },
    /// A probe that an instance sends to itself, to check that the relay works.
    Probe { n: u64 },
}

/// A history event for other instances. Its frames are already encoded; the receiving instance
/// sends them to clients unchanged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RelayEvent {
    pub ticket: TicketId,
    pub seq: Seq,
    pub public_seq: Option<Seq>,
    /// The `event` frame for staff.
    pub staff: Box<RawValue>,
    /// The `event` frame for the customer; `None` if customers must not see the event.
    pub customer: Option<Box<RawValue>>,
    /// Whether the event removed texts that clients may still have. The room's members then get a
    /// `reset` (an instruction to load the history again).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacts: bool,
    /// When the event was written, by the database's clock. Earlier builds do not send this field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}
