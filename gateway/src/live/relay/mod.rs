//! News between instances. Best effort by design: an ack never waits for it, and whatever it loses the sweep finds in the record.
//!
//! [`Relay::alone`] is the embedded default, for the one instance that has nobody to tell; [`Relay::redis`] publishes and listens through
//! Redis pub/sub, each under its own task: [`publisher`] and [`subscriber`].

mod channels;
mod publisher;
mod subscriber;

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

use self::channels::Channels;
use crate::live::frames::{Aside, Encoded};
use crate::server::app::App;

/// How this instance is joined to others.
pub enum Relay {
    /// Not at all.
    Alone,
    /// Through Redis.
    Redis(Redis),
}

/// The entrances of the two tasks that speak with Redis.
pub struct Redis {
    instance: Uuid,
    /// What every channel name begins with, where the operator says so.
    prefix: Option<String>,
    /// The channels of the database that answered last; they change with it, and what is listened to follows within
    /// [`limits::RELAY_RECONCILE_MS`].
    channels: RwLock<Arc<Channels>>,
    outgoing: mpsc::Sender<Publication>,
    wishes: mpsc::Sender<Wish>,
    /// Whether a probe came back lately: news get out and in.
    up: Arc<AtomicBool>,
}

/// One payload for one channel.
struct Publication {
    channel: String,
    payload: String,
}

/// A change of what this instance listens to.
enum Wish {
    /// Listen; tell when Redis has confirmed it.
    Join(String, Option<oneshot::Sender<()>>),
    /// Listen no longer.
    Leave(String),
}

/// The exits of those entrances, for [`start`].
pub struct Ends {
    url: String,
    outgoing: mpsc::Receiver<Publication>,
    wishes: mpsc::Receiver<Wish>,
    up: Arc<AtomicBool>,
}

impl Relay {
    /// The embedded default.
    pub const fn alone() -> Self {
        Self::Alone
    }

    /// Through the Redis at this address, on channels whose names begin with `prefix`, or with the database's name. Nothing is connected
    /// before [`start`].
    pub fn redis(instance: Uuid, url: &str, prefix: Option<String>, (epoch, origin): (&Epoch, &Origin)) -> (Self, Ends) {
        let (outgoing, outgoing_end) = mpsc::channel(limits::RELAY_QUEUE_MAX);
        let (wishes, wishes_end) = mpsc::channel(limits::RELAY_QUEUE_MAX);
        let up = Arc::new(AtomicBool::new(false));
        let ends = Ends { url: url.to_owned(), outgoing: outgoing_end, wishes: wishes_end, up: Arc::clone(&up) };
        let channels = RwLock::new(Arc::new(Channels::of(prefix.as_deref(), epoch, origin)));
        (Self::Redis(Redis { instance, prefix, channels, outgoing, wishes, up }), ends)
    }

    /// Whether news flow: `None` when there is nobody to tell.
    pub fn is_up(&self) -> Option<bool> {
        match self {
            Self::Alone => None,
            Self::Redis(redis) => Some(redis.up.load(Ordering::Relaxed)),
        }
    }

    /// The database answers as this one now: what is told and heard from here on is its news alone.
    pub(crate) fn observe(&self, epoch: &Epoch, origin: &Origin) {
        if let Self::Redis(redis) = self {
            let now = Channels::of(redis.prefix.as_deref(), epoch, origin);
            if **redis.channels.read() != now {
                *redis.channels.write() = Arc::new(now);
            }
        }
    }

    /// Tells the others of a history row: those with the ticket's room, and those with consoles.
    pub(crate) fn publish_event(&self, event: &Encoded) {
        if let Self::Redis(redis) = self {
            let channels = redis.channels();
            redis.publish(&channels, channels.ticket(event.ticket), &RelayFrame::Event(event.to_relay()));
            redis.publish(&channels, channels.inbox(event.ticket), &RelayFrame::Moved { ticket: event.ticket, seq: event.seq });
        }
    }

