//! Messages for tickets that another transaction has locked. The messages wait in this module, in
//! order per ticket. A few of the locked tickets have a task of their own, which waits for the lock
//! on a pooled connection. All other locked tickets share one task, which retries them together.
//! The shared task needs one connection and about ten statements a second, however many tickets are
//! locked.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use helpline_core::ids::TicketId;
use helpline_core::limits;
use helpline_core::reject::{Reject, RejectCode};
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::batch::{Committer, OnLocked};
use super::job::Job;

/// The tickets that are locked by another transaction, and the messages that wait for them.
pub(super) struct LockedTickets {
    tickets: Mutex<Tickets>,
    /// Limits how many pooled connections may wait for locks of tickets at the same time.
    lock_waits: Arc<Semaphore>,
}

#[derive(Default)]
struct Tickets {
    /// The waiting messages of each ticket. A ticket has an entry exactly as long as a task handles
    /// the ticket.
    queues: HashMap<TicketId, VecDeque<Job>>,
    /// Tickets of the shared retry task that were locked at the last attempt. The ticket tried
    /// least recently comes first.
    locked: VecDeque<TicketId>,
    /// Tickets of the shared retry task that were not locked at the last attempt and have messages
    /// left to commit.
    released: VecDeque<TicketId>,
    /// Whether the shared retry task is running.
    is_retrying: bool,
}

impl LockedTickets {
    pub(super) fn new() -> Self {
        Self {
            tickets: Mutex::default(),
            lock_waits: Arc::new(Semaphore::new(limits::LOCK_WAITS_MAX)),
        }
    }

