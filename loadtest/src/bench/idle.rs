//! `idle`: silent connections, each in its own room. Measures the connections' memory and the CPU
//! cost of their heartbeats.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep;
use uuid::Uuid;

use super::connection::{Connection, Opening};
use super::delivery;
use super::peer::{Endpoint, Helpline, Kind, Means, Peer, Received, Setup, Side, Talk};
use super::results::{self, Results};
use super::traffic::OPENING_MAX;
use super::{Effort, usage};
use crate::error::LoadError;
use crate::target::Relay;

const CONNECTIONS: usize = 15_000;
/// Number of connections that are measured before they sign in. It is lower, because the gateway
/// closes such connections after 10 s.
const UPGRADED: usize = 8_000;
/// Delay between opening the connections and measuring the servers' memory. During this time the
/// servers release temporary memory.
pub const SETTLE: Duration = Duration::from_secs(4);
/// The delay for connections that have not signed in.
const SETTLE_UPGRADED: Duration = Duration::from_secs(1);
/// How long heartbeats are measured. It is longer than one heartbeat interval of Helpline.
const BEATS: Duration = Duration::from_secs(28);
/// Number of tickets that one statement fills with messages.
const TICKETS_PER_STATEMENT: usize = 1_000;

const PEERS: &[Kind] = &[Kind::Baseline, Kind::Nchan, Kind::SocketIo, Kind::Ws];

/// How far a connection has come when its memory is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// It is a WebSocket that has not signed in.
    Upgraded,
    /// It has signed in.
    SignedIn,
    /// It has subscribed to its ticket, and has received the latest page of the history.
    Subscribed,
}

/// The states in which connections to Helpline are measured, with the subject's name in the report.
/// All states with a history follow the states without, because all use the same tickets.
const STATES: &[(&str, Depth, Side, History)] = &[
    (
        "Helpline, upgraded only",
        Depth::Upgraded,
        Side::Speaker,
        History::Empty,
    ),
    (
        "Helpline, signed in only",
        Depth::SignedIn,
        Side::Speaker,
        History::Empty,
    ),
    ("Helpline", Depth::Subscribed, Side::Speaker, History::Empty),
    (
        "Helpline, staff",
        Depth::Subscribed,
        Side::Listener(0),
        History::Empty,
    ),
    (
        "Helpline, after a page",
        Depth::Subscribed,
        Side::Speaker,
        History::Messages,
    ),
    (
        "Helpline, staff after a page",
        Depth::Subscribed,
        Side::Listener(0),
        History::Messages,
    ),
];

/// What the history of each ticket contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum History {
    /// Only the ticket's creation.
    Empty,
    /// 100 messages in addition.
    Messages,
}

/// Measures idle connections. Runs only once, because memory hardly varies between rounds.
///
/// # Errors
/// If Helpline or the baseline server does not run.
pub async fn run(results: &mut Results, effort: &Effort, means: &Means) -> Result<(), LoadError> {
    let connections = effort.pick(CONNECTIONS, 1_000);
    results.scenario(
        "idle",
        format!(
            "{connections} silent connections ({} before sign-in), each subscribed to a room of its own: customers unless staff is said, and \
             with 100 messages in each room's history after a page.",
            effort.pick(UPGRADED, 1_000)
        ),
    );
    let setup = Setup {
        instances: 1,
        rooms: connections,
        relay: Relay::InProcess,
    };
    own(results, effort, means, setup).await?;
    for kind in PEERS {
        for peer in delivery::start(results, effort, means, &[*kind], setup).await? {
            let (kib, _) =
                hold_open(&peer, customers(&peer, connections), SETTLE, Duration::ZERO).await?;
            record(results, peer.name(), kib);
        }
    }
    Ok(())
}

/// Measures Helpline in each of [`STATES`], each time with a gateway that was just started.
async fn own(
    results: &mut Results,
    effort: &Effort,
    means: &Means,
    setup: Setup,
) -> Result<(), LoadError> {
    let helpline = Helpline::start(setup, means, Talk::Typing).await?;
    results
        .lacks
        .insert(helpline.name().to_owned(), helpline.lacks().to_owned());
    let helpline = Arc::new(helpline);
    let peer: Arc<dyn Peer> = Arc::clone(&helpline) as Arc<dyn Peer>;
    let mut filled = History::Empty;
    for (subject, depth, side, history) in STATES {
        if *history != filled {
            fill(&helpline).await?;
            filled = *history;
        }
        for gateway in &helpline.target.gateways {
            gateway.restart().await?;
        }
        let (count, settle) = match depth {
            Depth::Upgraded => (effort.pick(UPGRADED, 1_000), SETTLE_UPGRADED),
            Depth::SignedIn | Depth::Subscribed => (setup.rooms, SETTLE),
        };
        let steps = match depth {
            Depth::Upgraded => 0,
            // Sending the `hello` frame, and receiving `welcome`.
            Depth::SignedIn => 2,
            Depth::Subscribed => usize::MAX,
        };
        let openings = openings(&peer, count, *side).map(|mut opening| {
            opening.steps.truncate(steps);
            opening
        });
        let beats = if *subject == peer.name() {
            effort.pick(BEATS, Duration::from_secs(2))
        } else {
            Duration::ZERO
        };
        let (kib, core) = hold_open(&peer, openings, settle, beats).await?;
        record(results, subject, kib);
        if let Some(core) = core {
            eprintln!("  idle {subject}: heartbeats and checks take {core:.1} % of a core");
            results.record("idle", subject, results::CORE, core);
        }
    }
    Ok(())
}

