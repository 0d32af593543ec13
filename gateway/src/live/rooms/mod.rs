//! Which connections of this instance follow which ticket. A room exists while it has members. Pure: nothing here reads, waits or starts a
//! task; a gap is reported to the caller.
//!
//! Invariants, checked in debug builds at every delivery:
//! - a room hands on events in the order of `seq`, each once, none skipped; an early one waits for the one before it
//! - a live member's position is contiguous in its own numbering; a joining member's events wait in its buffer
//! - no lock is held over an await; a room's lock is never taken under another room's

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

/// The rooms of this instance.
#[derive(Default)]
pub struct Rooms {
    rooms: DashMap<TicketId, Arc<Room>>,
}

/// A member that has just entered.
pub struct Entered {
    /// Its room, which from now on keeps for it what is delivered.
    pub room: Arc<Room>,
    /// The member's identity.
    pub position: Arc<MemberPosition>,
    /// Whether the room is new here, so that its relay channel must be joined.
    pub is_new_room: bool,
}

impl Rooms {
    /// Puts a connection into the ticket's room as a joining member, in place of an earlier membership of the same connection.
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
        // Under the map's lock, so that the room cannot be found empty and removed in between. No other room is locked here.
        let position = entry.enter(connection, audience, heads);
        Entered {
            room: Arc::clone(&entry),
            position,
            is_new_room,
        }
    }

    /// Takes a member out; one that is out already changes nothing. True: the room is gone, so its relay channel may be left.
    pub fn leave(&self, ticket: TicketId, position: &Arc<MemberPosition>) -> bool {
        self.rooms
            .remove_if(&ticket, |_, room| room.leave(position))
            .is_some()
    }

    /// The ticket's room, if it has members.
    pub fn get(&self, ticket: TicketId) -> Option<Arc<Room>> {
        self.rooms.get(&ticket).map(|room| Arc::clone(&room))
    }

    /// Hands an event to the ticket's room. Reports a gap that is not being filled yet: the caller must have it filled.
    #[must_use]
    pub fn deliver(&self, event: &Arc<EncodedEvent>, wakes: &mut WakeList) -> Option<Gap> {
        self.get(event.ticket)?.deliver(event, wakes)
    }

    /// Sends what is not part of the history to every live member, except to one person: typing, presence, read positions.
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

    /// The staff who have the ticket open through this instance.
    pub fn viewers(&self, ticket: TicketId) -> Vec<Viewer> {
        self.get(ticket)
            .map(|room| room.viewers())
            .unwrap_or_default()
    }

    /// Which of these rooms have not handed on everything up to the given number: with the place to read on from.
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

    /// How many rooms there are.
    pub fn count(&self) -> usize {
        self.rooms.len()
    }

    /// The ticket has another history now: the room starts over at these heads, and its live members get these frames and are removed.
    /// None: there is no such room; true: it is gone with its last member.
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
