//! Resets the members of a ticket whose history was replaced. The hub does this for restored
//! databases, the gap filler for a history that cannot be read.

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

/// Resets rooms, and tells the relay and presence what changed.
pub struct Resets {
    /// The rooms to restart.
    pub rooms: Arc<Rooms>,
    /// Unsubscribes from the ticket's channel when its room has lost its last member.
    pub relay: Arc<Relay>,
    /// Learns that a ticket's viewers changed.
    pub presence: Arc<Presence>,
    /// Provides the epoch for the reset frames.
    pub epoch: Arc<CurrentEpoch>,
}

impl Resets {
    /// Restarts the room at these heads; `None` means that the ticket no longer exists. Live
    /// members receive a reset, and buffered events are dropped.
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
