//! Attempts deliveries. Each kind has a loop of its own, which leases as many deliveries as it has
//! free slots, attempts them at the same time, and records the results. No transaction is open
//! during an attempt.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join_all;
use helpline_core::deliveries::retry_delay;
use helpline_core::limits;
use helpline_persistence::StoreError;
use helpline_persistence::deliveries::{self, Completion, Leased, Search, Since, Slots};
use rand::RngExt;
use tokio::sync::watch;
use tokio::task::{self, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::background::{Background, Next, Pace};
use super::registry::{AnyDeliver, DeliveryFault, DeliveryKind, DeliveryLimits};
use crate::database::outage::OutageLog;

const CLAIM_GAP: Duration = Duration::from_millis(limits::DELIVERY_CLAIM_GAP_MS);
const CLAIM_ALL: Duration = Duration::from_millis(limits::DELIVERY_CLAIM_ALL_MS);
/// A delivery is due from the beginning of the transaction that plans it. If that transaction takes
/// up to this time longer than another one, claims find its deliveries nevertheless; later ones wait
/// for the next claim of everything.
const LATE_COMMITS: TimeDelta = TimeDelta::seconds(5);

/// Attempts deliveries of one kind until the instance stops. It begins none after the drain has
/// begun. `planned` wakes it when deliveries may have been planned.
pub(super) async fn run(kind: DeliveryKind, parts: Background, planned: watch::Receiver<()>) {
    let worker = Arc::new(Worker {
        outage: OutageLog::new(kind.kind),
        kind,
        parts,
    });
    worker.run(planned).await;
}

/// The deliveries that are being attempted.
#[derive(Default)]
struct InFlight {
    leased: HashMap<task::Id, Leased>,
    /// The receiver of the last delivery that was leased. The next claim begins after it.
    last_receiver: Option<String>,
    /// When the last claim of everything was made.
    claimed_all: Option<Instant>,
    /// The receivers of the claims since then, and from when on the next claim looks for their
    /// deliveries.
    recent: BTreeMap<String, Since>,
}

impl InFlight {
    /// What the next claim looks for: everything once in [`CLAIM_ALL`], and after a claim that found
    /// nothing.
    fn search(&mut self, now: Instant) -> Search<'_> {
        let is_recent = |at: Instant| now.duration_since(at) < CLAIM_ALL;
        if self.recent.is_empty() || !self.claimed_all.is_some_and(is_recent) {
            self.claimed_all = Some(now);
            self.recent.clear();
            return Search::All;
        }
        Search::Recent(&self.recent)
    }

    /// Records what a claim has found. Each receiver's deliveries are leased in the order of the
    /// time at which they were due, so none is left that was due before those.
    fn found(&mut self, claimed: &[Leased]) {
        if claimed.is_empty() {
            self.recent.clear();
        }
        let mut found = BTreeMap::<&str, Since>::new();
        for leased in claimed {
            let of_receiver = found.entry(&leased.receiver).or_default();
            let since = if leased.is_retry {
                &mut of_receiver.retries
            } else {
                &mut of_receiver.firsts
            };
            let due_at = leased.due_at - LATE_COMMITS;
            *since = Some(since.map_or(due_at, |since| since.min(due_at)));
        }
        for (receiver, since) in found {
            let known = self.recent.entry(receiver.to_owned()).or_default();
            known.firsts = since.firsts.or(known.firsts);
            known.retries = since.retries.or(known.retries);
        }
        if let Some(last) = claimed.last() {
            self.last_receiver = Some(last.receiver.clone());
        }
    }
}

struct Worker {
    kind: DeliveryKind,
    parts: Background,
    outage: OutageLog,
}

