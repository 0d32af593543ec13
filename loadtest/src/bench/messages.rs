//! Stored messages: in each room one connection sends messages and another one receives them. The
//! latency of a message is measured from its intended sending time to the ack, and to its arrival at
//! the receiver.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::connection::Connection;
use super::peer::{Endpoint, Peer, Side, Talker};
use super::traffic::{Quantiles, Times, open_all};
use super::usage;
use crate::error::LoadError;

/// Maximum number of unacknowledged sends per room with [`Pace::Closed`].
const WINDOW: usize = 8;
/// How long to wait after a run for outstanding acks and events. Messages without an ack or event
/// by then count as wrong.
const DRAIN: Duration = Duration::from_secs(15);
/// Length of every message's text, in bytes.
const TEXT_BYTES: usize = 200;

/// What to send.
#[derive(Debug, Clone, Copy)]
pub struct Traffic {
    /// Number of rooms.
    pub rooms: usize,
    /// The instance that the receivers connect to. The senders connect to the first instance.
    pub listen_on: usize,
    pub pace: Pace,
    /// How long messages are sent before the measurement, in seconds.
    pub warm_up: f64,
    /// Duration of the measurement, in seconds.
    pub seconds: f64,
}

/// How fast messages are sent.
#[derive(Debug, Clone, Copy)]
pub enum Pace {
    /// Sends this many messages per second over all rooms, independent of the acks.
    Open(f64),
    /// Sends as fast as acks arrive.
    Closed,
}

/// The result of one run at one sending rate.
pub struct Outcome {
    pub acked: Quantiles,
    pub seen: Quantiles,
    /// Time from the intended sending time to the load generator's write.
    pub late: Quantiles,
    /// Acked messages per second.
    pub per_second: f64,
    /// Number of messages without an ack, plus messages that did not arrive at the receiver.
    pub wrong: u64,
    /// CPU of all server processes per message, in microseconds.
    pub cpu_micros: f64,
    /// CPU of the processes with client connections, per message, in microseconds.
    pub holder_cpu_micros: f64,
    /// CPU in use, in cores: first of the servers, then of the load generator.
    pub cores: (f64, f64),
}

/// State that all connections of a run share.
struct Run {
    /// The run's name. Every message of the run contains it in its text and in its idempotency key,
    /// because a page of the history may also include messages of an earlier run.
    name: String,
    begun: Instant,
    /// Messages that are due before this time are not measured.
    warm: Duration,
    talker: Arc<dyn Talker>,
    acked: Times,
    seen: Times,
    late: Times,
    sent: AtomicU64,
    acks: AtomicU64,
    sights: AtomicU64,
    /// Limits unacknowledged sends with [`Pace::Closed`]. Each ack allows another send.
    window: Option<Semaphore>,
}

impl Run {
    /// Records the latency of a message that was due `micros` after the begin of the run.
    fn record(&self, times: &Times, micros: u64) {
        let due = Duration::from_micros(micros);
        if due >= self.warm {
            times.record(self.begun.elapsed().saturating_sub(due));
        }
    }

    fn counts(&self) -> [u64; 3] {
        [&self.sent, &self.acks, &self.sights].map(|count| count.load(Ordering::Relaxed))
    }
}

/// Opens all connections, warms up, measures, and closes the connections.
///
/// # Errors
/// If a connection cannot be opened.
pub async fn run(talker: &Arc<dyn Talker>, traffic: Traffic) -> Result<Outcome, LoadError> {
    let peer: Arc<dyn Peer> = Arc::clone(talker) as Arc<dyn Peer>;
    let endpoints = |side, instance| {
        (0..traffic.rooms).map(move |room| Endpoint {
            instance,
            room,
            side,
        })
    };
    let listeners = open_all(&peer, endpoints(Side::Listener(0), traffic.listen_on)).await?;
    let mut opened = open_all(&peer, endpoints(Side::Speaker, 0)).await?;
    opened.sort_by_key(|(endpoint, _)| endpoint.room);
    sleep(Duration::from_millis(500)).await;
    let run = Arc::new(Run {
        name: format!("{:08x}", rand::random::<u32>()),
        begun: Instant::now(),
        warm: Duration::from_secs_f64(traffic.warm_up),
        talker: Arc::clone(talker),
        acked: Times::default(),
        seen: Times::default(),
        late: Times::default(),
        sent: AtomicU64::new(0),
        acks: AtomicU64::new(0),
        sights: AtomicU64::new(0),
        window: matches!(traffic.pace, Pace::Closed)
            .then(|| Semaphore::new(traffic.rooms * WINDOW)),
    });
    let mut tasks = JoinSet::new();
    for (_, connection) in listeners {
        tasks.spawn(see(Arc::clone(&run), connection));
    }
    let mut speakers = Vec::new();
    for (Endpoint { room, .. }, connection) in opened {
        let (speaker, orders) = mpsc::channel(1_024);
        tasks.spawn(speak(Arc::clone(&run), room, connection, orders));
        speakers.push(speaker);
    }
    let used = || {
        [
            usage::cpu_seconds(&peer.processes()),
            usage::cpu_seconds(&peer.holders()),
            usage::cpu_seconds(&[std::process::id()]),
        ]
    };
    let warmed = send(&run, &speakers, traffic.pace, 0, traffic.warm_up).await;
    let (before, from, acks) = (used(), Instant::now(), run.counts()[1]);
    let end = traffic.warm_up + traffic.seconds;
    send(&run, &speakers, traffic.pace, warmed, end).await;
    let per_second = (run.counts()[1] - acks) as f64 / from.elapsed().as_secs_f64();
    let deadline = Instant::now() + DRAIN;
    while run.counts().iter().any(|count| *count != run.counts()[0]) && Instant::now() < deadline {
        sleep(Duration::from_millis(5)).await;
    }
    let (after, spent) = (used(), from.elapsed().as_secs_f64());
    tasks.shutdown().await;
    let [sent, acked, sights] = run.counts();
    let each = |n: usize| (after[n] - before[n]) * 1e6 / (acked - acks).max(1) as f64;
    Ok(Outcome {
        acked: run.acked.quantiles(),
        seen: run.seen.quantiles(),
        late: run.late.quantiles(),
        per_second,
        wrong: sent.abs_diff(acked) + sent.abs_diff(sights),
        cpu_micros: each(0),
        holder_cpu_micros: each(1),
        cores: (
            (after[0] - before[0]) / spent,
            (after[2] - before[2]) / spent,
        ),
    })
}

