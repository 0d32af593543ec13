//! In: one supervised subscription. redis-rs's own reconnecting manager stays deaf after an outage until it is spoken to (measured), so
//! this task owns the connection: endless capped backoff, everything joined anew in batches, and a probe to oneself, because a frozen
//! Redis looks like a quiet one. The library's message queue is unbounded: this loop only hands over.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::{FutureExt, StreamExt};
use helpline_core::limits;
use helpline_core::protocol::RelayFrame;
use rand::RngExt;
use redis::aio::{PubSubSink, PubSubStream};
use tokio::sync::{mpsc, oneshot};

use super::channels::Received;
use super::{Redis, Relay, Wish};
use crate::connections::send_queue::Wakes;
use crate::server::app::App;

/// Channels of one SUBSCRIBE.
const JOIN_BATCH: usize = 500;
/// Batches on their way to Redis.
const COMMANDS_MAX: usize = 64;

pub(super) async fn run(app: Arc<App>, client: redis::Client, mut wishes: mpsc::Receiver<Wish>, up: Arc<AtomicBool>) {
    let Relay::Redis(redis) = &app.relay else { return };
    let mut listening = BTreeSet::from([redis.channels().standing()]);
    let mut others = Others::default();
    let mut backoff_ms = 50;
    while !app.stop.is_cancelled() {
        match connect(&client, &listening).await {
            Ok((sink, stream)) => {
                tracing::info!(channels = listening.len(), "the relay listens");
                backoff_ms = 50;
                // Whatever was published while nobody listened is in the record.
                app.sweep_soon();
                let (commands, batches) = mpsc::channel(COMMANDS_MAX);
                app.tasks.spawn(carry_out(sink, batches));
                let session = Session {
                    app: &app,
                    redis,
                    commands,
                    up: &up,
                    heard: Instant::now(),
                    probed: 0,
                    probe_channel: String::new(),
                    others: &mut others,
                };
                session.listen(stream, &mut wishes, &mut listening).await;
                if up.swap(false, Ordering::Relaxed) && !app.stop.is_cancelled() {
                    tracing::warn!("the relay is deaf; relying on the sweep");
                }
            }
            Err(error) => tracing::debug!(cause = %error, "the relay cannot be reached"),
        }
        let pause = Duration::from_millis(rand::rng().random_range(backoff_ms / 2..=backoff_ms));
        backoff_ms = (backoff_ms * 2).min(limits::RELAY_BACKOFF_MS_MAX);
        let until = tokio::time::Instant::now() + pause;
        // Wishes are taken meanwhile, or their queue would fill up; nobody is told that they are confirmed.
        while let Ok(Some(wish)) = tokio::time::timeout_at(until, wishes.recv()).await {
            note(&mut listening, wish);
        }
    }
}

async fn connect(client: &redis::Client, listening: &BTreeSet<String>) -> redis::RedisResult<(PubSubSink, PubSubStream)> {
    let timeout = Duration::from_millis(limits::RELAY_PROBE_TIMEOUT_MS);
    let connecting = async {
        let (mut sink, stream) = client.get_async_pubsub().await?.split();
        let channels: Vec<_> = listening.iter().collect();
        for batch in channels.chunks(JOIN_BATCH) {
            sink.subscribe(batch).await?;
        }
        Ok((sink, stream))
    };
    let timed_out = |_| redis::RedisError::from((redis::ErrorKind::Io, "no answer in time"));
    tokio::time::timeout(timeout, connecting).await.map_err(timed_out)?
}

fn note(listening: &mut BTreeSet<String>, wish: Wish) -> Option<oneshot::Sender<()>> {
    match wish {
        Wish::Join(channel, confirmed) => {
            listening.insert(channel);
            confirmed
        }
        Wish::Leave(channel) => {
            listening.remove(&channel);
            None
        }
    }
}

/// Joins and leaves that are sent together.
#[derive(Default)]
struct Batch {
    joins: Vec<String>,
    leaves: Vec<String>,
    confirmations: Vec<oneshot::Sender<()>>,
}

/// Sends the batches of one session in their order, and tells who waits when Redis has confirmed. A task of its own, because the session's
/// loop must go on taking messages. A failure ends the connection, and the next one joins what is wanted then.
async fn carry_out(mut sink: PubSubSink, mut batches: mpsc::Receiver<Batch>) {
    while let Some(Batch { joins, leaves, confirmations }) = batches.recv().await {
        if !leaves.is_empty() && sink.unsubscribe(&leaves).await.is_err() {
            return;
        }
        if !joins.is_empty() && sink.subscribe(&joins).await.is_err() {
            return;
        }
        for confirmed in confirmations {
            let _ = confirmed.send(());
        }
    }
}

/// One subscription while it lives.
struct Session<'a> {
    app: &'a Arc<App>,
    redis: &'a Redis,
    /// Taken by [`carry_out`] in order. Full: nobody carries them out, and the session ends.
    commands: mpsc::Sender<Batch>,
    up: &'a AtomicBool,
    /// When a probe last came back.
    heard: Instant,
    probed: u64,
    /// On which the last probe went out.
    probe_channel: String,
    others: &'a mut Others,
}

/// Servers that were heard of on our channels and are not the one that we read from.
#[derive(Default)]
struct Others {
    /// The one heard of last, since when, and whether a warning was logged.
    last: Option<(String, Instant, bool)>,
}

