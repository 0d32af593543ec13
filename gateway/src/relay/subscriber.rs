//! In: one supervised subscription. redis-rs's own reconnecting manager stays deaf after an outage until it is spoken to (measured), so
//! this task owns the connection: endless capped backoff, everything joined anew in batches, and a probe to oneself, because a frozen
//! Redis looks like a quiet one. The library's message queue is unbounded: this loop only hands over.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use helpline_core::limits;
use helpline_core::protocol::RelayFrame;
use rand::RngExt;
use redis::aio::{PubSubSink, PubSubStream};
use tokio::sync::{mpsc, oneshot};

use super::{Relay, Wish, channels};
use crate::app::App;

/// Channels of one SUBSCRIBE.
const JOIN_BATCH: usize = 500;

pub(super) async fn run(app: Arc<App>, client: redis::Client, mut wishes: mpsc::Receiver<Wish>, up: Arc<AtomicBool>) {
    let mut listening: BTreeSet<String> = [channels::STANDING.to_owned(), channels::probe(app.instance)].into();
    let mut backoff_ms = 50;
    while !app.stop.is_cancelled() {
        match connect(&client, &listening).await {
            Ok((sink, stream)) => {
                tracing::info!(channels = listening.len(), "the relay listens");
                backoff_ms = 50;
                // Whatever was published while nobody listened is in the record.
                app.sweep_soon();
                let session = Session { app: &app, sink, up: &up, heard: Instant::now(), probed: 0 };
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

/// One subscription while it lives.
struct Session<'a> {
    app: &'a Arc<App>,
    sink: PubSubSink,
    up: &'a AtomicBool,
    /// When a probe last came back.
    heard: Instant,
    probed: u64,
}

impl Session<'_> {
    /// Listens until the connection ends or goes silent.
    async fn listen(mut self, mut stream: PubSubStream, wishes: &mut mpsc::Receiver<Wish>, listening: &mut BTreeSet<String>) {
        let mut probes = tokio::time::interval(Duration::from_millis(limits::RELAY_PROBE_MS));
        loop {
            // Cancel-safe: channel receivers, an interval and a token.
            tokio::select! {
                message = stream.next() => match message {
                    Some(message) => self.hand_over(&message),
                    None => return,
                },
                wish = wishes.recv() => match wish {
                    Some(wish) => self.carry_out(wish, wishes, listening),
                    None => return,
                },
                _ = probes.tick() => {
                    if self.heard.elapsed() > Duration::from_millis(limits::RELAY_PROBE_TIMEOUT_MS) {
                        return;
                    }
                    self.probe();
                }
                () = self.app.stop.cancelled() => return,
            }
        }
    }

    fn probe(&mut self) {
        self.probed += 1;
        if let Relay::Redis(redis) = &self.app.relay {
            redis.publish(channels::probe(self.app.instance), &RelayFrame::Probe { n: self.probed });
        }
    }

    fn hand_over(&mut self, message: &redis::Msg) {
        if message.get_channel_name() == channels::probe(self.app.instance) {
            self.heard = Instant::now();
            if !self.up.swap(true, Ordering::Relaxed) {
                tracing::info!("the relay is up");
            }
            return;
        }
        let Ok(payload) = std::str::from_utf8(message.get_payload_bytes()) else { return };
        if let Some(frame) = channels::foreign(self.app.instance, payload) {
            self.app.hear(frame);
        }
    }

    /// Carries out this wish and those that wait behind it, as one command each way. The confirmation is awaited by a task of its own:
    /// the loop must go on taking messages.
    fn carry_out(&self, first: Wish, wishes: &mut mpsc::Receiver<Wish>, listening: &mut BTreeSet<String>) {
        let (mut joins, mut leaves, mut confirmations) = (Vec::new(), Vec::new(), Vec::new());
        let mut next = Some(first);
        while let Some(wish) = next {
            let (list, channel) = match &wish {
                Wish::Join(channel, _) => (&mut joins, channel.clone()),
                Wish::Leave(channel) => (&mut leaves, channel.clone()),
            };
            list.push(channel);
            confirmations.extend(note(listening, wish));
            next = if joins.len() + leaves.len() < JOIN_BATCH { wishes.try_recv().ok() } else { None };
        }
        // A channel left and joined within one batch ends as `listening` says.
        joins.retain(|channel| listening.contains(channel));
        leaves.retain(|channel| !listening.contains(channel));
        let mut sink = self.sink.clone();
        self.app.tasks.spawn(async move {
            if !leaves.is_empty() {
                // A failure ends the connection, and the next one joins only what is wanted.
                let _ = sink.unsubscribe(&leaves).await;
            }
            if joins.is_empty() || sink.subscribe(&joins).await.is_ok() {
                for confirmed in confirmations {
                    let _ = confirmed.send(());
                }
            }
        });
    }
}
