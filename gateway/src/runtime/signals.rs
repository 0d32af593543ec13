//! The signals that ask this process to end.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// The requests to stop, counted: the first one begins the stop, each further one ends what is being waited for. None is lost while
/// no part waits for it.
#[derive(Debug)]
pub struct StopRequests {
    count: watch::Receiver<u32>,
    answered: u32,
}

/// Asks to stop.
#[derive(Debug)]
pub struct StopSender(watch::Sender<u32>);

impl StopSender {
    /// Asks once more.
    pub fn ask(&self) {
        self.0.send_modify(|count| *count = count.saturating_add(1));
    }
}

impl StopRequests {
    /// Requests that this sender makes.
    pub fn channel() -> (StopSender, Self) {
        let (sender, count) = watch::channel(0);
        let requests = Self { count, answered: 0 };
        (StopSender(sender), requests)
    }

    /// Waits for a request that has not been answered yet. Cancel-safe: it is answered only when this completes.
    pub async fn next(&mut self) {
        let answered = self.answered;
        if self
            .count
            .wait_for(|count| *count > answered)
            .await
            .is_err()
        {
            // There is no sender any more, so no request will come.
            std::future::pending::<()>().await;
        }
        self.answered += 1;
    }
}

/// Requests that SIGTERM and SIGINT make. Call it once, early: from then on these signals no longer kill.
///
/// # Errors
/// When the system lets no handler in.
#[expect(
    clippy::disallowed_methods,
    reason = "the process itself owns this task: it waits for signals as long as it lives"
)]
pub fn stop_requests() -> std::io::Result<StopRequests> {
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let (sender, requests) = StopRequests::channel();
    tokio::spawn(async move {
        loop {
            // Cancel-safe: a signal that is not taken stays pending.
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            sender.ask();
        }
    });
    Ok(requests)
}

/// From now on SIGHUP ends nothing. Other servers read their settings again, or ignore it; there is nothing here to read again.
///
/// # Errors
/// When the system lets no handler in.
#[expect(
    clippy::disallowed_methods,
    reason = "the process itself owns this task: it waits for signals as long as it lives"
)]
pub fn ignore_hangups() -> std::io::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            tracing::info!(
                "SIGHUP ignored: settings are read only at start; SIGTERM stops the instance"
            );
        }
    });
    Ok(())
}
