//! Commits one batch of messages. Transient errors are retried with the same idempotency keys. If
//! the database rejects a message, or the message's result cannot be decoded, only that message
//! fails. Senders are answered only after the commit.

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

/// What to do with messages whose ticket is locked by another transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnLocked {
    /// Do not store the messages, and report them as busy.
    Skip,
    /// Wait until the ticket of the messages is unlocked.
    Wait,
}

/// Commits batches of messages and answers the senders.
pub(super) struct Committer {
    pub store: Store,
    pub hub: Arc<Hub>,
    pub audit_log: Arc<AuditLog>,
    pub lifecycle: Lifecycle,
}

impl Committer {
    /// Commits the jobs (messages to store) and answers their senders. Returns the jobs whose
    /// tickets were locked. The senders of these jobs get no answer yet.
    pub(super) async fn commit(&self, jobs: Vec<Job>, on_locked: OnLocked) -> Vec<Job> {
        let mut busy = Vec::new();
        // A stack of batches. When a batch fails, its halves are pushed with the first half on top,
        // so that the messages of a ticket stay in order.
        let mut pending = vec![jobs];
        while let Some(jobs) = pending.pop() {
            // If `busy` has a job (a message to store) for the same ticket, the ticket is locked,
            // and this job must wait behind that job to keep the ticket's order.
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
                // Try each half separately. If the failed batch was committed after all, the second
                // attempt finds its messages as duplicates and publishes them.
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

    /// Retries, a limited number of times, until it is known whether the batch was committed. If a
    /// connection is lost during a commit, the outcome is unknown, and the batch is repeated with
    /// the same idempotency keys. Messages that the first attempt stored are then answered as
    /// duplicates.
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

    /// Publishes the events first and then answers the senders, so that events arrive together with
    /// their acks. The connections' tasks are woken after the last answer, so that a sender gets
    /// its event and its ack in one write. Returns the jobs (messages to store) whose tickets were
    /// locked.
    fn settle(&self, jobs: Vec<Job>, appended: Appended) -> Vec<Job> {
        let is_stored = |outcome: &Outcome| matches!(outcome, Outcome::Stored(_));
        // The failpoint is reached only if a message was stored. A batch whose tickets were all
        // locked stores nothing.
        if appended.outcomes.iter().any(is_stored) {
            failpoint::hit("after-commit");
        }
        let mut wakes = WakeList::default();
        self.hub.publish_with(&appended.rows, &mut wakes);
        debug_assert_eq!(
            jobs.len(),
            appended.outcomes.len(),
            "there is one outcome per message"
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

    /// Records a refused message in the audit log, in a separate transaction. The sender's answer
    /// does not wait for this.
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
