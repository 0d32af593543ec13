//! One benchmark run of speakers (sending connections) and listeners (receiving connections) on one
//! server. Speakers send at fixed times, independent of the server's speed (an open loop). Every
//! delivery is checked, and its latency counts from the moment at which its frame was due.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use super::connection::Connection;
use super::peer::{Endpoint, Peer, Received, Side};
use super::usage;
use crate::error::LoadError;

/// Maximum number of connections that are being opened at the same time.
pub const OPENING_MAX: usize = 128;
/// Delay between opening all connections and sending frames. During this time, presence updates and
/// the servers' garbage collection settle.
const SETTLE: Duration = Duration::from_millis(700);
/// Duration of the warm-up, as a fraction of the measured time.
const WARM_UP_SHARE: f64 = 0.2;
/// How long to wait for outstanding deliveries after all frames were sent. A delivery that arrives
/// after this time counts as lost.
const ARRIVAL_TIMEOUT: Duration = Duration::from_secs(15);
/// The highest latency that the histogram can record. Longer latencies are recorded as this value.
const MICROS_MAX: u64 = 600_000_000;
/// Maximum number of orders (each one burst of frames) that may wait until a speaker, a connection
/// that sends, has time for them.
const ORDERS_MAX: usize = 1_024;

/// What to send, and to how many listeners.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Number of rooms; each has one speaker (a sending member).
    pub rooms: usize,
    /// Number of listeners per room.
    pub listeners: usize,
    /// Number of frames that each speaker (sending member) sends at once.
    pub burst: u64,
    /// Bursts per second over all rooms.
    pub bursts_per_second: f64,
    /// Duration of the measured part, in seconds.
    pub seconds: f64,
    /// The instance that listeners (receiving connections) connect to. Speakers (sending
    /// connections) use the first instance.
    pub listen_on: usize,
}

/// The measurements of one benchmark run on one server.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Number of deliveries in the measured part.
    pub deliveries: u64,
    /// Number of deliveries that were lost or out of order.
    pub wrong: u64,
    /// CPU of all server processes per delivery, in microseconds.
    pub cpu_micros: f64,
    /// CPU of the processes that keep client connections, per delivery, in microseconds.
    pub holder_cpu_micros: f64,
    /// Time from the intended sending time to the arrival.
    pub latency_ms: Quantiles,
    /// Time from the intended sending time to the load generator's write.
    pub lateness_ms: Quantiles,
}

#[derive(Debug, Clone, Copy)]
pub struct Quantiles {
    pub p50: f64,
    pub p99: f64,
    pub max: f64,
}

/// A latency histogram that many tasks write to.
pub struct Times(Mutex<Histogram<u64>>);

impl Default for Times {
    fn default() -> Self {
        Self(Mutex::new(
            Histogram::new_with_bounds(1, MICROS_MAX, 3)
                .expect("bounds and digits are within what the histogram takes"),
        ))
    }
}

impl Times {
    pub fn record(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .saturating_record(micros.max(1));
    }

    /// The quantiles of all times that were recorded so far.
    pub fn quantiles(&self) -> Quantiles {
        let times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ms = |micros: u64| micros as f64 / 1_000.0;
        Quantiles {
            p50: ms(times.value_at_quantile(0.5)),
            p99: ms(times.value_at_quantile(0.99)),
            max: ms(times.max()),
        }
    }
}

/// State that all connections of one benchmark run share.
struct Run {
    peer: Arc<dyn Peer>,
    shape: Shape,
    id: u32,
    /// Number of warm-up bursts per room before the measured part.
    warm: u64,
    /// Start of the measured part; empty during the warm-up.
    begun: OnceLock<Instant>,
    arrived: AtomicU64,
    wrong: AtomicU64,
    latency: Times,
    lateness: Times,
    over: AtomicBool,
}

impl Run {
    /// The time at which a room's burst is due in the measured part. One room follows after the
    /// other at equal intervals.
    fn intended(&self, begun: Instant, room: usize, burst: u64) -> Instant {
        let nth = (burst - self.warm) * self.shape.rooms as u64 + room as u64;
        begun + Duration::from_secs_f64(nth as f64 / self.shape.bursts_per_second)
    }

