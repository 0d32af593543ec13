//! The consoles' lists, live: the newest state of whatever changed, at most one frame per 100 ms and console, whatever the desk does.
//! Consoles with the same filter share one frame.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, Instant};

use helpline_core::ids::{Seq, TicketId};
use helpline_core::limits;
use helpline_core::protocol::{InboxFilter, StaffFrame, StaffTicket, TicketMoved, TicketStats};
use helpline_persistence::{StoreError, stats, tickets};
use parking_lot::Mutex;

use crate::connections::registry::Connection;
use crate::live::frames::frame;
use crate::live::relay::Watch;
use crate::server::app::App;

/// The consoles, and what they have not been told yet.
#[derive(Default)]
pub struct Inbox(Mutex<State>);

#[derive(Default)]
struct State {
    groups: HashMap<InboxFilter, Group>,
    /// Tickets that changed, each once, the longest waiting first, so that none starves; empty while nobody watches.
    changed: VecDeque<TicketId>,
    /// The same tickets, with the number that each has come to; none: whatever its number, it is to be told.
    waiting: HashMap<TicketId, Option<Seq>>,
    /// The number at which a ticket was last told to all who watch: the sweep finds every change again that was announced.
    told: HashMap<TicketId, Seq>,
    /// How often everything was to be told anew: what was read before such a time says nothing of what is told.
    anew: u64,
    /// The figures as they were last told; none: tell them with the next tick.
    stats: Option<TicketStats>,
    stats_at: Option<Instant>,
}

/// Stands for all of a ticket but its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shape(u64);

/// A changed ticket, with what telling of it takes.
struct Change<'a> {
    ticket: &'a StaffTicket,
    shape: Shape,
    bytes: usize,
}

impl<'a> Change<'a> {
    fn of(ticket: &'a StaffTicket) -> Self {
        let placeless = StaffTicket { seq: Seq::ZERO, last_activity_at: ticket.created_at, ..ticket.clone() };
        let json = serde_json::to_vec(&placeless).expect("protocol types encode");
        let mut hasher = DefaultHasher::new();
        json.hash(&mut hasher);
        Self { ticket, shape: Shape(hasher.finish()), bytes: json.len() }
    }

    fn place(&self) -> TicketMoved {
        TicketMoved { id: self.ticket.id, seq: self.ticket.seq, last_activity_at: self.ticket.last_activity_at }
    }
}

/// Bytes of a ticket's place alone.
const PLACE_BYTES: usize = 128;
/// By so much a ticket's `seq` makes it longer than it was counted, with the comma behind it.
const SEQ_DIGITS_MAX: usize = 20;

/// The consoles with one filter.
#[derive(Default)]
struct Group {
    settled: Side,
    /// Who began to watch of late: they are told all of what the others know, and cost those nothing.
    newcomers: Side,
    newest_at: Option<Instant>,
    /// Tickets that matched when last told: one that matches no longer is told once more, so that lists drop it.
    shown: HashSet<TicketId>,
    /// How many were told to have left since `shown` was begun: whoever watches counts them too.
    gone: usize,
}

/// Consoles that know the same.
#[derive(Default)]
struct Side {
    consoles: Vec<Arc<Connection>>,
    /// The shape in which each of them knows a ticket: while that is the same, only its place is told.
    known: HashMap<TicketId, Shape>,
}

