//! The consoles' lists, live: the newest state of whatever changed, at most one frame per 100 ms and console, whatever the desk does.
//! Consoles with the same filter share one frame.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, Instant};

use helpline_core::ids::{Seq, TicketId};
use helpline_core::limits;
use helpline_core::protocol::{InboxFilter, StaffFrame, StaffTicket, TicketMoved, TicketStats};
use helpline_persistence::{StoreError, stats, tickets};
use parking_lot::Mutex;

use crate::app::App;
use crate::directory::Connection;
use crate::encoded::frame;
use crate::relay::Watch;

/// The consoles, and what they have not been told yet.
#[derive(Default)]
pub struct Inbox(Mutex<State>);

#[derive(Default)]
struct State {
    groups: HashMap<InboxFilter, Group>,
    /// Tickets that changed, each once, the longest waiting first, so that none starves; empty while nobody watches.
    changed: VecDeque<TicketId>,
    waiting: HashSet<TicketId>,
    /// The figures as they were last told; none: tell them with the next tick.
    stats: Option<TicketStats>,
    stats_at: Option<Instant>,
}

/// Stands for all of a ticket but its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shape(u64);

impl Shape {
    fn of(ticket: &StaffTicket) -> Self {
        let placeless = StaffTicket { seq: Seq::ZERO, last_activity_at: ticket.created_at, ..ticket.clone() };
        let mut hasher = DefaultHasher::new();
        serde_json::to_vec(&placeless).expect("protocol types encode").hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// The consoles with one filter.
#[derive(Default)]
struct Group {
    consoles: Vec<Arc<Connection>>,
    /// Tickets that matched when last told: one that matches no longer is told once more, so that lists drop it. Each with the shape that
    /// every console here knows, so that only its place needs to be told while that is the same.
    shown: HashMap<TicketId, Option<Shape>>,
}

impl Inbox {
    /// A console begins to watch, in place of what it watched before.
    pub fn enter(&self, app: &App, connection: &Arc<Connection>, filter: InboxFilter) {
        let mut state = self.0.lock();
        let first = state.groups.is_empty();
        state.remove(connection);
        let group = state.groups.entry(filter).or_default();
        group.consoles.push(Arc::clone(connection));
        // The newcomer knows none of them.
        group.shown.values_mut().for_each(|shape| *shape = None);
        state.stats = None;
        drop(state);
        if first {
            app.relay.watch_inboxes(Watch::On);
        }
    }

    /// A console watches no longer.
    pub fn leave(&self, connection: &Connection) {
        self.0.lock().remove(connection);
    }

    /// Whether any console watches.
    pub fn is_watched(&self) -> bool {
        !self.0.lock().groups.is_empty()
    }

    /// A ticket has changed.
    pub fn touch(&self, ticket: TicketId) {
        let mut state = self.0.lock();
        if !state.groups.is_empty() {
            state.change(ticket);
        }
    }

    /// Everything may have changed: whatever was shown is told anew.
    pub fn touch_all(&self) {
        let mut state = self.0.lock();
        let shown: Vec<_> = state.groups.values().flat_map(|group| group.shown.keys().copied()).collect();
        shown.into_iter().for_each(|ticket| state.change(ticket));
        state.stats = None;
    }

    /// Takes the next tickets to tell of, the rest stays for the next tick.
    fn take(&self) -> Vec<TicketId> {
        let mut state = self.0.lock();
        let count = state.changed.len().min(limits::INBOX_TICKETS_MAX);
        let taken: Vec<_> = state.changed.drain(..count).collect();
        for ticket in &taken {
            state.waiting.remove(ticket);
        }
        taken
    }

    fn wants_stats(&self, now: Instant) -> bool {
        let state = self.0.lock();
        let due = state.stats_at.is_none_or(|at| now.duration_since(at) >= Duration::from_millis(limits::STATS_INTERVAL_MS));
        !state.groups.is_empty() && (due || state.stats.is_none())
    }

    fn tell(&self, changed: &[StaffTicket], figures: Option<TicketStats>) {
        let mut state = self.0.lock();
        let news = figures.filter(|figures| state.stats.as_ref() != Some(figures));
        if let Some(figures) = figures {
            state.stats = Some(figures);
            state.stats_at = Some(Instant::now());
        }
        let changed: Vec<_> = changed.iter().map(|ticket| (ticket, Shape::of(ticket))).collect();
        for (filter, group) in &mut state.groups {
            let (mut tickets, mut moved) = (Vec::new(), Vec::new());
            for (ticket, shape) in &changed {
                match group.tells(filter, ticket, *shape) {
                    Tell::All => tickets.push((*ticket).clone()),
                    Tell::Place => moved.push(TicketMoved { id: ticket.id, seq: ticket.seq, last_activity_at: ticket.last_activity_at }),
                    Tell::Nothing => {}
                }
            }
            if tickets.is_empty() && moved.is_empty() && news.is_none() {
                continue;
            }
            let told = frame(&StaffFrame::Inbox { tickets, moved, stats: news });
            group.consoles.retain(|console| console.outbox.push(told.clone()));
        }
        state.groups.retain(|_, group| !group.consoles.is_empty());
    }
}

impl State {
    fn change(&mut self, ticket: TicketId) {
        if self.waiting.insert(ticket) {
            self.changed.push_back(ticket);
        }
    }

    fn remove(&mut self, connection: &Connection) {
        self.groups.retain(|_, group| {
            group.consoles.retain(|console| console.id != connection.id);
            !group.consoles.is_empty()
        });
        if self.groups.is_empty() {
            self.changed.clear();
            self.waiting.clear();
        }
    }
}

impl Group {
    fn tells(&mut self, filter: &InboxFilter, ticket: &StaffTicket, shape: Shape) -> Tell {
        if !filter.matches(ticket) {
            return self.shown.remove(&ticket.id).map_or(Tell::Nothing, |_| Tell::All);
        }
        if self.shown.len() >= limits::INBOX_KNOWN_MAX && !self.shown.contains_key(&ticket.id) {
            self.shown.clear();
        }
        let known = self.shown.insert(ticket.id, Some(shape)).flatten();
        if known == Some(shape) { Tell::Place } else { Tell::All }
    }
}

/// How much of a change a group is told.
enum Tell {
    All,
    Place,
    Nothing,
}

/// Ticks until the instance stops.
pub async fn run(app: Arc<App>) {
    let mut ticks = tokio::time::interval(Duration::from_millis(limits::INBOX_INTERVAL_MS));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut watching = false;
    loop {
        // Cancel-safe: an interval and a token.
        tokio::select! {
            _ = ticks.tick() => {}
            () = app.stop.cancelled() => return,
        }
        let anybody = app.inbox.is_watched();
        if watching && !anybody {
            app.relay.watch_inboxes(Watch::Off);
        }
        watching = anybody;
        if !anybody {
            continue;
        }
        let changed = app.inbox.take();
        if let Err(error) = tell(&app, &changed).await {
            crate::errors::reject_of(&error);
            changed.into_iter().for_each(|ticket| app.inbox.touch(ticket));
        }
    }
}

async fn tell(app: &Arc<App>, changed: &[TicketId]) -> Result<(), StoreError> {
    let figures = if app.inbox.wants_stats(Instant::now()) { Some(stats::read(&app.store).await?) } else { None };
    let tickets = if changed.is_empty() { Vec::new() } else { tickets::summaries(&app.store, changed).await? };
    if !tickets.is_empty() || figures.is_some() {
        app.inbox.tell(&tickets, figures);
    }
    Ok(())
}
