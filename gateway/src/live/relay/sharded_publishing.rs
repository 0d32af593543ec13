//! Publishing with sharded pub/sub in a Redis Cluster: sends each payload to the master that owns
//! the slot of its channel. Each master gets one pipeline, and all pipelines run concurrently.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use helpline_core::limits;
use redis::aio::MultiplexedConnection;
use redis::{RedisError, RedisResult};

use super::backoff::{Backoff, config, io_error};
use super::channels::partition_of;
use super::handle::Publication;
use crate::runtime::redis_source::RedisSource;
use crate::runtime::redis_topology::{Topology, of_master};

/// The connections for publishing with sharded pub/sub.
pub(super) struct ShardLines {
    source: Arc<RedisSource>,
    open: Option<Lines>,
    /// The generation of `source` (it increases after a suspected failover) when the connections
    /// were opened. If `source` has a newer generation, the connections must be opened again.
    generation: u64,
    backoff: Backoff,
}

struct Lines {
    topology: Topology,
    /// One connection per master of the Redis Cluster, in the order of [`Topology::masters`].
    connections: Vec<MultiplexedConnection>,
}

impl ShardLines {
    pub(super) fn new(source: Arc<RedisSource>) -> Self {
        Self {
            source,
            open: None,
            generation: 0,
            backoff: Backoff::default(),
        }
    }

    /// Publishes a batch. If a slot has migrated or a master was lost since the last call, the
    /// failed payloads are retried once with a newly read topology. A payload may then be received
    /// twice, which is harmless. Returns how many payloads were published, and the error if some
    /// were not.
    pub(super) async fn publish(&mut self, batch: &[Publication]) -> (usize, Option<RedisError>) {
        let is_old = self.open.is_some();
        let (mut left, mut fault) = self.try_publish(batch.iter().collect()).await;
        if is_old
            && fault
                .as_ref()
                .is_some_and(|error: &RedisError| !error.is_timeout())
        {
            (left, fault) = self.try_publish(left).await;
        }
        (batch.len() - left.len(), fault)
    }

    /// Publishes once, without a retry. Returns the payloads that were not published, and the
    /// error.
    async fn try_publish<'a>(
        &mut self,
        publications: Vec<&'a Publication>,
    ) -> (Vec<&'a Publication>, Option<RedisError>) {
        let lines = match self.lines().await {
            Ok(lines) => lines,
            Err(error) => return (publications, Some(error)),
        };
        let mut parts = vec![Vec::new(); lines.connections.len()];
        for publication in publications {
            let (place, _) = lines.topology.owner(partition_of(&publication.channel));
            parts[place].push(publication);
        }
        let publishing = lines
            .connections
            .iter()
            .zip(parts)
            .filter(|(_, part)| !part.is_empty())
            .map(|(connection, part)| publish_part(connection.clone(), part));
        let (mut left, mut fault) = (Vec::new(), None);
        for (part, answer) in join_all(publishing).await {
            if let Err(error) = answer {
                left.extend(part);
                fault = Some(error);
            }
        }
        if fault.is_some() {
            self.open = None;
        }
        (left, fault)
    }

    async fn lines(&mut self) -> RedisResult<&Lines> {
        let generation = self.source.generation();
        if self.generation != generation {
            self.open = None;
        }
        if self.open.is_none() {
            self.backoff.check()?;
            let timeout = Duration::from_millis(limits::RELAY_PROBE_TIMEOUT_MS);
            let opened = tokio::time::timeout(timeout, open(&self.source))
                .await
                .unwrap_or_else(|_| Err(io_error("no answer in time")));
            self.open = Some(self.backoff.learn(opened)?);
            self.generation = generation;
        }
        self.open.as_ref().ok_or_else(|| io_error("Redis is away"))
    }
}

async fn open(source: &RedisSource) -> RedisResult<Lines> {
    let topology = source.topology().await?;
    let config = config();
    let connecting = topology.masters().iter().map(async |master| {
        let connecting = master.get_multiplexed_async_connection_with_config(&config);
        connecting.await.map_err(|fault| of_master(master, &fault))
    });
    let connections = try_join_all(connecting).await?;
    Ok(Lines {
        topology,
        connections,
    })
}

async fn publish_part(
    mut connection: MultiplexedConnection,
    part: Vec<&Publication>,
) -> (Vec<&Publication>, RedisResult<()>) {
    let mut pipeline = redis::pipe();
    for Publication {
        channel, payload, ..
    } in &part
    {
        pipeline.cmd("SPUBLISH").arg(channel).arg(payload).ignore();
    }
    let answer = pipeline.query_async(&mut connection).await;
    (part, answer)
}
