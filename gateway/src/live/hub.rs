//! Fan-out: every update for members of rooms, other instances and agent consoles passes through
//! the hub.
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
use super::commit_signal::CommitSignal;
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

/// Passes updates between the parts of the live engine.
pub struct Hub {
    /// The rooms with their members on this instance.
    pub rooms: Arc<Rooms>,
    /// The connection to the other instances, through Redis.
    pub relay: Arc<Relay>,
    /// The agent consoles that are connected to this instance.
    pub inbox: Arc<Inbox>,
    /// Tracks which staff have which ticket open.
    pub presence: Arc<Presence>,
    /// Reads the missing events when a room reports a gap.
    pub gaps: GapFiller,
    /// Makes the members of a room load the history again when the history of its ticket was
    /// replaced, as by a database restore.
    pub resets: Arc<Resets>,
    /// Disconnects people whose role no longer matches the database.
    pub access_check: AccessCheck,
    /// Starts a sweep (a database poll for missed events) when relay messages may have been lost.
    pub sweep: SweepSignal,
    /// Wakes the background work that reads the history.
    pub commits: CommitSignal,
}

impl Hub {
    /// Publishes committed events to this instance's rooms, to other instances and to agent
    /// consoles. Never waits: if the relay loses an event, the other instances find it with their
    /// sweep. The caller must pass the events of one ticket in order.
    pub fn publish(&self, rows: &[HistoryRow]) {
        self.publish_with(rows, &mut WakeList::default());
    }

    /// Like [`Self::publish`], but the tasks of the connections with new frames are woken only when
    /// the caller drops `wakes`. The caller can queue further frames before that.
    pub fn publish_with(&self, rows: &[HistoryRow], wakes: &mut WakeList) {
        for row in rows {
            let event = EncodedEvent::shared(row);
            self.deliver(&event, wakes);
            self.relay.publish_event(&event);
            self.inbox.mark_changed(event.ticket, event.seq);
        }
        self.commits.wake();
    }

    /// Delivers an event to the ticket's room on this instance. Events from this instance's own
    /// commits, from the relay and from the sweep are all delivered through this function.
    pub fn deliver(&self, event: &Arc<EncodedEvent>, wakes: &mut WakeList) {
        if let Some(gap) = self.rooms.deliver(event, wakes) {
            self.gaps.fill(gap);
        }
        if event.redacts && self.rooms.get(event.ticket).is_some() {
            self.gaps.start_over(event.ticket);
        }
    }

    /// Publishes a typing indicator to the other members of the ticket's room, on this instance and
    /// on other instances. Other instances pass the encoded frames on unchanged.
    pub fn publish_typing(&self, typing: &Typing, wakes: &mut WakeList) {
        let (except, news) = (typing.person.id, typing.news());
        self.rooms.broadcast(typing.ticket, &news, except, wakes);
        self.relay.publish_ephemeral(typing.ticket, except, &news);
    }

    /// Publishes a person's read position to the ticket's members on all instances.
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

    /// Publishes that these tickets were deleted. On all instances, the members of their rooms are
    /// reset, and learn that the tickets do not exist when they subscribe again.
    pub fn publish_deleted(&self, tickets: &[TicketId]) {
        for ticket in tickets {
            self.reset(*ticket, None);
            self.relay
                .publish_state(*ticket, &RelayFrame::Deleted { ticket: *ticket });
        }
    }

    /// Publishes that these people's roles changed. All instances then check these people's
    /// connections immediately.
    pub fn publish_access_changed(&self, users: &[UserId]) {
        self.relay.publish_access_changed(users);
        self.access_check.check_soon(users.to_vec());
    }

    /// Adds a connection to the ticket's room as a joining member. From this call on, the room
    /// buffers events for the member. The member leaves the room when the returned membership is
    /// dropped. If the room is new on this instance, the caller must also call [`Self::listen`].
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

    /// Subscribes to the ticket's relay channel. Returns when Redis has confirmed the subscription,
    /// or after 250 ms.
    pub async fn listen(&self, ticket: TicketId) {
        self.relay.join(ticket).await;
    }

    /// Removes a member from the ticket's room. Called when the [`Membership`] is dropped.
    fn leave(&self, ticket: TicketId, position: &Arc<MemberPosition>) {
        if self.rooms.leave(ticket, position) {
            self.relay.leave(ticket);
        }
        self.presence.changed(ticket);
    }

    /// Handles a ticket whose history was replaced: makes the members of its room load the history
    /// again, and sends the ticket's new state to agent consoles. `heads` is `None` if the ticket
    /// no longer exists.
    pub fn reset(&self, ticket: TicketId, heads: Option<Heads>) {
        self.resets.reset(ticket, heads);
        self.inbox.mark_reset(ticket);
    }

    /// Like [`Self::reset`], but for all rooms. A ticket without an entry in `heads` no longer
    /// exists.
    pub fn reset_all(&self, heads: &[Heads]) {
        // Disconnect the agent consoles before resetting rooms. A client whose room is reset may
        // connect a new console at once, and that new console must not be disconnected.
        self.inbox.mark_all_reset();
        self.inbox.restart_consoles();
        // Use a map for the lookup, because there may be tens of thousands of rooms.
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
                // Ignore the event if one of its frames is larger than this instance may write to a
                // WebSocket. The sweep then reads the event from the database and encodes it again.
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
            RelayFrame::Deleted { ticket } => self.reset(ticket, None),
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

/// Whether a frame from another instance is small enough to be written to a WebSocket.
fn fits(json: &RawValue) -> bool {
    json.get().len() <= limits::SOCKET_WRITE_BYTES_MAX
}

/// The result of [`Hub::join`], which adds a member to a room.
pub struct Joined {
    /// The membership. Dropping it removes the member from the room.
    pub membership: Membership,
    /// The room that the member has joined, and in which the member goes live after its catch-up.
    pub room: Arc<Room>,
    /// Up to which event the member has received the history. This object also identifies the
    /// member in the room.
    pub position: Arc<MemberPosition>,
    /// Whether the caller must [subscribe](Hub::listen) to the ticket's relay channel.
    pub is_new_room: bool,
}

/// A connection's membership of a room. Dropping the membership removes the member, but not a newer
/// member of the same connection. Do not drop a membership while holding the room's lock, because
/// the drop takes that lock.
#[must_use]
pub struct Membership {
    hub: Arc<Hub>,
    room: Arc<Room>,
    position: Arc<MemberPosition>,
    audience: Audience,
}

impl Membership {
    /// Whether the member receives events as staff or as the customer.
    pub const fn audience(&self) -> Audience {
        self.audience
    }

    /// The number of the last event delivered to the member, in the numbering of its audience
    /// (staff or customer).
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
