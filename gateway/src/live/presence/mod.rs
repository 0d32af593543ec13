//! Tracks which staff have a ticket open (the ticket's viewers). This state is never stored. Each
//! instance publishes the viewers of its own rooms to other instances, on the tickets' relay
//! channels. The receivers keep them as a lease, which expires if the sender does not renew it.
//! Changes are collected for 250 ms, because otherwise presence would cause the most traffic on a
//! busy desk.
//!
//! The viewers are also published on the inbox channels, for the ticket lists of agent consoles.
//! While consoles are connected to this instance, the instance also keeps leases of tickets that
//! have no room on it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use helpline_core::actor::Audience;
use helpline_core::ids::TicketId;
use helpline_core::limits;
use helpline_core::protocol::{RelayFrame, StaffFrame, TicketViewers, Viewer};
use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::TryRecvError;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::frames::{Ephemeral, frame};
use super::inbox::Inbox;
use super::relay::Relay;
use super::rooms::Rooms;
use crate::connections::WakeList;

/// Tracks the viewers (staff who have a ticket open) in this instance's rooms, and the viewer
/// leases of other instances.
pub struct Presence {
    instance: Uuid,
    rooms: Arc<Rooms>,
    relay: Arc<Relay>,
    inbox: Arc<Inbox>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Tickets whose viewers may have changed since the last tick (the periodic send).
    changed: BTreeSet<TicketId>,
    /// Viewers (staff who have a ticket open) on other instances, as leases that expire unless they
    /// are renewed.
    elsewhere: HashMap<TicketId, HashMap<Uuid, Lease>>,
    /// The viewers (staff who have a ticket open) that were last sent to members, consoles and
    /// other instances.
    sent: HashMap<TicketId, Sent>,
    /// Whether agent consoles were connected to this instance at the last tick (the periodic send).
    /// If so, the viewers of tickets without a room on this instance are tracked too.
    is_watched: bool,
    ask: Ask,
    /// Whether another instance has requested all viewers in this instance's rooms. The reply is
    /// sent in the next tick (the periodic send), so that the reply and later viewer changes arrive
    /// in order.
    is_asked: bool,
}

/// The state of the request to other instances for the viewers of all tickets. The request is sent
/// when the first agent console connects to this instance.
#[derive(Default)]
enum Ask {
    #[default]
    Done,
    Pending,
    /// Waiting until Redis confirms the subscriptions to the inbox channels, on which the replies
    /// arrive.
    Confirming(oneshot::Receiver<()>),
}

struct Lease {
    viewers: Vec<Viewer>,
    until: Instant,
}

#[derive(Default, Clone, PartialEq, Eq)]
struct Sent {
    all: Vec<Viewer>,
    here: Vec<Viewer>,
}

impl Presence {
    /// Creates the presence tracking for this instance's rooms and consoles.
    pub fn new(instance: Uuid, rooms: Arc<Rooms>, relay: Arc<Relay>, inbox: Arc<Inbox>) -> Self {
        Self {
            instance,
            rooms,
            relay,
            inbox,
            state: Mutex::default(),
        }
    }

    /// Records that the ticket's viewers (staff who have it open) may have changed.
    pub fn changed(&self, ticket: TicketId) {
        self.state.lock().changed.insert(ticket);
    }

    /// Returns the staff who have the ticket open on any instance, at most [`limits::VIEWERS_MAX`].
    pub fn viewers(&self, ticket: TicketId) -> Vec<Viewer> {
        let mut viewers = self.rooms.viewers(ticket);
        if let Some(elsewhere) = self.state.lock().elsewhere.get(&ticket) {
            viewers.extend(
                elsewhere
                    .values()
                    .flat_map(|lease| lease.viewers.iter().cloned()),
            );
        }
        viewers.sort();
        viewers.dedup_by(|one, other| one.id == other.id);
        viewers.truncate(limits::VIEWERS_MAX);
        viewers
    }

    /// Requests the ticket's viewers (staff who have it open) from the other instances. Called
    /// after a staff member has opened the ticket on this instance.
    pub fn ask(&self, ticket: TicketId) {
        let viewers = self.rooms.viewers(ticket);
        self.relay.publish_state(
            ticket,
            &RelayFrame::Presence {
                ticket,
                from: self.instance,
                viewers,
                ask: true,
            },
        );
    }

