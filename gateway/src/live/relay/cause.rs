//! The cause of a relay failure. The task that detects the failure stores the cause, and another
//! task logs it.

use parking_lot::Mutex;

/// The stored cause of the current failure, if any.
#[derive(Debug, Default)]
pub(super) struct Cause(Mutex<Option<String>>);

impl Cause {
    /// Stores the cause unless one is already stored, because later failures are usually
    /// consequences of the first.
    pub(super) fn first(&self, cause: impl Into<String>) {
        self.0.lock().get_or_insert_with(|| cause.into());
    }

    /// Replaces the stored cause. `None` clears it.
    pub(super) fn now(&self, cause: Option<String>) {
        *self.0.lock() = cause;
    }

    pub(super) fn get(&self) -> Option<String> {
        self.0.lock().clone()
    }
}
