//! Conducts fan-out: the one place through which news reaches members, other instances and consoles.
//!
//! ```text
//! own commit       publish ─┬─ deliver ─ rooms ─ send queues; a gap ─ gaps
//!                           ├─ relay
//!                           └─ inbox
//! other instances  receive ─ deliver, broadcast, inbox, presence, access check, sweep
//! ```

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use chrono::Utc;
use helpline_core::actor::Audience;
use helpline_core::history::HistoryRow;
use helpline_core::ids::{Seq, TicketId, UserId};
use helpline_core::limits;
use helpline_core::protocol::RelayFrame;
use helpline_persistence::history::Heads;
use helpline_persistence::reads::ReadPosition;
use serde_json::value::RawValue;

use super::access_check::AccessCheck;
use super::frames::{EncodedEvent, Ephemeral, read_position};
use super::gaps::GapFiller;
use super::inbox::Inbox;
use super::presence::Presence;
use super::relay::{Relay, RelayEvents};
use super::resets::Resets;
use super::rooms::{Entered, MemberPosition, Room, Rooms};
use super::sweep_signal::SweepSignal;
use super::typing::Typing;
use crate::connections::{Connection, WakeList};

/// The parts that it conducts.
pub struct Hub {
    /// The members here.
    pub rooms: Arc<Rooms>,
    /// The other instances.
    pub relay: Arc<Relay>,
    /// The consoles here.
    pub inbox: Arc<Inbox>,
    /// Who has which ticket open.
    pub presence: Arc<Presence>,
    /// Fills gaps that rooms report.
    pub gaps: GapFiller,
    /// Has rooms start over.
    pub resets: Arc<Resets>,
    /// Disconnects people whose role changed.
    pub access_check: AccessCheck,
    /// Wakes the sweep when news was lost.
    pub sweep: SweepSignal,
}

impl Hub {
    /// Publishes what was committed: to own rooms, other instances and consoles. Never waits; the sweep finds what a relay loses. Events of
    /// one ticket come in their order.
    pub fn publish(&self, rows: &[HistoryRow]) {
        self.publish_with(rows, &mut WakeList::default());
    }

    /// The same, for a caller that queues more before the tasks are woken.
    pub fn publish_with(&self, rows: &[HistoryRow], wakes: &mut WakeList) {
        for row in rows {
            let event = EncodedEvent::shared(row);
            self.deliver(&event, wakes);
            self.relay.publish_event(&event);
            self.inbox.mark_changed(event.ticket, event.seq);
        }
    }

    /// Hands an event to the ticket's room here. Every way in ends here: own commits, the relay, the sweep.
    pub fn deliver(&self, event: &Arc<EncodedEvent>, wakes: &mut WakeList) {
        if let Some(gap) = self.rooms.deliver(event, wakes) {
            self.gaps.fill(gap);
        }
        if self.rooms.get(event.ticket).is_none() {
            return;
        }
        // Once an event, not once a member.
        if let Some(at) = event.at {
            let seconds = (Utc::now() - at).as_seconds_f64().max(0.0);
            metrics::histogram!("helpline_delivery_seconds").record(seconds);
        }
        if event.redacts {
            self.gaps.start_over(event.ticket);
        }
    }

    /// Publishes that a person types here: to the room's other members, and to other instances, which only pass the frames on.
    pub fn publish_typing(&self, typing: &Typing, wakes: &mut WakeList) {
        let (except, news) = (typing.person.id, typing.news());
        self.rooms.broadcast(typing.ticket, &news, except, wakes);
        self.relay.publish_ephemeral(typing.ticket, except, &news);
    }

    /// Publishes how far a person has read.
    pub fn publish_read(&self, position: ReadPosition, wakes: &mut WakeList) {
        self.rooms
            .broadcast(position.ticket, &read_position(&position), None, wakes);
        let ReadPosition {
            ticket,
            person,
            public_name,
            seq,
            public_seq,
        } = position;
        self.relay.publish_state(
            ticket,
            &RelayFrame::Read {
                ticket,
                person,
                public_name,
                seq,
                public_seq,
            },
        );
    }

    /// Publishes that these people's roles changed: their connections are checked now, here and on every other instance.
    pub fn publish_access_changed(&self, users: &[UserId]) {
        self.relay.publish_access_changed(users);
        self.access_check.check_soon(users.to_vec());
    }

    /// Makes a connection a joining member of the ticket's room, which from now on keeps for it what is delivered. The caller keeps the
    /// membership, and then calls [`Self::listen`] if the room is new here.
    pub fn join(
        self: &Arc<Self>,
        connection: &Arc<Connection>,
        audience: Audience,
        heads: &Heads,
    ) -> Joined {
        let Entered {
            room,
            position,
            is_new_room,
        } = self.rooms.enter(connection, audience, heads);
        let membership = Membership {
            hub: Arc::clone(self),
            room: Arc::clone(&room),
            position: Arc::clone(&position),
            audience,
        };
        Joined {
            membership,
            room,
            position,
            is_new_room,
        }
    }

