//! An outage of the database in the log: once when it begins and once when it ends, however often background work asks meanwhile.

use std::time::{Duration, Instant};

use helpline_persistence::StoreError;
use parking_lot::Mutex;

use super::errors::reject_of;
use crate::runtime::errors::chain;

/// What one kind of background work knows of the outage.
pub struct OutageLog {
    work: &'static str,
    began: Mutex<Option<Instant>>,
    answered: Mutex<Option<Instant>>,
}

impl OutageLog {
    /// Named so in the log.
    pub const fn new(work: &'static str) -> Self {
        Self {
            work,
            began: Mutex::new(None),
            answered: Mutex::new(None),
        }
    }

    /// How long ago the database last answered this work; none: not yet.
    pub fn last_answer(&self) -> Option<Duration> {
        self.answered.lock().map(|at| at.elapsed())
    }

    /// The database answered.
    pub fn ended(&self) {
        *self.answered.lock() = Some(Instant::now());
        if let Some(began) = self.began.lock().take() {
            let seconds = began.elapsed().as_secs();
            tracing::warn!(work = self.work, seconds, "the database answers again");
        }
    }

    /// The database did not answer; gives whether that is new. An error that does not pass is no outage, and is logged each time.
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

    /// Either of them.
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
