//! Which tickets changed, and which ticket states the agent consoles have received.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use helpline_core::ids::{Seq, TicketId};
use helpline_core::limits;
use helpline_core::protocol::{InboxFilter, StaffTicket, TicketStats};
use helpline_core::reject::CloseCode;
use parking_lot::Mutex;

use super::figures::Figures;
use super::group::{Group, TicketUpdate};
use super::presence::InboxPresence;
use crate::connections::Connection;
use crate::live::relay::{InboxWatch, Relay};

/// The connected agent consoles, and the ticket updates that are still to be sent to them.
pub struct Inbox {
    state: Mutex<State>,
    presence: InboxPresence,
    relay: Arc<Relay>,
}

#[derive(Default)]
struct State {
    groups: HashMap<InboxFilter, Group>,
    /// A queue of changed tickets. Each ticket is in the queue once, and the ticket that has waited
    /// longest is sent first, so that no ticket starves. The queue is empty while there are no
    /// consoles.
    changed: VecDeque<TicketId>,
    /// The tickets of `changed`, each with the highest event number reported for it. `None` means
    /// that the ticket must be sent even if its number has not increased.
    waiting: HashMap<TicketId, Option<Seq>>,
    /// The event number at which each ticket was last sent to all consoles. If the sweep reports a
    /// change a second time, the change is recognised by this number and ignored.
    sent: HashMap<TicketId, Seq>,
    /// A counter that increases whenever tickets must be sent again regardless of their event
    /// numbers. A ticket whose state was read from the database before the increase does not count
    /// as sent.
    generation: u64,
    figures: Figures,
}

impl Inbox {
    /// Creates an inbox without consoles. The relay subscribes to the inbox channels when the first
    /// agent console is added.
    pub fn new(relay: Arc<Relay>) -> Self {
        Self {
            state: Mutex::default(),
            presence: InboxPresence::default(),
            relay,
        }
    }

    /// Adds a console. If the connection already is a console, the new filter replaces its old one.
    pub fn enter(&self, connection: &Arc<Connection>, filter: InboxFilter) {
        let mut state = self.state.lock();
        let first = state.groups.is_empty();
        state.remove(connection);
        state.groups.entry(filter).or_default().enter(connection);
        // The new console has not received the updates sent before it was added, and its list may
        // not contain them. Therefore no ticket counts as sent to all consoles any more.
        state.sent.clear();
        state.figures.send_anew();
        drop(state);
        if first {
            self.relay.watch_inboxes(InboxWatch::On);
        }
        // Add the console to `presence` only after subscribing to the relay's inbox channels. When
        // the first console is added, the viewers of tickets are requested from other instances,
        // and the replies arrive on these channels.
        self.presence.enter(connection);
    }

    /// Removes a console from the inbox.
    pub fn leave(&self, connection: &Connection) {
        self.state.lock().remove(connection);
        self.presence.leave(connection);
    }

    /// The presence part of the inbox, which sends the viewers of tickets to the consoles.
    pub(in crate::live) const fn presence(&self) -> &InboxPresence {
        &self.presence
    }

    /// Whether any agent console is connected to this instance.
    pub fn is_watched(&self) -> bool {
        !self.state.lock().groups.is_empty()
    }

    /// Records that a ticket has changed and that its last event has this number.
    pub fn mark_changed(&self, ticket: TicketId, seq: Seq) {
        let mut state = self.state.lock();
        if !state.groups.is_empty() && !state.has_sent(ticket, Some(seq)) {
            state.change(ticket, Some(seq));
        }
    }

    /// Records that a ticket's history was reset. The ticket is sent again, even if its event
    /// number is now lower than the number at which it was last sent.
    pub fn mark_reset(&self, ticket: TicketId) {
        let mut state = self.state.lock();
        state.begin_anew([ticket]);
    }

    /// Records that any ticket may have changed. All tickets that consoles have received are sent
    /// again.
    pub fn mark_all_reset(&self) {
        let mut state = self.state.lock();
        let shown = state.groups.values().flat_map(Group::shown);
        let known: Vec<_> = shown.chain(state.sent.keys().copied()).collect();
        state.begin_anew(known);
        state.figures = Figures::default();
    }

    /// Closes the connections of all consoles, so that they reconnect and load their lists again.
    /// The old lists come from a history that was replaced, and may contain tickets with event
    /// numbers that the new history has not reached.
    pub fn restart_consoles(&self) {
        for group in self.state.lock().groups.values() {
            group.disconnect(CloseCode::Restart);
        }
    }

