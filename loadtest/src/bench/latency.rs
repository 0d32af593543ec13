//! `latency`: the latency of a message at half of the highest sending rate, and at other fractions
//! of that rate for the plot. The latency is measured from the intended sending time to the ack,
//! and to the arrival on the second instance. A first run finds the highest rate with the same
//! setup: two instances, and listeners on the second instance.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::connection::Connection;
use super::peer::{Endpoint, Helpline, Means, Peer, Setup, Side, Talk};
use super::results::{self, Curve, Results};
use super::traffic::{Quantiles, Times, open_all};
use super::{Effort, usage};
use crate::error::LoadError;
use crate::target::Relay;

const ROOMS: usize = 300;
/// Fractions of the highest rate to measure. The latency target applies to 0.5.
const SHARES: [f64; 4] = [0.25, 0.5, 0.7, 0.85];
/// Duration of one run in seconds.
const SECONDS: f64 = 6.0;
/// Maximum number of unacknowledged sends per room while the highest rate is determined.
const WINDOW: usize = 8;
/// Time between two measurements of the disk's sync latency.
const SYNC_EVERY: Duration = Duration::from_millis(25);
/// How long to wait after a run for outstanding acks and events. Messages without an ack or event
/// by then count as wrong.
const DRAIN: Duration = Duration::from_secs(3);

/// State that all connections of a run share.
struct Run {
    /// The run's name. Every message of the run contains it in its text and in its idempotency key,
    /// because a page of the history may also include messages of an earlier run.
    name: String,
    begun: Instant,
    acked: Times,
    seen: Times,
    late: Times,
    sent: AtomicU64,
    acks: AtomicU64,
    sights: AtomicU64,
    /// Limits unacknowledged sends while the highest rate is determined. Each ack allows another
    /// send.
    window: Option<Semaphore>,
}

/// How fast messages are sent.
#[derive(Debug, Clone, Copy)]
enum Pace {
    /// Sends this many messages per second, independent of the acks.
    Open(f64),
    /// Sends as fast as acks arrive.
    Closed,
}

/// The result of one run at one sending rate.
struct Outcome {
    acked: Quantiles,
    seen: Quantiles,
    late: Quantiles,
    per_second: f64,
    /// Number of messages without an ack, plus messages that did not arrive on the second instance.
    wrong: u64,
    /// CPU in use, in cores: first of the servers only, then of the servers and the load generator.
    cores: (f64, f64),
}

/// Runs the scenario `latency` and records its results.
///
/// # Errors
/// If Helpline does not run.
pub async fn run(results: &mut Results, effort: &Effort, means: &Means) -> Result<(), LoadError> {
    let rooms = effort.pick(ROOMS, 50);
    let setup = Setup {
        instances: 2,
        rooms,
        relay: Relay::Redis,
    };
    let helpline = Helpline::start(setup, means, Talk::Messages).await?;
    helpline
        .admin
        .batch_execute(include_str!("../../sql/fill_wal.sql"))
        .await
        .map_err(LoadError::postgres("making WAL files"))?;
    let helpline: Arc<dyn Peer> = Arc::new(helpline);
    // Ignore the result of the first run, which warms up caches, query plans and the memory
    // allocator.
    one(&helpline, rooms, Pace::Closed, 2.0).await?;
    let highest = one(&helpline, rooms, Pace::Closed, effort.pick(SECONDS, 2.0))
        .await?
        .per_second;
    results.scenario(
        "latency",
        format!("{rooms} rooms on two instances with Redis between them, at half of the highest rate ({:.0}/s).", highest / 2.0),
    );
    let mut curves = [
        ("send to ack, p99 ms", Vec::new()),
        ("send to seen on the other instance, p99 ms", Vec::new()),
    ];
    for share in if effort.quick {
        &SHARES[1..2]
    } else {
        &SHARES[..]
    } {
        let rate = highest * share;
        let rounds = if *share == 0.5 {
            effort.rounds.min(3)
        } else {
            1
        };
        for _ in 0..rounds {
            let disk = Disk::watch(&means.work);
            let Outcome {
                acked,
                seen,
                late,
                cores,
                per_second,
                wrong,
            } = one(
                &helpline,
                rooms,
                Pace::Open(rate),
                effort.pick(SECONDS, 2.0),
            )
            .await?;
            let disk = disk.quantiles().await;
            eprintln!(
                "  latency at {rate:.0}/s: ack p50 {:.1} p99 {:.1} ms, seen p99 {:.1} ms, generator late p99 {:.1} ms, disk sync p99 {:.1} ms, \
                 cores in use {:.2} (servers {:.2}), {wrong} wrong",
                acked.p50, acked.p99, seen.p99, late.p99, disk.p99, cores.1, cores.0
            );
            if *share == 0.5 {
                results.record("latency", "Helpline", results::P50, acked.p50);
                results.record("latency", "Helpline", results::P99, acked.p99);
                results.record("latency", "Helpline", results::SEEN_P99, seen.p99);
                results.record("latency", "Helpline", results::LATE, late.p99);
                results.record("latency", "Helpline", results::DISK_P99, disk.p99);
                results.record("latency", "Helpline", results::RATE, per_second);
                results.record("latency", "Helpline", results::CORE, cores.0 * 100.0);
                results.record(
                    "latency",
                    "generator",
                    results::CORE,
                    (cores.1 - cores.0) * 100.0,
                );
                results.record("latency", "Helpline", results::WRONG, wrong as f64);
            }
            curves[0].1.push((rate, acked.p99));
            curves[1].1.push((rate, seen.p99));
        }
    }
    for (name, points) in curves {
        results.curves.push(Curve {
            plot: "latency by messages per second",
            name: name.to_owned(),
            points,
        });
    }
    Ok(())
}

