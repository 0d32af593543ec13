//! One batch to its commit: transient failures are retried with the same keys, a message that the database cannot take, or whose answer cannot
//! be read, fails on its own, and no sender is answered before the commit.

use std::sync::Arc;
use std::time::{Duration, Instant};

use helpline_core::limits;
use helpline_core::reject::Reject;
use helpline_persistence::audit::AccessRow;
use helpline_persistence::messages::{self, Appended, NewMessage, Outcome};
use helpline_persistence::{Store, StoreError};
use rand::RngExt;

use super::job::Job;
use crate::connections::WakeList;
use crate::database::AuditLog;
use crate::database::errors::{reject_of, unreadable};
use crate::live::Hub;
use crate::runtime::failpoint;
use crate::runtime::lifecycle::Lifecycle;

/// What becomes of messages whose ticket another transaction holds locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnLocked {
    /// They come back as busy.
    Skip,
    /// They wait for the lock.
    Wait,
}

/// Commits batches.
pub(super) struct Committer {
    pub store: Store,
    pub hub: Arc<Hub>,
    pub audit_log: Arc<AuditLog>,
    pub lifecycle: Lifecycle,
}

impl Committer {
    /// Commits the jobs and answers them; gives back those whose tickets were locked.
    pub(super) async fn commit(&self, jobs: Vec<Job>, on_locked: OnLocked) -> Vec<Job> {
        let mut busy = Vec::new();
        // Halves of a poisoned batch, first half on top: the order within a ticket stays.
        let mut pending = vec![jobs];
        while let Some(jobs) = pending.pop() {
            // A ticket that the first half found locked keeps its order: its later messages wait with the earlier ones.
            let (held, jobs): (Vec<_>, Vec<_>) = jobs.into_iter().partition(|job: &Job| {
                busy.iter()
                    .any(|other: &Job| other.message.ticket == job.message.ticket)
            });
            busy.extend(held);
            if jobs.is_empty() {
                continue;
            }
            let messages: Vec<_> = jobs.iter().map(Job::to_store).collect();
            failpoint::hit("inside-batch");
            failpoint::crash("crash-in-batch");
            match self.persist(&messages, on_locked).await {
                Ok(appended) => busy.extend(self.settle(jobs, appended)),
                // What was committed all the same is answered as a duplicate, and published then.
                Err(error) if jobs.len() > 1 && !error.passes() => {
                    let mut first = jobs;
                    let second = first.split_off(first.len() / 2);
                    pending.push(second);
                    pending.push(first);
                }
                Err(error) => {
                    let reject = reject_of(&error);
                    for job in jobs {
                        job.refused(reject.clone());
                    }
                }
            }
        }
        busy
    }

    /// Tries until it is known what became of the batch, within bounds. An ambiguous commit (the connection broke) is repeated with the same
    /// keys: what the first try stored is answered as duplicate.
    async fn persist(
        &self,
        messages: &[NewMessage],
        on_locked: OnLocked,
    ) -> Result<Appended, StoreError> {
        let mut wait_ms = 10;
        let mut tries = 0;
        loop {
            let started = Instant::now();
            let appended = match on_locked {
                OnLocked::Skip => messages::append(&self.store, messages).await,
                OnLocked::Wait => messages::append_waiting(&self.store, messages).await,
            };
            let error = match appended {
                Ok(appended) => {
                    metrics::histogram!("helpline_commit_seconds")
                        .record(started.elapsed().as_secs_f64());
                    return Ok(appended);
                }
                Err(error) => error,
            };
            tries += 1;
            if !error.passes()
                || tries >= limits::BATCH_TRIES_MAX
                || self.lifecycle.stop.is_cancelled()
            {
                return Err(error);
            }
            metrics::counter!("helpline_batch_retries_total").increment(1);
            let pause = Duration::from_millis(rand::rng().random_range(wait_ms / 2..=wait_ms));
            tokio::time::sleep(pause).await;
            wait_ms = (wait_ms * 2).min(limits::BATCH_RETRY_MS_MAX);
        }
    }

    /// After the commit: first the events, then the answers, so that an event is not far behind its ack. No task is woken before the last
    /// answer: a sender gets its event and its ack in one write.
    fn settle(&self, jobs: Vec<Job>, appended: Appended) -> Vec<Job> {
        let is_stored = |outcome: &Outcome| matches!(outcome, Outcome::Stored(_));
        // Not where the ticket was held and nothing was stored: the batch is tried again.
        if appended.outcomes.iter().any(is_stored) {
            failpoint::hit("after-commit");
        }
        let mut wakes = WakeList::default();
        self.hub.publish_with(&appended.rows, &mut wakes);
        debug_assert_eq!(
            jobs.len(),
            appended.outcomes.len(),
            "each message has its outcome"
        );
        let mut busy = Vec::new();
        for (job, outcome) in jobs.into_iter().zip(appended.outcomes) {
            match outcome {
                Outcome::Stored(at) => job.stored(&at, false, &mut wakes),
                Outcome::Duplicate(at) => job.stored(&at, true, &mut wakes),
                Outcome::Refused { code, head } => {
                    let mut reject = reject_of(&StoreError::Refused { code, head });
                    reject.head = head;
                    self.record_refusal(&job, &reject);
                    job.refused(reject);
                }
                Outcome::Busy => busy.push(job),
                Outcome::Misplaced => job.refused(unreadable()),
            }
        }
        busy
    }

    /// A refused send leaves its audit row, in its own transaction; the answer does not wait for it.
    fn record_refusal(&self, job: &Job, reject: &Reject) {
        let row = AccessRow {
            user: Some(job.message.sender),
            action: "send_refused".to_owned(),
            ticket: Some(job.message.ticket),
            refused: Some(reject.code),
            address: job.message.address,
            user_agent: job.message.user_agent.clone(),
            detail: serde_json::json!({ "internal": job.message.internal }),
        };
        self.audit_log.enqueue(row);
    }
}
