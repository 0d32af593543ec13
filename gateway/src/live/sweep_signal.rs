//! Wakes the sweep before its interval is over.

use std::sync::Arc;

use tokio::sync::Notify;

/// Shared by the sweep and the parts that can lose messages.
#[derive(Debug, Clone, Default)]
pub struct SweepSignal(Arc<Notify>);

impl SweepSignal {
    /// Makes the sweep run now.
    pub fn wake(&self) {
        self.0.notify_one();
    }

    /// Waits until a sweep is requested.
    pub(super) async fn wanted(&self) {
        self.0.notified().await;
    }
}
