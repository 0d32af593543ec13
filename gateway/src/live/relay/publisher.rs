//! Out: what waits is published as one pipeline. Redis away or frozen delays no caller: the queue is bounded, and so is the wait.
//! Pipelines keep a pace: the first after a pause leaves at once; under load, what comes within [`limits::RELAY_PACE_MS`] travels together
//! and costs this instance, Redis and the others one wake-up, one read and one write instead of one each.

use std::time::Duration;

use helpline_core::limits;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::handle::Publication;

/// Publications of one pipeline.
pub(super) const PIPELINE_MAX: usize = 512;

pub(super) async fn run(
    client: redis::Client,
    mut outgoing: mpsc::Receiver<Publication>,
    stop: CancellationToken,
) {
    let timeout = Duration::from_millis(limits::RELAY_PROBE_TIMEOUT_MS);
    let config = ConnectionManagerConfig::new()
        .set_number_of_retries(1)
        .set_max_delay(Duration::from_millis(limits::RELAY_BACKOFF_MS_MAX))
        .set_response_timeout(Some(timeout))
        .set_connection_timeout(Some(timeout));
    let Ok(mut manager) = ConnectionManager::new_lazy_with_config(client, config) else {
        tracing::error!(
            "the Redis publisher cannot be created; falling back to polling the database"
        );
        return;
    };
    let mut batch = Vec::with_capacity(PIPELINE_MAX);
    let mut next = Instant::now();
    loop {
        // Cancel-safe: recv_many takes nothing unless it completes.
        tokio::select! {
            biased;
            taken = outgoing.recv_many(&mut batch, PIPELINE_MAX) => if taken == 0 { return },
            () = stop.cancelled() => return,
        }
        if Instant::now() < next {
            tokio::time::sleep_until(next).await;
            while batch.len() < PIPELINE_MAX
                && let Ok(publication) = outgoing.try_recv()
            {
                batch.push(publication);
            }
        }
        next = Instant::now() + Duration::from_millis(limits::RELAY_PACE_MS);
        let mut pipeline = redis::pipe();
        for Publication {
            channel, payload, ..
        } in &batch
        {
            pipeline.cmd("PUBLISH").arg(channel).arg(payload).ignore();
        }
        let published = batch.len() as u64;
        let answer = pipeline.query_async::<()>(&mut manager).await;
        // Given back only now: until then the messages are in memory, and their copies in the pipeline too.
        batch.clear();
        match answer {
            Ok(()) => metrics::counter!("helpline_relay_published_total").increment(published),
            Err(error) => {
                metrics::counter!("helpline_relay_dropped_total").increment(published);
                tracing::debug!(cause = %error, "a Redis pipeline failed; its frames are left to the sweep");
            }
        }
    }
}
