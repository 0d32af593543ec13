//! Delays waking the tasks of connections until all frames of a burst are queued.

use std::task::Waker;

/// Tasks that have new frames in their send queues but have not been woken. Dropping the list wakes
/// each task once. Without the list, another worker thread would write the first frame of a burst
/// at once, and every frame would need its own write. Never hold the list across an await, which
/// would delay all its tasks.
#[derive(Debug, Default)]
pub struct WakeList {
    /// The first task is stored inline, so that a room with two connections allocates nothing.
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
