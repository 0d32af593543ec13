//! Waking put off until everything that is known by now has been queued.

use std::task::Waker;

/// Tasks that have frames in their send queues and do not know it yet; dropped, it wakes each once. Without it, another worker thread
/// writes the first frame of a burst while the others are still being queued, and each costs a write of its own. Never held over an await:
/// the tasks in it would wait as long.
#[derive(Debug, Default)]
pub struct WakeList {
    /// The only one in a room of two: then nothing is allocated.
    first: Option<Waker>,
    rest: Vec<Waker>,
}

impl WakeList {
    pub(super) fn add(&mut self, task: Waker) {
        if self.first.is_none() {
            self.first = Some(task);
        } else {
            self.rest.push(task);
        }
    }
}

impl Drop for WakeList {
    fn drop(&mut self) {
        for task in self.first.take().into_iter().chain(self.rest.drain(..)) {
            task.wake();
        }
    }
}
