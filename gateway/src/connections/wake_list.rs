//! Waking put off: until everything that is known by now has been dropped in.

use std::task::Waker;

/// Tasks that have something in their outboxes and do not know it yet; dropped, it wakes them, each once. Without it, another worker writes
/// a burst's first frame while the others are still being handed out, and each costs a write of its own. Never held over an await: whoever
/// is in it would wait as long.
#[derive(Debug, Default)]
pub struct Wakes {
    /// Alone in a room of two: then nothing is allocated.
    first: Option<Waker>,
    rest: Vec<Waker>,
}

impl Wakes {
    pub(super) fn add(&mut self, task: Waker) {
        if self.first.is_none() {
            self.first = Some(task);
        } else {
            self.rest.push(task);
        }
    }
}

impl Drop for Wakes {
    fn drop(&mut self) {
        for task in self.first.take().into_iter().chain(self.rest.drain(..)) {
            task.wake();
        }
    }
}