    /// The time at which a room's `n`th frame is due; `None` in the warm-up.
    fn intended_frame(&self, room: usize, n: u64) -> Option<Instant> {
        let burst = n / self.shape.burst;
        (burst >= self.warm)
            .then(|| {
                self.begun
                    .get()
                    .map(|begun| self.intended(*begun, room, burst))
            })
            .flatten()
    }
}

/// Opens all connections, warms up, measures, and closes the connections.
///
/// # Errors
/// If a connection cannot be opened.
pub async fn run(peer: &Arc<dyn Peer>, shape: Shape) -> Result<Sample, LoadError> {
    let per_room = (shape.bursts_per_second * shape.seconds / shape.rooms as f64)
        .ceil()
        .max(1.0);
    let warm = (per_room * WARM_UP_SHARE).ceil() as u64;
    let run = Arc::new(Run {
        peer: Arc::clone(peer),
        shape,
        id: rand::random(),
        warm,
        begun: OnceLock::new(),
        arrived: AtomicU64::new(0),
        wrong: AtomicU64::new(0),
        latency: Times::default(),
        lateness: Times::default(),
        over: AtomicBool::new(false),
    });
    let mut tasks = JoinSet::new();
    let speakers = enter(&run, &mut tasks).await?;
    sleep(SETTLE).await;

    let warmed = warm * shape.burst * (shape.rooms * shape.listeners) as u64;
    send_all(&run, &speakers, Instant::now(), 0, warm).await;
    arrive(&run, warmed).await;
    let (processes, holders) = (peer.processes(), peer.holders());
    let before = (usage::cpu_seconds(&processes), usage::cpu_seconds(&holders));
    let begun = Instant::now();
    run.begun.set(begun).expect("a run is measured once");
    send_all(&run, &speakers, begun, warm, warm + per_room as u64).await;
    let expected = warmed + per_room as u64 * shape.burst * (shape.rooms * shape.listeners) as u64;
    arrive(&run, expected).await;
    let after = (usage::cpu_seconds(&processes), usage::cpu_seconds(&holders));
    run.over.store(true, Ordering::Relaxed);
    tasks.shutdown().await;

    let arrived = run.arrived.load(Ordering::Relaxed);
    let deliveries = arrived.saturating_sub(warmed);
    let each = |seconds: f64| seconds * 1e6 / deliveries.max(1) as f64;
    Ok(Sample {
        deliveries,
        wrong: run.wrong.load(Ordering::Relaxed) + expected.abs_diff(arrived),
        cpu_micros: each(after.0 - before.0),
        holder_cpu_micros: each(after.1 - before.1),
        latency_ms: run.latency.quantiles(),
        lateness_ms: run.lateness.quantiles(),
    })
}

/// A burst to send: the number of its first frame, and its due time in the measured part.
type Order = (u64, Option<Instant>);

/// Opens all listeners' connections, then the connections of all speakers (the senders). Returns
/// the channels that tell the speakers what to send.
async fn enter(
    run: &Arc<Run>,
    tasks: &mut JoinSet<()>,
) -> Result<Vec<mpsc::Sender<Order>>, LoadError> {
    let Shape {
        rooms,
        listeners,
        listen_on,
        ..
    } = run.shape;
    let endpoints = (0..listeners).flat_map(|n| {
        (0..rooms).map(move |room| Endpoint {
            instance: listen_on,
            room,
            side: Side::Listener(n),
        })
    });
    for (endpoint, connection) in open_all(&run.peer, endpoints).await? {
        tasks.spawn(listen(Arc::clone(run), endpoint.room, connection));
    }
    let endpoints = (0..rooms).map(|room| Endpoint {
        instance: 0,
        room,
        side: Side::Speaker,
    });
    let mut speakers = Vec::with_capacity(rooms);
    let mut connections = open_all(&run.peer, endpoints).await?;
    connections.sort_by_key(|(endpoint, _)| endpoint.room);
    for (endpoint, connection) in connections {
        let (speaker, orders) = mpsc::channel(ORDERS_MAX);
        tasks.spawn(speak(Arc::clone(run), endpoint.room, connection, orders));
        speakers.push(speaker);
    }
    Ok(speakers)
}