impl Worker {
    async fn run(self: Arc<Self>, planned: watch::Receiver<()>) {
        let lifecycle = &self.parts.lifecycle;
        let mut pace = Pace::new(limits::DELIVERY_POLL_MS, Some(planned), lifecycle);
        let mut in_flight = InFlight::default();
        // Tasks, so that an attempt goes on while the next claim waits for the database.
        let mut attempts = JoinSet::new();
        let mut next = Next::AtOnce;
        let mut is_draining = false;
        let mut last_claim = Instant::now();
        loop {
            let waiting = async {
                if is_draining {
                    std::future::pending::<()>().await;
                }
                // Slots that become free one after the other are filled by one claim.
                if next == Next::AtOnce {
                    sleep_until(last_claim + CLAIM_GAP).await;
                }
                pace.wait(next).await
            };
            // Cancel-safe: an attempt that has ended stays in `attempts`, and the wait for the next
            // claim begins again, which only delays the claim.
            tokio::select! {
                Some(ended) = attempts.join_next_with_id(), if !attempts.is_empty() => {
                    let task = match ended {
                        Ok((task, ())) => task,
                        Err(error) => {
                            // The lease expires, and the delivery is repeated.
                            tracing::error!(kind = self.kind.kind, %error, "an attempt at a delivery crashed");
                            error.id()
                        }
                    };
                    in_flight.leased.remove(&task);
                    // A slot is free, and more may be due.
                    next = if next == Next::AfterFailure { next } else { Next::AtOnce };
                    if is_draining && attempts.is_empty() {
                        return;
                    }
                    continue;
                }
                goes_on = waiting => is_draining = !goes_on,
                () = lifecycle.stop.cancelled() => {
                    attempts.shutdown().await;
                    return self.give_back(in_flight.leased.into_values()).await;
                }
            }
            if is_draining {
                if attempts.is_empty() {
                    return;
                }
                continue;
            }
            last_claim = Instant::now();
            let claimed = self.claim(&mut in_flight).await;
            self.outage.observe(&claimed);
            next = match claimed {
                Ok(claimed) => {
                    for leased in claimed {
                        let attempt = Arc::clone(&self).attempt(leased.clone());
                        let task = attempts.spawn(attempt).id();
                        in_flight.leased.insert(task, leased);
                    }
                    Next::Later
                }
                Err(_) => Next::AfterFailure,
            };
        }
    }

    async fn claim(&self, in_flight: &mut InFlight) -> Result<Vec<Leased>, StoreError> {
        let DeliveryLimits {
            slots,
            retry_slots,
            per_receiver,
            lease,
            ..
        } = self.kind.limits;
        let count = |is_retry: bool| {
            let some = in_flight.leased.values();
            let some = some.filter(|leased| leased.is_retry == is_retry);
            u32::try_from(some.count()).unwrap_or(u32::MAX)
        };
        let (firsts, retries) = (count(false), count(true));
        let free = slots.saturating_sub(firsts + retries);
        if free == 0 {
            return Ok(Vec::new());
        }
        let (mut transaction, held) = self.parts.hold.begin().await?;
        // A delivery has no deadline, so a wrong clock does not hold it.
        if held.unconfirmed {
            transaction.roll_back().await?;
            return Ok(Vec::new());
        }
        let slots = Slots {
            free,
            for_retries: free.min(retry_slots.saturating_sub(retries)),
            per_receiver,
            lease,
        };
        let after = in_flight.last_receiver.clone();
        let search = in_flight.search(Instant::now());
        let (kind, after) = (self.kind.kind, after.as_deref());
        let claimed = deliveries::claim_in(&mut transaction, kind, slots, after, search).await?;
        transaction.commit().await?;
        in_flight.found(&claimed);
        Ok(claimed)
    }

    /// Attempts a delivery and records the result.
    async fn attempt(self: Arc<Self>, leased: Leased) {
        let DeliveryLimits {
            attempt: limit,
            again_after,
            ..
        } = self.kind.limits;
        let result = attempt(self.kind.deliver.as_ref(), &leased, limit).await;
        let completion = completion(
            &leased,
            result,
            again_after,
            rand::rng().random_range(0.0..1.0),
        );
        let outcome = match completion {
            Completion::Done => "done",
            Completion::Retry(..) => "retry",
            Completion::Dead(_) => "dead",
        };
        metrics::counter!("helpline_delivery_attempts_total", "kind" => self.kind.kind, "outcome" => outcome).increment(1);
        if let Completion::Dead(error) = &completion {
            tracing::warn!(kind = self.kind.kind, id = %leased.id, receiver = leased.receiver, error, "a delivery has failed for the last time; an admin can replay it");
        }
        self.record(&leased, &completion).await;
    }

    /// Records a result. If the database does not answer twice, the lease expires and the delivery
    /// is repeated.
    async fn record(&self, leased: &Leased, completion: &Completion) {
        for _ in 0..2 {
            let recorded = deliveries::complete(&self.parts.store, leased, completion).await;
            self.outage.observe(&recorded);
            if recorded.is_ok() {
                return;
            }
        }
    }

