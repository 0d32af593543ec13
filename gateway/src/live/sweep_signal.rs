//! A signal that starts a sweep before its interval is over.

use std::sync::Arc;

use tokio::sync::Notify;

/// Lets other parts of the server request a sweep (a database poll for missed events).
#[derive(Debug, Clone, Default)]
pub struct SweepSignal(Arc<Notify>);

impl SweepSignal {
    /// Requests an immediate sweep.
    pub fn wake(&self) {
        self.0.notify_one();
    }

    /// Waits until a sweep is requested.
    pub(super) async fn wanted(&self) {
        self.0.notified().await;
    }
}
