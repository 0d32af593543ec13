//! Tickets that another transaction holds locked: their messages wait here in order, each ticket with a task of its own that waits for the
//! lock.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use helpline_core::ids::TicketId;
use helpline_core::limits;
use helpline_core::reject::{Reject, RejectCode};
use parking_lot::Mutex;

use super::batch::{Committer, OnLocked};
use super::job::Job;

/// The locked tickets. An entry exists exactly while its task drains it.
#[derive(Default)]
pub(super) struct LockedTickets(Mutex<HashMap<TicketId, VecDeque<Job>>>);

impl LockedTickets {
    /// Routes the jobs of locked tickets behind their earlier ones; gives the rest.
    pub(super) fn route(&self, jobs: Vec<Job>) -> Vec<Job> {
        let mut tickets = self.0.lock();
        if tickets.is_empty() {
            return jobs;
        }
        let waiting: usize = tickets.values().map(VecDeque::len).sum();
        let mut room = limits::WRITER_MESSAGES_MAX.saturating_sub(waiting);
        let mut ready = Vec::new();
        for job in jobs {
            match tickets.get_mut(&job.message.ticket) {
                None => ready.push(job),
                Some(queue) if room > 0 => {
                    room -= 1;
                    queue.push_back(job);
                }
                Some(_) => {
                    metrics::counter!("helpline_sends_overloaded_total").increment(1);
                    job.refused(
                        Reject::new(
                            RejectCode::Overloaded,
                            "this ticket is locked and too many messages are waiting; retry later",
                        )
                        .retry_after_ms(1_000),
                    );
                }
            }
        }
        ready
    }

    /// Defers jobs whose tickets were found locked, in their order; gives the tickets that need a task now.
    pub(super) fn defer(&self, jobs: Vec<Job>) -> Vec<TicketId> {
        let mut tickets = self.0.lock();
        let mut fresh = Vec::new();
        for job in jobs {
            let ticket = job.message.ticket;
            let queue = tickets.entry(ticket).or_insert_with(|| {
                fresh.push(ticket);
                VecDeque::new()
            });
            queue.push_back(job);
        }
        fresh
    }

    /// Commits one ticket's jobs, waiting for its lock, until none is left.
    pub(super) async fn drain(&self, committer: &Committer, ticket: TicketId) {
        metrics::counter!("helpline_tickets_deferred_total").increment(1);
        let crash = Crash {
            locked: self,
            ticket,
        };
        while let Some(jobs) = self.take(ticket) {
            // A task that waits for a lock holds a pooled connection meanwhile, so only a few do; the others try now and then.
            let busy = match committer.lock_waits.try_acquire() {
                Ok(_permit) => committer.commit(jobs, OnLocked::Wait).await,
                Err(_) => {
                    tokio::time::sleep(Duration::from_millis(limits::LOCKED_TICKET_RETRY_MS)).await;
                    committer.commit(jobs, OnLocked::Skip).await
                }
            };
            self.put_back(ticket, busy);
        }
        std::mem::forget(crash);
    }

    fn put_back(&self, ticket: TicketId, busy: Vec<Job>) {
        if let Some(queue) = self.0.lock().get_mut(&ticket) {
            busy.into_iter().rev().for_each(|job| queue.push_front(job));
        }
    }

    fn take(&self, ticket: TicketId) -> Option<Vec<Job>> {
        let mut tickets = self.0.lock();
        let queue = tickets.get_mut(&ticket)?;
        if queue.is_empty() {
            tickets.remove(&ticket);
            return None;
        }
        let count = queue.len().min(limits::BATCH_MESSAGES_MAX);
        Some(queue.drain(..count).collect())
    }
}

/// Dropped in a crash, it removes the ticket's queue: what waits in it is answered `unavailable`, and what comes later finds no queue without
/// a task.
struct Crash<'a> {
    locked: &'a LockedTickets,
    ticket: TicketId,
}

impl Drop for Crash<'_> {
    fn drop(&mut self) {
        tracing::error!(ticket = %self.ticket, "the task that drains a locked ticket crashed");
        let waiting = self.locked.0.lock().remove(&self.ticket);
        drop(waiting);
    }
}
