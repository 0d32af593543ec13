//! The tasks of an instance, and the three signals of its shutdown. Every module may keep a clone
//! of the [`Lifecycle`].

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Owns all tasks of an instance. Clones share the same tasks and signals.
#[derive(Debug, Clone, Default)]
pub struct Lifecycle {
    /// All tasks of the instance. The shutdown waits for them.
    pub tasks: TaskTracker,
    /// Cancelled when all connections are closed. Background tasks then end.
    pub stop: CancellationToken,
    /// Cancelled when a stop is requested. `/readyz` then tells load balancers to use other
    /// instances, but all requests are still served.
    pub leave: CancellationToken,
    /// Cancelled when the drain begins. The instance then accepts no new work.
    pub drain: CancellationToken,
}

impl Lifecycle {
    /// Spawns a task. The instance waits for the task before it exits.
    pub fn spawn<F>(&self, task: F)
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.tasks.spawn(task);
    }

    /// Whether a stop has been requested.
    pub fn is_leaving(&self) -> bool {
        self.leave.is_cancelled()
    }

    /// Whether the drain has begun.
    pub fn is_draining(&self) -> bool {
        self.drain.is_cancelled()
    }
}
