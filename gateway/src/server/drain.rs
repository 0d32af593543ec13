//! The end of an instance: `bye` to every connection, what is under way is finished, then the tasks stop.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use helpline_core::limits::{self, HTTP_CONNECTIONS_MAX};
use helpline_core::protocol::CommonFrame;
use helpline_core::reject::CloseCode;
use rand::RngExt;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::build::Server;
use crate::connections::{Connection, Disconnect};
use crate::live::frames::frame;

pub(super) async fn drain(server: &Server, http: &Semaphore, closing: &CancellationToken) {
    let Server {
        lifecycle,
        admission,
        registry,
        ..
    } = server;
    let listening = &server.config.listening;
    let deadline = tokio::time::Instant::now() + Duration::from_millis(listening.drain_timeout_ms);
    lifecycle.drain.cancel();
    tracing::info!(sockets = admission.count(), "draining");
    closing.cancel();
    for connection in registry.all() {
        lifecycle.spawn(disconnect(connection, listening.bye_spread_ms.max(1)));
    }
    let is_busy = || admission.count() > 0 || http.available_permits() < HTTP_CONNECTIONS_MAX;
    while is_busy() && tokio::time::Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    lifecycle.stop.cancel();
    lifecycle.tasks.close();
    if tokio::time::timeout_at(deadline + Duration::from_secs(2), lifecycle.tasks.wait())
        .await
        .is_err()
    {
        tracing::warn!("some tasks did not end before the drain timeout");
    }
}

/// Says `bye` with a delay of its own, so that the clients do not all reconnect elsewhere at once, waits for the acks under way, and closes.
async fn disconnect(connection: Arc<Connection>, spread_ms: u64) {
    let retry_after_ms = rand::rng().random_range(0..spread_ms);
    connection.send_queue.push(frame(&CommonFrame::Bye {
        retry_after_ms,
        reason: "restart".to_owned(),
    }));
    let pause = Duration::from_millis(rand::rng().random_range(0..spread_ms));
    tokio::time::sleep(pause).await;
    let patience = tokio::time::Instant::now() + Duration::from_millis(limits::LOCK_TIMEOUT_MS);
    while connection.awaited_acks.load(Ordering::Acquire) > 0
        && tokio::time::Instant::now() < patience
    {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    connection
        .send_queue
        .disconnect(Disconnect::AfterDrain(CloseCode::Restart));
}
