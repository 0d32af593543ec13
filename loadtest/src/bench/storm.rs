//! `storm`: every connection breaks, and all clients reconnect at once and resume three tickets
//! each. Half of the clients are customers with their own tickets; the other half are agents with
//! the same tickets. A separate pair of connections measures whether uninvolved clients are
//! affected.

use std::sync::Arc;
use std::time::Duration;

use helpline_core::ids::TicketId;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_tungstenite::tungstenite::Utf8Bytes;
use uuid::Uuid;

use super::Effort;
use super::connection::{Connection, Opening, Step};
use super::peer::{Endpoint, Helpline, Means, Peer, Received, Setup, Side, Talk};
use super::results::{self, Results};
use super::traffic::{Quantiles, Times};
use crate::error::LoadError;
use crate::people;
use crate::target::Relay;

const CLIENTS: usize = 10_000;
const TICKETS_EACH: usize = 3;
/// Number of agents; each agent has several connections.
const AGENTS: usize = 500;
/// Maximum number of clients that reconnect at the same moment. When one client has reconnected,
/// the next client starts.
const AT_ONCE: usize = 512;
/// Time between two frames of the pair of connections that measures whether uninvolved clients are
/// affected.
const PROBE_EVERY: Duration = Duration::from_millis(5);
/// How long to wait for Postgres's statistics counters, which it updates about once a second.
const COUNTERS_SETTLE: Duration = Duration::from_millis(1_500);

/// Runs the scenario `storm` and records its results.
///
/// # Errors
/// If Helpline does not run, or a client cannot reconnect.
pub async fn run(results: &mut Results, effort: &Effort, means: &Means) -> Result<(), LoadError> {
    let clients = effort.pick(CLIENTS, 400);
    results.scenario(
        "storm",
        format!("{clients} clients with {TICKETS_EACH} tickets each come back at once; reads of the log for each cold ticket; latency of a pair apart."),
    );
    let setup = Setup {
        instances: 1,
        rooms: clients / 2 + 1,
        relay: Relay::Redis,
    };
    let helpline = Arc::new(Helpline::start(setup, means, Talk::Typing).await?);
    let openings = Arc::new(openings(&helpline, clients).await?);
    let calm = pair(&helpline, async { sleep(Duration::from_secs(3)).await })
        .await?
        .1;
    for _ in 0..effort.rounds.min(2) {
        let standing = open_storm(&openings).await?;
        drop(standing);
        // Wait until the gateway has noticed the closed connections and dropped its rooms.
        sleep(Duration::from_secs(2)).await;
        let before = log_reads(&helpline).await?;
        let begun = Instant::now();
        let (standing, others) = pair(&helpline, open_storm(&openings)).await?;
        let standing = standing?;
        let seconds = begun.elapsed().as_secs_f64();
        sleep(COUNTERS_SETTLE).await;
        let tickets = (clients / 2 * TICKETS_EACH) as f64;
        let reads = (log_reads(&helpline).await? - before) / tickets;
        eprintln!(
            "  storm: {} back in {seconds:.1} s, {reads:.2} reads a ticket, others' p99 {:.1} ms (calm {:.1})",
            standing.len(),
            others.p99,
            calm.p99
        );
        results.record("storm", "Helpline", results::SECONDS, seconds);
        results.record("storm", "Helpline", results::READS, reads);
        results.record("storm", "Helpline", results::P50, others.p50);
        results.record("storm", "Helpline", results::P99, others.p99);
        results.record("storm", "before the storm", results::P50, calm.p50);
        results.record("storm", "before the storm", results::P99, calm.p99);
        drop(standing);
        sleep(Duration::from_secs(2)).await;
    }
    Ok(())
}

