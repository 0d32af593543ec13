//! Which of the staff have a ticket open. State, never stored: the latest wins, and what is not renewed expires. Instances publish their own
//! viewers on the ticket's channel, as a lease; changes are gathered for 250 ms, because presence is what overloads a desk first.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use helpline_core::actor::Audience;
use helpline_core::ids::TicketId;
use helpline_core::limits;
use helpline_core::protocol::{RelayFrame, StaffFrame, Viewer};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::frames::{Ephemeral, frame};
use super::relay::Relay;
use super::rooms::Rooms;
use crate::connections::WakeList;

/// Presence of this instance's rooms.
pub struct Presence {
    instance: Uuid,
    rooms: Arc<Rooms>,
    relay: Arc<Relay>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Tickets whose viewers may have changed since the last tick.
    changed: BTreeSet<TicketId>,
    /// Viewers through other instances, with the end of their lease.
    elsewhere: HashMap<TicketId, HashMap<Uuid, Lease>>,
    /// What members and other instances were last sent.
    sent: HashMap<TicketId, Sent>,
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
    /// Of this instance's rooms.
    pub fn new(instance: Uuid, rooms: Arc<Rooms>, relay: Arc<Relay>) -> Self {
        Self {
            instance,
            rooms,
            relay,
            state: Mutex::default(),
        }
    }

    /// The ticket's viewers may have changed.
    pub fn changed(&self, ticket: TicketId) {
        self.state.lock().changed.insert(ticket);
    }

    /// The staff who have the ticket open, through any instance, at most [`limits::VIEWERS_MAX`].
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

    /// A room has just opened here: asks the other instances for their viewers.
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