/// Repeatedly syncs a page to the disk during the run, to measure the disk's own latency.
struct Disk {
    times: Arc<Times>,
    over: Arc<AtomicBool>,
    writer: tokio::task::JoinHandle<()>,
}

impl Disk {
    fn watch(dir: &std::path::Path) -> Self {
        let (times, over) = (Arc::new(Times::default()), Arc::new(AtomicBool::new(false)));
        let (noted, ended, file) = (Arc::clone(&times), Arc::clone(&over), dir.join("sync"));
        let writer = tokio::task::spawn_blocking(move || {
            let Ok(mut file) = std::fs::File::create(file) else {
                return;
            };
            while !ended.load(Ordering::Relaxed) {
                let begun = std::time::Instant::now();
                if file
                    .write_all(&[0; 8192])
                    .and_then(|()| file.sync_data())
                    .is_err()
                {
                    return;
                }
                noted.record(begun.elapsed());
                std::thread::sleep(SYNC_EVERY);
            }
        });
        Self {
            times,
            over,
            writer,
        }
    }

    async fn quantiles(self) -> Quantiles {
        self.over.store(true, Ordering::Relaxed);
        self.writer.await.expect("writing a file does not panic");
        self.times.quantiles()
    }
}

async fn one(
    peer: &Arc<dyn Peer>,
    rooms: usize,
    pace: Pace,
    seconds: f64,
) -> Result<Outcome, LoadError> {
    let endpoints = |side, instance| {
        (0..rooms).map(move |room| Endpoint {
            instance,
            room,
            side,
        })
    };
    let listeners = open_all(peer, endpoints(Side::Listener(0), 1)).await?;
    let mut opened = open_all(peer, endpoints(Side::Speaker, 0)).await?;
    opened.sort_by_key(|(endpoint, _)| endpoint.room);
    sleep(Duration::from_millis(500)).await;
    let run = Arc::new(Run {
        name: format!("{:08x}", rand::random::<u32>()),
        begun: Instant::now(),
        acked: Times::default(),
        seen: Times::default(),
        late: Times::default(),
        sent: AtomicU64::new(0),
        acks: AtomicU64::new(0),
        sights: AtomicU64::new(0),
        window: matches!(pace, Pace::Closed).then(|| Semaphore::new(rooms * WINDOW)),
    });
    let mut tasks = JoinSet::new();
    for (_, connection) in listeners {
        tasks.spawn(see(Arc::clone(&run), connection));
    }
    let mut speakers = Vec::new();
    for (endpoint, connection) in opened {
        let (speaker, orders) = mpsc::channel(1_024);
        let Endpoint { room, .. } = endpoint;
        let ticket = ticket(peer, room);
        tasks.spawn(speak(Arc::clone(&run), room, ticket, connection, orders));
        speakers.push(speaker);
    }
    let used = || {
        (
            usage::cpu_seconds(&peer.processes()),
            usage::cpu_seconds(&[std::process::id()]),
        )
    };
    let (before, from) = (used(), Instant::now());
    send(&run, &speakers, pace, seconds).await;
    let (after, spent) = (used(), from.elapsed().as_secs_f64());
    let per_second = run.acks.load(Ordering::Relaxed) as f64 / run.begun.elapsed().as_secs_f64();
    sleep(DRAIN).await;
    tasks.shutdown().await;
    let [sent, acks, sights] =
        [&run.sent, &run.acks, &run.sights].map(|count| count.load(Ordering::Relaxed));
    let wrong = sent.abs_diff(acks) + sent.abs_diff(sights);
    Ok(Outcome {
        acked: run.acked.quantiles(),
        seen: run.seen.quantiles(),
        late: run.late.quantiles(),
        per_second,
        wrong,
        cores: ((after.0 - before.0) / spent, (after.1 - before.1) / spent),
    })
}