    /// Stores another instance's viewers of a ticket. If `ask` is set, replies with this instance's
    /// viewers.
    pub(super) fn receive(&self, ticket: TicketId, from: Uuid, viewers: Vec<Viewer>, ask: bool) {
        self.lease(ticket, from, viewers);
        if ask {
            let viewers = self.rooms.viewers(ticket);
            if !viewers.is_empty() {
                self.publish(ticket, viewers);
            }
        }
    }

    /// Stores another instance's viewers of many tickets, for the ticket lists of consoles. If
    /// `ask` is set, this instance sends its own viewers as the reply, in the next tick (the
    /// periodic send).
    pub(super) fn receive_listed(&self, from: Uuid, tickets: Vec<TicketViewers>, ask: bool) {
        for TicketViewers { ticket, viewers } in tickets {
            self.lease(ticket, from, viewers);
        }
        if ask {
            self.state.lock().is_asked = true;
        }
    }

    fn lease(&self, ticket: TicketId, from: Uuid, mut viewers: Vec<Viewer>) {
        let until = Instant::now() + Duration::from_millis(limits::PRESENCE_LEASE_MS);
        viewers.truncate(limits::VIEWERS_MAX);
        let has_room = self.rooms.get(ticket).is_some();
        let mut state = self.state.lock();
        if viewers.is_empty() {
            let Some(leases) = state.elsewhere.get_mut(&ticket) else {
                return;
            };
            leases.remove(&from);
            if leases.is_empty() {
                state.elsewhere.remove(&ticket);
            }
        } else {
            let is_kept = has_room || state.elsewhere.contains_key(&ticket) || state.has_space();
            if !is_kept {
                return;
            }
            let leases = state.elsewhere.entry(ticket).or_default();
            leases.insert(from, Lease { viewers, until });
        }
        state.changed.insert(ticket);
    }

    /// Sends the viewers of tickets whose viewers have changed since the last tick.
    fn tick(&self) {
        self.follow_consoles();
        let changed = std::mem::take(&mut self.state.lock().changed);
        let mut here = Vec::new();
        for ticket in changed {
            here.extend(self.send_changed(ticket));
        }
        let mut state = self.state.lock();
        if std::mem::take(&mut state.is_asked) {
            here.extend(state.viewed_here());
        }
        self.relay.publish_viewers(here);
        if state.is_watched {
            let sent = &state.sent;
            let with_viewers = sent.iter().filter(|(_, sent)| !sent.all.is_empty());
            self.inbox
                .presence()
                .send(with_viewers.map(|(ticket, _)| *ticket), |ticket| {
                    sent.get(&ticket).map_or_else(Vec::new, |of| of.all.clone())
                });
        }
    }

    /// Sends a ticket's viewers to its members and to other instances if the viewers have changed.
    /// Also queues the ticket for the consoles, which get their frames at the end of the tick.
    /// Returns the viewers on this instance if those have changed.
    fn send_changed(&self, ticket: TicketId) -> Option<TicketViewers> {
        let now = Sent {
            all: self.viewers(ticket),
            here: self.rooms.viewers(ticket),
        };
        let has_room = self.rooms.get(ticket).is_some();
        let mut state = self.state.lock();
        let before = state.sent.get(&ticket).cloned().unwrap_or_default();
        if !has_room && !state.is_watched {
            state.elsewhere.remove(&ticket);
        }
        if !has_room && (!state.is_watched || now.all.is_empty()) {
            state.sent.remove(&ticket);
        } else if before != now {
            state.sent.insert(ticket, now.clone());
        }
        drop(state);
        if before.all != now.all {
            self.inbox.presence().changed(ticket);
            let presence = Ephemeral::new(|audience| match audience {
                Audience::Staff => Some(frame(&StaffFrame::Presence {
                    ticket,
                    viewers: now.all.clone(),
                })),
                Audience::Customer => None,
            });
            self.rooms
                .broadcast(ticket, &presence, None, &mut WakeList::default());
        }
        (before.here != now.here).then(|| {
            self.publish(ticket, now.here.clone());
            listed(ticket, now.here)
        })
    }

