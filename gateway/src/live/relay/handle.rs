//! What the other parts hold of the relay: they publish, join and leave through it, and never wait for Redis.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::ws::Utf8Bytes;
use helpline_core::actor::Audience;
use helpline_core::ids::{TicketId, UserId};
use helpline_core::limits;
use helpline_core::protocol::RelayFrame;
use helpline_persistence::epoch::{Epoch, Origin};
use parking_lot::RwLock;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::channels::Channels;
use crate::live::frames::{EncodedEvent, Ephemeral};

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
    commands: mpsc::Sender<SubscriptionCommand>,
    /// Whether a probe came back lately: news goes out and comes in.
    up: Arc<AtomicBool>,
}

/// One payload for one channel.
pub(super) struct Publication {
    pub(super) channel: String,
    pub(super) payload: String,
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
    pub(super) url: String,
    pub(super) outgoing: mpsc::Receiver<Publication>,
    pub(super) commands: mpsc::Receiver<SubscriptionCommand>,
    pub(super) up: Arc<AtomicBool>,
}

impl Relay {
    /// The embedded default.
    pub const fn alone() -> Self {
        Self::Alone
    }

    /// Through the Redis at this address, on channels whose names begin with `prefix`, or with the database's name. Nothing is connected
    /// before [`super::start`].
    pub fn redis(
        instance: Uuid,
        url: &str,
        prefix: Option<String>,
        (epoch, origin): (&Epoch, &Origin),
    ) -> (Self, RelayEnds) {
        let (outgoing, outgoing_end) = mpsc::channel(limits::RELAY_QUEUE_MAX);
        let (commands, commands_end) = mpsc::channel(limits::RELAY_QUEUE_MAX);
        let up = Arc::new(AtomicBool::new(false));
        let ends = RelayEnds {
            url: url.to_owned(),
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
                commands,
                up,
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
        if self
            .outgoing
            .try_send(Publication { channel, payload })
            .is_err()
        {
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