    /// Ends the leases of attempts that the stop of this instance has interrupted, so that another
    /// instance repeats them without waiting for the leases to expire.
    async fn give_back(&self, leased: impl Iterator<Item = Leased>) {
        let interrupted = |leased: &Leased| {
            let why = "the instance stopped during the attempt".to_owned();
            match self
                .kind
                .limits
                .again_after
                .or(retry_delay(leased.attempt, 0.5))
            {
                Some(_) => Completion::Retry(Duration::ZERO, why),
                None => Completion::Dead(why),
            }
        };
        join_all(leased.map(|leased| async move {
            self.record(&leased, &interrupted(&leased)).await;
        }))
        .await;
    }
}

async fn attempt(
    deliver: &dyn AnyDeliver,
    leased: &Leased,
    limit: Duration,
) -> Result<(), DeliveryFault> {
    tokio::time::timeout(limit, deliver.attempt_any(leased))
        .await
        .unwrap_or_else(|_| {
            let limit = limit.as_secs();
            Err(DeliveryFault::Temporary(format!("no answer in {limit} s")))
        })
}

/// What follows from an attempt. `again_after` is that of the kind's limits, and `jitter` a random
/// number from 0 to 1.
fn completion(
    leased: &Leased,
    result: Result<(), DeliveryFault>,
    again_after: Option<Duration>,
    jitter: f64,
) -> Completion {
    let fault = match result {
        Ok(()) => return Completion::Done,
        Err(fault) => fault,
    };
    let why = fault.to_string();
    let delay = retry_delay(leased.attempt, jitter);
    let delay = match again_after {
        Some(most) => Some(delay.unwrap_or(most).min(most)),
        None => delay,
    };
    match (fault, delay) {
        (DeliveryFault::Permanent(_), _) | (_, None) => Completion::Dead(why),
        (DeliveryFault::Temporary(_), Some(delay)) => Completion::Retry(delay, why),
        (DeliveryFault::RetryAfter(after, _), Some(delay)) => {
            let most = Duration::from_secs(limits::DELIVERY_RETRY_AFTER_MAX_S);
            Completion::Retry(after.clamp(delay.min(most), most), why)
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;

    fn leased(receiver: &str, is_retry: bool, due_at: DateTime<Utc>) -> Leased {
        Leased::for_tests(receiver, is_retry, due_at)
    }

    #[test]
    fn a_kind_that_is_never_given_up_is_repeated_soon_at_first() {
        let after = |attempt: u32, most: Option<Duration>| {
            let mut leased = leased("a", false, Utc::now());
            leased.attempt = attempt;
            let fault = DeliveryFault::Temporary("away".to_owned());
            match completion(&leased, Err(fault), most, 0.5) {
                Completion::Retry(delay, _) => Some(delay.as_secs()),
                Completion::Done | Completion::Dead(_) => None,
            }
        };
        let most = Some(Duration::from_secs(60));
        assert_eq!(
            [1, 2, 9].map(|attempt| after(attempt, most)),
            [Some(5), Some(60), Some(60)]
        );
        assert_eq!(
            [1, 2, 9].map(|attempt| after(attempt, None)),
            [Some(5), Some(300), None]
        );
    }

    #[test]
    fn a_claim_looks_behind_what_the_last_one_found_and_from_time_to_time_for_everything() {
        let (now, due_at) = (Instant::now(), Utc::now());
        let later = due_at + TimeDelta::seconds(9);
        let mut in_flight = InFlight::default();
        assert!(
            matches!(in_flight.search(now), Search::All),
            "the first claim"
        );
        in_flight.found(&[
            leased("a", false, later),
            leased("a", false, due_at),
            leased("b", true, due_at),
        ]);
        let since = Some(due_at - LATE_COMMITS);
        let firsts = Since {
            firsts: since,
            retries: None,
        };
        let retries = Since {
            firsts: None,
            retries: since,
        };
        let Search::Recent(recent) = in_flight.search(now) else {
            panic!("a claim just looked for everything");
        };
        let expected = [("a".to_owned(), firsts), ("b".to_owned(), retries)];
        assert_eq!(recent, &BTreeMap::from(expected));
        // Another claim finds none of the first receiver, which may be at its limit.
        in_flight.found(&[leased("b", false, later)]);
        assert_eq!(in_flight.recent["a"], firsts);
        assert!(matches!(in_flight.search(now + CLAIM_ALL), Search::All));
        in_flight.found(&[]);
        assert!(matches!(in_flight.search(now + CLAIM_ALL), Search::All));
    }
}
