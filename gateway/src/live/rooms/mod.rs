//! Rooms: for each ticket, the connections of this instance that follow the ticket. A room exists
//! while it has members. The code does no I/O, never waits and starts no tasks; gaps are reported
//! to the caller.
//!
//! Invariants, checked in debug builds at every delivery:
//! - A room passes events on in the order of `seq`, each once and without gaps. An event that
//!   arrives early waits for its predecessor.
//! - The events delivered to a live member are contiguous in the numbering of its audience. Events
//!   for a joining member wait in its buffer.
//! - No lock is held across an await, and no two rooms are locked at the same time.

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

/// All rooms of this instance, keyed by ticket.
#[derive(Default)]
pub struct Rooms {
    rooms: DashMap<TicketId, Arc<Room>>,
}

/// The result of adding a member to a room.
pub struct Entered {
    /// The member's room, which already buffers new events for the member.
    pub room: Arc<Room>,
    /// Up to which event the member has received the history. This object also identifies the
    /// member in the room.
    pub position: Arc<MemberPosition>,
    /// Whether the room is new on this instance. If so, the caller must subscribe to the ticket's
    /// relay channel.
    pub is_new_room: bool,
}

impl Rooms {
    /// Adds a connection to the ticket's room as a joining member. If the connection is already a
    /// member, the new membership replaces the old one.
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
        // Add the member while the map's entry is locked. Otherwise the room could be removed as
        // empty before the member is added. No other room is locked at this point.
        let position = entry.enter(connection, audience, heads);
        Entered {
            room: Arc::clone(&entry),
            position,
            is_new_room,
        }
    }

    /// Removes a member from the ticket's room. Does nothing if the member was already removed.
    /// Returns true if the room itself was removed, so that the caller can unsubscribe from its
    /// relay channel.
    pub fn leave(&self, ticket: TicketId, position: &Arc<MemberPosition>) -> bool {
        self.rooms
            .remove_if(&ticket, |_, room| room.leave(position))
            .is_some()
    }

    /// Returns the ticket's room, or `None` if the ticket has no members on this instance.
    pub fn get(&self, ticket: TicketId) -> Option<Arc<Room>> {
        self.rooms.get(&ticket).map(|room| Arc::clone(&room))
    }

    /// Delivers an event to the ticket's room. If events before it are missing and no task is
    /// reading them yet, returns a gap that the caller must fill.
    #[must_use]
    pub fn deliver(&self, event: &Arc<EncodedEvent>, wakes: &mut WakeList) -> Option<Gap> {
        self.get(event.ticket)?.deliver(event, wakes)
    }

    /// Sends a frame that is not part of the history (typing, presence, read position) to all live
    /// members. The connections of the person `except` are skipped.
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

    /// The staff on this instance who have the ticket open.
    pub fn viewers(&self, ticket: TicketId) -> Vec<Viewer> {
        self.get(ticket)
            .map(|room| room.viewers())
            .unwrap_or_default()
    }

    /// Compares the rooms with the tickets' last event numbers in `moved`. Returns the rooms that
    /// have not passed on all of these events, each with the number after which to read events.
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

    /// The tickets that have a room on this instance.
    pub fn tickets(&self) -> Vec<TicketId> {
        self.rooms.iter().map(|entry| *entry.key()).collect()
    }

    /// The number of open rooms.
    pub fn count(&self) -> usize {
        self.rooms.len()
    }

    /// Sets the room's position to `heads` (the ticket's last event numbers), because the ticket's
    /// history was replaced. Live members receive the `staff` or `customer` frame of their audience
    /// and are removed. Returns `None` if the ticket has no room, and true if the room was removed
    /// because no member is left.
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