/// Returns how each client connects. Clients form pairs: a customer, and an agent who subscribes to
/// the same tickets.
async fn openings(helpline: &Helpline, clients: usize) -> Result<Vec<Opening>, LoadError> {
    let pairs = clients / 2;
    let mut tickets: Vec<Vec<TicketId>> =
        (0..pairs).map(|n| vec![helpline.rooms[n].ticket]).collect();
    for _ in 1..TICKETS_EACH {
        let fresh: Vec<Uuid> = (0..pairs).map(|_| Uuid::now_v7()).collect();
        let owners: Vec<Uuid> = (0..pairs)
            .map(|n| helpline.rooms[n].customer.uuid())
            .collect();
        helpline
            .admin
            .execute(
                include_str!("../../sql/make_tickets.sql"),
                &[&fresh, &owners],
            )
            .await
            .map_err(LoadError::postgres("making tickets"))?;
        tickets
            .iter_mut()
            .zip(fresh)
            .for_each(|(of, id)| of.push(TicketId::new(id)));
    }
    let mut openings = Vec::with_capacity(clients);
    for (n, tickets) in tickets.iter().enumerate() {
        let customer = people::token(
            crate::target::RIG_SECRET,
            helpline.rooms[n].customer,
            "Customer Load",
        );
        let agent = people::token(
            crate::target::RIG_SECRET,
            helpline.rooms[n % AGENTS.min(pairs)].agent,
            "Agent Load",
        );
        for token in [customer, agent] {
            let mut opening = helpline.signed_in(0, &token);
            for (id, ticket) in (1..).zip(tickets) {
                // Resume after event 1: each ticket has only this event, and the client has already
                // received it.
                let resume =
                    format!(r#"{{"type":"subscribe","id":{id},"ticket":"{ticket}","after":1}}"#);
                opening.steps.push(Step::Send(resume.into()));
            }
            opening.steps.extend(
                tickets
                    .iter()
                    .map(|_| Step::Await("{\"type\":\"subscribed\"")),
            );
            openings.push(opening);
        }
    }
    Ok(openings)
}

/// Opens all connections and waits until each connection is subscribed to its tickets.
async fn open_storm(openings: &Arc<Vec<Opening>>) -> Result<Vec<Connection>, LoadError> {
    let mut coming = JoinSet::new();
    let mut connections = Vec::with_capacity(openings.len());
    for n in 0..openings.len() {
        if coming.len() >= AT_ONCE {
            connections.push(
                coming
                    .join_next()
                    .await
                    .expect("it is not empty")
                    .expect("opening does not panic")?,
            );
        }
        let openings = Arc::clone(openings);
        coming.spawn(async move { Connection::open(&openings[n]).await });
    }
    while let Some(connection) = coming.join_next().await {
        connections.push(connection.expect("opening does not panic")?);
    }
    Ok(connections)
}

/// The number of history pages read so far: index scans of the two history indexes.
async fn log_reads(helpline: &Helpline) -> Result<f64, LoadError> {
    let row = helpline
        .admin
        .query_one(include_str!("../../sql/bench_log_reads.sql"), &[])
        .await;
    Ok(row
        .map_err(LoadError::postgres("reading the counters"))?
        .get::<_, i64>(0) as f64)
}

/// While `meanwhile` runs, a sending and a receiving connection use a separate room. Returns the
/// result of `meanwhile` and the latencies of the frames in this room. The two connections have a
/// separate thread, so that waiting for other clients in this process does not count as the
/// server's latency.
async fn pair<T>(
    helpline: &Arc<Helpline>,
    meanwhile: impl Future<Output = T>,
) -> Result<(T, Quantiles), LoadError> {
    let (there, arrived) = oneshot::channel();
    let (over, ended) = oneshot::channel::<()>();
    let helpline = Arc::clone(helpline);
    let apart = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.map_err(|error| LoadError::Program {
            program: "a runtime for the pair",
            why: error.to_string(),
        })?;
        runtime.block_on(probe(&helpline, there, ended))
    });
    // Ignore an error: `arrived` is also closed if the sending or the receiving connection could
    // not be opened, and `probe` returns that error at the end.
    let _ = arrived.await;
    let result = meanwhile.await;
    drop(over);
    Ok((result, apart.await.expect("the pair does not panic")?))
}

/// Sends and receives frames until `over` is signalled. Returns the latencies.
async fn probe(
    helpline: &Helpline,
    there: oneshot::Sender<()>,
    mut over: oneshot::Receiver<()>,
) -> Result<Quantiles, LoadError> {
    let room = helpline.rooms.len() - 1;
    let mut listener = Connection::open(&helpline.opening(Endpoint {
        instance: 0,
        room,
        side: Side::Listener(0),
    }))
    .await?;
    let mut speaker = Connection::open(&helpline.opening(Endpoint {
        instance: 0,
        room,
        side: Side::Speaker,
    }))
    .await?;
    let _ = there.send(());
    let (times, begun) = (Times::default(), Instant::now());
    let due = |n: u32| begun + PROBE_EVERY * n;
    let (mut said, mut received) = (0, 0);
    loop {
        // Cancel-safe: the branches wait for a channel, a timer and a connection, and none of these
        // loses data when it is dropped.
        tokio::select! {
            _ = &mut over => return Ok(times.quantiles()),
            () = sleep_until(due(said)) => {
                speaker.send(helpline.frame(0, room, u64::from(said))).await?;
                said += 1;
            }
            text = listener.receive() => match helpline.classify(&text?) {
                Received::Delivery => {
                    times.record(due(received).elapsed());
                    received += 1;
                }
                Received::Ping(_) => listener.send(Utf8Bytes::from_static("{\"type\":\"pong\"}")).await?,
                Received::Other => {}
            },
        }
    }
}
