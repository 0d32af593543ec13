//! The cause of a relay failure. The part that detects the failure records it; another part logs
//! it.

use parking_lot::Mutex;

/// The recorded cause, if any.
#[derive(Debug, Default)]
pub(super) struct Cause(Mutex<Option<String>>);

impl Cause {
    /// Records the cause unless one is recorded already: later failures are consequences of the
    /// first.
    pub(super) fn first(&self, cause: impl Into<String>) {
        self.0.lock().get_or_insert_with(|| cause.into());
    }

    /// Replaces the recorded cause; `None` clears it.
    pub(super) fn now(&self, cause: Option<String>) {
        *self.0.lock() = cause;
    }

    pub(super) fn get(&self) -> Option<String> {
        self.0.lock().clone()
    }
}
