//! Wakes the sweep before its time.

use std::sync::Arc;

use tokio::sync::Notify;

/// Shared by the sweep and the parts that may have lost news.
#[derive(Debug, Clone, Default)]
pub struct SweepSignal(Arc<Notify>);

impl SweepSignal {
    /// Has the sweep look now.
    pub fn wake(&self) {
        self.0.notify_one();
    }

    /// Waits until the sweep is wanted.
    pub(super) async fn wanted(&self) {
        self.0.notified().await;
    }
}
