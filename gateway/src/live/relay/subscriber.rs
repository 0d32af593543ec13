//! The receiving half of the relay: keeps one subscription to Redis open.
//!
//! This task owns the connection itself, because the reconnecting manager of redis-rs receives
//! nothing after an outage until a command is sent (measured). The task retries forever with capped
//! backoff, and subscribes to all channels again in batches. It sends probes (test messages) to
//! itself to detect a frozen Redis. It does nothing slow between two messages, because unread
//! messages accumulate in the library's queue, which has no limit. The [`Subscription`] is one
//! connection or, in a cluster, one connection to each master.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use helpline_core::limits;
use helpline_core::protocol::RelayFrame;
use rand::RngExt;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::cause::Cause;
use super::channels::Received;
use super::events::RelayEvents;
use super::handle::{Redis, Relay, SubscriptionCommand};
use super::probes::Probes;
use super::subscription::{Batch, JOIN_BATCH, Message, Stream, Subscription, connect};
use crate::connections::WakeList;
use crate::runtime::errors::chain;
use crate::runtime::lifecycle::Lifecycle;
use crate::runtime::redis_source::RedisSource;

/// Maximum number of queued batches of subscribe and unsubscribe commands.
const COMMANDS_MAX: usize = 64;
/// Pause before the second connection attempt, in milliseconds. It doubles with each failure up to
/// [`limits::RELAY_BACKOFF_MS_MAX`].
const FIRST_BACKOFF_MS: u64 = 50;
/// The logged reason when a subscription ends because its queue of subscribe and unsubscribe
/// commands is full.
const UNCONFIRMED: &str = "Redis does not confirm what is joined and left";

/// The task that receives messages from Redis.
pub(super) struct Subscriber {
    relay: Arc<Relay>,
    events: Arc<dyn RelayEvents>,
    lifecycle: Lifecycle,
    up: Arc<AtomicBool>,
    publish_fault: Arc<Cause>,
}

impl Subscriber {
    pub(super) fn new(
        relay: Arc<Relay>,
        events: Arc<dyn RelayEvents>,
        lifecycle: Lifecycle,
        up: Arc<AtomicBool>,
        publish_fault: Arc<Cause>,
    ) -> Self {
        Self {
            relay,
            events,
            lifecycle,
            up,
            publish_fault,
        }
    }

    /// Receives messages from Redis until the instance stops.
    pub(super) async fn run(
        self,
        source: Arc<RedisSource>,
        mut commands: mpsc::Receiver<SubscriptionCommand>,
    ) {
        let Relay::Redis(redis) = &*self.relay else {
            return;
        };
        let mut listening = BTreeSet::from([redis.channels().access_status()]);
        let mut others = Others::default();
        let mut backoff_ms = FIRST_BACKOFF_MS;
        let mut logged_cause = String::new();
        while !self.lifecycle.stop.is_cancelled() {
            match connect(&source, &listening).await {
                Ok(Subscription {
                    sink,
                    stream,
                    cause,
                    probe_partitions,
                }) => {
                    tracing::debug!(channels = listening.len(), "subscribed to Redis");
                    let began = Instant::now();
                    // Messages that were published while this instance was disconnected are lost,
                    // so poll the database for their events.
                    self.events.news_lost();
                    let (batches, batches_end) = mpsc::channel(COMMANDS_MAX);
                    self.lifecycle
                        .spawn(sink.carry_out(batches_end, Arc::clone(&cause)));
                    let session = Session {
                        events: &*self.events,
                        redis,
                        stop: &self.lifecycle.stop,
                        batches,
                        up: &self.up,
                        probes: Probes::new(probe_partitions),
                        publish_fault: &self.publish_fault,
                        cause: &cause,
                        others: &mut others,
                    };
                    session.listen(stream, &mut commands, &mut listening).await;
                    // After a failover, the publisher may still be connected to a server to which
                    // no instance subscribes any more. Make the publisher reconnect.
                    source.distrust();
                    let came_up = self.up.swap(false, Ordering::Relaxed);
                    if self.lifecycle.stop.is_cancelled() {
                        return;
                    }
                    let cause = cause.get().unwrap_or_default();
                    if came_up {
                        logged_cause.clear();
                        tracing::warn!(
                            %cause,
                            "Redis subscription lost; falling back to polling every {} ms",
                            limits::SWEEP_INTERVAL_MS
                        );
                    } else {
                        log_once(&mut logged_cause, cause);
                    }
                    // Reset the backoff only if this subscription lasted long. While a cluster
                    // migrates slots, subscriptions end soon, and would otherwise be opened again
                    // without a pause.
                    if began.elapsed() > Duration::from_millis(2 * limits::RELAY_BACKOFF_MS_MAX)
                        && came_up
                    {
                        backoff_ms = FIRST_BACKOFF_MS;
                    }
                }
                Err(error) => log_once(&mut logged_cause, chain(&error)),
            }
            let pause =
                Duration::from_millis(rand::rng().random_range(backoff_ms / 2..=backoff_ms));
            backoff_ms = (backoff_ms * 2).min(limits::RELAY_BACKOFF_MS_MAX);
            let until = tokio::time::Instant::now() + pause;
            // Process subscribe and unsubscribe commands during the pause, because otherwise their
            // queue would fill up. Without a connection, a command changes only the set of wanted
            // channels and is not confirmed.
            while let Ok(Some(command)) = tokio::time::timeout_at(until, commands.recv()).await {
                apply(&mut listening, command);
            }
        }
    }
}

