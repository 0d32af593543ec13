//! The relay's interface for the other modules: they publish, join and leave through it, and never
//! wait for Redis.

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

/// How this instance communicates with others.
pub enum Relay {
    /// Not at all: it is the only instance.
    Alone,
    /// Through Redis pub/sub.
    Redis(Redis),
}

/// The sending ends of the queues to the two Redis tasks.
pub struct Redis {
    pub(super) instance: Uuid,
    /// The operator's prefix for channel names, if set.
    prefix: Option<String>,
    /// The channels of the database that answered last. When they change, the subscriptions follow
    /// within [`limits::RELAY_RECONCILE_MS`].
    channels: RwLock<Arc<Channels>>,
    outgoing: mpsc::Sender<Publication>,
    outgoing_bytes: Arc<ByteBudget>,
    commands: mpsc::Sender<SubscriptionCommand>,
    /// Whether a probe came back recently, which proves that messages are sent and received.
    up: Arc<AtomicBool>,
    heard: HeardInstances,
}

/// A payload that waits to be published on a channel.
pub(super) struct Publication {
    pub(super) channel: String,
    pub(super) payload: String,
    /// The payload's share of the byte budget, released when it is published or dropped.
    pub(super) _held: HeldBytes,
}

/// A change of the subscribed channels.
pub(super) enum SubscriptionCommand {
    /// Subscribe, and signal when Redis has confirmed it.
    Join(String, Option<oneshot::Sender<()>>),
    /// Unsubscribe.
    Leave(String),
}

/// The receiving ends of the queues, for [`super::start`].
pub struct RelayEnds {
    pub(super) source: Arc<RedisSource>,
    pub(super) outgoing: mpsc::Receiver<Publication>,
    pub(super) commands: mpsc::Receiver<SubscriptionCommand>,
    pub(super) up: Arc<AtomicBool>,
}

/// Replaces Redis in tests.
#[cfg(test)]
impl RelayEnds {
    /// Takes everything published since the last call: channels and frames.
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

    /// Confirms all queued joins. Returns how many there were.
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

    /// Drops all queued joins, as happens while Redis is unreachable.
    pub(in crate::live) fn lose_joins(&mut self) {
        while self.commands.try_recv().is_ok() {}
    }
}

impl Relay {
    /// The embedded default, without other instances.
    pub const fn alone() -> Self {
        Self::Alone
    }

    /// Communicates through the Redis servers of `source`. Channel names begin with `prefix`, or
    /// with the database's name. Does not connect before [`super::start`].
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

    /// Whether messages flow. `None` if this is the only instance.
    pub fn is_up(&self) -> Option<bool> {
        match self {
            Self::Alone => None,
            Self::Redis(redis) => Some(redis.up.load(Ordering::Relaxed)),
        }
    }

    /// Sets the database that answered last. From now on only messages of instances on that
    /// database are published and received.
    pub(crate) fn observe(&self, epoch: &Epoch, origin: &Origin) {
        if let Self::Redis(redis) = self {
            let now = Channels::of(redis.prefix.as_deref(), epoch, origin);
            if **redis.channels.read() != now {
                *redis.channels.write() = Arc::new(now);
            }
        }
    }

    /// Publishes an event to instances with the ticket's room, and its number to instances with
    /// consoles.
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

    /// Publishes a frame that is not part of the history, to instances with the ticket's room.
    pub(crate) fn publish_state(&self, ticket: TicketId, frame: &RelayFrame) {
        if let Self::Redis(redis) = self {
            let channels = redis.channels();
            redis.publish(&channels, channels.ticket(ticket), frame);
        }
    }

    /// Publishes the encoded frames that this instance's members received.
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

    /// Publishes this instance's viewers of these tickets to instances with consoles.
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

    /// Requests every instance's viewers of all tickets.
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

    /// Publishes that these people's roles changed.
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

    /// Publishes the id under which this instance is registered in the database, so that the
    /// receivers know that the relay connects them.
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

    /// Records that a message from the instance with this id has just arrived.
    pub(crate) fn record_heard(&self, id: Uuid) {
        if let Self::Redis(redis) = self {
            redis.heard.record(id);
        }
    }

    /// Whether a message from the instance with this id arrived within
    /// [`limits::INSTANCE_LATELY_MS`].
    pub(crate) fn has_heard(&self, id: Uuid) -> bool {
        match self {
            Self::Alone => false,
            Self::Redis(redis) => redis.heard.lately(id),
        }
    }

    /// The number of payloads that wait to be published.
    pub fn waiting(&self) -> QueueDepth {
        match self {
            Self::Alone => QueueDepth::none(),
            Self::Redis(redis) => QueueDepth::of(&redis.outgoing),
        }
    }

    /// Subscribes to a ticket's channel. Returns when Redis has confirmed, or after 250 ms. Until
    /// Redis confirms, the sweep delivers.
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

    /// Subscribes to every inbox channel, or unsubscribes from them.
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

    /// The receiver completes when all inbox channels requested so far are subscribed, and fails if
    /// Redis cannot be reached. Returns `None` if this is the only instance.
    pub(crate) fn confirm_inboxes(&self) -> Option<oneshot::Receiver<()>> {
        let Self::Redis(redis) = self else {
            return None;
        };
        let (confirmed, confirmation) = oneshot::channel();
        // Commands run in order, so confirming the last one confirms them all.
        let last = redis.channels().inboxes().last()?;
        redis.command(SubscriptionCommand::Join(last, Some(confirmed)));
        Some(confirmation)
    }
}

/// Whether consoles on this instance follow the inbox.
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
            // The queue is full, because Redis is down or frozen. Not fatal: the sweep of the other
            // instances finds the event.
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
