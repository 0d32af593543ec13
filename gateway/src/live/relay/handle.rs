//! The relay's interface for other modules. It publishes messages, and joins and leaves channels. A
//! module that publishes never waits for Redis.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use helpline_core::actor::Audience;
use helpline_core::ids::{TicketId, UserId};
use helpline_core::limits;
use helpline_core::protocol::{RelayFrame, TicketViewers};
use helpline_persistence::epoch::{Epoch, Origin};
use parking_lot::RwLock;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::channels::Channels;
use super::heard::HeardInstances;
use crate::live::frames::{EncodedEvent, Ephemeral};
use crate::runtime::byte_budget::{ByteBudget, HeldBytes};
use crate::runtime::queue_depth::QueueDepth;
use crate::runtime::redis_source::RedisSource;

/// How this instance exchanges messages with other instances.
pub enum Relay {
    /// No messages are exchanged, because this is the only instance.
    Alone,
    /// Messages are exchanged through Redis pub/sub.
    Redis(Redis),
}

/// The sending ends of the queues to the two Redis tasks, publisher and subscriber.
pub struct Redis {
    pub(super) instance: Uuid,
    /// The operator's prefix for Redis channel names (`--redis-prefix`), if set.
    prefix: Option<String>,
    /// The channel names for the current database. When they change, the subscriber switches to the
    /// new channels within [`limits::RELAY_RECONCILE_MS`].
    channels: RwLock<Arc<Channels>>,
    outgoing: mpsc::Sender<Publication>,
    outgoing_bytes: Arc<ByteBudget>,
    commands: mpsc::Sender<SubscriptionCommand>,
    /// Whether this instance has recently received its own probe (a test message to itself). If so,
    /// both publishing and receiving work.
    up: Arc<AtomicBool>,
    heard: HeardInstances,
}

/// A payload that is to be published on a channel.
pub(super) struct Publication {
    pub(super) channel: String,
    pub(super) payload: String,
    /// The payload's share of the byte budget for queued payloads. The share is released when the
    /// payload is published or dropped.
    pub(super) _held: HeldBytes,
}

/// A command to the subscriber that changes the subscribed channels.
pub(super) enum SubscriptionCommand {
    /// Subscribe to the channel. If a `Sender` is given, it reports that Redis has confirmed the
    /// subscription.
    Join(String, Option<oneshot::Sender<()>>),
    /// Unsubscribe from the channel.
    Leave(String),
}

/// The receiving ends of the queues to the two Redis tasks, publisher and subscriber.
/// [`super::start`] passes them to the tasks.
pub struct RelayEnds {
    pub(super) source: Arc<RedisSource>,
    pub(super) outgoing: mpsc::Receiver<Publication>,
    pub(super) commands: mpsc::Receiver<SubscriptionCommand>,
    pub(super) up: Arc<AtomicBool>,
}

/// Functions for tests, in which no Redis task reads the queues.
#[cfg(test)]
impl RelayEnds {
    /// Returns everything that was published since the last call, as pairs of channel and frame.
    pub(in crate::live) fn published(&mut self) -> Vec<(String, serde_json::Value)> {
        let publications = std::iter::from_fn(|| self.outgoing.try_recv().ok());
        let read = |Publication {
                        channel, payload, ..
                    }| {
            let json = payload
                .splitn(3, ' ')
                .nth(2)
                .expect("sender, origin, frame");
            (
                channel,
                serde_json::from_str(json).expect("frames are JSON"),
            )
        };
        publications.map(read).collect()
    }

    /// Confirms all queued subscriptions as Redis would. Returns how many subscriptions it
    /// confirmed.
    pub(in crate::live) fn confirm_joins(&mut self) -> usize {
        let mut joins = 0;
        while let Ok(command) = self.commands.try_recv() {
            if let SubscriptionCommand::Join(_, confirmed) = command {
                joins += 1;
                confirmed.map(|confirmed| confirmed.send(()));
            }
        }
        joins
    }

