//! Who of the staff looks at a ticket, and who types. State, never stored: latest wins, and what is not renewed fades. Instances tell each
//! other their own viewers on the ticket's channel, as a lease; changes are gathered for 250 ms, because presence melts desks first.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::Utf8Bytes;
use helpline_core::actor::Audience;
use helpline_core::ids::TicketId;
use helpline_core::limits;
use helpline_core::protocol::{CustomerFrame, RelayFrame, StaffFrame, StaffPerson, Viewer};
use parking_lot::Mutex;
use uuid::Uuid;

use crate::connections::send_queue::Wakes;
use crate::live::frames::{Aside, frame};
use crate::server::app::App;

/// Somebody types, or has stopped.
#[derive(Debug, Clone)]
pub struct Typing {
    /// Where.
    pub ticket: TicketId,
    /// Who, as staff see them.
    pub person: StaffPerson,
    /// Whether they do.
    pub on: bool,
    /// Whether it is a note: then customers do not learn of it.
    pub internal: bool,
}

impl Typing {
    fn frame(&self, audience: Audience) -> Option<Utf8Bytes> {
        let Self { ticket, person, on, internal } = self;
        let (ticket, on, internal) = (*ticket, *on, *internal);
        match audience {
            Audience::Staff => Some(frame(&StaffFrame::Typing { ticket, person: person.clone(), on, internal })),
            Audience::Customer => (!internal).then(|| frame(&CustomerFrame::Typing { ticket, person: person.for_customer(), on })),
        }
    }
}

/// Presence of this instance's rooms.
#[derive(Default)]
pub struct Presence(Mutex<State>);

#[derive(Default)]
struct State {
    /// Tickets whose viewers may have changed since the last tick.
    changed: BTreeSet<TicketId>,
    /// Viewers through other instances, with the end of their lease.
    elsewhere: HashMap<TicketId, HashMap<Uuid, Lease>>,
    /// What members and other instances were last told.
    told: HashMap<TicketId, Told>,
}

struct Lease {
    viewers: Vec<Viewer>,
    until: Instant,
}

#[derive(Default, Clone, PartialEq, Eq)]
struct Told {
    all: Vec<Viewer>,
    here: Vec<Viewer>,
}

impl Presence {
    /// The ticket's viewers may have changed.
    pub fn changed(&self, ticket: TicketId) {
        self.0.lock().changed.insert(ticket);
    }

    /// Everybody of the staff who looks at the ticket, through whichever instance, at most [`limits::VIEWERS_MAX`].
    pub fn viewers(&self, app: &App, ticket: TicketId) -> Vec<Viewer> {
        let mut viewers = app.rooms.viewers(ticket);
        if let Some(elsewhere) = self.0.lock().elsewhere.get(&ticket) {
            viewers.extend(elsewhere.values().flat_map(|lease| lease.viewers.iter().cloned()));
        }
        viewers.sort();
        viewers.dedup_by(|one, other| one.id == other.id);
        viewers.truncate(limits::VIEWERS_MAX);
        viewers
    }

    /// A room has just opened here: asks the other instances for their viewers.
    pub fn ask(&self, app: &App, ticket: TicketId) {
        let viewers = app.rooms.viewers(ticket);
        app.relay.publish_state(ticket, &RelayFrame::Presence { ticket, from: app.instance, viewers, ask: true });
    }

    /// Another instance tells of its viewers.
    pub(crate) fn hear(&self, app: &App, ticket: TicketId, from: Uuid, viewers: Vec<Viewer>, ask: bool) {
        let until = Instant::now() + Duration::from_millis(limits::PRESENCE_LEASE_MS);
        let mut state = self.0.lock();
        let leases = state.elsewhere.entry(ticket).or_default();
        if viewers.is_empty() {
            leases.remove(&from);
        } else {
            leases.insert(from, Lease { viewers, until });
        }
        state.changed.insert(ticket);
        drop(state);
        if ask {
            let viewers = app.rooms.viewers(ticket);
            if !viewers.is_empty() {
                app.relay.publish_state(ticket, &RelayFrame::Presence { ticket, from: app.instance, viewers, ask: false });
            }
        }
    }

    /// Tells of somebody typing here: the room's members, and the other instances, which only pass the frames on.
    pub fn typing(&self, app: &App, typing: &Typing, wakes: &mut Wakes) {
        let except = typing.person.id;
        let aside = Aside::new(|audience| typing.frame(audience));
        app.rooms.tell(typing.ticket, &aside, except, wakes);
        app.relay.publish_aside(typing.ticket, except, &aside);
    }

    /// Tells of what has changed since the last tick.
    fn tick(&self, app: &App) {
        let changed = std::mem::take(&mut self.0.lock().changed);
        for ticket in changed {
            let now = Told { all: self.viewers(app, ticket), here: app.rooms.viewers(ticket) };
            let empty = app.rooms.get(ticket).is_none();
            let mut state = self.0.lock();
            let before = state.told.get(&ticket).cloned().unwrap_or_default();
            if empty {
                state.told.remove(&ticket);
                state.elsewhere.remove(&ticket);
            } else if before != now {
                state.told.insert(ticket, now.clone());
            }
            drop(state);
            if before.all != now.all {
                let viewers = now.all.clone();
                let presence = Aside::new(|audience| match audience {
                    Audience::Staff => Some(frame(&StaffFrame::Presence { ticket, viewers: viewers.clone() })),
                    Audience::Customer => None,
                });
                app.rooms.tell(ticket, &presence, None, &mut Wakes::default());
            }
            if before.here != now.here {
                let viewers = now.here;
                app.relay.publish_state(ticket, &RelayFrame::Presence { ticket, from: app.instance, viewers, ask: false });
            }
        }
    }

    /// Renews this instance's leases and forgets others' that have run out.
    fn renew(&self, app: &App) {
        let now = Instant::now();
        let mut state = self.0.lock();
        let State { elsewhere, changed, told } = &mut *state;
        elsewhere.retain(|ticket, leases| {
            let before = leases.len();
            leases.retain(|_, lease| lease.until > now);
            if leases.len() != before {
                changed.insert(*ticket);
            }
            !leases.is_empty()
        });
        let mine: Vec<_> =
            told.iter().filter(|(_, told)| !told.here.is_empty()).map(|(ticket, told)| (*ticket, told.here.clone())).collect();
        drop(state);
        for (ticket, viewers) in mine {
            app.relay.publish_state(ticket, &RelayFrame::Presence { ticket, from: app.instance, viewers, ask: false });
        }
    }
}

/// Ticks until the instance stops.
pub async fn run(app: Arc<App>) {
    let mut ticks = tokio::time::interval(Duration::from_millis(limits::PRESENCE_INTERVAL_MS));
    let mut renewals = tokio::time::interval(Duration::from_millis(limits::PRESENCE_RENEW_MS));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        // Cancel-safe: intervals and a token.
        tokio::select! {
            _ = ticks.tick() => app.presence.tick(&app),
            _ = renewals.tick() => app.presence.renew(&app),
            () = app.stop.cancelled() => return,
        }
    }
}
