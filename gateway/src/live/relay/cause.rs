//! Why something of the relay ended or fails, said by whichever part met it, for the one that logs it.

use parking_lot::Mutex;

/// The cause, once there is one.
#[derive(Debug, Default)]
pub(super) struct Cause(Mutex<Option<String>>);

impl Cause {
    /// What was met first counts; what follows from it does not.
    pub(super) fn first(&self, cause: impl Into<String>) {
        self.0.lock().get_or_insert_with(|| cause.into());
    }

    /// In place of any before it.
    pub(super) fn now(&self, cause: Option<String>) {
        *self.0.lock() = cause;
    }

    pub(super) fn get(&self) -> Option<String> {
        self.0.lock().clone()
    }
}