/// Sends messages at this pace, to one room after the other, from the `first` message on and until
/// `end` seconds after the begin of the run. Returns the number of the next message.
async fn send(
    run: &Run,
    speakers: &[mpsc::Sender<Instant>],
    pace: Pace,
    first: u64,
    end: f64,
) -> u64 {
    let end = run.begun + Duration::from_secs_f64(end);
    for n in first.. {
        let due = match pace {
            Pace::Open(rate) => run.begun + Duration::from_secs_f64(n as f64 / rate),
            Pace::Closed => Instant::now(),
        };
        if due >= end {
            return n;
        }
        if due > Instant::now() {
            sleep_until(due).await;
        }
        if let Some(window) = &run.window {
            window.acquire().await.expect("it is never closed").forget();
        }
        // Count here and not in the speaker: the drain must also wait for a message that its speaker
        // has yet to take.
        run.sent.fetch_add(1, Ordering::Relaxed);
        // Ignore the error: the channel of a speaker (a sending connection) is closed only if the
        // connection has ended.
        let _ = speakers[n as usize % speakers.len()].send(due).await;
    }
    first
}

async fn speak(
    run: Arc<Run>,
    room: usize,
    mut connection: Connection,
    mut orders: mpsc::Receiver<Instant>,
) {
    let mut n = 0_u64;
    loop {
        // Cancel-safe: the branches receive from a channel and from a connection, and neither loses
        // data when it is dropped.
        let said = tokio::select! {
            order = orders.recv() => {
                let Some(due) = order else { return };
                n += 1;
                let micros = due.duration_since(run.begun).as_micros() as u64;
                run.record(&run.late, micros);
                // The ack returns the frame's `id`, and the event returns the frame's text. Both
                // contain the intended sending time.
                let name = &run.name;
                let text = format!("{:x<TEXT_BYTES$}", format!("@{name}@{micros}@"));
                let frame = run.talker.message(room, micros, &format!("{name}.{room}.{n}"), &text);
                connection.send(frame).await
            }
            received = connection.receive() => match received {
                Ok(text) => {
                    if let Some(micros) = text.strip_prefix("{\"type\":\"ack\",\"id\":").and_then(number) {
                        run.acks.fetch_add(1, Ordering::Relaxed);
                        run.window.iter().for_each(|window| window.add_permits(1));
                        run.record(&run.acked, micros);
                    } else if text.starts_with("{\"type\":\"error\"") {
                        tracing::warn!(room, answer = %text, "a message was refused");
                    }
                    answer(&mut connection, &text).await
                }
                Err(error) => Err(error),
            },
        };
        if let Err(error) = said {
            tracing::warn!(room, %error, "a speaker's connection ended");
            return;
        }
    }
}

async fn see(run: Arc<Run>, mut connection: Connection) {
    let mark = format!("\"@{}@", run.name);
    while let Ok(text) = connection.receive().await {
        if let Some(micros) = text.split_once(&mark).and_then(|(_, rest)| number(rest)) {
            run.sights.fetch_add(1, Ordering::Relaxed);
            run.record(&run.seen, micros);
        }
        if answer(&mut connection, &text).await.is_err() {
            break;
        }
    }
    tracing::debug!("a listener's connection ended");
}

async fn answer(connection: &mut Connection, text: &str) -> Result<(), LoadError> {
    if text.starts_with("{\"type\":\"ping\"") {
        connection
            .send(Utf8Bytes::from_static("{\"type\":\"pong\"}"))
            .await?;
    }
    Ok(())
}

fn number(text: &str) -> Option<u64> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text[..end].parse().ok()
}
