//! What gateway instances tell each other, by the relay. Not part of the protocol with clients; instances of neighbouring versions
//! must understand each other, so unknown fields are ignored and unknown frames dropped.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::server::{StaffPerson, Viewer};
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
    /// Something that is no history, somebody's typing for example: a frame for each audience that it is for, for everybody in the room
    /// but one person. Final like an event's.
    Aside { ticket: TicketId, except: Option<UserId>, staff: Option<Box<RawValue>>, customer: Option<Box<RawValue>> },
    /// How far somebody has read, in both numberings.
    Read {
        ticket: TicketId,
        person: StaffPerson,
        /// What customers see of their name, if they are staff.
        #[serde(default)]
        public_name: Option<String>,
        seq: Seq,
        public_seq: Seq,
    },
    /// Who of the staff looks at the ticket through the instance `from`.
    Presence { ticket: TicketId, from: uuid::Uuid, viewers: Vec<Viewer>, ask: bool },
    /// These people's standing changed: look now.
    Standing { users: Vec<UserId> },
    /// A probe that an instance sends to itself.
    Probe { n: u64 },
}

/// A history row on its way to other instances: the frames are final, whoever receives them only passes them on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RelayEvent {
    pub ticket: TicketId,
    pub seq: Seq,
    pub public_seq: Option<Seq>,
    /// The `event` frame for staff.
    pub staff: Box<RawValue>,
    /// The `event` frame for the customer; none on rows that are not for them.
    pub customer: Option<Box<RawValue>>,
}