    /// Tells the other instances with this ticket's room something that is no history.
    pub(crate) fn publish_state(&self, ticket: TicketId, frame: &RelayFrame) {
        if let Self::Redis(redis) = self {
            let channels = redis.channels();
            redis.publish(&channels, channels.ticket(ticket), frame);
        }
    }

    /// Tells the other instances' members what this one's were told.
    pub(crate) fn publish_aside<F>(&self, ticket: TicketId, except: Option<UserId>, aside: &Aside<F>)
    where
        F: Fn(Audience) -> Option<Utf8Bytes>,
    {
        if let Self::Redis(redis) = self {
            let (staff, customer) = (aside.to_relay(Audience::Staff), aside.to_relay(Audience::Customer));
            let channels = redis.channels();
            redis.publish(&channels, channels.ticket(ticket), &RelayFrame::Aside { ticket, except, staff, customer });
        }
    }

    /// Tells the other instances that these people's roles changed.
    pub(crate) fn publish_standing(&self, users: &[UserId]) {
        if let Self::Redis(redis) = self {
            let channels = redis.channels();
            redis.publish(&channels, channels.standing(), &RelayFrame::Standing { users: users.to_vec() });
        }
    }

    /// Listens to a ticket's channel; returns when Redis has confirmed it, or after 250 ms: the sweep is relied upon then.
    pub(crate) async fn join(&self, ticket: TicketId) {
        let Self::Redis(redis) = self else { return };
        let (confirmed, confirmation) = oneshot::channel();
        if !redis.wish(Wish::Join(redis.channels().ticket(ticket), Some(confirmed))) {
            return;
        }
        let waited = tokio::time::timeout(Duration::from_millis(limits::RELAY_CONFIRM_MS), confirmation).await;
        if !matches!(waited, Ok(Ok(()))) {
            metrics::counter!("helpline_relay_unconfirmed_joins_total").increment(1);
        }
    }

    /// Listens to a ticket's channel no longer.
    pub(crate) fn leave(&self, ticket: TicketId) {
        if let Self::Redis(redis) = self {
            redis.wish(Wish::Leave(redis.channels().ticket(ticket)));
        }
    }

    /// Listens to every inbox channel, while there are consoles here.
    pub(crate) fn watch_inboxes(&self, watch: Watch) {
        if let Self::Redis(redis) = self {
            for channel in redis.channels().inboxes() {
                redis.wish(match watch {
                    Watch::On => Wish::Join(channel, None),
                    Watch::Off => Wish::Leave(channel),
                });
            }
        }
    }
}

/// Whether consoles are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Watch {
    On,
    Off,
}

impl Redis {
    fn channels(&self) -> Arc<Channels> {
        Arc::clone(&self.channels.read())
    }

    fn publish(&self, channels: &Channels, channel: String, frame: &RelayFrame) {
        let payload = channels.payload(self.instance, frame);
        if self.outgoing.try_send(Publication { channel, payload }).is_err() {
            // Full: Redis is dead or frozen. Counted, not fatal; the sweep of the other instances finds the row.
            metrics::counter!("helpline_relay_dropped_total").increment(1);
        }
    }

    fn wish(&self, wish: Wish) -> bool {
        let taken = self.wishes.try_send(wish).is_ok();
        if !taken {
            metrics::counter!("helpline_relay_dropped_total").increment(1);
        }
        taken
    }
}

/// Starts publisher and subscriber; both end with `stop`.
pub fn start(app: &Arc<App>, ends: Ends) {
    let Ends { url, outgoing, wishes, up } = ends;
    let client = match redis::Client::open(url) {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(cause = %error, "the relay's address cannot be used; relying on the sweep");
            return;
        }
    };
    app.tasks.spawn(publisher::run(Arc::clone(app), client.clone(), outgoing));
    app.tasks.spawn(subscriber::run(Arc::clone(app), client, wishes, up));
}
