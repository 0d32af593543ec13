//! The publishing half of the relay: sends queued payloads to Redis in pipelines. The queue and the
//! time to wait for Redis are bounded, so an unreachable or frozen Redis delays no caller.
//!
//! A payload is sent immediately if the last pipeline was sent more than [`limits::RELAY_PACE_MS`]
//! ago. Under load, payloads that are queued within this time are sent together. One pipeline costs
//! each process involved one wake-up and one read or write, instead of one per payload.

use std::sync::Arc;
use std::time::Duration;

use helpline_core::limits;
use redis::aio::MultiplexedConnection;
use redis::{Pipeline, RedisError, RedisResult};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::backoff::{Backoff, config, io_error, is_too_early};
use super::cause::Cause;
use super::handle::Publication;
use super::sharded_publishing::ShardLines;
use crate::runtime::errors::chain;
use crate::runtime::redis_source::RedisSource;

/// Maximum number of publications in one Redis pipeline.
pub(super) const PIPELINE_MAX: usize = 512;

/// Publishes queued payloads until the instance stops. While publishing fails, `fault_now` contains
/// the reason.
pub(super) async fn run(
    source: Arc<RedisSource>,
    mut outgoing: mpsc::Receiver<Publication>,
    fault_now: Arc<Cause>,
    stop: CancellationToken,
) {
    let mut way = if source.is_sharded() {
        Way::Sharded(ShardLines::new(source))
    } else {
        Way::Classic(Line::new(source))
    };
    let mut batch = Vec::with_capacity(PIPELINE_MAX);
    let mut next = Instant::now();
    loop {
        // Cancel-safe: `recv_many` takes nothing from the queue unless it completes.
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
        let (published, fault) = way.publish(&batch).await;
        let dropped = batch.len() - published;
        // Release the byte budget only after publishing, because the payloads and their copies in
        // the pipeline use memory until then.
        batch.clear();
        if published > 0 {
            metrics::counter!("helpline_relay_published_total").increment(published as u64);
        }
        match &fault {
            None => fault_now.now(None),
            Some(error) if !is_too_early(error) => fault_now.now(Some(chain(error))),
            Some(_) => {}
        }
        if let Some(error) = fault {
            metrics::counter!("helpline_relay_dropped_total").increment(dropped as u64);
            tracing::debug!(cause = %error, "a Redis pipeline failed; the sweep delivers its events");
        }
    }
}

/// How payloads are published: classic or sharded pub/sub.
enum Way {
    /// The payloads are published over one connection, and the server delivers them to all
    /// subscribers.
    Classic(Line),
    /// In a Redis Cluster, each payload is published to the master that owns the slot of its
    /// channel.
    Sharded(ShardLines),
}

impl Way {
    /// Publishes a batch. Returns how many payloads were published, and the error if some were not.
    async fn publish(&mut self, batch: &[Publication]) -> (usize, Option<RedisError>) {
        let line = match self {
            Self::Sharded(lines) => return lines.publish(batch).await,
            Self::Classic(line) => line,
        };
        let mut pipeline = redis::pipe();
        for Publication {
            channel, payload, ..
        } in batch
        {
            pipeline.cmd("PUBLISH").arg(channel).arg(payload).ignore();
        }
        match line.publish(&pipeline).await {
            Ok(()) => (batch.len(), None),
            Err(error) => (0, Some(error)),
        }
    }
}

/// The connection to Redis for publishing with classic pub/sub.
struct Line {
    source: Arc<RedisSource>,
    open: Option<MultiplexedConnection>,
    /// The generation of `source` (it increases after a suspected failover) when the connection was
    /// opened. If `source` has a newer generation, the connection must be opened again.
    generation: u64,
    backoff: Backoff,
}

impl Line {
    fn new(source: Arc<RedisSource>) -> Self {
        Self {
            source,
            open: None,
            generation: 0,
            backoff: Backoff::default(),
        }
    }

    /// Publishes a pipeline. If an already open connection fails, except by a timeout, retries once
    /// on a new connection. A payload may then be received twice, which is harmless.
    async fn publish(&mut self, pipeline: &Pipeline) -> RedisResult<()> {
        let is_old = self.open.is_some();
        let first = self.try_publish(pipeline).await;
        match first {
            Err(error) if is_old && !error.is_timeout() => self.try_publish(pipeline).await,
            other => other,
        }
    }

    async fn try_publish(&mut self, pipeline: &Pipeline) -> RedisResult<()> {
        let mut connection = self.connection().await?;
        let answer = pipeline.query_async::<()>(&mut connection).await;
        if answer.is_err() {
            self.open = None;
        }
        answer
    }

    async fn connection(&mut self) -> RedisResult<MultiplexedConnection> {
        let generation = self.source.generation();
        if let Some(open) = &self.open
            && self.generation == generation
        {
            return Ok(open.clone());
        }
        self.open = None;
        self.backoff.check()?;
        let config = config();
        let connecting = async {
            let client = self.source.client().await?;
            client
                .get_multiplexed_async_connection_with_config(&config)
                .await
        };
        let timeout = Duration::from_millis(limits::RELAY_PROBE_TIMEOUT_MS);
        let connected = tokio::time::timeout(timeout, connecting)
            .await
            .unwrap_or_else(|_| Err(io_error("no answer in time")));
        let open = self.backoff.learn(connected)?;
        self.generation = generation;
        Ok(self.open.insert(open).clone())
    }
}
