//! Sends agent consoles which staff have which tickets open, for the ticket lists. A new console
//! receives all known viewers, and then only changes. Updates are conflated: a slow console
//! receives only the latest state of each ticket.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use helpline_core::ids::TicketId;
use helpline_core::limits;
use helpline_core::protocol::{StaffFrame, TicketViewers, Viewer};
use parking_lot::Mutex;

use crate::connections::Connection;
use crate::live::frames::frame;

/// The agent consoles, and the tickets whose viewers are still to be sent to them.
#[derive(Default)]
pub struct InboxPresence {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    settled: Cohort,
    /// Agent consoles that have not yet received all known viewers (staff who have tickets open).
    newcomers: Cohort,
    /// Whether an agent console was added since the last tick (the periodic send).
    has_entered: bool,
    /// Whether an agent console was added while no other console was connected.
    /// [`InboxPresence::take_begun`] clears the flag.
    has_begun: bool,
}

/// Consoles that receive the same viewer updates.
#[derive(Default)]
struct Cohort {
    consoles: Vec<Arc<Connection>>,
    /// A queue of tickets whose viewers must be sent to these consoles. Each ticket is in the queue
    /// once, and the ticket that has waited longest is sent first, so that no ticket starves.
    waiting: VecDeque<TicketId>,
    is_waiting: HashSet<TicketId>,
}

impl InboxPresence {
    /// Adds an agent console. The next ticks (periodic sends) send it all known viewers.
    pub(super) fn enter(&self, console: &Arc<Connection>) {
        let mut state = self.state.lock();
        state.remove(console);
        state.has_begun |= state.is_empty();
        state.has_entered = true;
        state.newcomers.consoles.push(Arc::clone(console));
    }

    pub(super) fn leave(&self, console: &Connection) {
        self.state.lock().remove(console);
    }

    /// Whether any agent console is connected to this instance.
    pub(in crate::live) fn is_watched(&self) -> bool {
        !self.state.lock().is_empty()
    }

    /// Returns whether, since the last call of this function, an agent console was added while no
    /// other console was connected.
    pub(in crate::live) fn take_begun(&self) -> bool {
        std::mem::take(&mut self.state.lock().has_begun)
    }

    /// Queues the ticket, because its viewers (staff who have it open) have changed.
    pub(in crate::live) fn changed(&self, ticket: TicketId) {
        let mut state = self.state.lock();
        state.settled.wait_for(ticket);
        state.newcomers.wait_for(ticket);
    }

    /// Sends the agent consoles the viewers of the tickets whose viewers have changed, as many as
    /// fit into one frame. A new console also gets the viewers of all tickets in `known`.
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
