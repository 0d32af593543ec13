//! Logs a database outage once when it begins and once when it ends, however often background work
//! fails during the outage.

use std::time::{Duration, Instant};

use helpline_persistence::StoreError;
use parking_lot::Mutex;

use super::errors::reject_of;
use crate::runtime::errors::chain;

/// Whether the database answers one kind of background work, such as the sweep.
pub struct OutageLog {
    work: &'static str,
    began: Mutex<Option<Instant>>,
    answered: Mutex<Option<Instant>>,
}

impl OutageLog {
    /// Creates the state without an outage. `work` is the name of the background work in log lines.
    pub const fn new(work: &'static str) -> Self {
        Self {
            work,
            began: Mutex::new(None),
            answered: Mutex::new(None),
        }
    }

    /// How long ago the database last answered this background work. `None` if it has not answered
    /// since startup.
    pub fn last_answer(&self) -> Option<Duration> {
        self.answered.lock().map(|at| at.elapsed())
    }

    /// Records that the database answered. Logs the end of the outage, if there was one.
    pub fn ended(&self) {
        *self.answered.lock() = Some(Instant::now());
        if let Some(began) = self.began.lock().take() {
            let seconds = began.elapsed().as_secs();
            tracing::warn!(work = self.work, seconds, "the database answers again");
        }
    }

    /// Records a failed call. Returns whether an outage begins with this error. Only a transient
    /// error counts as an outage; any other error is logged each time.
    pub fn failed(&self, error: &StoreError) -> bool {
        if !error.passes() {
            reject_of(error);
            return false;
        }
        let mut began = self.began.lock();
        let is_new = began.is_none();
        if is_new {
            *began = Some(Instant::now());
            tracing::warn!(work = self.work, cause = %chain(error), "the database does not answer");
        }
        is_new
    }

    /// Calls [`Self::ended`] or [`Self::failed`], depending on the result.
    pub fn observe<T>(&self, result: &Result<T, StoreError>) {
        match result {
            Ok(_) => self.ended(),
            Err(error) => drop(self.failed(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_begins_once_and_may_begin_again() {
        let log = OutageLog::new("a test");
        assert_eq!(log.last_answer(), None);
        assert!(log.failed(&StoreError::ReadOnly));
        assert!(!log.failed(&StoreError::PoolExhausted));
        log.observe(&Err::<(), _>(StoreError::ReadOnly));
        log.observe(&Ok(()));
        assert!(log.last_answer().is_some());
        assert!(log.failed(&StoreError::ReadOnly));
        assert!(!log.failed(&StoreError::Row("bad".into())));
    }
}
