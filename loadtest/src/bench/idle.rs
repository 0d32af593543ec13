//! `idle`: silent connections, each in its own room. Measures the connections' memory and the CPU
//! cost of their heartbeats.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::connection::Connection;
use super::delivery;
use super::peer::{Endpoint, Kind, Means, Peer, Received, Setup, Side};
use super::results::{self, Results};
use super::traffic::open_all;
use super::{Effort, usage};
use crate::error::LoadError;
use crate::target::Relay;

const CONNECTIONS: usize = 15_000;
/// Delay between opening the connections and measuring the servers' memory. During this time the
/// servers release temporary memory.
const SETTLE: Duration = Duration::from_secs(4);
/// How long heartbeats are measured. It is longer than one heartbeat interval of Helpline.
const BEATS: Duration = Duration::from_secs(28);

const KINDS: &[Kind] = &[
    Kind::Helpline,
    Kind::Baseline,
    Kind::Nchan,
    Kind::SocketIo,
    Kind::Ws,
];

/// Measures idle connections. Runs only once, because memory hardly varies between rounds.
///
/// # Errors
/// If Helpline or the baseline server does not run.
pub async fn run(results: &mut Results, effort: &Effort, means: &Means) -> Result<(), LoadError> {
    let connections = effort.pick(CONNECTIONS, 1_000);
    results.scenario(
        "idle",
        format!("{connections} connections, each subscribed to a room of its own and silent."),
    );
    for kind in KINDS {
        for peer in delivery::start(
            results,
            effort,
            means,
            &[*kind],
            Setup {
                instances: 1,
                rooms: connections,
                relay: Relay::InProcess,
            },
        )
        .await?
        {
            let beats = if *kind == Kind::Helpline {
                effort.pick(BEATS, Duration::from_secs(2))
            } else {
                Duration::ZERO
            };
            let (kib, core) = hold_open(&peer, connections, beats).await?;
            eprintln!("  idle {}: {kib:.2} KiB a connection", peer.name());
            results.record("idle", peer.name(), results::KIB, kib);
            if let Some(core) = core {
                results.record("idle", peer.name(), results::CORE, core);
            }
        }
    }
    Ok(())
}

/// Opens `connections` connections and keeps them open. Returns KiB per connection, and the
/// heartbeats' CPU in percent of a core (`None` if `beats` is zero).
pub async fn hold_open(
    peer: &Arc<dyn Peer>,
    connections: usize,
    beats: Duration,
) -> Result<(f64, Option<f64>), LoadError> {
    let holders = peer.holders();
    let before = usage::memory_bytes(&holders);
    let endpoints = (0..connections).map(|room| Endpoint {
        instance: 0,
        room,
        side: Side::Speaker,
    });
    let mut standing = JoinSet::new();
    for (_, connection) in open_all(peer, endpoints).await? {
        standing.spawn(stay(Arc::clone(peer), connection));
    }
    sleep(SETTLE).await;
    let each =
        usage::memory_bytes(&holders).saturating_sub(before) as f64 / connections as f64 / 1024.0;
    let core = if beats.is_zero() {
        None
    } else {
        let (from, processes) = (usage::cpu_seconds(&peer.processes()), peer.processes());
        sleep(beats).await;
        Some((usage::cpu_seconds(&processes) - from) / beats.as_secs_f64() * 100.0)
    };
    if standing.try_join_next().is_some() {
        return Err(LoadError::Stalled(format!(
            "a silent connection to {} was closed",
            peer.name()
        )));
    }
    Ok((each, core))
}

async fn stay(peer: Arc<dyn Peer>, mut connection: Connection) -> Result<(), LoadError> {
    loop {
        if let Received::Ping(answer) = peer.classify(&connection.receive().await?) {
            connection.send(answer).await?;
        }
    }
}
