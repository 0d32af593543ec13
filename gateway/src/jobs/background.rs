//! What the loops of background work share, and how often they look for work.

use std::sync::Arc;
use std::time::Duration;

use helpline_core::limits;
use helpline_persistence::Store;
use rand::RngExt;
use tokio::sync::watch::Receiver;

use crate::live::Hub;
use crate::runtime::lifecycle::Lifecycle;
use crate::services::Hold;

/// What each loop of background work uses. Clones share everything.
#[derive(Clone)]
pub struct Background {
    /// The pool of connections for background work.
    pub store: Store,
    /// Publishes the events that background work writes.
    pub hub: Arc<Hub>,
    /// Whether work that cannot be undone is held.
    pub hold: Arc<Hold>,
    /// Ends the loops. Cancelled `drain` means that no new work is begun.
    pub lifecycle: Lifecycle,
}

/// Whether what background work does can be undone. What cannot be undone is held while the
/// database is not confirmed to be the production database, or its clock is in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It changes only data of this database, and deletes nothing.
    Reversible,
    /// It deletes data, or has effects outside this database.
    Irreversible,
}

/// When a loop looks for work again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// At once, because there is probably more.
    AtOnce,
    /// After a short time, because more may have come meanwhile.
    Soon,
    /// After the interval, or when the loop is woken.
    Later,
    /// After a time that grows with each failure.
    AfterFailure,
}

/// Waits between two looks of a loop.
pub(super) struct Pace {
    interval: Duration,
    /// Wakes the loop before the interval is over.
    wakes: Option<Receiver<()>>,
    lifecycle: Lifecycle,
    backoff: Duration,
}

impl Pace {
    pub(super) fn new(
        interval_ms: u64,
        wakes: Option<Receiver<()>>,
        lifecycle: &Lifecycle,
    ) -> Self {
        Self {
            interval: Duration::from_millis(interval_ms),
            wakes,
            lifecycle: lifecycle.clone(),
            backoff: FIRST_BACKOFF,
        }
    }

    /// Waits until it is time for the next look. Returns false when the instance drains: the loop
    /// must then end.
    pub(super) async fn wait(&mut self, next: Next) -> bool {
        let pause = match next {
            Next::AtOnce => return !self.lifecycle.is_draining(),
            Next::Soon => WINDOW_GAP,
            Next::Later => self.interval,
            Next::AfterFailure => {
                let backoff = self.backoff;
                self.backoff = (backoff * 2).min(MAX_BACKOFF);
                backoff
            }
        };
        let drain = self.lifecycle.drain.clone();
        // The loops of all instances begin at the same moment after an outage, so spread them.
        let pause = pause.mul_f64(rand::rng().random_range(0.8..1.2));
        let waiting = async {
            if next == Next::AfterFailure {
                tokio::time::sleep(pause).await;
                return;
            }
            self.backoff = FIRST_BACKOFF;
            if next == Next::Soon {
                tokio::time::sleep(pause).await;
                return;
            }
            // Cancel-safe: a timer, and a signal that is kept until it is read.
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = woken(&mut self.wakes) => tokio::time::sleep(GAP).await,
            }
        };
        drain.run_until_cancelled(waiting).await.is_some()
    }
}

const FIRST_BACKOFF: Duration = Duration::from_millis(limits::BACKGROUND_BACKOFF_MS);
const MAX_BACKOFF: Duration = Duration::from_millis(limits::BACKGROUND_BACKOFF_MAX_MS);
const WINDOW_GAP: Duration = Duration::from_millis(limits::CONSUMER_WINDOW_GAP_MS);
const GAP: Duration = Duration::from_millis(limits::CONSUMER_POLL_GAP_MS);

async fn woken(wakes: &mut Option<Receiver<()>>) {
    let is_open = match wakes {
        Some(wakes) => wakes.changed().await.is_ok(),
        None => false,
    };
    if !is_open {
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::commit_signal::CommitSignal;

    /// Time limit for something that happens at once.
    const SOON: Duration = Duration::from_secs(10);

    #[tokio::test]
    async fn a_loop_is_woken_early_and_ends_when_the_instance_drains() {
        let (lifecycle, signal) = (Lifecycle::default(), CommitSignal::default());
        let mut pace = Pace::new(600_000, Some(signal.listen()), &lifecycle);
        // A signal that was given before the wait counts.
        signal.wake();
        let woken = tokio::time::timeout(SOON, pace.wait(Next::Later)).await;
        assert_eq!(woken, Ok(true));
        assert!(pace.wait(Next::AtOnce).await);
        lifecycle.drain.cancel();
        for next in [Next::AtOnce, Next::Soon, Next::Later, Next::AfterFailure] {
            assert_eq!(
                tokio::time::timeout(SOON, pace.wait(next)).await,
                Ok(false),
                "{next:?}"
            );
        }
    }

    #[tokio::test]
    async fn each_failure_makes_the_pause_longer_until_there_is_none() {
        let lifecycle = Lifecycle::default();
        let mut pace = Pace::new(1, None, &lifecycle);
        for _ in 0..20 {
            let before = pace.backoff;
            let failed = pace.wait(Next::AfterFailure);
            assert!(tokio::time::timeout(Duration::ZERO, failed).await.is_err());
            assert_eq!(pace.backoff, (before * 2).min(MAX_BACKOFF));
        }
        assert!(pace.wait(Next::Later).await);
        assert_eq!(pace.backoff, FIRST_BACKOFF);
    }
}