    /// Another instance publishes its viewers.
    pub(super) fn receive(&self, ticket: TicketId, from: Uuid, viewers: Vec<Viewer>, ask: bool) {
        let until = Instant::now() + Duration::from_millis(limits::PRESENCE_LEASE_MS);
        let mut state = self.state.lock();
        let leases = state.elsewhere.entry(ticket).or_default();
        if viewers.is_empty() {
            leases.remove(&from);
        } else {
            leases.insert(from, Lease { viewers, until });
        }
        state.changed.insert(ticket);
        drop(state);
        if ask {
            let viewers = self.rooms.viewers(ticket);
            if !viewers.is_empty() {
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
        }
    }

    /// Sends what has changed since the last tick.
    fn tick(&self) {
        let changed = std::mem::take(&mut self.state.lock().changed);
        for ticket in changed {
            let now = Sent {
                all: self.viewers(ticket),
                here: self.rooms.viewers(ticket),
            };
            let empty = self.rooms.get(ticket).is_none();
            let mut state = self.state.lock();
            let before = state.sent.get(&ticket).cloned().unwrap_or_default();
            if empty {
                state.sent.remove(&ticket);
                state.elsewhere.remove(&ticket);
            } else if before != now {
                state.sent.insert(ticket, now.clone());
            }
            drop(state);
            if before.all != now.all {
                let viewers = now.all.clone();
                let presence = Ephemeral::new(|audience| match audience {
                    Audience::Staff => Some(frame(&StaffFrame::Presence {
                        ticket,
                        viewers: viewers.clone(),
                    })),
                    Audience::Customer => None,
                });
                self.rooms
                    .broadcast(ticket, &presence, None, &mut WakeList::default());
            }
            if before.here != now.here {
                let viewers = now.here;
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
        }
    }

    /// Renews this instance's leases and forgets others' that have run out.
    fn renew(&self) {
        let now = Instant::now();
        let mut state = self.state.lock();
        let State {
            elsewhere,
            changed,
            sent,
        } = &mut *state;
        elsewhere.retain(|ticket, leases| {
            let before = leases.len();
            leases.retain(|_, lease| lease.until > now);
            if leases.len() != before {
                changed.insert(*ticket);
            }
            !leases.is_empty()
        });
        let mine: Vec<_> = sent
            .iter()
            .filter(|(_, sent)| !sent.here.is_empty())
            .map(|(ticket, sent)| (*ticket, sent.here.clone()))
            .collect();
        drop(state);
        for (ticket, viewers) in mine {
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
    }

    /// Ticks until the instance stops.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(Duration::from_millis(limits::PRESENCE_INTERVAL_MS));
        let mut renewals = tokio::time::interval(Duration::from_millis(limits::PRESENCE_RENEW_MS));
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            // Cancel-safe: intervals and a token.
            tokio::select! {
                _ = ticks.tick() => self.tick(),
                _ = renewals.tick() => self.renew(),
                () = stop.cancelled() => return,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use helpline_core::actor::StaffRole;
    use serde_json::{Value, json};

    use super::*;
    use crate::connections::Connection;
    use crate::connections::fixtures::{connection, sent};
    use crate::live::fixtures::{heads, ticket};

    fn viewer(n: u128) -> Viewer {
        Viewer {
            id: helpline_core::ids::UserId::new(Uuid::from_u128(n)),
            name: Some(format!("Person {n}")),
        }
    }

    fn presence() -> (Presence, Arc<Rooms>) {
        let rooms = Arc::new(Rooms::default());
        (
            Presence::new(
                Uuid::from_u128(1),
                Arc::clone(&rooms),
                Arc::new(Relay::alone()),
            ),
            rooms,
        )
    }

    fn enter(rooms: &Rooms, id: u64, audience: Audience) -> Arc<Connection> {
        let role = (audience == Audience::Staff).then_some(StaffRole::SupportAgent);
        let connection = connection(id, u128::from(id), role);
        let entered = rooms.enter(&connection, audience, &heads(0, 0));
        entered
            .room
            .go_live(&entered.position, helpline_core::ids::Seq::ZERO, || {});
        connection
    }

    fn names(frames: &[Value]) -> Vec<Vec<String>> {
        let of = |frame: &Value| {
            frame["viewers"]
                .as_array()
                .expect("viewers")
                .iter()
                .map(|one| one["name"].to_string())
                .collect()
        };
        frames.iter().map(of).collect()
    }

    #[test]
    fn staff_are_told_of_a_change_once_with_the_next_tick_and_customers_never() {
        let (presence, rooms) = presence();
        let (agent, customer) = (
            enter(&rooms, 2, Audience::Staff),
            enter(&rooms, 3, Audience::Customer),
        );
        presence.changed(ticket(1));
        presence.changed(ticket(1));
        assert!(sent(&agent).is_empty(), "not before the tick");
        presence.tick();
        presence.changed(ticket(1));
        presence.tick();
        assert_eq!(names(&sent(&agent)), [[json!("Person 2").to_string()]]);
        assert!(sent(&customer).is_empty());
    }

    #[test]
    fn viewers_elsewhere_count_until_they_leave_or_their_lease_runs_out() {
        let (presence, rooms) = presence();
        let agent = enter(&rooms, 2, Audience::Staff);
        let other = Uuid::from_u128(7);
        presence.receive(ticket(1), other, vec![viewer(5), viewer(2)], true);
        presence.tick();
        assert_eq!(
            presence.viewers(ticket(1)),
            [viewer(2), viewer(5)],
            "each once"
        );
        presence.receive(ticket(1), other, Vec::new(), false);
        presence.tick();
        assert_eq!(
            names(&sent(&agent))
                .iter()
                .map(Vec::len)
                .collect::<Vec<_>>(),
            [2, 1]
        );
        presence.receive(ticket(1), other, vec![viewer(5)], false);
        for lease in presence
            .state
            .lock()
            .elsewhere
            .values_mut()
            .flat_map(HashMap::values_mut)
        {
            lease.until = Instant::now();
        }
        presence.renew();
        presence.tick();
        assert_eq!(presence.viewers(ticket(1)), [viewer(2)]);
    }

    #[test]
    fn nothing_is_kept_of_a_room_that_is_gone() {
        let (presence, _) = presence();
        presence.receive(ticket(1), Uuid::from_u128(7), vec![viewer(5)], false);
        presence.tick();
        let state = presence.state.lock();
        assert!(state.sent.is_empty() && state.elsewhere.is_empty() && state.changed.is_empty());
    }
}