/// Logs why Redis cannot be used, such as a wrong password, hostname or certificate, or a missing
/// permission. The same cause is logged only once in a row.
fn log_once(logged_cause: &mut String, cause: String) {
    if cause != *logged_cause {
        tracing::warn!(%cause, "Redis cannot be used; falling back to polling the database");
        *logged_cause = cause;
    }
}

fn apply(
    listening: &mut BTreeSet<String>,
    command: SubscriptionCommand,
) -> Option<oneshot::Sender<()>> {
    match command {
        SubscriptionCommand::Join(channel, confirmed) => {
            listening.insert(channel);
            confirmed
        }
        SubscriptionCommand::Leave(channel) => {
            listening.remove(&channel);
            None
        }
    }
}

/// The state of one subscription while its connection is open.
struct Session<'a> {
    events: &'a dyn RelayEvents,
    redis: &'a Redis,
    stop: &'a CancellationToken,
    /// The queue of batches of commands. [`super::subscription::Sink::carry_out`] processes the
    /// batches in order in another task. If the queue is full, that task is stuck and the
    /// subscription ends.
    batches: mpsc::Sender<Batch>,
    up: &'a AtomicBool,
    probes: Probes,
    publish_fault: &'a Cause,
    /// Why the subscription has ended, once it has ended.
    cause: &'a Cause,
    others: &'a mut Others,
}

/// Other database servers whose instances have sent payloads on this desk's channels.
#[derive(Default)]
struct Others {
    /// For each server: when its first payload was received, and whether a warning was logged.
    /// Cleared when too many servers accumulate, as after frequent server restarts.
    known: HashMap<String, (Instant, bool)>,
}

impl Others {
    /// Counts a payload from an instance on another database server. Returns true for the first
    /// payload from that server: this desk's own server may have changed, so the caller should poll
    /// the database.
    fn count(&mut self, origin: &str) -> bool {
        metrics::counter!("helpline_relay_other_origin_total").increment(1);
        match self.known.get_mut(origin) {
            Some((since, warned)) => {
                // After a restart of the database server, every instance uses the server's new
                // identity from its next sweep (a database poll) on. Payloads with another identity
                // that arrive after that time come from a copy of the desk.
                if !*warned
                    && since.elapsed() > Duration::from_millis(limits::RELAY_OTHER_ORIGIN_MS)
                {
                    *warned = true;
                    tracing::warn!(
                        "another copy of this database uses the same Redis channels; set --redis-prefix on one of them"
                    );
                }
                false
            }
            None => {
                if self.known.len() >= limits::RELAY_OTHER_ORIGINS_MAX {
                    self.known.clear();
                }
                self.known
                    .insert(origin.to_owned(), (Instant::now(), false));
                true
            }
        }
    }
}