    /// Publishes this instance's viewers of a ticket (staff who have it open) to the instances that
    /// have a room for the ticket.
    fn publish(&self, ticket: TicketId, viewers: Vec<Viewer>) {
        self.relay.publish_state(
            ticket,
            &RelayFrame::Presence {
                ticket,
                from: self.instance,
                viewers,
                ask: false,
            },
        );
    }

    /// Reacts to agent consoles that connect to this instance or disconnect. When the first console
    /// connects or the last one disconnects, forgets the viewers of tickets that have no room on
    /// this instance. When the first one connects, also requests the current viewers from the other
    /// instances.
    fn follow_consoles(&self) {
        // Read `take_begun` before `is_watched`. If the first console connects between the
        // two calls, the flag stays set, and the next tick handles the console.
        let has_begun = self.inbox.presence().take_begun();
        let is_watched = self.inbox.presence().is_watched();
        let mut state = self.state.lock();
        let known: Vec<_> = if has_begun || (state.is_watched && !is_watched) {
            let known = state.elsewhere.keys().chain(state.sent.keys());
            known.copied().collect()
        } else {
            Vec::new()
        };
        if has_begun {
            state.ask = Ask::Pending;
        }
        state.is_watched = is_watched;
        state.ask = match std::mem::take(&mut state.ask) {
            _ if !is_watched => Ask::Done,
            Ask::Done => Ask::Done,
            Ask::Pending => self
                .relay
                .confirm_inboxes()
                .map_or(Ask::Done, Ask::Confirming),
            Ask::Confirming(mut confirmation) => match confirmation.try_recv() {
                Ok(()) => {
                    self.relay.ask_for_viewers();
                    Ask::Done
                }
                Err(TryRecvError::Empty) => Ask::Confirming(confirmation),
                // The connection to Redis was lost before Redis confirmed the subscriptions to the
                // inbox channels, so request the confirmation again.
                Err(TryRecvError::Closed) => Ask::Pending,
            },
        };
        drop(state);
        for ticket in known {
            if self.rooms.get(ticket).is_none() {
                let mut state = self.state.lock();
                state.elsewhere.remove(&ticket);
                state.changed.insert(ticket);
            }
        }
    }

    /// Publishes this instance's viewers (staff who have a ticket open) again to renew their
    /// leases, and drops expired leases of other instances.
    fn renew(&self) {
        let now = Instant::now();
        let mut state = self.state.lock();
        let State {
            elsewhere, changed, ..
        } = &mut *state;
        elsewhere.retain(|ticket, leases| {
            let before = leases.len();
            leases.retain(|_, lease| lease.until > now);
            if leases.len() != before {
                changed.insert(*ticket);
            }
            !leases.is_empty()
        });
        let here = state.viewed_here();
        drop(state);
        for of_ticket in &here {
            self.publish(of_ticket.ticket, of_ticket.viewers.clone());
        }
        self.relay.publish_viewers(here);
    }

    /// Sends changes of viewers (staff who have a ticket open) and renews their leases periodically
    /// until the instance stops.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(Duration::from_millis(limits::PRESENCE_INTERVAL_MS));
        let mut renewals = tokio::time::interval(Duration::from_millis(limits::PRESENCE_RENEW_MS));
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            // Cancel-safe: two intervals and a cancellation token.
            tokio::select! {
                _ = ticks.tick() => self.tick(),
                _ = renewals.tick() => self.renew(),
                () = stop.cancelled() => return,
            }
        }
    }
}

impl State {
    /// Whether there is space for the viewers (staff) of one more ticket that has no room on this
    /// instance.
    fn has_space(&self) -> bool {
        self.is_watched && self.elsewhere.len() < limits::PRESENCE_TICKETS_MAX
    }

    /// The tickets' viewers (staff) on this instance, as last sent to other instances.
    fn viewed_here(&self) -> Vec<TicketViewers> {
        let viewed = self.sent.iter().filter(|(_, sent)| !sent.here.is_empty());
        viewed
            .map(|(ticket, sent)| listed(*ticket, sent.here.clone()))
            .collect()
    }
}

fn listed(ticket: TicketId, mut viewers: Vec<Viewer>) -> TicketViewers {
    viewers.truncate(limits::VIEWERS_MAX);
    TicketViewers { ticket, viewers }
}

#[cfg(test)]
mod tests;
