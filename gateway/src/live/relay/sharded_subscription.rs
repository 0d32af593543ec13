//! Subscribing with sharded pub/sub in a Redis Cluster: one connection to each master that owns
//! partitions, and one queue for the messages of all masters. The whole subscription ends when a
//! connection ends, when a master no longer owns a slot, or when the queue is full. The next
//! subscription reads the cluster's topology again, and the sweep finds missed events in the
//! database.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use helpline_core::limits;
use parking_lot::Mutex;
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ProtocolVersion, PushInfo, PushKind, RedisError, RedisResult,
    Value,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::cause::Cause;
use super::channels::partition_of;
use crate::runtime::byte_budget::{ByteBudget, HeldBytes};
use crate::runtime::errors::chain;
use crate::runtime::redis_topology::{Topology, of_master};

/// Maximum number of commands in one Redis pipeline.
const PIPELINE_MAX: usize = 500;

/// A received message, from any master of the cluster.
pub(super) struct ShardMessage {
    pub(super) channel: String,
    pub(super) payload: Vec<u8>,
    _held: HeldBytes,
}

/// The receiving half of a sharded subscription.
pub(super) struct ShardStream {
    messages: mpsc::Receiver<ShardMessage>,
    ended: CancellationToken,
}

impl ShardStream {
    /// Returns the next message, or `None` if the subscription has ended. Cancel-safe: `select!`
    /// waits only for a channel receiver and a cancellation token.
    pub(super) async fn next(&mut self) -> Option<ShardMessage> {
        tokio::select! {
            biased;
            () = self.ended.cancelled() => None,
            message = self.messages.recv() => message,
        }
    }
}

/// The half of a sharded subscription that sends subscribe and unsubscribe commands.
pub(super) struct ShardSink {
    topology: Topology,
    /// One connection per master of the Redis Cluster, in the order of [`Topology::masters`].
    connections: Vec<(MultiplexedConnection, Arc<Inbound>)>,
    ended: CancellationToken,
}

/// Handles what Redis pushes on one connection. The Redis library calls this from its own task, so
/// the code must only enqueue and never wait.
struct Inbound {
    messages: mpsc::Sender<ShardMessage>,
    /// The byte budget for the queued messages of all connections together.
    bytes: Arc<ByteBudget>,
    /// The number of SUNSUBSCRIBE commands per channel that Redis has not confirmed. If Redis
    /// reports an unsubscribe without such a command, the channel's slot has migrated.
    leaving: Mutex<HashMap<Vec<u8>, usize>>,
    cause: Arc<Cause>,
    ended: CancellationToken,
}

/// Connects to each master and subscribes to these channels. Also returns one partition (a
/// group of channels) per master. When the subscription ends later, the reason is stored in
/// `cause`.
///
/// # Errors
/// If a master cannot be used or no longer owns a slot.
pub(super) async fn connect(
    topology: Topology,
    channels: &[String],
    cause: &Arc<Cause>,
) -> RedisResult<(ShardSink, ShardStream, Vec<u32>)> {
    let (messages, received) = mpsc::channel(limits::RELAY_QUEUE_MAX);
    let bytes = ByteBudget::new(limits::RELAY_QUEUE_BYTES_MAX);
    let ended = CancellationToken::new();
    let connecting = topology.masters().iter().map(|master| {
        let inbound = Arc::new(Inbound {
            messages: messages.clone(),
            bytes: Arc::clone(&bytes),
            leaving: Mutex::default(),
            cause: Arc::clone(cause),
            ended: ended.clone(),
        });
        connect_one(master, inbound)
    });
    let connections = try_join_all(connecting).await?;
    let partitions = topology.one_partition_each();
    let mut sink = ShardSink {
        topology,
        connections,
        ended: ended.clone(),
    };
    sink.change(&[], channels).await?;
    let stream = ShardStream {
        messages: received,
        ended,
    };
    Ok((sink, stream, partitions))
}

