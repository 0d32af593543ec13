//! Which staff look at which tickets, for lists: all that is known when a console begins to watch, then what changes. Conflated: a console
//! that is slow to be sent everything gets the newest of each ticket.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use helpline_core::ids::TicketId;
use helpline_core::limits;
use helpline_core::protocol::{StaffFrame, TicketViewers, Viewer};
use parking_lot::Mutex;

use crate::connections::Connection;
use crate::live::frames::frame;

/// The consoles, and of which tickets they have not been sent the viewers yet.
#[derive(Default)]
pub struct InboxPresence {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    settled: Cohort,
    /// Consoles that have not been sent everything yet.
    newcomers: Cohort,
    /// Whether any of them has entered since the last tick.
    has_entered: bool,
    /// Whether no console watched before it.
    has_begun: bool,
}

/// Consoles that are sent the same.
#[derive(Default)]
struct Cohort {
    consoles: Vec<Arc<Connection>>,
    /// Each once, the longest waiting first, so that none starves.
    waiting: VecDeque<TicketId>,
    is_waiting: HashSet<TicketId>,
}

impl InboxPresence {
    /// A console begins to watch: it is sent all that is known.
    pub(super) fn enter(&self, console: &Arc<Connection>) {
        let mut state = self.state.lock();
        state.remove(console);
        state.has_begun |= state.is_empty();
        state.has_entered = true;
        state.newcomers.consoles.push(Arc::clone(console));
    }

    /// A console watches no longer.
    pub(super) fn leave(&self, console: &Connection) {
        self.state.lock().remove(console);
    }

    /// Whether any console watches.
    pub(in crate::live) fn is_watched(&self) -> bool {
        !self.state.lock().is_empty()
    }

    /// Whether the first console has begun to watch since this was last asked.
    pub(in crate::live) fn take_begun(&self) -> bool {
        std::mem::take(&mut self.state.lock().has_begun)
    }

    /// Other staff look at the ticket now.
    pub(in crate::live) fn changed(&self, ticket: TicketId) {
        let mut state = self.state.lock();
        state.settled.wait_for(ticket);
        state.newcomers.wait_for(ticket);
    }

    /// Sends what waits, as far as a frame goes; newcomers also what is `known`.
    pub(in crate::live) fn send(
        &self,
        known: impl Iterator<Item = TicketId>,
        viewers: impl Fn(TicketId) -> Vec<Viewer>,
    ) {
        let mut state = self.state.lock();
        if std::mem::take(&mut state.has_entered) {
            known.for_each(|ticket| state.newcomers.wait_for(ticket));
        }
        state.settled.send(&viewers);
        state.newcomers.send(&viewers);
        if state.newcomers.waiting.is_empty() {
            let settled = std::mem::take(&mut state.newcomers.consoles);
            state.settled.consoles.extend(settled);
        }
    }
}

impl State {
    fn is_empty(&self) -> bool {
        self.settled.consoles.is_empty() && self.newcomers.consoles.is_empty()
    }

    fn remove(&mut self, console: &Connection) {
        for cohort in [&mut self.settled, &mut self.newcomers] {
            cohort.consoles.retain(|other| other.id != console.id);
        }
    }
}

impl Cohort {
    fn wait_for(&mut self, ticket: TicketId) {
        if !self.consoles.is_empty() && self.is_waiting.insert(ticket) {
            self.waiting.push_back(ticket);
        }
    }

    fn send(&mut self, viewers: &impl Fn(TicketId) -> Vec<Viewer>) {
        if self.consoles.is_empty() {
            self.waiting.clear();
            self.is_waiting.clear();
        }
        let (mut tickets, mut bytes) = (Vec::new(), 0);
        while let Some(&ticket) = self.waiting.front() {
            let viewers = viewers(ticket);
            let of_ticket = TicketViewers { ticket, viewers };
            bytes += serde_json::to_vec(&of_ticket).map_or(0, |json| json.len() + 1);
            if bytes > limits::INBOX_FRAME_BYTES_MAX && !tickets.is_empty() {
                break;
            }
            self.waiting.pop_front();
            self.is_waiting.remove(&ticket);
            tickets.push(of_ticket);
        }
        if !tickets.is_empty() {
            let news = frame(&StaffFrame::InboxPresence { tickets });
            self.consoles
                .retain(|console| console.send_queue.push(news.clone()));
        }
    }
}
