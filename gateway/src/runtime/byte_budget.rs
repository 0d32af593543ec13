//! Limits the total size of a queue's entries, in addition to their number: a few large entries can need as much memory as a full
//! queue of small ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A budget of bytes.
#[derive(Debug)]
pub struct ByteBudget {
    held: AtomicUsize,
    max: usize,
}

/// Bytes taken from a [`ByteBudget`], returned on drop. Keep the value together with the queue entry it was taken for.
#[derive(Debug)]
pub struct HeldBytes {
    budget: Arc<ByteBudget>,
    bytes: usize,
}

impl ByteBudget {
    /// A budget of `max` bytes.
    pub fn new(max: usize) -> Arc<Self> {
        Arc::new(Self {
            held: AtomicUsize::new(0),
            max,
        })
    }

    /// Takes `bytes` from the budget. Returns `None` if that would exceed it.
    pub fn take(self: &Arc<Self>, bytes: usize) -> Option<HeldBytes> {
        // Add first and check afterwards, so that concurrent calls cannot exceed the budget together. Dropping `held` undoes it.
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