    /// Drops all queued subscriptions without confirming them, as happens while Redis is
    /// unreachable.
    pub(in crate::live) fn lose_joins(&mut self) {
        while self.commands.try_recv().is_ok() {}
    }
}

impl Relay {
    /// Creates the relay of a single instance, which sends no messages. This is the default.
    pub const fn alone() -> Self {
        Self::Alone
    }

    /// Creates a relay that uses the Redis servers of `source`. Channel names begin with `prefix`
    /// or, without one, with the database's name. Connections are opened only in [`super::start`].
    pub fn redis(
        instance: Uuid,
        source: RedisSource,
        prefix: Option<String>,
        (epoch, origin): (&Epoch, &Origin),
    ) -> (Self, RelayEnds) {
        let (outgoing, outgoing_end) = mpsc::channel(limits::RELAY_QUEUE_MAX);
        let (commands, commands_end) = mpsc::channel(limits::RELAY_QUEUE_MAX);
        let up = Arc::new(AtomicBool::new(false));
        let ends = RelayEnds {
            source: Arc::new(source),
            outgoing: outgoing_end,
            commands: commands_end,
            up: Arc::clone(&up),
        };
        let channels = RwLock::new(Arc::new(Channels::of(prefix.as_deref(), epoch, origin)));
        (
            Self::Redis(Redis {
                instance,
                prefix,
                channels,
                outgoing,
                outgoing_bytes: ByteBudget::new(limits::RELAY_QUEUE_BYTES_MAX),
                commands,
                up,
                heard: HeardInstances::default(),
            }),
            ends,
        )
    }

    /// Whether messages are delivered through Redis at present. `None` if this is the only
    /// instance.
    pub fn is_up(&self) -> Option<bool> {
        match self {
            Self::Alone => None,
            Self::Redis(redis) => Some(redis.up.load(Ordering::Relaxed)),
        }
    }

    /// Sets the database that this instance reads from. After this call, this instance exchanges
    /// messages only with instances that use the same database.
    pub(crate) fn observe(&self, epoch: &Epoch, origin: &Origin) {
        if let Self::Redis(redis) = self {
            let now = Channels::of(redis.prefix.as_deref(), epoch, origin);
            if **redis.channels.read() != now {
                *redis.channels.write() = Arc::new(now);
            }
        }
    }

    /// Publishes an event to the instances that have a room for the ticket. Instances with agent
    /// consoles get only the ticket and the event's number, on the inbox channel.
    pub(crate) fn publish_event(&self, event: &EncodedEvent) {
        if let Self::Redis(redis) = self {
            let channels = redis.channels();
            redis.publish(
                &channels,
                channels.ticket(event.ticket),
                &RelayFrame::Event(event.to_relay()),
            );
            redis.publish(
                &channels,
                channels.inbox(event.ticket),
                &RelayFrame::Moved {
                    ticket: event.ticket,
                    seq: event.seq,
                },
            );
        }
    }

    /// Publishes a frame that is not part of the history to the instances that have a room for the
    /// ticket.
    pub(crate) fn publish_state(&self, ticket: TicketId, frame: &RelayFrame) {
        if let Self::Redis(redis) = self {
            let channels = redis.channels();
            redis.publish(&channels, channels.ticket(ticket), frame);
        }
    }

    /// Publishes an already encoded frame to the members of the ticket's rooms on other instances.
    pub(crate) fn publish_ephemeral<F>(
        &self,
        ticket: TicketId,
        except: Option<UserId>,
        news: &Ephemeral<F>,
    ) where
        F: Fn(Audience) -> Option<Utf8Bytes>,
    {
        if let Self::Redis(redis) = self {
            let (staff, customer) = (
                news.to_relay(Audience::Staff),
                news.to_relay(Audience::Customer),
            );
            let channels = redis.channels();
            redis.publish(
                &channels,
                channels.ticket(ticket),
                &RelayFrame::Ephemeral {
                    ticket,
                    except,
                    staff,
                    customer,
                },
            );
        }
    }

