//! The latency of a message at half of the highest rate, and at other shares of it for the plot: from the intended time to the ack, and to
//! the sight of it on the other instance.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::super::Effort;
use super::super::book::{self, Book, Curve};
use super::super::line::Line;
use super::super::peer::{Helpline, Means, Peer, Seat, Setup, Side, Talk};
use super::super::traffic::{Quantiles, Times, open_all};
use crate::desk::Relay;
use crate::error::LoadError;

const ROOMS: usize = 300;
/// Shares of the highest rate; the second one is the target's.
const SHARES: [f64; 4] = [0.25, 0.5, 0.7, 0.85];
/// Of one share.
const SECONDS: f64 = 6.0;
/// What has not come by then is late whenever it comes.
const DRAIN: Duration = Duration::from_secs(3);

/// What all connections share.
struct Run {
    begun: Instant,
    acked: Times,
    seen: Times,
    late: Times,
}

pub(super) async fn run(book: &mut Book, effort: &Effort, means: &Means, highest: f64) -> Result<(), LoadError> {
    let rooms = effort.pick(ROOMS, 50);
    book.scenario(
        "latency",
        format!("{rooms} rooms on two instances with Redis between them, at half of the highest rate ({:.0}/s).", highest / 2.0),
    );
    let setup = Setup { instances: 2, rooms, relay: Relay::Redis };
    let helpline: Arc<dyn Peer> = Arc::new(Helpline::start(setup, means, Talk::Messages).await?);
    let mut curves = [("send to ack, p99 ms", Vec::new()), ("send to seen on the other instance, p99 ms", Vec::new())];
    // The first is thrown away: caches, plans, the allocator.
    one(&helpline, rooms, highest * SHARES[0], 2.0).await?;
    for share in if effort.quick { &SHARES[1..2] } else { &SHARES[..] } {
        let rate = highest * share;
        let rounds = if *share == 0.5 { effort.rounds.min(3) } else { 1 };
        for _ in 0..rounds {
            let (acked, seen, late) = one(&helpline, rooms, rate, effort.pick(SECONDS, 2.0)).await?;
            eprintln!(
                "  latency at {rate:.0}/s: ack p99 {:.1} ms, seen p99 {:.1} ms, generator late p99 {:.1} ms",
                acked.p99, seen.p99, late.p99
            );
            if *share == 0.5 {
                book.note("latency", "Helpline", book::P50, acked.p50);
                book.note("latency", "Helpline", book::P99, acked.p99);
                book.note("latency", "Helpline", book::SEEN_P99, seen.p99);
                book.note("latency", "Helpline", book::LATE, late.p99);
                book.note("latency", "Helpline", book::RATE, rate);
            }
            curves[0].1.push((rate, acked.p99));
            curves[1].1.push((rate, seen.p99));
        }
    }
    for (name, points) in curves {
        book.curves.push(Curve { plot: "latency by messages per second", name: name.to_owned(), points });
    }
    Ok(())
}

async fn one(peer: &Arc<dyn Peer>, rooms: usize, rate: f64, seconds: f64) -> Result<(Quantiles, Quantiles, Quantiles), LoadError> {
    let seats = |side, instance| (0..rooms).map(move |room| Seat { instance, room, side });
    let listeners = open_all(peer, seats(Side::Listener(0), 1)).await?;
    let mut speakers = open_all(peer, seats(Side::Speaker, 0)).await?;
    speakers.sort_by_key(|(seat, _)| seat.room);
    sleep(Duration::from_millis(500)).await;
    let run = Arc::new(Run { begun: Instant::now(), acked: Times::default(), seen: Times::default(), late: Times::default() });
    let mut crowd = JoinSet::new();
    for (_, line) in listeners {
        crowd.spawn(see(Arc::clone(&run), line));
    }
    let mut doors = Vec::new();
    let name: u32 = rand::random();
    for (seat, line) in speakers {
        let (door, orders) = mpsc::channel(1_024);
        let Seat { room, .. } = seat;
        let ticket = ticket(peer, room);
        crowd.spawn(speak(Arc::clone(&run), format!("{name:08x}.{room}"), ticket, line, orders));
        doors.push(door);
    }
    let total = (rate * seconds) as u64;
    for n in 0..total {
        let due = run.begun + Duration::from_secs_f64(n as f64 / rate);
        if due > Instant::now() {
            sleep_until(due).await;
        }
        let _ = doors[n as usize % doors.len()].send(due).await;
    }
    sleep(DRAIN).await;
    crowd.shutdown().await;
    Ok((run.acked.quantiles(), run.seen.quantiles(), run.late.quantiles()))
}

/// The ticket's id, from a frame that bears it.
fn ticket(peer: &Arc<dyn Peer>, room: usize) -> String {
    let frame = peer.frame(0, room, 0);
    frame.split("\"ticket\":\"").nth(1).and_then(|rest| rest.get(..36)).unwrap_or_default().to_owned()
}

async fn speak(run: Arc<Run>, name: String, ticket: String, mut line: Line, mut orders: mpsc::Receiver<Instant>) {
    let mut n = 0_u64;
    loop {
        // Cancel-safe: a channel's receiver, and a line.
        let said = tokio::select! {
            order = orders.recv() => {
                let Some(due) = order else { return };
                n += 1;
                let micros = due.duration_since(run.begun).as_micros();
                run.late.note(due.elapsed());
                // The ack brings the id back, the event the text: both are the intended time.
                line.say(format!(r#"{{"type":"send","id":{micros},"ticket":"{ticket}","key":"{name}.{n}","body":"@{micros}@"}}"#).into()).await
            }
            heard = line.hear() => match heard {
                Ok(text) => {
                    if let Some(micros) = text.strip_prefix("{\"type\":\"ack\",\"id\":").and_then(number) {
                        run.acked.note(run.begun.elapsed().saturating_sub(Duration::from_micros(micros)));
                    }
                    answer(&mut line, &text).await
                }
                Err(error) => Err(error),
            },
        };
        if said.is_err() {
            return;
        }
    }
}

async fn see(run: Arc<Run>, mut line: Line) {
    while let Ok(text) = line.hear().await {
        if let Some(micros) = text.split_once("\"@").and_then(|(_, rest)| number(rest)) {
            run.seen.note(run.begun.elapsed().saturating_sub(Duration::from_micros(micros)));
        }
        if answer(&mut line, &text).await.is_err() {
            return;
        }
    }
}

async fn answer(line: &mut Line, text: &str) -> Result<(), LoadError> {
    if text.starts_with("{\"type\":\"ping\"") {
        line.say(Utf8Bytes::from_static("{\"type\":\"pong\"}")).await?;
    }
    Ok(())
}

fn number(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}
