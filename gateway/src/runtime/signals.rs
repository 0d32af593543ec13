//! The signals that ask this process to end.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that SIGTERM or SIGINT cancels. Call it once, early: from then on these signals no longer kill.
///
/// # Errors
/// When the system lets no handler in.
#[expect(
    clippy::disallowed_methods,
    reason = "the process itself owns this task: it waits for a signal as long as it lives"
)]
pub fn shutdown_signal() -> std::io::Result<CancellationToken> {
    let (mut terminate, mut interrupt) = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let token = CancellationToken::new();
    let cancel = token.clone();
    tokio::spawn(async move {
        // Cancel-safe: a signal that is not taken stays pending.
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        cancel.cancel();
    });
    Ok(token)
}
