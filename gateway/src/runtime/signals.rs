//! Handling of SIGTERM, SIGINT and SIGHUP.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Receives stop requests. The first request starts the shutdown; each further request ends the
/// shutdown's current wait early. Requests are counted, so that a request is not lost while no task
/// waits for it.
#[derive(Debug)]
pub struct StopRequests {
    count: watch::Receiver<u32>,
    answered: u32,
}

/// Sends stop requests.
#[derive(Debug)]
pub struct StopSender(watch::Sender<u32>);

impl StopSender {
    /// Sends one stop request.
    pub fn ask(&self) {
        self.0.send_modify(|count| *count = count.saturating_add(1));
    }
}

impl StopRequests {
    /// Makes a sender and a receiver of stop requests.
    pub fn channel() -> (StopSender, Self) {
        let (sender, count) = watch::channel(0);
        let requests = Self { count, answered: 0 };
        (StopSender(sender), requests)
    }

    /// Waits for the next stop request. Cancel-safe: a request is consumed only when this method
    /// completes.
    pub async fn next(&mut self) {
        let answered = self.answered;
        if self
            .count
            .wait_for(|count| *count > answered)
            .await
            .is_err()
        {
            // The `StopSender` is dropped, so no further stop request can come: wait forever.
            std::future::pending::<()>().await;
        }
        self.answered += 1;
    }
}

/// Turns SIGTERM and SIGINT into stop requests. Call this function once, at startup. After the
/// call, the signals no longer kill the process.
///
/// # Errors
/// A signal handler cannot be installed.
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
            // Cancel-safe: a signal that was not received yet stays pending.
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            sender.ask();
        }
    });
    Ok(requests)
}

/// Ignores SIGHUP, which would otherwise kill the process, and logs each SIGHUP. Settings are read
/// only at startup, so there is nothing to reload.
///
/// # Errors
/// The signal handler cannot be installed.
#[expect(
    clippy::disallowed_methods,
    reason = "the process itself owns this task: it waits for signals as long as it lives"
)]
pub fn ignore_hangups() -> std::io::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            tracing::info!(
                "SIGHUP ignored: settings are read only at startup; to apply new settings, restart the instance (SIGTERM stops it)"
            );
        }
    });
    Ok(())
}