impl Inbox {
    /// A console begins to watch, in place of what it watched before.
    pub fn enter(&self, app: &App, connection: &Arc<Connection>, filter: InboxFilter) {
        let mut state = self.0.lock();
        let first = state.groups.is_empty();
        state.remove(connection);
        let group = state.groups.entry(filter).or_default();
        group.newcomers.consoles.push(Arc::clone(connection));
        group.newcomers.known.clear();
        group.newest_at = Some(Instant::now());
        // What was told before was not told to this one, whose list may be older.
        state.told.clear();
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

    /// A ticket has come to this number.
    pub fn touch(&self, ticket: TicketId, seq: Seq) {
        let mut state = self.0.lock();
        if !state.groups.is_empty() && !state.has_told(ticket, Some(seq)) {
            state.change(ticket, Some(seq));
        }
    }

    /// A ticket's number may be another one than it was, a lower one too.
    pub fn touch_anew(&self, ticket: TicketId) {
        let mut state = self.0.lock();
        state.begin_anew([ticket]);
    }

    /// Everything may have changed: whatever was told is told anew.
    pub fn touch_all(&self) {
        let mut state = self.0.lock();
        let shown = state.groups.values().flat_map(|group| group.shown.iter().copied());
        let known: Vec<_> = shown.chain(state.told.keys().copied()).collect();
        state.begin_anew(known);
        state.stats = None;
    }

    /// Takes the next tickets to tell of, the rest stays for the next tick. Also the time that [`Self::tell`] wants to know.
    fn take(&self) -> (Vec<TicketId>, u64) {
        let mut state = self.0.lock();
        let mut taken = Vec::new();
        while taken.len() < limits::INBOX_TICKETS_MAX
            && let Some(ticket) = state.changed.pop_front()
        {
            let seq = state.waiting.remove(&ticket).flatten();
            // Touched while it was being told.
            if !state.has_told(ticket, seq) {
                taken.push(ticket);
            }
        }
        (taken, state.anew)
    }

    /// Those that could not be told now are the next ones.
    fn put_back(&self, tickets: Vec<TicketId>) {
        let mut state = self.0.lock();
        if state.groups.is_empty() {
            return;
        }
        for ticket in tickets.into_iter().rev() {
            if state.waiting.insert(ticket, None).is_none() {
                state.changed.push_front(ticket);
            }
        }
    }

    fn wants_stats(&self, now: Instant) -> bool {
        let state = self.0.lock();
        let due = state.stats_at.is_none_or(|at| now.duration_since(at) >= Duration::from_millis(limits::STATS_INTERVAL_MS));
        !state.groups.is_empty() && (due || state.stats.is_none())
    }

    /// Tells of these as far as a frame goes; gives how many of them. They were read after `taken_at`, of [`Self::take`].
    fn tell(&self, changed: &[StaffTicket], figures: Option<TicketStats>, taken_at: u64) -> usize {
        let mut state = self.0.lock();
        let news = figures.filter(|figures| state.stats.as_ref() != Some(figures));
        if let Some(figures) = figures {
            state.stats = Some(figures);
            state.stats_at = Some(Instant::now());
        }
        let mut changes = Vec::with_capacity(changed.len());
        let mut bytes = 0;
        for change in changed.iter().map(Change::of) {
            let is_known = state.groups.values().all(|group| group.knows(&change));
            bytes += if is_known { PLACE_BYTES } else { change.bytes + SEQ_DIGITS_MAX };
            if bytes > limits::INBOX_FRAME_BYTES_MAX && !changes.is_empty() {
                break;
            }
            changes.push(change);
        }
        for (filter, group) in &mut state.groups {
            group.tell(filter, &changes, news);
        }
        if state.anew == taken_at {
            state.told.extend(changes.iter().map(|change| (change.ticket.id, change.ticket.seq)));
        }
        if state.told.len() > limits::INBOX_KNOWN_MAX {
            state.told.clear();
        }
        state.groups.retain(|_, group| !group.is_empty());
        changes.len()
    }
}

impl State {
    fn change(&mut self, ticket: TicketId, seq: Option<Seq>) {
        match self.waiting.entry(ticket) {
            Entry::Occupied(mut waiting) => {
                // None stays: it is more than any number.
                let highest = (*waiting.get()).and_then(|before| Some(before.max(seq?)));
                waiting.insert(highest);
            }
            Entry::Vacant(none) => {
                none.insert(seq);
                self.changed.push_back(ticket);
            }
        }
    }

    fn has_told(&self, ticket: TicketId, seq: Option<Seq>) -> bool {
        seq.is_some_and(|seq| self.told.get(&ticket).is_some_and(|told| *told >= seq))
    }

    /// Forgets what these were told at, and tells them whatever their numbers are.
    fn begin_anew(&mut self, tickets: impl IntoIterator<Item = TicketId>) {
        self.anew += 1;
        for ticket in tickets {
            self.told.remove(&ticket);
            if !self.groups.is_empty() {
                self.change(ticket, None);
            }
        }
    }

