//! Fan-out: every update to members, other instances and consoles passes through here.
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

/// The hub and the parts that it coordinates.
pub struct Hub {
    /// The members on this instance.
    pub rooms: Arc<Rooms>,
    /// The connection to the other instances.
    pub relay: Arc<Relay>,
    /// The consoles on this instance.
    pub inbox: Arc<Inbox>,
    /// The staff who have a ticket open.
    pub presence: Arc<Presence>,
    /// Fills the gaps that rooms report.
    pub gaps: GapFiller,
    /// Restarts rooms.
    pub resets: Arc<Resets>,
    /// Disconnects people whose role changed.
    pub access_check: AccessCheck,
    /// Wakes the sweep when messages were lost.
    pub sweep: SweepSignal,
}

impl Hub {
    /// Publishes committed events to this instance's rooms, other instances and consoles. Never
    /// waits: the sweep finds what the relay loses. The events of one ticket must be in order.
    pub fn publish(&self, rows: &[HistoryRow]) {
        self.publish_with(rows, &mut WakeList::default());
    }

    /// Like [`Self::publish`], for a caller that queues more frames before it wakes the connection
    /// tasks.
    pub fn publish_with(&self, rows: &[HistoryRow], wakes: &mut WakeList) {
        for row in rows {
            let event = EncodedEvent::shared(row);
            self.deliver(&event, wakes);
            self.relay.publish_event(&event);
            self.inbox.mark_changed(event.ticket, event.seq);
        }
    }

    /// Delivers an event to the ticket's room on this instance. Own commits, the relay and the
    /// sweep all end here.
    pub fn deliver(&self, event: &Arc<EncodedEvent>, wakes: &mut WakeList) {
        if let Some(gap) = self.rooms.deliver(event, wakes) {
            self.gaps.fill(gap);
        }
        if event.redacts && self.rooms.get(event.ticket).is_some() {
            self.gaps.start_over(event.ticket);
        }
    }

    /// Publishes that a person is typing, to the other members of the room and to other instances,
    /// which only pass the frames on.
    pub fn publish_typing(&self, typing: &Typing, wakes: &mut WakeList) {
        let (except, news) = (typing.person.id, typing.news());
        self.rooms.broadcast(typing.ticket, &news, except, wakes);
        self.relay.publish_ephemeral(typing.ticket, except, &news);
    }

    /// Publishes a person's read position.
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

    /// Publishes that these people's roles changed. All instances check their connections
    /// immediately.
    pub fn publish_access_changed(&self, users: &[UserId]) {
        self.relay.publish_access_changed(users);
        self.access_check.check_soon(users.to_vec());
    }

    /// Adds a connection to the ticket's room as a joining member. From now on the room buffers
    /// events for it. The caller must keep the membership, and call [`Self::listen`] if the room is
    /// new on this instance.
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

    /// Subscribes to the ticket's relay channel. Returns when Redis has confirmed, or after 250 ms.
    pub async fn listen(&self, ticket: TicketId) {
        self.relay.join(ticket).await;
    }

    /// Removes a member from its room. Called when its [`Membership`] is dropped.
    fn leave(&self, ticket: TicketId, position: &Arc<MemberPosition>) {
        if self.rooms.leave(ticket, position) {
            self.relay.leave(ticket);
        }
        self.presence.changed(ticket);
    }

    /// Restarts a ticket whose history was replaced: resets its members and sends consoles its new
    /// state. Without heads, the ticket no longer exists.
    pub fn reset(&self, ticket: TicketId, heads: Option<Heads>) {
        self.resets.reset(ticket, heads);
        self.inbox.mark_reset(ticket);
    }

    /// Like [`Self::reset`], for every room. A ticket without an entry in `heads` no longer exists.
    pub fn reset_all(&self, heads: &[Heads]) {
        // Consoles first, so that a console that enters after a client was reset is not
        // disconnected.
        self.inbox.mark_all_reset();
        self.inbox.restart_consoles();
        // A map, because there may be tens of thousands of rooms.
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
                // A frame larger than any that we encode: the sweep delivers our own encoding of
                // the event.
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

/// Whether a frame from another instance is small enough to write to a connection.
fn fits(json: &RawValue) -> bool {
    json.get().len() <= limits::SOCKET_WRITE_BYTES_MAX
}

/// The result of [`Hub::join`].
pub struct Joined {
    /// Dropping it removes the member from the room.
    pub membership: Membership,
    /// The room in which the member goes live.
    pub room: Arc<Room>,
    /// Identifies the member in the room.
    pub position: Arc<MemberPosition>,
    /// Whether the caller must [subscribe](Hub::listen) to the ticket's relay channel.
    pub is_new_room: bool,
}

/// A connection's membership of a room. Dropping it removes only its own member: a connection that
/// has subscribed again is a different member. Do not drop it while holding the room's lock,
/// because dropping takes that lock.
#[must_use]
pub struct Membership {
    hub: Arc<Hub>,
    room: Arc<Room>,
    position: Arc<MemberPosition>,
    audience: Audience,
}

impl Membership {
    /// The audience whose events the member receives.
    pub const fn audience(&self) -> Audience {
        self.audience
    }

    /// The number of the last event delivered to the member, in its audience's numbering.
    pub fn handed(&self) -> Seq {
        self.position.handed()
    }

    /// Whether the room has removed the member, so that the connection must subscribe again.
    pub fn is_out(&self) -> bool {
        self.position.is_out()
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.hub.leave(self.room.ticket, &self.position);
    }
}
