//! The tasks of one instance, and the three signals of its end: the one value that every part may be given.

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Owns every task of an instance. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Lifecycle {
    /// Every task, awaited at the end.
    pub tasks: TaskTracker,
    /// Cancelled when the instance stops its own work, after its connections are gone.
    pub stop: CancellationToken,
    /// Cancelled when balancers are to send new work elsewhere: the instance still takes what comes.
    pub leave: CancellationToken,
    /// Cancelled when the instance takes no new work.
    pub drain: CancellationToken,
}

impl Lifecycle {
    /// Starts a task that the instance awaits before it exits.
    pub fn spawn<F>(&self, task: F)
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.tasks.spawn(task);
    }

    /// Whether balancers are to send new work elsewhere.
    pub fn is_leaving(&self) -> bool {
        self.leave.is_cancelled()
    }

    /// Whether the instance takes no new work.
    pub fn is_draining(&self) -> bool {
        self.drain.is_cancelled()
    }
}