    /// Unsubscribes from the inbox channels of the relay when the last console has left. Returns
    /// whether there are consoles now.
    pub(super) fn watch(&self, was_watched: bool) -> bool {
        let is_watched = self.is_watched();
        if was_watched && !is_watched {
            self.relay.watch_inboxes(InboxWatch::Off);
        }
        is_watched
    }

    /// Takes the tickets to send in this tick (periodic send) from the queue. If the queue has more
    /// tickets than one tick may send, the rest stays queued. Also returns the current `generation`
    /// (the counter of forced resends), which the caller passes to [`Self::send`].
    pub(super) fn take(&self) -> (Vec<TicketId>, u64) {
        let mut state = self.state.lock();
        let mut taken = Vec::new();
        while taken.len() < limits::INBOX_TICKETS_MAX
            && let Some(ticket) = state.changed.pop_front()
        {
            let seq = state.waiting.remove(&ticket).flatten();
            // Skip a ticket whose latest state has already been sent. This happens if a change is
            // reported while the state that contains the change is being sent.
            if !state.has_sent(ticket, seq) {
                taken.push(ticket);
            }
        }
        (taken, state.generation)
    }

    /// Puts tickets that could not be sent back at the front of the queue.
    pub(super) fn put_back(&self, tickets: Vec<TicketId>) {
        let mut state = self.state.lock();
        if state.groups.is_empty() {
            return;
        }
        for ticket in tickets.into_iter().rev() {
            if state.waiting.insert(ticket, None).is_none() {
                state.changed.push_front(ticket);
            }
        }
    }

    pub(super) fn wants_figures(&self, now: Instant) -> bool {
        let state = self.state.lock();
        !state.groups.is_empty() && state.figures.due(now)
    }

    /// Stores the result of the statistics query. `figures` is `None` if the query failed.
    pub(super) fn read_figures(&self, figures: Option<TicketStats>, took: Duration, now: Instant) {
        self.state.lock().figures.read(figures, took, now);
    }

    pub(super) fn has_unsent_figures(&self) -> bool {
        self.state.lock().figures.unsent().is_some()
    }

    /// Sends as many of the changed tickets as fit into one frame, and the desk's ticket statistics
    /// if some console has not received them. Returns how many tickets were sent. `generation` is
    /// the value that [`Self::take`] returned together with these tickets.
    pub(super) fn send(&self, changed: &[StaffTicket], generation: u64) -> usize {
        let mut state = self.state.lock();
        let news = state.figures.unsent();
        state.figures.mark_sent();
        let mut changes = Vec::with_capacity(changed.len());
        let mut bytes = 0;
        for change in changed.iter().map(TicketUpdate::of) {
            let is_known = state.groups.values().all(|group| group.knows(&change));
            bytes += change.bytes(is_known);
            if bytes > limits::INBOX_FRAME_BYTES_MAX && !changes.is_empty() {
                break;
            }
            changes.push(change);
        }
        for (filter, group) in &mut state.groups {
            group.send(filter, &changes, news);
        }
        if state.generation == generation {
            state.sent.extend(
                changes
                    .iter()
                    .map(|change| (change.ticket.id, change.ticket.seq)),
            );
        }
        if state.sent.len() > limits::INBOX_KNOWN_MAX {
            state.sent.clear();
        }
        state.groups.retain(|_, group| !group.is_empty());
        changes.len()
    }
}

impl State {
    fn change(&mut self, ticket: TicketId, seq: Option<Seq>) {
        match self.waiting.entry(ticket) {
            Entry::Occupied(mut waiting) => {
                // Keep `None`: it means that the ticket must be sent whatever its event number is.
                let highest = (*waiting.get()).and_then(|before| Some(before.max(seq?)));
                waiting.insert(highest);
            }
            Entry::Vacant(none) => {
                none.insert(seq);
                self.changed.push_back(ticket);
            }
        }
    }

    fn has_sent(&self, ticket: TicketId, seq: Option<Seq>) -> bool {
        seq.is_some_and(|seq| self.sent.get(&ticket).is_some_and(|sent| *sent >= seq))
    }

    /// Queues these tickets to be sent again, whatever their event numbers are.
    fn begin_anew(&mut self, tickets: impl IntoIterator<Item = TicketId>) {
        self.generation += 1;
        for ticket in tickets {
            self.sent.remove(&ticket);
            if !self.groups.is_empty() {
                self.change(ticket, None);
            }
        }
    }

    fn remove(&mut self, connection: &Connection) {
        self.groups.retain(|_, group| {
            group.leave(connection);
            !group.is_empty()
        });
        if self.groups.is_empty() {
            self.changed.clear();
            self.waiting.clear();
            self.sent.clear();
        }
    }
}
