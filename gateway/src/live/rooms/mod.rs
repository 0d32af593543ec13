//! Who listens to which ticket on this instance. A room is a list of doors; it exists while somebody is in it.
//!
//! Invariants, checked in debug builds at every delivery:
//! - a room hands on rows in the order of `seq`, each once, none skipped; what comes early waits for the one before
//! - a live member's position is contiguous in its own numbering; a joining member's rows wait in its buffer
//! - no lock is held over an await; a room's lock is never taken under another room's

mod room;

use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use dashmap::DashMap;
use helpline_core::actor::Audience;
use helpline_core::ids::{Seq, TicketId, UserId};
use helpline_core::protocol::{CommonFrame, Viewer};
use helpline_persistence::history::Heads;

use crate::connections::registry::Connection;
use crate::connections::send_queue::Wakes;
use crate::live::frames::{Aside, Encoded, frame};
use crate::server::app::App;

pub use room::{Caught, Room};

/// The rooms of this instance.
#[derive(Default)]
pub struct Rooms {
    rooms: DashMap<TicketId, Arc<Room>>,
}

impl Rooms {
    /// Puts a connection into the ticket's room as a joining member: from now on the room keeps for it whatever comes. True: the room is
    /// new here, so its relay channel must be joined.
    pub fn enter(&self, connection: &Arc<Connection>, audience: Audience, heads: &Heads) -> (Arc<Room>, bool) {
        let mut created = false;
        let entry = self.rooms.entry(heads.ticket).or_insert_with(|| {
            created = true;
            Arc::new(Room::new(heads.ticket))
        });
        // Under the map's lock, so that the room cannot be taken for empty and removed in between. No other room is locked here.
        entry.enter(connection, audience, heads);
        (Arc::clone(&entry), created)
    }

    /// Takes a connection out. True: the room is gone, so its relay channel may be left.
    pub fn leave(&self, ticket: TicketId, connection: &Connection) -> bool {
        self.rooms.remove_if(&ticket, |_, room| room.leave(connection)).is_some()
    }

    /// The ticket's room, if anybody is in it.
    pub fn get(&self, ticket: TicketId) -> Option<Arc<Room>> {
        self.rooms.get(&ticket).map(|room| Arc::clone(&room))
    }

    /// Hands a row to the ticket's room. Every way in ends here: own writes, the relay, the sweep, a healed gap.
    pub fn deliver(&self, app: &App, event: &Arc<Encoded>, wakes: &mut Wakes) {
        let Some(room) = self.get(event.ticket) else { return };
        if room.deliver(event, wakes) {
            let app = app.arc();
            app.clone().tasks.spawn(async move { crate::live::gaps::gap(&app, &room).await });
        }
    }

    /// Sends what is no history row to every live member, but for one person: typing, presence, read positions.
    pub fn tell<F>(&self, ticket: TicketId, aside: &Aside<F>, except: Option<UserId>, wakes: &mut Wakes)
    where
        F: Fn(Audience) -> Option<Utf8Bytes>,
    {
        if let Some(room) = self.get(ticket) {
            room.tell(aside, except, wakes);
        }
    }

    /// The staff who look at the ticket through this instance.
    pub fn viewers(&self, ticket: TicketId) -> Vec<Viewer> {
        self.get(ticket).map(|room| room.viewers()).unwrap_or_default()
    }

    /// The rooms whose history has moved past what they have handed on, of these: with the place to read on from.
    pub fn behind(&self, moved: &[(TicketId, Seq)]) -> Vec<(TicketId, Seq)> {
        moved
            .iter()
            .filter_map(|(ticket, seq)| self.get(*ticket).map(|room| (*ticket, room.position(), *seq)))
            .filter(|(_, position, seq)| position < seq)
            .map(|(ticket, position, _)| (ticket, position))
            .collect()
    }

    /// Every ticket with a room.
    pub fn tickets(&self) -> Vec<TicketId> {
        self.rooms.iter().map(|entry| *entry.key()).collect()
    }

    /// How many rooms there are.
    pub fn count(&self) -> usize {
        self.rooms.len()
    }

    /// The history of every room is another one now: members are told to start over, rooms forget what they held.
    pub fn reset_all(&self, app: &App, heads: impl Fn(TicketId) -> Option<Heads>) {
        for ticket in self.tickets() {
            self.reset(app, ticket, heads(ticket));
        }
    }

    /// The same for one room; `heads` none: the ticket is not there any more.
    pub fn reset(&self, app: &App, ticket: TicketId, heads: Option<Heads>) {
        let Some(room) = self.get(ticket) else { return };
        let heads = heads.unwrap_or(Heads { ticket, seq: Seq::ZERO, public_seq: Seq::ZERO });
        let reset = |audience| {
            let head = match audience {
                Audience::Staff => heads.seq,
                Audience::Customer => heads.public_seq,
            };
            frame(&CommonFrame::Reset { ticket, epoch: app.epoch.for_audience(audience), head })
        };
        room.restart(&heads, &reset(Audience::Staff), &reset(Audience::Customer));
        if self.rooms.remove_if(&ticket, |_, room| room.is_empty()).is_some() {
            app.relay.leave(ticket);
        }
        app.presence.changed(ticket);
    }
}
