//! One batch to its commit: what passes by itself is tried again with the same keys, data that the record cannot take fail alone, and
//! nobody is answered before the commit.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use helpline_core::limits;
use helpline_core::reject::Reject;
use helpline_persistence::StoreError;
use helpline_persistence::messages::{Appended, NewMessage, Outcome};
use rand::RngExt;

use super::Job;
use crate::connections::send_queue::Wakes;
use crate::database::errors;
use crate::server::app::App;

type Appending<'a> = Pin<Box<dyn Future<Output = Result<Appended, StoreError>> + Send + 'a>>;

/// Commits the jobs by `append` and answers them; gives back those whose tickets were locked.
pub(super) async fn commit(
    app: &Arc<App>,
    jobs: Vec<Job>,
    append: impl for<'a> Fn(&'a App, &'a [NewMessage]) -> Appending<'a> + Send + Sync,
) -> Vec<Job> {
    let mut busy = Vec::new();
    // Halves of a poisoned batch, first half on top: the order within a ticket stays.
    let mut pending = vec![jobs];
    while let Some(jobs) = pending.pop() {
        // A ticket that the first half found locked keeps its order: its later messages wait with the earlier ones.
        let (held, jobs): (Vec<_>, Vec<_>) =
            jobs.into_iter().partition(|job: &Job| busy.iter().any(|other: &Job| other.message.ticket == job.message.ticket));
        busy.extend(held);
        if jobs.is_empty() {
            continue;
        }
        let messages: Vec<_> = jobs.iter().map(Job::to_store).collect();
        crate::runtime::failpoint::hit(app, "inside-batch");
        crate::runtime::failpoint::crash(app, "crash-in-batch");
        match persist(app, &messages, &append).await {
            Ok(appended) => busy.extend(settle(app, jobs, appended)),
            Err(StoreError::Data(_)) if jobs.len() > 1 => {
                let mut first = jobs;
                let second = first.split_off(first.len() / 2);
                pending.push(second);
                pending.push(first);
            }
            Err(error) => {
                let reject = errors::reject_of(&error);
                for job in jobs {
                    job.refused(reject.clone());
                }
            }
        }
    }
    busy
}

/// Tries until it is known what became of the batch, within bounds. An ambiguous commit (the connection broke) is repeated with the same
/// keys: what the first try stored answers as duplicate.
async fn persist(
    app: &Arc<App>,
    messages: &[NewMessage],
    append: &(impl for<'a> Fn(&'a App, &'a [NewMessage]) -> Appending<'a> + Send + Sync),
) -> Result<Appended, StoreError> {
    let mut wait_ms = 10;
    let mut tries = 0;
    loop {
        let started = Instant::now();
        let error = match append(app, messages).await {
            Ok(appended) => {
                metrics::histogram!("helpline_commit_seconds").record(started.elapsed().as_secs_f64());
                return Ok(appended);
            }
            Err(error) => error,
        };
        tries += 1;
        let passes = matches!(error, StoreError::Busy(_) | StoreError::Unreachable(_) | StoreError::PoolExhausted);
        if !passes || tries >= limits::BATCH_TRIES_MAX || app.stop.is_cancelled() {
            return Err(error);
        }
        metrics::counter!("helpline_batch_retries_total").increment(1);
        let pause = Duration::from_millis(rand::rng().random_range(wait_ms / 2..=wait_ms));
        tokio::time::sleep(pause).await;
        wait_ms = (wait_ms * 2).min(limits::BATCH_RETRY_MS_MAX);
    }
}

/// After the commit: own rooms, relay and consoles first, then the answers, so that nobody's own event is far behind its ack. Nobody is
/// woken before the last answer: who wrote gets the event and the ack in one write.
fn settle(app: &Arc<App>, jobs: Vec<Job>, appended: Appended) -> Vec<Job> {
    crate::runtime::failpoint::hit(app, "after-commit");
    let mut wakes = Wakes::default();
    app.announce_before(&appended.rows, &mut wakes);
    debug_assert_eq!(jobs.len(), appended.outcomes.len(), "each message has its outcome");
    let mut busy = Vec::new();
    for (job, outcome) in jobs.into_iter().zip(appended.outcomes) {
        match outcome {
            Outcome::Stored(place) => job.stored(&place, false, &mut wakes),
            Outcome::Duplicate(place) => job.stored(&place, true, &mut wakes),
            Outcome::Refused { code, head } => {
                let mut reject = errors::reject_of(&StoreError::Refused { code, head });
                reject.head = head;
                record_refusal(app, &job, &reject);
                job.refused(reject);
            }
            Outcome::Busy => busy.push(job),
        }
    }
    busy
}

/// A refused send leaves its audit row, in its own transaction; the answer does not wait for it.
fn record_refusal(app: &Arc<App>, job: &Job, reject: &Reject) {
    let row = helpline_persistence::audit::AccessRow {
        user: Some(job.message.sender),
        action: "send_refused".to_owned(),
        ticket: Some(job.message.ticket),
        refused: Some(reject.code),
        address: job.message.address,
        user_agent: job.message.user_agent.clone(),
        detail: serde_json::json!({ "internal": job.message.internal }),
    };
    app.audit_lane.note(row);
}
