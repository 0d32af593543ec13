//! `soak`: sends messages through rooms for a long time, to find memory leaks. A leak appears as
//! steady growth of the gateways' memory.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::peer::{self, Kind, Means, Setup};
use super::results::{self, Curve, Results};
use super::traffic::{self, Shape};
use super::{Effort, usage};
use crate::error::LoadError;
use crate::target::Relay;

const ROOMS: usize = 500;
const PER_SECOND: f64 = 500.0;
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Runs the scenario `soak` and records its results.
///
/// # Errors
/// If Helpline does not run.
pub async fn run(
    results: &mut Results,
    effort: &Effort,
    means: &Means,
    minutes: u64,
) -> Result<(), LoadError> {
    let seconds = effort.pick(minutes * 60, 20);
    results.scenario("soak", format!("{PER_SECOND} messages a second over {ROOMS} rooms of two on two instances, for {seconds} s."));
    let Ok(peer) = peer::start(
        Kind::Stored,
        Setup {
            instances: 2,
            rooms: ROOMS,
            relay: Relay::Redis,
        },
        means,
    )
    .await?
    else {
        return Ok(());
    };
    let peer: Arc<dyn peer::Peer> = Arc::from(peer);
    let shape = Shape {
        rooms: ROOMS,
        listeners: 1,
        burst: 1,
        bursts_per_second: PER_SECOND,
        seconds: seconds as f64,
        listen_on: 1,
    };
    let (begun, holders) = (Instant::now(), peer.holders());
    let mut points = Vec::new();
    let running = traffic::run(&peer, shape);
    tokio::pin!(running);
    let sample = loop {
        // Cancel-safe: the measured run is pinned outside the loop, and the second branch is a
        // timer.
        tokio::select! {
            sample = &mut running => break sample?,
            () = sleep(LOOK_EVERY) => points.push((begun.elapsed().as_secs_f64(), usage::memory_bytes(&holders) as f64 / 1048576.0)),
        }
    };
    results.sample("soak", "Helpline, stored", &sample);
    results.curves.push(Curve {
        plot: "soak: MiB of both gateways by seconds",
        name: "memory".into(),
        points,
    });
    results.record(
        "soak",
        "Helpline, stored",
        results::RATE,
        sample.deliveries as f64 / seconds as f64,
    );
    Ok(())
}
