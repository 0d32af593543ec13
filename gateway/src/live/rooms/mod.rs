//! The connections of this instance that follow each ticket. A room exists while it has members.
//! Pure: nothing here reads, waits or starts a task. Gaps are reported to the caller.
//!
//! Invariants, checked in debug builds at every delivery:
//! - a room passes events on in the order of `seq`, each once and without gaps; an early event
//!   waits for its predecessor
//! - a live member's position is contiguous in its own numbering; a joining member's events wait in
//!   its buffer
//! - no lock is held across an await; a room is never locked while another room is

mod member;
mod room;

use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use dashmap::DashMap;
use helpline_core::actor::Audience;
use helpline_core::ids::{Seq, TicketId, UserId};
use helpline_core::protocol::Viewer;
use helpline_persistence::history::Heads;

use super::frames::{EncodedEvent, Ephemeral};
use crate::connections::{Connection, WakeList};

pub use member::MemberPosition;
pub use room::{Gap, GoLive, Room};

/// The rooms of this instance, by ticket.
#[derive(Default)]
pub struct Rooms {
    rooms: DashMap<TicketId, Arc<Room>>,
}

/// A member that has just entered.
pub struct Entered {
    /// The member's room, which buffers events for it from now on.
    pub room: Arc<Room>,
    /// Identifies the member in the room.
    pub position: Arc<MemberPosition>,
    /// Whether the room is new on this instance, so that its relay channel must be joined.
    pub is_new_room: bool,
}

impl Rooms {
    /// Adds a connection to the ticket's room as a joining member. It replaces an earlier
    /// membership of the same connection.
    pub fn enter(
        &self,
        connection: &Arc<Connection>,
        audience: Audience,
        heads: &Heads,
    ) -> Entered {
        let mut is_new_room = false;
        let entry = self.rooms.entry(heads.ticket).or_insert_with(|| {
            is_new_room = true;
            Arc::new(Room::new(heads.ticket))
        });
        // Enter under the map's lock, so that the room cannot be found empty and removed in
        // between. No other room is locked here.
        let position = entry.enter(connection, audience, heads);
        Entered {
            room: Arc::clone(&entry),
            position,
            is_new_room,
        }
    }

    /// Removes a member; does nothing if it is out already. Returns true if the room was removed,
    /// so that its relay channel can be left.
    pub fn leave(&self, ticket: TicketId, position: &Arc<MemberPosition>) -> bool {
        self.rooms
            .remove_if(&ticket, |_, room| room.leave(position))
            .is_some()
    }

    /// The ticket's room, if it has members.
    pub fn get(&self, ticket: TicketId) -> Option<Arc<Room>> {
        self.rooms.get(&ticket).map(|room| Arc::clone(&room))
    }

    /// Delivers an event to the ticket's room. Returns a gap that no task is filling yet: the
    /// caller must fill it.
    #[must_use]
    pub fn deliver(&self, event: &Arc<EncodedEvent>, wakes: &mut WakeList) -> Option<Gap> {
        self.get(event.ticket)?.deliver(event, wakes)
    }

    /// Sends a frame that is not part of the history (typing, presence, read position) to every
    /// live member, except to one person.
    pub fn broadcast<F>(
        &self,
        ticket: TicketId,
        news: &Ephemeral<F>,
        except: Option<UserId>,
        wakes: &mut WakeList,
    ) where
        F: Fn(Audience) -> Option<Utf8Bytes>,
    {
        if let Some(room) = self.get(ticket) {
            room.broadcast(news, except, wakes);
        }
    }

    /// The staff who have the ticket open on this instance.
    pub fn viewers(&self, ticket: TicketId) -> Vec<Viewer> {
        self.get(ticket)
            .map(|room| room.viewers())
            .unwrap_or_default()
    }

    /// The rooms that have not yet passed on everything up to the given number, each with the
    /// position from which to read on.
    pub fn behind(&self, moved: &[(TicketId, Seq)]) -> Vec<(TicketId, Seq)> {
        moved
            .iter()
            .filter_map(|(ticket, seq)| {
                self.get(*ticket)
                    .map(|room| (*ticket, room.position(), *seq))
            })
            .filter(|(_, position, seq)| position < seq)
            .map(|(ticket, position, _)| (ticket, position))
            .collect()
    }

    /// Every ticket with a room.
    pub fn tickets(&self) -> Vec<TicketId> {
        self.rooms.iter().map(|entry| *entry.key()).collect()
    }

    /// The number of open rooms.
    pub fn count(&self) -> usize {
        self.rooms.len()
    }

    /// Restarts the room at these heads, after the ticket's history was replaced. Live members
    /// receive the frame of their audience and are removed. Returns `None` if there is no such
    /// room, and true if the room was removed with its last member.
    pub fn restart(&self, heads: &Heads, staff: &Utf8Bytes, customer: &Utf8Bytes) -> Option<bool> {
        self.get(heads.ticket)?.restart(heads, staff, customer);
        Some(
            self.rooms
                .remove_if(&heads.ticket, |_, room| room.is_empty())
                .is_some(),
        )
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
