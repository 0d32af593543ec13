//! What gateway instances send each other through the relay. Not part of the protocol with clients. Instances of two consecutive builds
//! must understand each other, so unknown fields are ignored and unknown frames dropped, and a frame with a new name is read under both
//! names for one build before it is written under the new one.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::server::{StaffPerson, TicketViewers, Viewer};
use crate::ids::{Seq, TicketId, UserId};

/// One frame on a relay channel: an object with one field, named for what it is. Not tagged inside by `type` like clients' frames:
/// serde then reads the fields into a buffer first, and a [`RawValue`] cannot be read from one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelayFrame {
    /// One history row, encoded for both audiences.
    Event(RelayEvent),
    /// A ticket's history has moved: for inboxes, which read its state anew.
    Moved { ticket: TicketId, seq: Seq },
    /// A frame that is not part of the history, for example that a person is typing: one for each audience that may see it, for every member
    /// of the room except one person. Already encoded, like an event's.
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
        /// What customers see of their name, if they are staff.
        #[serde(default)]
        public_name: Option<String>,
        seq: Seq,
        public_seq: Seq,
    },
    /// The staff who have the ticket open through the instance `from`.
    Presence {
        ticket: TicketId,
        from: uuid::Uuid,
        viewers: Vec<Viewer>,
        ask: bool,
    },
    /// The staff who have these tickets open through the instance `from`: for lists, on the channels of the inbox. `ask`, on the channel of
    /// every instance: answer with all of yours.
    InboxPresence {
        from: uuid::Uuid,
        tickets: Vec<TicketViewers>,
        ask: bool,
    },
    /// The role of these people changed, or whether they are blocked: check their connections now.
    #[serde(alias = "standing")]
    AccessStatus { users: Vec<UserId> },
    /// The instance with this id, as it records itself in the database, is joined to those that receive this.
    Instance { id: uuid::Uuid },
    /// A probe that an instance sends to itself.
    Probe { n: u64 },
}

/// A history row for other instances. The frames are already encoded: the receiver passes them on unchanged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RelayEvent {
    pub ticket: TicketId,
    pub seq: Seq,
    pub public_seq: Option<Seq>,
    /// The `event` frame for staff.
    pub staff: Box<RawValue>,
    /// The `event` frame for the customer; none on rows that are not for them.
    pub customer: Option<Box<RawValue>>,
    /// Whether something that members may hold was removed from the ticket: they start over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub redacts: bool,
    /// When it was written, by the database's clock; builds before this one do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}