fn record(results: &mut Results, subject: &str, kib: f64) {
    eprintln!("  idle {subject}: {kib:.2} KiB a connection");
    results.record("idle", subject, results::KIB, kib);
}

/// Adds 100 messages to each ticket, by plain SQL.
///
/// # Errors
/// If Postgres refuses a statement.
pub async fn fill(helpline: &Helpline) -> Result<(), LoadError> {
    let failed = LoadError::postgres;
    let admin = &helpline.admin;
    admin
        .batch_execute("set session_replication_role = replica; set synchronous_commit = off")
        .await
        .map_err(failed("disabling triggers"))?;
    for rooms in helpline.rooms.chunks(TICKETS_PER_STATEMENT) {
        let tickets: Vec<Uuid> = rooms.iter().map(|room| room.ticket.uuid()).collect();
        let customers: Vec<Uuid> = rooms.iter().map(|room| room.customer.uuid()).collect();
        admin
            .execute(
                include_str!("../../sql/idle_history.sql"),
                &[&tickets, &customers],
            )
            .await
            .map_err(failed("making a history"))?;
    }
    admin
        .batch_execute("set session_replication_role = origin; reset synchronous_commit")
        .await
        .map_err(failed("enabling triggers"))?;
    admin
        .batch_execute("vacuum analyze")
        .await
        .map_err(failed("analyzing the tables"))
}

/// How the customers of the first `count` rooms open their connections.
pub fn customers(peer: &Arc<dyn Peer>, count: usize) -> impl Iterator<Item = Opening> {
    openings(peer, count, Side::Speaker)
}

fn openings(peer: &Arc<dyn Peer>, count: usize, side: Side) -> impl Iterator<Item = Opening> {
    (0..count).map(move |room| {
        peer.opening(Endpoint {
            instance: 0,
            room,
            side,
        })
    })
}

/// Opens connections and keeps them open for `settle`. Returns KiB per connection, and the
/// heartbeats' CPU in percent of a core (`None` if `beats` is zero).
pub async fn hold_open(
    peer: &Arc<dyn Peer>,
    openings: impl Iterator<Item = Opening>,
    settle: Duration,
    beats: Duration,
) -> Result<(f64, Option<f64>), LoadError> {
    let (holders, peer_name) = (peer.holders(), peer.name());
    let before = usage::memory_bytes(&holders);
    // Each connection answers heartbeats from its opening on: thousands of pages of a history take
    // longer than a client may stay silent.
    let (mut standing, opening) = (JoinSet::new(), Arc::new(Semaphore::new(OPENING_MAX)));
    for how in openings {
        let permit = Arc::clone(&opening).acquire_owned().await;
        let (permit, peer) = (permit.expect("it is never closed"), Arc::clone(peer));
        standing.spawn(async move {
            let connection = Connection::open(&how).await?;
            drop(permit);
            stay(peer, connection).await
        });
        if let Some(ended) = standing.try_join_next() {
            return Err(closed(peer_name, ended));
        }
    }
    let all = opening.acquire_many(OPENING_MAX as u32).await;
    drop(all.expect("it is never closed"));
    sleep(settle).await;
    let each = usage::memory_bytes(&holders).saturating_sub(before) as f64
        / standing.len() as f64
        / 1024.0;
    let core = if beats.is_zero() {
        None
    } else {
        let (from, processes) = (usage::cpu_seconds(&peer.processes()), peer.processes());
        sleep(beats).await;
        Some((usage::cpu_seconds(&processes) - from) / beats.as_secs_f64() * 100.0)
    };
    match standing.try_join_next() {
        Some(ended) => Err(closed(peer_name, ended)),
        None => Ok((each, core)),
    }
}

/// The error for a connection that ended, although nothing ends it before the measurement is over.
fn closed(peer: &str, ended: Result<Result<(), LoadError>, JoinError>) -> LoadError {
    let why = match ended {
        Ok(Ok(())) => "it ended".to_owned(),
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    LoadError::Stalled(format!("a silent connection to {peer} was closed: {why}"))
}

async fn stay(peer: Arc<dyn Peer>, mut connection: Connection) -> Result<(), LoadError> {
    loop {
        if let Received::Ping(answer) = peer.classify(&connection.receive().await?) {
            connection.send(answer).await?;
        }
    }
}
