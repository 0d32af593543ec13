//! The deadline of a request. It prevents a database that does not respond from keeping requests
//! open forever.

use std::sync::Arc;
use std::time::Duration;

use helpline_core::limits;
use parking_lot::Mutex;
use tokio::time::Instant;

/// A request's deadline. Time spent on reading the body does not count, because reading has its own
/// limit ([`limits::BODY_TIMEOUT_MS`]).
#[derive(Debug, Clone)]
pub(super) struct Deadline(Arc<Mutex<Instant>>);

impl Deadline {
    /// Returns a deadline that passes [`limits::REQUEST_TIMEOUT_MS`] from now.
    pub(super) fn start() -> Self {
        Self::after(REQUEST_TIMEOUT)
    }

    fn after(time: Duration) -> Self {
        Self(Arc::new(Mutex::new(Instant::now() + time)))
    }

    /// Runs `work` until it completes or the deadline passes. After the deadline, drops `work` and
    /// returns `None`.
    pub(super) async fn run<F: Future>(&self, work: F) -> Option<F::Output> {
        tokio::pin!(work);
        loop {
            let at = *self.0.lock();
            // Cancel-safe: `work` is pinned outside the loop and keeps its progress, and the other
            // branch is a timer.
            tokio::select! {
                biased;
                output = work.as_mut() => return Some(output),
                () = tokio::time::sleep_until(at) => {}
            }
            if *self.0.lock() <= at {
                return None;
            }
        }
    }

    /// Reads the request's body, and extends the deadline by the time that reading took.
    pub(super) async fn pause<F: Future>(&self, reading: F) -> F::Output {
        self.pause_for(BODY_TIMEOUT, reading).await
    }

    /// Like [`Self::pause`], for a body that may take as long as `limit`, which the caller enforces.
    pub(super) async fn pause_for<F: Future>(&self, limit: Duration, reading: F) -> F::Output {
        let left = self.0.lock().saturating_duration_since(Instant::now());
        *self.0.lock() = Instant::now() + limit + REQUEST_TIMEOUT;
        let output = reading.await;
        *self.0.lock() = Instant::now() + left;
        output
    }
}

const REQUEST_TIMEOUT: Duration = Duration::from_millis(limits::REQUEST_TIMEOUT_MS);
const BODY_TIMEOUT: Duration = Duration::from_millis(limits::BODY_TIMEOUT_MS);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_without_an_end_is_dropped_and_a_slow_body_takes_no_time() {
        let time = Duration::from_millis(400);
        let started = Instant::now();
        let endless = Deadline::after(time);
        assert!(endless.run(std::future::pending::<()>()).await.is_none());
        assert!((time..10 * time).contains(&started.elapsed()));
        let deadline = Deadline::after(time);
        let slow_body = async {
            deadline.pause(tokio::time::sleep(2 * time)).await;
            "read"
        };
        assert_eq!(deadline.run(slow_body).await, Some("read"));
        let stuck_behind_it = async {
            deadline.pause(tokio::time::sleep(time)).await;
            std::future::pending::<()>().await;
        };
        assert!(deadline.run(stuck_behind_it).await.is_none());
    }
}
