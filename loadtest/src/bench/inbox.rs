//! `inbox`: hundreds of staff consoles watch the inbox while thousands of tickets change. A few
//! consoles decode every frame, to measure when each of them first shows a change.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use helpline_core::limits;
use serde::Deserialize;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::connection::{Connection, Step};
use super::peer::{Helpline, Means, Peer, Setup, Talk};
use super::results::{self, Results};
use super::traffic::Times;
use super::{Effort, usage};
use crate::error::LoadError;
use crate::people;
use crate::target::Relay;

const CONSOLES: usize = 300;
/// Number of consoles whose frames are decoded.
const READ_IN_FULL: usize = 3;
const TICKETS: usize = 2_000;
const CHANGES_PER_SECOND: f64 = 2_000.0;
/// Number of agents who send the messages that change tickets.
const WRITERS: usize = 20;
/// The inbox counts as idle if no ticket was shown for this long. It is two polling intervals of
/// the gateway, so at least one whole poll found no ticket to show.
const REST: Duration = Duration::from_millis(2 * limits::SWEEP_INTERVAL_MS);
/// How long to wait for outstanding updates after the last change.
const DRAIN: Duration = Duration::from_secs(3);

/// The sequence number of a ticket's event, and a time in microseconds since the start of the run.
/// The time says when the event's message was due, or when a console showed the event.
type At = (u64, u64);

/// Measurements of one run of the inbox scenario.
struct Run {
    begun: Instant,
    frames: AtomicU64,
    acked: AtomicU64,
    /// The scheduled changes of tickets, by ticket.
    changes: Mutex<HashMap<String, Vec<At>>>,
    /// Time at which a console last showed a ticket, in microseconds since the start of the run.
    shown_last: AtomicU64,
    /// The changes that consoles showed, by console and ticket.
    shown: Mutex<HashMap<(usize, String), Vec<At>>>,
}

#[derive(Deserialize)]
struct Ack {
    id: u64,
    key: String,
    seq: u64,
}

#[derive(Deserialize)]
struct InboxFrame {
    tickets: Vec<Shown>,
    moved: Vec<Shown>,
}

#[derive(Deserialize)]
struct Shown {
    id: String,
    seq: u64,
}

/// Runs the scenario `inbox` and records its results.
///
/// # Errors
/// If Helpline does not run or a connection cannot be opened.
pub async fn run(results: &mut Results, effort: &Effort, means: &Means) -> Result<(), LoadError> {
    let (consoles, rate) = (
        effort.pick(CONSOLES, 30),
        effort.pick(CHANGES_PER_SECOND, 500.0),
    );
    let tickets = effort.pick(TICKETS, 300);
    results.scenario(
        "inbox",
        format!("{consoles} consoles watch {tickets} tickets, {rate} changes a second; latency from a change's intended time."),
    );
    let setup = Setup {
        instances: 1,
        rooms: tickets,
        relay: Relay::Redis,
    };
    let helpline = Arc::new(Helpline::start(setup, means, Talk::Messages).await?);
    for _ in 0..effort.rounds.min(3) {
        one(results, &helpline, consoles, rate, effort.pick(10.0, 3.0)).await?;
    }
    Ok(())
}

