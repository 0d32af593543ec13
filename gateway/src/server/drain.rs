//! Drains an instance: sends `bye` to every connection, finishes the requests and messages in
//! progress, and then stops the tasks.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use helpline_core::limits::{self, HTTP_CONNECTIONS_MAX};
use helpline_core::protocol::CommonFrame;
use helpline_core::reject::CloseCode;
use rand::RngExt;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::build::Server;
use crate::connections::{Connection, Disconnect};
use crate::live::frames::frame;
use crate::runtime::signals::StopRequests;

/// Maximum time for the tasks to end after the last connection is closed.
const TASKS_TIMEOUT: Duration = Duration::from_secs(2);
const AT_ONCE: Duration = Duration::from_millis(limits::STOP_AT_ONCE_MS);

pub(super) async fn drain(
    server: &Server,
    http: &Semaphore,
    closing: &CancellationToken,
    stop: &mut StopRequests,
) {
    let Server {
        lifecycle,
        admission,
        registry,
        ..
    } = server;
    let listening = &server.config.listening;
    let mut patience = Patience {
        deadline: Instant::now() + Duration::from_millis(listening.drain_timeout_ms),
        at_once: CancellationToken::new(),
    };
    lifecycle.drain.cancel();
    tracing::info!(sockets = admission.count(), "draining");
    closing.cancel();
    for connection in registry.all() {
        let at_once = patience.at_once.clone();
        lifecycle.spawn(disconnect(
            connection,
            listening.bye_spread_ms.max(1),
            at_once,
        ));
    }
    let idle = async {
        while admission.count() > 0 || http.available_permits() < HTTP_CONNECTIONS_MAX {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    patience.wait_for(idle, stop).await;
    lifecycle.stop.cancel();
    lifecycle.tasks.close();
    patience.extend();
    if !patience.wait_for(lifecycle.tasks.wait(), stop).await {
        tracing::warn!("some tasks did not end before the drain timeout; exiting without them");
    }
}

/// The deadline of the drain. A further stop request shortens it to [`AT_ONCE`] after that request.
struct Patience {
    deadline: Instant,
    /// Cancelled when a stop is requested again during the drain.
    at_once: CancellationToken,
}

impl Patience {
    /// Waits for `end`. Returns false if the deadline of the drain passes first.
    async fn wait_for(&mut self, end: impl Future<Output = ()>, stop: &mut StopRequests) -> bool {
        let mut end = pin!(end);
        loop {
            // Cancel-safe: `end` is pinned outside the loop, `sleep_until` is a timer, and
            // `StopRequests::next` is cancel-safe.
            tokio::select! {
                () = &mut end => return true,
                () = tokio::time::sleep_until(self.deadline) => return false,
                () = stop.next(), if !self.at_once.is_cancelled() => {
                    tracing::info!("stop requested again; no longer waiting for connections and tasks");
                    self.at_once.cancel();
                    self.deadline = self.deadline.min(Instant::now() + AT_ONCE);
                }
            }
        }
    }

    /// Extends the deadline after the last connection has closed, so that the tasks have time to
    /// end.
    fn extend(&mut self) {
        if self.at_once.is_cancelled() {
            self.deadline = Instant::now() + AT_ONCE;
        } else {
            self.deadline += TASKS_TIMEOUT;
        }
    }
}

/// Sends `bye`, which tells the client to reconnect after a random delay. Then waits for a random
/// pause and for outstanding acks, and closes the connection. The random times keep the clients
/// from reconnecting all at once.
async fn disconnect(connection: Arc<Connection>, spread_ms: u64, at_once: CancellationToken) {
    let retry_after_ms = rand::rng().random_range(0..spread_ms);
    connection.send_queue.push(frame(&CommonFrame::Bye {
        retry_after_ms,
        reason: "restart".to_owned(),
    }));
    let pause = Duration::from_millis(rand::rng().random_range(0..spread_ms));
    at_once
        .run_until_cancelled(last_acks(&connection, pause))
        .await;
    connection
        .send_queue
        .disconnect(Disconnect::AfterDrain(CloseCode::Restart));
}

/// Waits for `pause`, and then for the acks of messages that are being committed. The wait for acks
/// takes at most [`limits::LOCK_TIMEOUT_MS`].
async fn last_acks(connection: &Connection, pause: Duration) {
    tokio::time::sleep(pause).await;
    let patience = Instant::now() + Duration::from_millis(limits::LOCK_TIMEOUT_MS);
    while connection.awaited_acks.load(Ordering::Acquire) > 0 && Instant::now() < patience {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
