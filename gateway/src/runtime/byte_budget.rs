//! Bytes that a queue may hold, besides its number of entries: a few large ones would take as much memory as all the small ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The budget.
#[derive(Debug)]
pub struct ByteBudget {
    held: AtomicUsize,
    max: usize,
}

/// A part of it, given back when dropped: it travels with what it was taken for.
#[derive(Debug)]
pub struct HeldBytes {
    budget: Arc<ByteBudget>,
    bytes: usize,
}

impl ByteBudget {
    /// So many bytes.
    pub fn new(max: usize) -> Arc<Self> {
        Arc::new(Self {
            held: AtomicUsize::new(0),
            max,
        })
    }

    /// Reserves so many bytes; none when that would exceed the budget.
    pub fn take(self: &Arc<Self>, bytes: usize) -> Option<HeldBytes> {
        // Taken before it is known, so that parts taken at the same time are never too much together.
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