    fn remove(&mut self, connection: &Connection) {
        self.groups.retain(|_, group| {
            group.settled.consoles.retain(|console| console.id != connection.id);
            group.newcomers.consoles.retain(|console| console.id != connection.id);
            !group.is_empty()
        });
        if self.groups.is_empty() {
            self.changed.clear();
            self.waiting.clear();
            self.told.clear();
        }
    }
}

impl Group {
    fn is_empty(&self) -> bool {
        self.settled.consoles.is_empty() && self.newcomers.consoles.is_empty()
    }

    /// Whether its place is all that anybody here needs to be told.
    fn knows(&self, change: &Change) -> bool {
        [&self.settled, &self.newcomers]
            .iter()
            .all(|side| side.consoles.is_empty() || side.known.get(&change.ticket.id) == Some(&change.shape))
    }

    fn tell(&mut self, filter: &InboxFilter, changes: &[Change], stats: Option<TicketStats>) {
        if self.newest_at.is_some_and(|at| at.elapsed() >= Duration::from_millis(limits::INBOX_SETTLE_MS)) {
            self.settle();
        }
        let told: Vec<_> = changes.iter().filter(|change| self.shows(filter, change.ticket)).collect();
        if told.is_empty() && stats.is_none() {
            return;
        }
        self.settled.tell(&told, stats);
        self.newcomers.tell(&told, stats);
    }

    /// Makes one side of both. What the newcomers were not told is told in whole once more, when it changes.
    fn settle(&mut self) {
        let newcomers = std::mem::take(&mut self.newcomers);
        self.newest_at = None;
        if self.settled.consoles.is_empty() {
            self.settled = newcomers;
            return;
        }
        self.settled.known.retain(|ticket, shape| newcomers.known.get(ticket) == Some(shape));
        self.settled.consoles.extend(newcomers.consoles);
    }

    fn shows(&mut self, filter: &InboxFilter, ticket: &StaffTicket) -> bool {
        if !filter.matches(ticket) {
            let left = self.shown.remove(&ticket.id);
            self.gone += usize::from(left);
            return left;
        }
        if self.shown.len() + self.gone >= limits::INBOX_KNOWN_MAX && !self.shown.contains(&ticket.id) {
            self.shown.clear();
            self.gone = 0;
            self.settled.known.clear();
            self.newcomers.known.clear();
        }
        self.shown.insert(ticket.id);
        true
    }
}

impl Side {
    fn tell(&mut self, told: &[&Change], stats: Option<TicketStats>) {
        if self.consoles.is_empty() {
            return;
        }
        let (mut tickets, mut moved) = (Vec::new(), Vec::new());
        for change in told {
            if self.known.insert(change.ticket.id, change.shape) == Some(change.shape) {
                moved.push(change.place());
            } else {
                tickets.push(change.ticket.clone());
            }
        }
        let told = frame(&StaffFrame::Inbox { tickets, moved, stats });
        self.consoles.retain(|console| console.outbox.push(told.clone()));
    }
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
        let (changed, taken_at) = app.inbox.take();
        match tell(&app, &changed, taken_at).await {
            Ok(left) => app.inbox.put_back(left),
            Err(error) => {
                crate::database::errors::reject_of(&error);
                app.inbox.put_back(changed);
            }
        }
    }
}

/// Gives those that found no place in the frame.
async fn tell(app: &Arc<App>, changed: &[TicketId], taken_at: u64) -> Result<Vec<TicketId>, StoreError> {
    let figures = if app.inbox.wants_stats(Instant::now()) { Some(stats::read(&app.store).await?) } else { None };
    let tickets = if changed.is_empty() { Vec::new() } else { tickets::summaries(&app.store, changed).await? };
    if tickets.is_empty() && figures.is_none() {
        return Ok(Vec::new());
    }
    let told = app.inbox.tell(&tickets, figures, taken_at);
    Ok(tickets[told..].iter().map(|ticket| ticket.id).collect())
}