async fn connect_one(
    master: &Client,
    inbound: Arc<Inbound>,
) -> RedisResult<(MultiplexedConnection, Arc<Inbound>)> {
    let info = master.get_connection_info().clone();
    // RESP3 is required to receive messages and command responses on one connection.
    let settings = info
        .redis_settings()
        .clone()
        .set_protocol(ProtocolVersion::RESP3);
    let timeout = Duration::from_millis(limits::RELAY_PROBE_TIMEOUT_MS);
    let receiver = Arc::clone(&inbound);
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(timeout))
        .set_response_timeout(Some(timeout))
        .set_push_sender(move |push| {
            receiver.take(push);
            Ok::<_, RedisError>(())
        });
    let connection = Client::open(info.set_redis_settings(settings))?
        .get_multiplexed_async_connection_with_config(&config)
        .await
        .map_err(|fault| of_master(master, &fault))?;
    Ok((connection, inbound))
}

impl ShardSink {
    /// Unsubscribes and subscribes channels, each at the master that owns the channel. An error
    /// ends the whole subscription.
    ///
    /// # Errors
    /// If a master does not confirm or no longer owns a slot.
    pub(super) async fn change(&mut self, leaves: &[String], joins: &[String]) -> RedisResult<()> {
        let by_master = |channels: &[String]| {
            let mut parts = vec![Vec::new(); self.connections.len()];
            for channel in channels {
                let (place, _) = self.topology.owner(partition_of(channel));
                parts[place].push(channel.clone());
            }
            parts
        };
        let parts = by_master(leaves).into_iter().zip(by_master(joins));
        let changes =
            self.connections
                .iter()
                .zip(parts)
                .map(|((connection, inbound), (leaves, joins))| {
                    change_one(connection.clone(), inbound, leaves, joins)
                });
        let changed = try_join_all(changes).await;
        if let Err(error) = &changed {
            if let Some((_, inbound)) = self.connections.first() {
                inbound.cause.first(chain(error));
            }
            self.ended.cancel();
        }
        changed.map(drop)
    }
}

/// Sends a separate command for each channel, because the Redis library expects one response per
/// command.
async fn change_one(
    mut connection: MultiplexedConnection,
    inbound: &Inbound,
    leaves: Vec<String>,
    joins: Vec<String>,
) -> RedisResult<()> {
    inbound.expect_left(&leaves);
    for (command, channels) in [("SUNSUBSCRIBE", leaves), ("SSUBSCRIBE", joins)] {
        for batch in channels.chunks(PIPELINE_MAX) {
            let mut pipeline = redis::pipe();
            for channel in batch {
                pipeline.cmd(command).arg(channel).ignore();
            }
            pipeline.query_async::<()>(&mut connection).await?;
        }
    }
    Ok(())
}

impl Inbound {
    fn expect_left(&self, channels: &[String]) {
        let mut leaving = self.leaving.lock();
        for channel in channels {
            *leaving.entry(channel.clone().into_bytes()).or_default() += 1;
        }
    }

    /// Handles a push message from Redis: a published message, an unsubscribe or a disconnect.
    fn take(&self, PushInfo { kind, data }: PushInfo) {
        let (goes_on, fault) = match kind {
            PushKind::SMessage => (
                self.deliver(data),
                "messages come faster than they are taken",
            ),
            PushKind::SUnsubscribe => (
                self.was_expected(&data),
                "a slot of the cluster moved to another master",
            ),
            PushKind::Disconnection => (false, "a master of the cluster ended the connection"),
            _ => return,
        };
        if goes_on {
            return;
        }
        self.cause.first(fault);
        self.ended.cancel();
    }

    /// Enqueues a published message. Returns false if the queue is full.
    fn deliver(&self, data: Vec<Value>) -> bool {
        let Ok([Value::BulkString(channel), Value::BulkString(payload)]) =
            <[Value; 2]>::try_from(data)
        else {
            return true;
        };
        let Ok(channel) = String::from_utf8(channel) else {
            return true;
        };
        self.bytes
            .take(channel.len() + payload.len())
            .is_some_and(|held| {
                let message = ShardMessage {
                    channel,
                    payload,
                    _held: held,
                };
                self.messages.try_send(message).is_ok()
            })
    }

    /// Whether this unsubscribe confirms one of our own SUNSUBSCRIBE commands. If not, the
    /// channel's slot has migrated.
    fn was_expected(&self, data: &[Value]) -> bool {
        let Some(Value::BulkString(channel)) = data.first() else {
            return true;
        };
        let mut leaving = self.leaving.lock();
        let Some(times) = leaving.get_mut(channel) else {
            return false;
        };
        *times -= 1;
        if *times == 0 {
            leaving.remove(channel);
        }
        true
    }
}
