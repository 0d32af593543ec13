//! The tasks of an instance and the three signals of its shutdown. Any part of the instance may hold a [`Lifecycle`].

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Owns all tasks of an instance. Clones share the same tasks and signals.
#[derive(Debug, Clone, Default)]
pub struct Lifecycle {
    /// All tasks; the shutdown waits for them.
    pub tasks: TaskTracker,
    /// Cancelled when all connections are closed, so that background tasks end.
    pub stop: CancellationToken,
    /// Cancelled when a stop is requested: `/readyz` tells load balancers to send new work elsewhere, but everything is still served.
    pub leave: CancellationToken,
    /// Cancelled when the instance accepts no new work.
    pub drain: CancellationToken,
}

impl Lifecycle {
    /// Spawns a task. The instance waits for it before it exits.
    pub fn spawn<F>(&self, task: F)
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.tasks.spawn(task);
    }

    /// Whether `leave` is cancelled.
    pub fn is_leaving(&self) -> bool {
        self.leave.is_cancelled()
    }

    /// Whether `drain` is cancelled.
    pub fn is_draining(&self) -> bool {
        self.drain.is_cancelled()
    }
}