    /// Publishes which staff on this instance have these tickets open (the viewers) to instances
    /// that have agent consoles.
    pub(crate) fn publish_viewers(&self, tickets: Vec<TicketViewers>) {
        let Self::Redis(redis) = self else { return };
        let channels = redis.channels();
        let mut by_channel = BTreeMap::<_, Vec<_>>::new();
        for of_ticket in tickets {
            let channel = channels.inbox(of_ticket.ticket);
            by_channel.entry(channel).or_default().push(of_ticket);
        }
        for (channel, tickets) in by_channel {
            for some in tickets.chunks(limits::PRESENCE_FRAME_TICKETS_MAX) {
                let frame = RelayFrame::InboxPresence {
                    from: redis.instance,
                    tickets: some.to_vec(),
                    ask: false,
                };
                redis.publish(&channels, channel.clone(), &frame);
            }
        }
    }

    /// Requests the viewers (staff who have a ticket open) of all tickets from all other instances.
    pub(crate) fn ask_for_viewers(&self) {
        if let Self::Redis(redis) = self {
            let channels = redis.channels();
            redis.publish(
                &channels,
                channels.access_status(),
                &RelayFrame::InboxPresence {
                    from: redis.instance,
                    tickets: Vec::new(),
                    ask: true,
                },
            );
        }
    }

    /// Publishes that these people's roles changed, so that all instances check their connections.
    pub(crate) fn publish_access_changed(&self, users: &[UserId]) {
        if let Self::Redis(redis) = self {
            let channels = redis.channels();
            redis.publish(
                &channels,
                channels.access_status(),
                &RelayFrame::AccessStatus {
                    users: users.to_vec(),
                },
            );
        }
    }

    /// Publishes the id under which this instance is registered in the database. An instance that
    /// receives the id knows that relay messages from this instance reach it.
    pub(crate) fn introduce(&self, id: Uuid) {
        if let Self::Redis(redis) = self {
            let channels = redis.channels();
            redis.publish(
                &channels,
                channels.access_status(),
                &RelayFrame::Instance { id },
            );
        }
    }

    /// Records that a message from the instance with this id has just been received.
    pub(crate) fn record_heard(&self, id: Uuid) {
        if let Self::Redis(redis) = self {
            redis.heard.record(id);
        }
    }

    /// Whether a message from the instance with this id was received within the last
    /// [`limits::INSTANCE_LATELY_MS`].
    pub(crate) fn has_heard(&self, id: Uuid) -> bool {
        match self {
            Self::Alone => false,
            Self::Redis(redis) => redis.heard.lately(id),
        }
    }

    /// The number of payloads that are queued to be published.
    pub fn waiting(&self) -> QueueDepth {
        match self {
            Self::Alone => QueueDepth::none(),
            Self::Redis(redis) => QueueDepth::of(&redis.outgoing),
        }
    }

    /// Subscribes to a ticket's channel. Returns when Redis has confirmed, or after 250 ms. Until
    /// Redis confirms, events of other instances are found by the sweep (the periodic database
    /// poll).
    pub(crate) async fn join(&self, ticket: TicketId) {
        let Self::Redis(redis) = self else { return };
        let (confirmed, confirmation) = oneshot::channel();
        if !redis.command(SubscriptionCommand::Join(
            redis.channels().ticket(ticket),
            Some(confirmed),
        )) {
            return;
        }
        let waited = tokio::time::timeout(
            Duration::from_millis(limits::RELAY_CONFIRM_MS),
            confirmation,
        )
        .await;
        if !matches!(waited, Ok(Ok(()))) {
            metrics::counter!("helpline_relay_unconfirmed_joins_total").increment(1);
        }
    }