async fn one(
    results: &mut Results,
    helpline: &Arc<Helpline>,
    consoles: usize,
    rate: f64,
    seconds: f64,
) -> Result<(), LoadError> {
    let run = Arc::new(Run {
        begun: Instant::now(),
        frames: AtomicU64::new(0),
        acked: AtomicU64::new(0),
        changes: Mutex::default(),
        shown_last: AtomicU64::new(0),
        shown: Mutex::default(),
    });
    let mut tasks = JoinSet::new();
    for n in 0..consoles {
        let mut opening = helpline.signed_in(0, &agent(helpline, n));
        let watch = Utf8Bytes::from_static(r#"{"type":"inbox","id":1,"on":true}"#);
        opening
            .steps
            .extend([Step::Send(watch), Step::Await("{\"type\":\"ok\"")]);
        let connection = Connection::open(&opening).await?;
        tasks.spawn(watch_inbox(Arc::clone(&run), n, connection));
    }
    let mut writers = Vec::new();
    for n in 0..WRITERS {
        let connection = Connection::open(&helpline.signed_in(0, &agent(helpline, n))).await?;
        let (speaker, orders) = tokio::sync::mpsc::channel(4_096);
        tasks.spawn(write(Arc::clone(&run), connection, orders));
        writers.push(speaker);
    }
    rest(&run).await;
    let holders = helpline.holders();
    let (before, frames, from) = (
        usage::cpu_seconds(&holders),
        run.frames.load(Ordering::Relaxed),
        Instant::now(),
    );
    for n in 0..(rate * seconds) as usize {
        let due = from + Duration::from_secs_f64(n as f64 / rate);
        if due > Instant::now() {
            sleep_until(due).await;
        }
        let ticket = helpline.rooms[n % helpline.rooms.len()].ticket.to_string();
        let _ = writers[n % WRITERS].send((ticket, due)).await;
    }
    let spent = from.elapsed().as_secs_f64();
    let core = (usage::cpu_seconds(&holders) - before) / spent * 100.0;
    let frames = (run.frames.load(Ordering::Relaxed) - frames) as f64 / spent / consoles as f64;
    sleep(DRAIN).await;
    tasks.shutdown().await;
    let (late, unseen) = lateness(&run);
    let quantiles = late.quantiles();
    eprintln!(
        "  inbox: gateway {core:.0} % of a core, {frames:.1} frames/s a console, late p99 {:.0} ms, max {:.0} ms, {unseen} never shown",
        quantiles.p99, quantiles.max
    );
    for (metric, value) in [
        (results::CORE, core),
        (results::FRAMES, frames),
        (results::P50, quantiles.p50),
        (results::P99, quantiles.p99),
        (results::MAX, quantiles.max),
        (results::WRONG, unseen as f64),
        (
            results::RATE,
            run.acked.load(Ordering::Relaxed) as f64 / spent,
        ),
    ] {
        results.record("inbox", "Helpline", metric, value);
    }
    Ok(())
}

/// Waits until no console has shown a ticket for [`REST`].
async fn rest(run: &Run) {
    loop {
        let last = Duration::from_micros(run.shown_last.load(Ordering::Relaxed));
        if run.begun.elapsed() >= last + REST {
            return;
        }
        sleep_until(run.begun + last + REST).await;
    }
}

fn agent(helpline: &Helpline, n: usize) -> String {
    people::token(
        crate::target::RIG_SECRET,
        helpline.rooms[n % helpline.rooms.len()].agent,
        "Agent Load",
    )
}

async fn watch_inbox(run: Arc<Run>, console: usize, mut connection: Connection) {
    while let Ok(text) = connection.receive().await {
        if text.starts_with("{\"type\":\"inbox\"") {
            run.frames.fetch_add(1, Ordering::Relaxed);
            if console < READ_IN_FULL {
                let at = run.begun.elapsed().as_micros() as u64;
                let frame: InboxFrame =
                    serde_json::from_str(&text).expect("an inbox frame has tickets");
                if frame.tickets.len() + frame.moved.len() > 0 {
                    run.shown_last.store(at, Ordering::Relaxed);
                }
                let mut shown = run.shown.lock().unwrap_or_else(PoisonError::into_inner);
                for ticket in frame.tickets.into_iter().chain(frame.moved) {
                    shown
                        .entry((console, ticket.id))
                        .or_default()
                        .push((ticket.seq, at));
                }
            }
        } else if text.starts_with("{\"type\":\"ping\"")
            && connection
                .send(Utf8Bytes::from_static("{\"type\":\"pong\"}"))
                .await
                .is_err()
        {
            return;
        }
    }
}

/// Sends one message to each ticket that arrives in `orders`. The frame's `id` contains the
/// intended sending time and its `key` contains the ticket. The ack returns `id` and `key`.
async fn write(
    run: Arc<Run>,
    mut connection: Connection,
    mut orders: tokio::sync::mpsc::Receiver<(String, Instant)>,
) {
    loop {
        // Cancel-safe: the branches receive from a channel and from a connection, and neither loses
        // data when it is dropped.
        tokio::select! {
            order = orders.recv() => {
                let Some((ticket, due)) = order else { return };
                let micros = due.duration_since(run.begun).as_micros();
                let frame = format!(r#"{{"type":"send","id":{micros},"ticket":"{ticket}","key":"{ticket}.{micros:x}","body":"a change"}}"#);
                if connection.send(frame.into()).await.is_err() { return }
            }
            received = connection.receive() => {
                let Ok(text) = received else { return };
                if let Ok(ack) = serde_json::from_str::<Ack>(&text) {
                    run.acked.fetch_add(1, Ordering::Relaxed);
                    let ticket = ack.key.get(..36).unwrap_or_default().to_owned();
                    run.changes.lock().unwrap_or_else(PoisonError::into_inner).entry(ticket).or_default().push((ack.seq, ack.id));
                } else if text.starts_with("{\"type\":\"ping\"") {
                    let _ = connection.send(Utf8Bytes::from_static("{\"type\":\"pong\"}")).await;
                }
            }
        }
    }
}

/// Measures for every ticket change and every decoding console how long it took until the console
/// showed the change. Also counts the changes that were never shown.
fn lateness(run: &Run) -> (Times, u64) {
    let changes = run.changes.lock().unwrap_or_else(PoisonError::into_inner);
    let shown = run.shown.lock().unwrap_or_else(PoisonError::into_inner);
    let (late, mut unseen) = (Times::default(), 0);
    for (ticket, changes) in changes.iter() {
        for console in 0..READ_IN_FULL {
            let shown = shown
                .get(&(console, ticket.clone()))
                .map_or(&[][..], Vec::as_slice);
            for (seq, intended) in changes {
                match shown.iter().find(|(shown_seq, _)| shown_seq >= seq) {
                    Some((_, at)) => {
                        late.record(Duration::from_micros(at.saturating_sub(*intended)))
                    }
                    None => unseen += 1,
                }
            }
        }
    }
    (late, unseen)
}
