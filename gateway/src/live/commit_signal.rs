//! A signal that new events were committed, so that background work which reads the history need not
//! wait for its next poll.

use std::sync::Arc;

use tokio::sync::watch;

/// Tells any number of listeners that events were published on this instance. Commits of other
/// instances are found by polls.
#[derive(Debug, Clone, Default)]
pub struct CommitSignal(Arc<watch::Sender<()>>);

impl CommitSignal {
    /// Wakes the listeners. Costs nothing if there are none.
    pub fn wake(&self) {
        if self.0.receiver_count() > 0 {
            self.0.send_replace(());
        }
    }

    /// Returns a listener. A signal that is given while the listener is busy is not lost.
    pub fn listen(&self) -> watch::Receiver<()> {
        self.0.subscribe()
    }
}
