//! Delivery scenarios: a large room, small rooms, and two instances. In each round every server is
//! measured once, one after the other.

use std::sync::Arc;

use super::Effort;
use super::peer::{self, Kind, Means, Peer, Setup};
use super::results::Results;
use super::traffic::{self, Shape};
use crate::error::LoadError;
use crate::target::Relay;

/// Number of members of the large room.
const MEMBERS: usize = 1_000;
/// Frames per second to the large room when frames are evenly paced.
const PACED_PER_SECOND: f64 = 25.0;
/// Number of frames in one burst.
const BURST: u64 = 16;
/// Bursts per second to the large room.
const BURSTS_PER_SECOND: f64 = 4.0;
/// Number of two-member rooms.
const ROOMS: usize = 500;
/// Frames per second, summed over all two-member rooms.
const ROOMS_PER_SECOND: f64 = 5_000.0;
/// Frames per second over all two-member rooms when the two members are connected to different
/// instances.
const RELAY_PER_SECOND: f64 = 2_500.0;

const ONE_INSTANCE: &[Kind] = &[
    Kind::Helpline,
    Kind::Baseline,
    Kind::Nchan,
    Kind::SocketIo,
    Kind::Ws,
    Kind::Stored,
];
const TWO_INSTANCES: &[Kind] = &[Kind::Helpline, Kind::Nchan, Kind::SocketIo];

/// Runs the scenario with one room of 1,000 members.
///
/// # Errors
/// If Helpline or the baseline server does not run.
pub async fn fanout(
    results: &mut Results,
    effort: &Effort,
    means: &Means,
) -> Result<(), LoadError> {
    let members = effort.pick(MEMBERS, 200);
    let shape = Shape {
        rooms: 1,
        listeners: members,
        burst: 1,
        bursts_per_second: PACED_PER_SECOND,
        seconds: effort.seconds,
        listen_on: 0,
    };
    let bursts = Shape {
        burst: BURST,
        bursts_per_second: BURSTS_PER_SECOND,
        ..shape
    };
    results.scenario(
        "fanout",
        format!("One room of {members}, {PACED_PER_SECOND} typing frames a second: each delivery is a write of its own."),
    );
    results.scenario(
        "bursts",
        format!("The same room, {BURSTS_PER_SECOND} bursts of {BURST} typing frames a second: a burst may share a write."),
    );
    let peers = start(
        results,
        effort,
        means,
        ONE_INSTANCE,
        Setup {
            instances: 1,
            rooms: 1,
            relay: Relay::InProcess,
        },
    )
    .await?;
    by_turns(
        results,
        effort,
        &peers,
        &[("fanout", shape), ("bursts", bursts)],
    )
    .await
}

/// Runs the scenario with many two-member rooms.
///
/// # Errors
/// If Helpline or the baseline server does not run.
pub async fn rooms(results: &mut Results, effort: &Effort, means: &Means) -> Result<(), LoadError> {
    let rooms = effort.pick(ROOMS, 50);
    let per_second = effort.pick(ROOMS_PER_SECOND, 1_000.0);
    let shape = Shape {
        rooms,
        listeners: 1,
        burst: 1,
        bursts_per_second: per_second,
        seconds: effort.seconds,
        listen_on: 0,
    };
    results.scenario(
        "rooms",
        format!("{rooms} rooms of two, {per_second} typing frames a second over all."),
    );
    let peers = start(
        results,
        effort,
        means,
        ONE_INSTANCE,
        Setup {
            instances: 1,
            rooms,
            relay: Relay::InProcess,
        },
    )
    .await?;
    by_turns(results, effort, &peers, &[("rooms", shape)]).await
}

/// Runs the scenario with two instances that Redis connects: small rooms, and bursts into a large
/// room.
///
/// # Errors
/// If Helpline or the baseline server does not run.
pub async fn relay(results: &mut Results, effort: &Effort, means: &Means) -> Result<(), LoadError> {
    let rooms = effort.pick(ROOMS, 50);
    let per_second = effort.pick(RELAY_PER_SECOND, 500.0);
    let members = effort.pick(MEMBERS, 200);
    let small = Shape {
        rooms,
        listeners: 1,
        burst: 1,
        bursts_per_second: per_second,
        seconds: effort.seconds,
        listen_on: 1,
    };
    let large = Shape {
        rooms: 1,
        listeners: members,
        burst: BURST,
        bursts_per_second: BURSTS_PER_SECOND,
        ..small
    };
    results
        .scenario("relay", format!("{rooms} rooms of two on two instances with Redis between them, {per_second} typing frames a second."));
    results.scenario(
        "relay-bursts",
        format!("{BURSTS_PER_SECOND} bursts of {BURST} a second into one room of {members} on the other instance."),
    );
    let peers = start(
        results,
        effort,
        means,
        TWO_INSTANCES,
        Setup {
            instances: 2,
            rooms,
            relay: Relay::Redis,
        },
    )
    .await?;
    by_turns(
        results,
        effort,
        &peers,
        &[("relay", small), ("relay-bursts", large)],
    )
    .await
}

/// Starts the given servers. A server that is not available is recorded as skipped, with the
/// reason.
pub(super) async fn start(
    results: &mut Results,
    effort: &Effort,
    means: &Means,
    kinds: &[Kind],
    setup: Setup,
) -> Result<Vec<Arc<dyn Peer>>, LoadError> {
    let mut peers: Vec<Arc<dyn Peer>> = Vec::new();
    for kind in kinds.iter().filter(|kind| !effort.without.contains(kind)) {
        match peer::start(*kind, setup, means).await? {
            Ok(peer) => {
                results
                    .lacks
                    .insert(peer.name().to_owned(), peer.lacks().to_owned());
                peers.push(Arc::from(peer));
            }
            Err(why) => {
                eprintln!("{kind:?} is skipped: {why}");
                results.skipped.insert(format!("{kind:?}"), why);
            }
        }
    }
    Ok(peers)
}

async fn by_turns(
    results: &mut Results,
    effort: &Effort,
    peers: &[Arc<dyn Peer>],
    shapes: &[(&'static str, Shape)],
) -> Result<(), LoadError> {
    for round in 1..=effort.rounds {
        for (scenario, shape) in shapes {
            for peer in peers {
                let sample = traffic::run(peer, *shape).await?;
                eprintln!(
                    "  {scenario} {round}/{} {}: {:.2} s of CPU per million, p99 {:.1} ms, {} wrong",
                    effort.rounds,
                    peer.name(),
                    sample.cpu_micros,
                    sample.latency_ms.p99,
                    sample.wrong
                );
                results.sample(scenario, peer.name(), &sample);
            }
        }
    }
    Ok(())
}