impl Session<'_> {
    /// Receives messages until the connection ends, or until this instance's own probe (a test
    /// message) is overdue.
    async fn listen(
        mut self,
        mut stream: Stream,
        commands: &mut mpsc::Receiver<SubscriptionCommand>,
        listening: &mut BTreeSet<String>,
    ) {
        let mut probes = tokio::time::interval(Duration::from_millis(limits::RELAY_PROBE_MS));
        let mut reconciliations =
            tokio::time::interval(Duration::from_millis(limits::RELAY_RECONCILE_MS));
        let cause = loop {
            // Cancel-safe: all branches are channel receivers, intervals or a cancellation token.
            tokio::select! {
                message = stream.next() => match message {
                    Some(message) => self.hand_over_all(&message, &mut stream),
                    None => break "the connection ended".to_owned(),
                },
                command = commands.recv() => match command {
                    Some(command) => if !self.gather(command, commands, listening) { break UNCONFIRMED.to_owned() },
                    None => return,
                },
                _ = probes.tick() => {
                    if self.probes.are_late() {
                        break self.why_late();
                    }
                    if !self.probe(listening) {
                        break UNCONFIRMED.to_owned();
                    }
                }
                _ = reconciliations.tick() => if !self.reconcile(listening) { break UNCONFIRMED.to_owned() },
                () = self.stop.cancelled() => return,
            }
        };
        // Has no effect if another task has already stored a more specific reason why the
        // subscription ended.
        self.cause.first(cause);
    }

    fn why_late(&self) -> String {
        match self.publish_fault.get() {
            Some(fault) => format!("nothing can be published: {fault}"),
            None => format!(
                "what is published does not come back within {} ms",
                limits::RELAY_PROBE_TIMEOUT_MS
            ),
        }
    }

    /// Sends a probe (a test message) on each connection. Returns false if the subscription must
    /// end.
    fn probe(&mut self, listening: &mut BTreeSet<String>) -> bool {
        let channels = self.redis.channels();
        // If the database has changed, the channel names are new. Subscribe to the new probe
        // channels before sending probes (test messages) on them.
        if self.probes.move_to(&channels, self.redis.instance) && !self.reconcile(listening) {
            return false;
        }
        let n = self.probes.next();
        for channel in self.probes.channels() {
            let frame = RelayFrame::Probe { n };
            self.redis.publish(&channels, channel.clone(), &frame);
        }
        true
    }

    /// Delivers this message and the messages that are already available, at most
    /// [`super::publisher::PIPELINE_MAX`]. The WebSocket tasks are woken at the end, so that each
    /// task writes a burst with one flush. If the stream ends during this call, the caller learns
    /// that from its next call of `Stream::next`.
    fn hand_over_all(&mut self, first: &Message, stream: &mut Stream) {
        let mut wakes = WakeList::default();
        self.hand_over(first, &mut wakes);
        for _ in 1..super::publisher::PIPELINE_MAX {
            let Some(Some(message)) = stream.next().now_or_never() else {
                break;
            };
            self.hand_over(&message, &mut wakes);
        }
    }

    fn hand_over(&mut self, message: &Message, wakes: &mut WakeList) {
        if self.probes.take(message.channel()) {
            if self.probes.are_all_back() && !self.up.swap(true, Ordering::Relaxed) {
                tracing::info!("Redis relay is working");
            }
            return;
        }
        let Ok(payload) = std::str::from_utf8(message.payload()) else {
            return;
        };
        match self.redis.channels().read(self.redis.instance, payload) {
            Received::Frame(frame) => self.events.receive(frame, wakes),
            Received::OtherOrigin(origin) => {
                if self.others.count(origin) {
                    self.events.news_lost();
                }
            }
            Received::Nothing => {}
        }
    }

    /// Collects this command and the commands queued behind it into one batch. Returns false if the
    /// subscription must end.
    fn gather(
        &self,
        first: SubscriptionCommand,
        commands: &mut mpsc::Receiver<SubscriptionCommand>,
        listening: &mut BTreeSet<String>,
    ) -> bool {
        let mut batch = Batch::default();
        let mut next = Some(first);
        while let Some(command) = next {
            let (list, channel) = match &command {
                SubscriptionCommand::Join(channel, _) => (&mut batch.joins, channel.clone()),
                SubscriptionCommand::Leave(channel) => (&mut batch.leaves, channel.clone()),
            };
            list.push(channel);
            batch.confirmations.extend(apply(listening, command));
            next = if batch.joins.len() + batch.leaves.len() < JOIN_BATCH {
                commands.try_recv().ok()
            } else {
                None
            };
        }
        // If a batch contains both a join and a leave for a channel, keep only the command that
        // agrees with `listening`, the set of wanted channels.
        batch.joins.retain(|channel| listening.contains(channel));
        batch.leaves.retain(|channel| !listening.contains(channel));
        self.send(batch)
    }

    /// Subscribes to missing channels and unsubscribes from unwanted ones. Such channels can exist
    /// because commands of rooms that close and open at the same time may be reordered, and a full
    /// queue drops commands. The sweep delivers the events of missing channels. Returns false if
    /// the subscription must end.
    fn reconcile(&self, listening: &mut BTreeSet<String>) -> bool {
        let channels = self.redis.channels();
        let mut wanted = BTreeSet::from([channels.access_status()]);
        wanted.extend(self.probes.channels().iter().cloned());
        wanted.extend(
            self.events
                .open_tickets()
                .into_iter()
                .map(|ticket| channels.ticket(ticket)),
        );
        if self.events.inbox_is_watched() {
            wanted.extend(channels.inboxes());
        }
        let batch = Batch {
            joins: wanted.difference(listening).cloned().collect(),
            leaves: listening.difference(&wanted).cloned().collect(),
            confirmations: Vec::new(),
        };
        *listening = wanted;
        self.send(batch)
    }

    /// Queues a batch of subscribe and unsubscribe commands. Returns false if the queue is full
    /// because Redis no longer confirms commands. The subscription must then end, and the next
    /// subscription begins with the channels in `listening`.
    fn send(&self, batch: Batch) -> bool {
        let is_empty =
            batch.joins.is_empty() && batch.leaves.is_empty() && batch.confirmations.is_empty();
        is_empty || self.batches.try_send(batch).is_ok()
    }
}
