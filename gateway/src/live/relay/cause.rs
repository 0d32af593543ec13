//! The cause of a relay failure. The task that detects the failure stores the cause, and another
//! task logs it.

use parking_lot::Mutex;

/// Stores why the relay cannot publish or receive at present, if it cannot.
#[derive(Debug, Default)]
pub(super) struct Cause(Mutex<Option<String>>);

impl Cause {
    /// Stores the cause of a relay failure, unless a cause is already stored: failures after the
    /// first are usually consequences of the first.
    pub(super) fn first(&self, cause: impl Into<String>) {
        self.0.lock().get_or_insert_with(|| cause.into());
    }

    /// Replaces the stored cause of a relay failure. `None` means that the last
    /// attempt to publish succeeded.
    pub(super) fn now(&self, cause: Option<String>) {
        *self.0.lock() = cause;
    }

    pub(super) fn get(&self) -> Option<String> {
        self.0.lock().clone()
    }
}
