//! Out: what waits is published as one pipeline. Redis away or frozen delays no caller: the queue is bounded, and so is the wait.
//! Pipelines keep a pace: the first after a pause leaves at once; under load, what comes within [`limits::RELAY_PACE_MS`] travels together
//! and costs this instance, Redis and the others one wake-up, one read and one write instead of one each.

use std::sync::Arc;
use std::time::Duration;

use helpline_core::limits;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Pipeline, RedisError, RedisResult};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::handle::Publication;
use crate::runtime::redis_source::RedisSource;

/// Publications of one pipeline.
pub(super) const PIPELINE_MAX: usize = 512;
/// Before the second attempt to connect; doubled until [`limits::RELAY_BACKOFF_MS_MAX`].
const BACKOFF_MS: u64 = 50;

pub(super) async fn run(
    source: Arc<RedisSource>,
    mut outgoing: mpsc::Receiver<Publication>,
    stop: CancellationToken,
) {
    let mut line = Line::new(source);
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
        let answer = line.publish(&pipeline).await;
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

/// The connection that is published over.
struct Line {
    source: Arc<RedisSource>,
    open: Option<MultiplexedConnection>,
    /// The source's when it was opened.
    generation: u64,
    /// No attempt to connect before this.
    retry_at: Instant,
    backoff_ms: u64,
}

impl Line {
    fn new(source: Arc<RedisSource>) -> Self {
        Self {
            source,
            open: None,
            generation: 0,
            retry_at: Instant::now(),
            backoff_ms: BACKOFF_MS,
        }
    }

    /// Publishes; once more where Redis had gone since the last time. A second copy of what arrived before the end does no harm.
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
        if Instant::now() < self.retry_at {
            return Err(io_error("Redis is away"));
        }
        let timeout = Duration::from_millis(limits::RELAY_PROBE_TIMEOUT_MS);
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(timeout))
            .set_response_timeout(Some(timeout));
        let connecting = async {
            let client = self.source.client().await?;
            client
                .get_multiplexed_async_connection_with_config(&config)
                .await
        };
        let connected = tokio::time::timeout(timeout, connecting)
            .await
            .unwrap_or_else(|_| Err(io_error("no answer in time")));
        match connected {
            Ok(open) => {
                (self.generation, self.backoff_ms) = (generation, BACKOFF_MS);
                Ok(self.open.insert(open).clone())
            }
            Err(error) => {
                self.retry_at = Instant::now() + Duration::from_millis(self.backoff_ms);
                self.backoff_ms = (self.backoff_ms * 2).min(limits::RELAY_BACKOFF_MS_MAX);
                Err(error)
            }
        }
    }
}

fn io_error(what: &'static str) -> RedisError {
    RedisError::from((redis::ErrorKind::Io, what))
}
