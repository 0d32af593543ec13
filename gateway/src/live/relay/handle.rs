//! What the other parts hold of the relay: they publish, join and leave through it, and never wait for Redis.

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

/// How this instance is joined to others.
pub enum Relay {
    /// Not at all.
    Alone,
    /// Through Redis.
    Redis(Redis),
}

/// The queues of the two tasks that speak with Redis.
pub struct Redis {
    pub(super) instance: Uuid,
    /// What every channel name begins with, where the operator says so.
    prefix: Option<String>,
    /// The channels of the database that answered last; they change with it, and what is listened to follows within
    /// [`limits::RELAY_RECONCILE_MS`].
    channels: RwLock<Arc<Channels>>,
    outgoing: mpsc::Sender<Publication>,
    outgoing_bytes: Arc<ByteBudget>,
    commands: mpsc::Sender<SubscriptionCommand>,
    /// Whether a probe came back lately: news goes out and comes in.
    up: Arc<AtomicBool>,
    heard: HeardInstances,
}

/// One payload for one channel.
pub(super) struct Publication {
    pub(super) channel: String,
    pub(super) payload: String,
    /// Given back when it is published or dropped.
    pub(super) _held: HeldBytes,
}

/// A change of what this instance listens to.
pub(super) enum SubscriptionCommand {
    /// Listen; answer when Redis has confirmed it.
    Join(String, Option<oneshot::Sender<()>>),
    /// Listen no longer.
    Leave(String),
}

/// The exits of those queues, for [`super::start`].
pub struct RelayEnds {
    pub(super) source: Arc<RedisSource>,
    pub(super) outgoing: mpsc::Receiver<Publication>,
    pub(super) commands: mpsc::Receiver<SubscriptionCommand>,
    pub(super) up: Arc<AtomicBool>,
}

/// In place of Redis, for tests.
#[cfg(test)]
impl RelayEnds {
    /// What was published since this was last asked: channels and frames.
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

    /// Confirms every channel that was joined; gives how many.
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

    /// Loses what was to be joined, as while Redis is away.
    pub(in crate::live) fn lose_joins(&mut self) {
        while self.commands.try_recv().is_ok() {}
    }
}

impl Relay {
    /// The embedded default.
    pub const fn alone() -> Self {
        Self::Alone
    }

    /// Through the Redis that this finds, on channels whose names begin with `prefix`, or with the database's name. Nothing is connected
    /// before [`super::start`].
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

    /// Whether news flows: `None` when there are no other instances.
    pub fn is_up(&self) -> Option<bool> {
        match self {
            Self::Alone => None,
            Self::Redis(redis) => Some(redis.up.load(Ordering::Relaxed)),
        }
    }

    /// The database answers as this one now: from here on only its news is published and received.
    pub(crate) fn observe(&self, epoch: &Epoch, origin: &Origin) {
        if let Self::Redis(redis) = self {
            let now = Channels::of(redis.prefix.as_deref(), epoch, origin);
            if **redis.channels.read() != now {
                *redis.channels.write() = Arc::new(now);
            }
        }
    }

    /// Publishes an event: to instances with the ticket's room, and to those with consoles.
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

    /// Publishes something that is not part of the history, to instances with the ticket's room.
    pub(crate) fn publish_state(&self, ticket: TicketId, frame: &RelayFrame) {
        if let Self::Redis(redis) = self {
            let channels = redis.channels();
            redis.publish(&channels, channels.ticket(ticket), frame);
        }
    }

    /// Publishes, already encoded, what this instance's members were sent.
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

    /// Publishes, to instances with consoles, this instance's viewers of these tickets.
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

    /// Asks every instance for its viewers of all tickets.
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

    /// Publishes that this instance, by its id in the database, is joined to those that receive this.
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

    /// The instance with this id was heard just now.
    pub(crate) fn record_heard(&self, id: Uuid) {
        if let Self::Redis(redis) = self {
            redis.heard.record(id);
        }
    }

    /// Whether the instance with this id was heard within [`limits::INSTANCE_LATELY_MS`].
    pub(crate) fn has_heard(&self, id: Uuid) -> bool {
        match self {
            Self::Alone => false,
            Self::Redis(redis) => redis.heard.lately(id),
        }
    }

    /// How much news waits to be published.
    pub fn waiting(&self) -> QueueDepth {
        match self {
            Self::Alone => QueueDepth::none(),
            Self::Redis(redis) => QueueDepth::of(&redis.outgoing),
        }
    }

    /// Listens to a ticket's channel; returns when Redis has confirmed it, or after 250 ms: until then, the sweep delivers.
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

    /// Listens to a ticket's channel no longer.
    pub(crate) fn leave(&self, ticket: TicketId) {
        if let Self::Redis(redis) = self {
            redis.command(SubscriptionCommand::Leave(redis.channels().ticket(ticket)));
        }
    }

    /// Listens to every inbox channel while consoles here watch the inbox.
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

    /// Becomes ready when every inbox channel that was asked for before is listened to; fails when Redis cannot be reached. None: there are
    /// no other instances.
    pub(crate) fn confirm_inboxes(&self) -> Option<oneshot::Receiver<()>> {
        let Self::Redis(redis) = self else {
            return None;
        };
        let (confirmed, confirmation) = oneshot::channel();
        // Commands are carried out in order: the last one is confirmed with all of them.
        let last = redis.channels().inboxes().last()?;
        redis.command(SubscriptionCommand::Join(last, Some(confirmed)));
        Some(confirmation)
    }
}

/// Whether consoles here watch the inbox.
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
            // Full: Redis is dead or frozen. Counted, not fatal; the sweep of the other instances finds the row.
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
        assert_eq!(publish_until_full(&mut ends), bytes, "there is room again");
    }
}