    /// Queues the jobs (messages to store) whose tickets are known to be locked, behind the jobs
    /// that already wait for these tickets. Returns all other jobs.
    pub(super) fn route(&self, jobs: Vec<Job>) -> Vec<Job> {
        let queues = &mut self.tickets.lock().queues;
        if queues.is_empty() {
            return jobs;
        }
        let waiting: usize = queues.values().map(VecDeque::len).sum();
        let mut room = limits::WRITER_MESSAGES_MAX.saturating_sub(waiting);
        let mut ready = Vec::new();
        for job in jobs {
            match queues.get_mut(&job.message.ticket) {
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

    /// Queues jobs (messages to store) whose tickets have just been found locked, in order, and
    /// makes sure that a task retries them.
    pub(super) fn defer(self: &Arc<Self>, jobs: Vec<Job>, committer: &Arc<Committer>) {
        for ticket in self.keep(jobs) {
            metrics::counter!("helpline_tickets_deferred_total").increment(1);
            match Arc::clone(&self.lock_waits).try_acquire_owned() {
                Ok(permit) => self.wait_for(ticket, permit, committer),
                Err(_) => self.retry_later(ticket, committer),
            }
        }
    }

    /// Queues the jobs (messages to store). Returns the tickets that no task handles yet.
    fn keep(&self, jobs: Vec<Job>) -> Vec<TicketId> {
        let queues = &mut self.tickets.lock().queues;
        let mut fresh = Vec::new();
        for job in jobs {
            let ticket = job.message.ticket;
            let queue = queues.entry(ticket).or_insert_with(|| {
                fresh.push(ticket);
                VecDeque::new()
            });
            queue.push_back(job);
        }
        fresh
    }

    /// Starts a task that waits for the ticket's lock and commits its messages until none is left.
    fn wait_for(
        self: &Arc<Self>,
        ticket: TicketId,
        permit: OwnedSemaphorePermit,
        committer: &Arc<Committer>,
    ) {
        let (locked, committer) = (Arc::clone(self), Arc::clone(committer));
        committer.lifecycle.clone().spawn(async move {
            let crash = Crash {
                locked: &locked,
                ticket,
            };
            while let Some(jobs) = locked.take(ticket) {
                let busy = committer.commit(jobs, OnLocked::Wait).await;
                locked.tickets.lock().put_back(busy);
            }
            std::mem::forget(crash);
            drop(permit);
        });
    }

    /// Hands the ticket to the shared retry task, and starts the task if necessary.
    fn retry_later(self: &Arc<Self>, ticket: TicketId, committer: &Arc<Committer>) {
        let is_retrying = {
            let mut tickets = self.tickets.lock();
            tickets.locked.push_back(ticket);
            std::mem::replace(&mut tickets.is_retrying, true)
        };
        // Spawn the task after releasing the lock. A runtime that is shutting down drops a new task
        // immediately, and the `drop` of `SharedRetry` takes the same lock.
        if !is_retrying {
            let retry = SharedRetry {
                locked: Arc::clone(self),
                committer: Arc::clone(committer),
                in_flight: Vec::new(),
                next_retry: Instant::now() + RETRY_INTERVAL,
                has_ended: false,
            };
            committer.lifecycle.spawn(retry.run());
        }
    }

    fn take(&self, ticket: TicketId) -> Option<Vec<Job>> {
        let queues = &mut self.tickets.lock().queues;
        let queue = queues.get_mut(&ticket)?;
        if queue.is_empty() {
            queues.remove(&ticket);
            return None;
        }
        let count = queue.len().min(limits::BATCH_MESSAGES_MAX);
        Some(queue.drain(..count).collect())
    }
}

impl Tickets {
    fn put_back(&mut self, busy: Vec<Job>) {
        for job in busy.into_iter().rev() {
            if let Some(queue) = self.queues.get_mut(&job.message.ticket) {
                queue.push_front(job);
            }
        }
    }

    /// Takes the first message of each locked ticket, up to the limits of one retry. Adds the
    /// tickets to `in_flight`.
    fn take_first_messages(&mut self, in_flight: &mut Vec<TicketId>) -> Vec<Job> {
        let (mut jobs, mut bytes) = (Vec::new(), 0);
        while jobs.len() < limits::BATCH_MESSAGES_MAX && bytes < limits::LOCKED_RETRY_BYTES_MAX {
            let Some(ticket) = self.locked.pop_front() else {
                break;
            };
            in_flight.push(ticket);
            let first = self.queues.get_mut(&ticket).and_then(VecDeque::pop_front);
            bytes += first.as_ref().map_or(0, Job::bytes);
            jobs.extend(first);
        }
        jobs
    }

    /// Takes messages of tickets that are no longer locked, at most one batch. Adds the tickets to
    /// `in_flight`.
    fn take_released(&mut self, in_flight: &mut Vec<TicketId>) -> Vec<Job> {
        let mut jobs = Vec::new();
        while jobs.len() < limits::BATCH_MESSAGES_MAX {
            let Some(ticket) = self.released.pop_front() else {
                break;
            };
            in_flight.push(ticket);
            let room = limits::BATCH_MESSAGES_MAX - jobs.len();
            if let Some(queue) = self.queues.get_mut(&ticket) {
                jobs.extend(queue.drain(..queue.len().min(room)));
            }
        }
        jobs
    }

    /// Sorts the tickets of a batch by whether they are still locked. `busy` has the messages whose
    /// tickets were locked. Returns whether any ticket was not locked.
    fn sort(&mut self, in_flight: Vec<TicketId>, busy: Vec<Job>) -> bool {
        let locked: HashSet<TicketId> = busy.iter().map(|job| job.message.ticket).collect();
        self.put_back(busy);
        let mut is_any_released = false;
        for ticket in in_flight {
            if locked.contains(&ticket) {
                self.locked.push_back(ticket);
                continue;
            }
            is_any_released = true;
            if self
                .queues
                .get(&ticket)
                .is_some_and(|queue| !queue.is_empty())
            {
                self.released.push_back(ticket);
            } else {
                self.queues.remove(&ticket);
            }
        }
        is_any_released
    }
}

const RETRY_INTERVAL: Duration = Duration::from_millis(limits::LOCKED_TICKET_RETRY_MS);

/// The task that retries all locked tickets without a task of their own. If it is dropped before
/// its end, by a panic or because the instance stops, it removes the queues of its tickets. The
/// messages in these queues are then answered with `unavailable`.
struct SharedRetry {
    locked: Arc<LockedTickets>,
    committer: Arc<Committer>,
    /// The tickets of the batch that is being committed.
    in_flight: Vec<TicketId>,
    next_retry: Instant,
    /// Whether the task has ended normally. Tickets that are added after that belong to a new task.
    has_ended: bool,
}

impl SharedRetry {
    /// Retries the locked tickets until none is left or the instance stops.
    async fn run(mut self) {
        while self.has_tickets() {
            let mut jobs = Vec::new();
            if Instant::now() < self.next_retry {
                jobs = self
                    .locked
                    .tickets
                    .lock()
                    .take_released(&mut self.in_flight);
                if jobs.is_empty() && !self.paused().await {
                    return;
                }
            }
            let is_retry = jobs.is_empty();
            if is_retry {
                self.give_away();
                jobs = self
                    .locked
                    .tickets
                    .lock()
                    .take_first_messages(&mut self.in_flight);
                self.next_retry = Instant::now() + RETRY_INTERVAL;
            }
            let busy = self.committer.commit(jobs, OnLocked::Skip).await;
            let in_flight = std::mem::take(&mut self.in_flight);
            let is_any_released = self.locked.tickets.lock().sort(in_flight, busy);
            if is_retry && is_any_released {
                // One of the tickets is no longer locked. The transaction that locked it may have
                // locked many of the tickets, so retry the other tickets at once.
                self.next_retry = Instant::now();
            }
        }
        self.has_ended = true;
    }

    /// Whether any locked tickets are left. If not, the next locked ticket starts a new shared
    /// task.
    fn has_tickets(&self) -> bool {
        let mut tickets = self.locked.tickets.lock();
        tickets.is_retrying = !(tickets.locked.is_empty() && tickets.released.is_empty());
        tickets.is_retrying
    }

    /// Waits until the next retry. Returns false if the instance stops.
    async fn paused(&self) -> bool {
        let stop = &self.committer.lifecycle.stop;
        let pause = tokio::time::sleep_until(self.next_retry);
        stop.run_until_cancelled(pause).await.is_some()
    }

    /// While permits to wait for locks are available, gives each ticket a task of its own that
    /// waits for the lock.
    fn give_away(&self) {
        while let Ok(permit) = Arc::clone(&self.locked.lock_waits).try_acquire_owned() {
            let first = self.locked.tickets.lock().locked.pop_front();
            match first {
                Some(ticket) => self.locked.wait_for(ticket, permit, &self.committer),
                None => return,
            }
        }
    }
}

impl Drop for SharedRetry {
    fn drop(&mut self) {
        if self.has_ended {
            return;
        }
        if std::thread::panicking() {
            tracing::error!(
                "the retry task of locked tickets crashed; the senders of their messages were told to retry"
            );
        }
        let tickets = Arc::clone(&self.locked);
        let mut tickets = tickets.tickets.lock();
        tickets.is_retrying = false;
        let mut left = std::mem::take(&mut self.in_flight);
        left.extend(std::mem::take(&mut tickets.locked));
        left.extend(std::mem::take(&mut tickets.released));
        let waiting: Vec<_> = left
            .iter()
            .filter_map(|ticket| tickets.queues.remove(ticket))
            .collect();
        drop(tickets);
        drop(waiting);
    }
}

/// Guards a task that handles one ticket. A task that ends normally forgets its guard, so the guard
/// is dropped only by a panic. The drop removes the ticket's queue, whose messages are then
/// answered with `unavailable`.
struct Crash<'a> {
    locked: &'a LockedTickets,
    ticket: TicketId,
}

impl Drop for Crash<'_> {
    fn drop(&mut self) {
        tracing::error!(ticket = %self.ticket, "the task of a locked ticket crashed; the senders of its messages were told to retry");
        let waiting = self.locked.tickets.lock().queues.remove(&self.ticket);
        drop(waiting);
    }
}
