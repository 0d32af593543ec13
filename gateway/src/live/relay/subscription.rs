//! The subscription to Redis. It is one connection that uses SUBSCRIBE or, in a cluster, one
//! connection to each master that uses SSUBSCRIBE ([`super::sharded_subscription`]).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use helpline_core::limits;
use redis::aio::{PubSubSink, PubSubStream};
use redis::{ErrorKind, RedisError, RedisResult};
use tokio::sync::{mpsc, oneshot};

use super::cause::Cause;
use super::sharded_subscription::{self, ShardMessage, ShardSink, ShardStream};
use crate::runtime::errors::chain;
use crate::runtime::redis_source::RedisSource;

/// Maximum number of channels in one SUBSCRIBE command.
pub(super) const JOIN_BATCH: usize = 500;

/// An open subscription to the requested channels.
pub(super) struct Subscription {
    pub(super) sink: Sink,
    /// The reason why the subscription ended, if its sink or its stream has stored one.
    pub(super) cause: Arc<Cause>,
    pub(super) stream: Stream,
    /// One partition (group of channels) for each connection. Probes (test messages) in all these
    /// partitions together test every connection.
    pub(super) probe_partitions: Vec<u32>,
}

/// Connects to Redis and subscribes to these channels.
///
/// # Errors
/// If Redis cannot be used, or does not confirm within [`limits::RELAY_PROBE_TIMEOUT_MS`].
pub(super) async fn connect(
    source: &RedisSource,
    listening: &BTreeSet<String>,
) -> RedisResult<Subscription> {
    let channels: Vec<_> = listening.iter().cloned().collect();
    let cause = Arc::<Cause>::default();
    let connecting = async {
        if source.is_sharded() {
            let topology = source.topology().await?;
            let (sink, stream, probe_partitions) =
                sharded_subscription::connect(topology, &channels, &cause).await?;
            return Ok(Subscription {
                sink: Sink::Sharded(sink),
                cause,
                stream: Stream::Sharded(stream),
                probe_partitions,
            });
        }
        let client = source.client().await?;
        let (mut sink, stream) = client.get_async_pubsub().await?.split();
        for batch in channels.chunks(JOIN_BATCH) {
            sink.subscribe(batch).await?;
        }
        Ok(Subscription {
            sink: Sink::Classic(sink),
            cause,
            stream: Stream::Classic(stream),
            probe_partitions: vec![0],
        })
    };
    let timeout = Duration::from_millis(limits::RELAY_PROBE_TIMEOUT_MS);
    tokio::time::timeout(timeout, connecting)
        .await
        .map_err(|_| RedisError::from((ErrorKind::Io, "no answer in time")))?
}

/// Subscribe and unsubscribe commands that are sent to Redis together.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) joins: Vec<String>,
    pub(super) leaves: Vec<String>,
    pub(super) confirmations: Vec<oneshot::Sender<()>>,
}

/// The half of a subscription that sends subscribe and unsubscribe commands.
pub(super) enum Sink {
    Classic(PubSubSink),
    Sharded(ShardSink),
}

impl Sink {
    /// Sends batches of commands to Redis in order, and signals the waiting callers when Redis has
    /// confirmed. This runs in a separate task, so that the subscriber's loop can keep receiving
    /// messages. An error ends the connection, and the next connection subscribes to the channels
    /// that are wanted at that time.
    pub(super) async fn carry_out(mut self, mut batches: mpsc::Receiver<Batch>, cause: Arc<Cause>) {
        while let Some(Batch {
            joins,
            leaves,
            confirmations,
        }) = batches.recv().await
        {
            if let Err(error) = self.change(&leaves, &joins).await {
                cause.first(chain(&error));
                return;
            }
            for confirmed in confirmations {
                let _ = confirmed.send(());
            }
        }
    }

    async fn change(&mut self, leaves: &[String], joins: &[String]) -> RedisResult<()> {
        match self {
            Self::Classic(sink) => {
                if !leaves.is_empty() {
                    sink.unsubscribe(leaves).await?;
                }
                if !joins.is_empty() {
                    sink.subscribe(joins).await?;
                }
                Ok(())
            }
            Self::Sharded(sink) => sink.change(leaves, joins).await,
        }
    }
}

/// The half of a subscription that receives messages.
pub(super) enum Stream {
    Classic(PubSubStream),
    Sharded(ShardStream),
}

impl Stream {
    /// Returns the next message, or `None` if the subscription has ended. Cancel-safe: no message
    /// is lost.
    pub(super) async fn next(&mut self) -> Option<Message> {
        match self {
            Self::Classic(stream) => stream.next().await.map(Message::Classic),
            Self::Sharded(stream) => stream.next().await.map(Message::Sharded),
        }
    }
}

/// A message from a classic or a sharded subscription.
pub(super) enum Message {
    Classic(redis::Msg),
    Sharded(ShardMessage),
}

impl Message {
    pub(super) fn channel(&self) -> &str {
        match self {
            Self::Classic(message) => message.get_channel_name(),
            Self::Sharded(message) => &message.channel,
        }
    }

    pub(super) fn payload(&self) -> &[u8] {
        match self {
            Self::Classic(message) => message.get_payload_bytes(),
            Self::Sharded(message) => &message.payload,
        }
    }
}