    /// Listens to the ticket's news from other instances; returns when that is confirmed, or after 250 ms.
    pub async fn listen(&self, ticket: TicketId) {
        self.relay.join(ticket).await;
    }

    /// Takes a member out of its room: [`Membership`] does, when it is dropped.
    fn leave(&self, ticket: TicketId, position: &Arc<MemberPosition>) {
        if self.rooms.leave(ticket, position) {
            self.relay.leave(ticket);
        }
        self.presence.changed(ticket);
    }

    /// A ticket has another history now, or without heads none. Members are reset, consoles get its new state.
    pub fn reset(&self, ticket: TicketId, heads: Option<Heads>) {
        self.resets.reset(ticket, heads);
        self.inbox.mark_reset(ticket);
    }

    /// The same for every room; a ticket that is missing among these heads is gone.
    pub fn reset_all(&self, heads: &[Heads]) {
        // Consoles first: one that comes after a client was reset is a new one.
        self.inbox.mark_all_reset();
        self.inbox.restart_consoles();
        // Tens of thousands of rooms, all of them at this moment.
        let by_ticket: HashMap<_, _> = heads.iter().map(|heads| (heads.ticket, *heads)).collect();
        for ticket in self.rooms.tickets() {
            self.resets.reset(ticket, by_ticket.get(&ticket).copied());
        }
    }
}

impl RelayEvents for Hub {
    fn receive(&self, frame: RelayFrame, wakes: &mut WakeList) {
        match frame {
            RelayFrame::Event(event) => {
                // Larger than any of ours: the sweep brings the event as we would show it.
                if fits(&event.staff) && event.customer.as_deref().is_none_or(fits) {
                    self.deliver(&Arc::new(EncodedEvent::from_relay(&event)), wakes);
                } else {
                    self.news_lost();
                }
            }
            RelayFrame::Moved { ticket, seq } => self.inbox.mark_changed(ticket, seq),
            RelayFrame::Ephemeral {
                ticket,
                except,
                staff,
                customer,
            } => {
                let news = Ephemeral::new(|audience| {
                    let json = match audience {
                        Audience::Staff => &staff,
                        Audience::Customer => &customer,
                    };
                    json.as_deref()
                        .filter(|json| fits(json))
                        .map(|json| Utf8Bytes::from(json.get()))
                });
                self.rooms.broadcast(ticket, &news, except, wakes);
            }
            RelayFrame::Read {
                ticket,
                person,
                public_name,
                seq,
                public_seq,
            } => {
                let news = ReadPosition {
                    ticket,
                    person,
                    public_name,
                    seq,
                    public_seq,
                };
                self.rooms
                    .broadcast(ticket, &read_position(&news), None, wakes);
            }
            RelayFrame::Presence {
                ticket,
                from,
                viewers,
                ask,
            } => self.presence.receive(ticket, from, viewers, ask),
            RelayFrame::InboxPresence { from, tickets, ask } => {
                self.presence.receive_listed(from, tickets, ask);
            }
            RelayFrame::AccessStatus { users } => self.access_check.check_soon(users),
            RelayFrame::Instance { id } => self.relay.record_heard(id),
            RelayFrame::Probe { .. } => {}
        }
    }

    fn news_lost(&self) {
        self.sweep.wake();
    }

    fn open_tickets(&self) -> Vec<TicketId> {
        self.rooms.tickets()
    }

    fn inbox_is_watched(&self) -> bool {
        self.inbox.is_watched()
    }
}

/// Whether a frame of another instance can be written to a connection.
fn fits(json: &RawValue) -> bool {
    json.get().len() <= limits::SOCKET_WRITE_BYTES_MAX
}

/// A connection that has just joined.
pub struct Joined {
    /// To be kept; dropped, it takes the member out.
    pub membership: Membership,
    /// The room, to go live in.
    pub room: Arc<Room>,
    /// The member's identity in it.
    pub position: Arc<MemberPosition>,
    /// Whether other instances' news of the ticket must be [listened](Hub::listen) to.
    pub is_new_room: bool,
}

/// A connection's membership of a room. Dropped, it takes out its own member and no other: a connection that has subscribed again is
/// another member. Never dropped under a room's lock, which it takes.
#[must_use]
pub struct Membership {
    hub: Arc<Hub>,
    room: Arc<Room>,
    position: Arc<MemberPosition>,
    audience: Audience,
}

impl Membership {
    /// As which side the member reads.
    pub const fn audience(&self) -> Audience {
        self.audience
    }

    /// The last number handed to the member, in its own numbering.
    pub fn handed(&self) -> Seq {
        self.position.handed()
    }

    /// Whether the room has let the member go, so that the connection must subscribe again.
    pub fn is_out(&self) -> bool {
        self.position.is_out()
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.hub.leave(self.room.ticket, &self.position);
    }
}
