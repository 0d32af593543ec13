//! Limits the total size of a queue's entries, in addition to their number. A few large entries can
//! need as much memory as a full queue of small entries.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A number of bytes that the entries of a queue may use in total.
#[derive(Debug)]
pub struct ByteBudget {
    held: AtomicUsize,
    max: usize,
}

/// Bytes taken from a [`ByteBudget`] for a queue entry, returned on drop. Keep this value as long
/// as the entry.
#[derive(Debug)]
pub struct HeldBytes {
    budget: Arc<ByteBudget>,
    bytes: usize,
}

impl ByteBudget {
    /// Creates a budget of `max` bytes.
    pub fn new(max: usize) -> Arc<Self> {
        Arc::new(Self {
            held: AtomicUsize::new(0),
            max,
        })
    }

    /// Takes `bytes` from the budget. Returns `None` if the budget does not have that many left.
    pub fn take(self: &Arc<Self>, bytes: usize) -> Option<HeldBytes> {
        // Add first and check afterwards, so that concurrent calls cannot exceed the budget
        // together. Dropping `held` subtracts the bytes again.
        let held = HeldBytes {
            budget: Arc::clone(self),
            bytes,
        };
        let before = self.held.fetch_add(bytes, Ordering::AcqRel);
        (before.saturating_add(bytes) <= self.max).then_some(held)
    }
}

impl Drop for HeldBytes {
    fn drop(&mut self) {
        self.budget.held.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dropped_can_be_taken_again_and_what_was_refused_takes_nothing() {
        let budget = ByteBudget::new(10);
        let (six, four) = (budget.take(6), budget.take(4));
        assert!(six.is_some() && four.is_some());
        assert!(budget.take(1).is_none());
        drop(six);
        assert!(budget.take(7).is_none());
        assert!(budget.take(6).is_some());
    }
}