    /// Unsubscribes from a ticket's channel.
    pub(crate) fn leave(&self, ticket: TicketId) {
        if let Self::Redis(redis) = self {
            redis.command(SubscriptionCommand::Leave(redis.channels().ticket(ticket)));
        }
    }

    /// Subscribes to all inbox channels (updates for the ticket lists of agent consoles), or
    /// unsubscribes from them.
    pub(crate) fn watch_inboxes(&self, watch: InboxWatch) {
        if let Self::Redis(redis) = self {
            for channel in redis.channels().inboxes() {
                redis.command(match watch {
                    InboxWatch::On => SubscriptionCommand::Join(channel, None),
                    InboxWatch::Off => SubscriptionCommand::Leave(channel),
                });
            }
        }
    }

    /// Returns a receiver that completes when Redis has confirmed all subscriptions to inbox
    /// channels (updates for ticket lists) requested so far. The receiver fails if Redis cannot be
    /// reached. Returns `None` if this is the only instance.
    pub(crate) fn confirm_inboxes(&self) -> Option<oneshot::Receiver<()>> {
        let Self::Redis(redis) = self else {
            return None;
        };
        let (confirmed, confirmation) = oneshot::channel();
        // Commands are processed in order, so the confirmation of the last inbox channel means that
        // Redis has confirmed all inbox channels.
        let last = redis.channels().inboxes().last()?;
        redis.command(SubscriptionCommand::Join(last, Some(confirmed)));
        Some(confirmation)
    }
}

/// Whether this instance needs the inbox channels (Redis channels with updates for ticket lists),
/// which it does while agent consoles are connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InboxWatch {
    On,
    Off,
}

impl Redis {
    pub(super) fn channels(&self) -> Arc<Channels> {
        Arc::clone(&self.channels.read())
    }

    pub(super) fn publish(&self, channels: &Channels, channel: String, frame: &RelayFrame) {
        let payload = channels.payload(self.instance, frame);
        let held = self.outgoing_bytes.take(channel.len() + payload.len());
        let taken = held.is_some_and(|held| {
            let publication = Publication {
                channel,
                payload,
                _held: held,
            };
            self.outgoing.try_send(publication).is_ok()
        });
        if !taken {
            // The queue is full, because Redis is down or frozen. Dropping the message is safe:
            // other instances find a dropped event in the database with their sweep.
            metrics::counter!("helpline_relay_dropped_total").increment(1);
        }
    }

    fn command(&self, command: SubscriptionCommand) -> bool {
        let taken = self.commands.try_send(command).is_ok();
        if !taken {
            metrics::counter!("helpline_relay_dropped_total").increment(1);
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RedisServers;

    #[test]
    fn a_frozen_redis_costs_no_more_memory_with_large_events_than_with_small_ones() {
        let epoch = Epoch::new("6f3a-4000-1-1-0".to_owned());
        let client = redis::Client::open("redis://unused").expect("an address");
        let source = RedisSource::new(RedisServers::One(Box::new(client)));
        let origin = Origin::new(&epoch, 7);
        let (relay, mut ends) = Relay::redis(Uuid::from_u128(1), source, None, (&epoch, &origin));
        let users: Vec<_> = (0..2_000)
            .map(|n| UserId::new(Uuid::from_u128(n)))
            .collect();
        let publish_until_full = |ends: &mut RelayEnds| {
            for _ in 0..450 {
                relay.publish_access_changed(&users);
            }
            let published = std::iter::from_fn(|| ends.outgoing.try_recv().ok());
            published.map(|one| one.payload.len()).sum::<usize>()
        };
        let bytes = publish_until_full(&mut ends);
        assert!(
            (limits::RELAY_QUEUE_BYTES_MAX / 2..=limits::RELAY_QUEUE_BYTES_MAX).contains(&bytes),
            "{bytes} bytes wait"
        );
        assert_eq!(
            publish_until_full(&mut ends),
            bytes,
            "the budget is free again"
        );
    }
}