/// Sends messages at this pace, to one room after the other.
async fn send(run: &Run, speakers: &[mpsc::Sender<Instant>], pace: Pace, seconds: f64) {
    let end = run.begun + Duration::from_secs_f64(seconds);
    for n in 0_u64.. {
        let due = match pace {
            Pace::Open(rate) => run.begun + Duration::from_secs_f64(n as f64 / rate),
            Pace::Closed => Instant::now(),
        };
        if due >= end {
            return;
        }
        if due > Instant::now() {
            sleep_until(due).await;
        }
        if let Some(window) = &run.window {
            window.acquire().await.expect("it is never closed").forget();
        }
        // Ignore the error: the channel of a speaker (a sending connection) is closed only if the
        // connection has ended.
        let _ = speakers[n as usize % speakers.len()].send(due).await;
    }
}

/// Returns the id of the room's ticket, which is part of every frame that the room's speaker (its
/// sending connection) would send.
fn ticket(peer: &Arc<dyn Peer>, room: usize) -> String {
    let frame = peer.frame(0, room, 0);
    frame
        .split("\"ticket\":\"")
        .nth(1)
        .and_then(|rest| rest.get(..36))
        .unwrap_or_default()
        .to_owned()
}

async fn speak(
    run: Arc<Run>,
    room: usize,
    ticket: String,
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
                let (name, micros) = (&run.name, due.duration_since(run.begun).as_micros());
                run.late.record(due.elapsed());
                run.sent.fetch_add(1, Ordering::Relaxed);
                // The ack returns the frame's `id`, and the event returns the frame's text. Both
                // contain the intended sending time.
                let (key, body) = (format!("{name}.{room}.{n}"), format!("@{name}@{micros}@"));
                connection.send(format!(r#"{{"type":"send","id":{micros},"ticket":"{ticket}","key":"{key}","body":"{body}"}}"#).into()).await
            }
            received = connection.receive() => match received {
                Ok(text) => {
                    if let Some(micros) = text.strip_prefix("{\"type\":\"ack\",\"id\":").and_then(number) {
                        run.acks.fetch_add(1, Ordering::Relaxed);
                        run.window.iter().for_each(|window| window.add_permits(1));
                        run.acked.record(run.begun.elapsed().saturating_sub(Duration::from_micros(micros)));
                    }
                    answer(&mut connection, &text).await
                }
                Err(error) => Err(error),
            },
        };
        if said.is_err() {
            return;
        }
    }
}

async fn see(run: Arc<Run>, mut connection: Connection) {
    let mark = format!("\"@{}@", run.name);
    while let Ok(text) = connection.receive().await {
        if let Some(micros) = text.split_once(&mark).and_then(|(_, rest)| number(rest)) {
            run.sights.fetch_add(1, Ordering::Relaxed);
            run.seen.record(
                run.begun
                    .elapsed()
                    .saturating_sub(Duration::from_micros(micros)),
            );
        }
        if answer(&mut connection, &text).await.is_err() {
            return;
        }
    }
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
