//! Resets a ticket's members: they must load the ticket's history again. The hub triggers a reset
//! after a database restore. The gap filler triggers one after a redaction, and if this program
//! cannot decode a row of the history.

use std::sync::Arc;

use helpline_core::actor::Audience;
use helpline_core::ids::{Seq, TicketId};
use helpline_core::protocol::CommonFrame;
use helpline_persistence::history::Heads;

use super::epoch::CurrentEpoch;
use super::frames::frame;
use super::presence::Presence;
use super::relay::Relay;
use super::rooms::Rooms;

/// Resets rooms, and informs the relay and presence.
pub struct Resets {
    /// The rooms of this instance, whose members this type resets.
    pub rooms: Arc<Rooms>,
    /// Used to unsubscribe from the ticket's channel if the room has no members left.
    pub relay: Arc<Relay>,
    /// Informed that the ticket's viewers (staff who have it open) may have changed.
    pub presence: Arc<Presence>,
    /// The epoch to send in `reset` frames. It identifies the current history of the database.
    pub epoch: Arc<CurrentEpoch>,
}

impl Resets {
    /// Makes the members of the ticket's room load the history again, and sets the room's position
    /// to `heads` (the ticket's last event numbers). `heads` is `None` if the ticket no longer
    /// exists. Live members receive a `reset` frame and are removed. Joining members lose their
    /// buffered events and read the history again.
    pub fn reset(&self, ticket: TicketId, heads: Option<Heads>) {
        let heads = heads.unwrap_or(Heads {
            ticket,
            seq: Seq::ZERO,
            public_seq: Seq::ZERO,
        });
        let reset = |audience| {
            let head = match audience {
                Audience::Staff => heads.seq,
                Audience::Customer => heads.public_seq,
            };
            frame(&CommonFrame::Reset {
                ticket,
                epoch: self.epoch.for_audience(audience),
                head,
            })
        };
        let Some(is_gone) =
            self.rooms
                .restart(&heads, &reset(Audience::Staff), &reset(Audience::Customer))
        else {
            return;
        };
        if is_gone {
            self.relay.leave(ticket);
        }
        self.presence.changed(ticket);
    }
}