impl Others {
    /// Counts a payload from another server. True: it is the first from there, so that ours may have changed and should be asked.
    fn hear(&mut self, origin: &str) -> bool {
        metrics::counter!("helpline_relay_other_origin_total").increment(1);
        match &mut self.last {
            Some((last, since, warned)) if last == origin => {
                // A restarted server is known to all instances after one sweep each. A copy of the desk goes on and on.
                if !*warned && since.elapsed() > Duration::from_millis(limits::RELAY_OTHER_ORIGIN_MS) {
                    *warned = true;
                    tracing::warn!("another copy of this database uses the same Redis channels; set --redis-prefix on one of them");
                }
                false
            }
            _ => {
                self.last = Some((origin.to_owned(), Instant::now(), false));
                true
            }
        }
    }
}

impl Session<'_> {
    /// Listens until the connection ends or goes silent.
    async fn listen(mut self, mut stream: PubSubStream, wishes: &mut mpsc::Receiver<Wish>, listening: &mut BTreeSet<String>) {
        let mut probes = tokio::time::interval(Duration::from_millis(limits::RELAY_PROBE_MS));
        let mut reconciliations = tokio::time::interval(Duration::from_millis(limits::RELAY_RECONCILE_MS));
        loop {
            // Cancel-safe: channel receivers, intervals and a token.
            tokio::select! {
                message = stream.next() => match message {
                    Some(message) => self.hand_over_all(&message, &mut stream),
                    None => return,
                },
                wish = wishes.recv() => match wish {
                    Some(wish) => if !self.gather(wish, wishes, listening) { return },
                    None => return,
                },
                _ = probes.tick() => {
                    if self.heard.elapsed() > Duration::from_millis(limits::RELAY_PROBE_TIMEOUT_MS) {
                        return;
                    }
                    self.probe();
                }
                _ = reconciliations.tick() => if !self.reconcile(listening) { return },
                () = self.app.stop.cancelled() => return,
            }
        }
    }

    fn probe(&mut self) {
        self.probed += 1;
        let channels = self.redis.channels();
        self.probe_channel = channels.probe(self.app.instance);
        self.redis.publish(&channels, self.probe_channel.clone(), &RelayFrame::Probe { n: self.probed });
    }

    /// Hands over this message and those that have come with it, up to a pipeline's; only then are those woken whom they concern, so that
    /// a burst reaches each of them in one write. Should the stream end within, its next turn says so again.
    fn hand_over_all(&mut self, first: &redis::Msg, stream: &mut PubSubStream) {
        let mut wakes = Wakes::default();
        self.hand_over(first, &mut wakes);
        for _ in 1..super::publisher::PIPELINE_MAX {
            let Some(Some(message)) = stream.next().now_or_never() else { break };
            self.hand_over(&message, &mut wakes);
        }
    }

    fn hand_over(&mut self, message: &redis::Msg, wakes: &mut Wakes) {
        if message.get_channel_name() == self.probe_channel {
            self.heard = Instant::now();
            if !self.up.swap(true, Ordering::Relaxed) {
                tracing::info!("the relay is up");
            }
            return;
        }
        let Ok(payload) = std::str::from_utf8(message.get_payload_bytes()) else { return };
        match self.redis.channels().read(self.app.instance, payload) {
            Received::Frame(frame) => self.app.hear(frame, wakes),
            Received::OtherOrigin(origin) => {
                if self.others.hear(origin) {
                    self.app.sweep_soon();
                }
            }
            Received::Nothing => {}
        }
    }

    /// Gathers this wish and those that wait behind it into one command each way. False: the session is of no use any more.
    fn gather(&self, first: Wish, wishes: &mut mpsc::Receiver<Wish>, listening: &mut BTreeSet<String>) -> bool {
        let mut batch = Batch::default();
        let mut next = Some(first);
        while let Some(wish) = next {
            let (list, channel) = match &wish {
                Wish::Join(channel, _) => (&mut batch.joins, channel.clone()),
                Wish::Leave(channel) => (&mut batch.leaves, channel.clone()),
            };
            list.push(channel);
            batch.confirmations.extend(note(listening, wish));
            next = if batch.joins.len() + batch.leaves.len() < JOIN_BATCH { wishes.try_recv().ok() } else { None };
        }
        // A channel left and joined within one batch ends as `listening` says.
        batch.joins.retain(|channel| listening.contains(channel));
        batch.leaves.retain(|channel| !listening.contains(channel));
        self.send(batch)
    }

    /// Compares what is listened to with what is wanted. Wishes of rooms that close and open at once may cross, and a full queue loses
    /// some: here that is made good, and the sweep bridges the time.
    fn reconcile(&self, listening: &mut BTreeSet<String>) -> bool {
        let channels = self.redis.channels();
        let mut wanted = BTreeSet::from([channels.standing(), channels.probe(self.app.instance)]);
        wanted.extend(self.app.rooms.tickets().into_iter().map(|ticket| channels.ticket(ticket)));
        if self.app.inbox.is_watched() {
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

    /// False: Redis confirms nothing any more. What `listening` says is then joined by the next session.
    fn send(&self, batch: Batch) -> bool {
        let is_empty = batch.joins.is_empty() && batch.leaves.is_empty() && batch.confirmations.is_empty();
        is_empty || self.commands.try_send(batch).is_ok()
    }
}