/// Opens connections, up to [`OPENING_MAX`] at the same time.
///
/// # Errors
/// The first connection error.
pub async fn open_all(
    peer: &Arc<dyn Peer>,
    endpoints: impl Iterator<Item = Endpoint>,
) -> Result<Vec<(Endpoint, Connection)>, LoadError> {
    let mut opening = JoinSet::new();
    let mut connections = Vec::new();
    for endpoint in endpoints {
        if opening.len() >= OPENING_MAX {
            connections.push(
                opening
                    .join_next()
                    .await
                    .expect("it is not empty")
                    .expect("opening does not panic")?,
            );
        }
        let peer = Arc::clone(peer);
        opening.spawn(async move {
            Ok::<_, LoadError>((endpoint, Connection::open(&peer.opening(endpoint)).await?))
        });
    }
    while let Some(opened) = opening.join_next().await {
        connections.push(opened.expect("opening does not panic")?);
    }
    Ok(connections)
}

async fn listen(run: Arc<Run>, room: usize, mut connection: Connection) {
    let mut n = 0;
    while let Ok(text) = connection.receive().await {
        match run.peer.classify(&text) {
            Received::Delivery => {
                if let Some(intended) = run.intended_frame(room, n) {
                    run.latency.record(intended.elapsed());
                }
                if !run.peer.bears(&text, n) {
                    run.wrong.fetch_add(1, Ordering::Relaxed);
                }
                n += 1;
                run.arrived.fetch_add(1, Ordering::Relaxed);
            }
            Received::Ping(answer) => drop(connection.send(answer).await),
            Received::Other => {}
        }
    }
    if !run.over.load(Ordering::Relaxed) {
        tracing::warn!(room, "a listener's connection ended");
    }
}

async fn speak(
    run: Arc<Run>,
    room: usize,
    mut connection: Connection,
    mut orders: mpsc::Receiver<Order>,
) {
    loop {
        // Cancel-safe: the branches receive from a channel and from a connection, and neither loses
        // data when it is dropped.
        let spoken = tokio::select! {
            order = orders.recv() => match order {
                Some((first, intended)) => send_burst(&run, room, &mut connection, first, intended).await,
                None => return,
            },
            received = connection.receive() => match received {
                Ok(text) => match run.peer.classify(&text) {
                    Received::Ping(answer) => connection.send(answer).await,
                    Received::Delivery | Received::Other => Ok(()),
                },
                Err(error) => Err(error),
            },
        };
        if let Err(error) = spoken {
            tracing::warn!(room, %error, "a speaker's connection ended");
            return;
        }
    }
}

async fn send_burst(
    run: &Run,
    room: usize,
    connection: &mut Connection,
    first: u64,
    intended: Option<Instant>,
) -> Result<(), LoadError> {
    for n in first..first + run.shape.burst {
        connection.queue(run.peer.frame(run.id, room, n)).await?;
    }
    if let Some(intended) = intended {
        run.lateness.record(intended.elapsed());
    }
    connection.flush().await
}

/// Tells speakers (sending connections) to send bursts at fixed times. A slow speaker delays this
/// loop, but not the due times from which latencies are measured.
async fn send_all(run: &Run, speakers: &[mpsc::Sender<Order>], begun: Instant, from: u64, to: u64) {
    let measured = from >= run.warm;
    for burst in from..to {
        for (room, speaker) in speakers.iter().enumerate() {
            let nth = (burst - from) * speakers.len() as u64 + room as u64;
            let due = begun + Duration::from_secs_f64(nth as f64 / run.shape.bursts_per_second);
            if due > Instant::now() {
                sleep_until(due).await;
            }
            // Ignore the error: a speaker (a sending task) whose connection ended has already
            // logged a warning.
            let _ = speaker
                .send((burst * run.shape.burst, measured.then_some(due)))
                .await;
        }
    }
}

/// Waits until `expected` deliveries have arrived, or until [`ARRIVAL_TIMEOUT`].
async fn arrive(run: &Run, expected: u64) {
    let deadline = Instant::now() + ARRIVAL_TIMEOUT;
    while run.arrived.load(Ordering::Relaxed) < expected && Instant::now() < deadline {
        sleep(Duration::from_millis(5)).await;
    }
}
