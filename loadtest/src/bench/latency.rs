//! `latency`: the latency of a message at half of the highest sending rate, and at other fractions
//! of that rate for the plot. The latency is measured from the intended sending time to the ack,
//! and to the arrival on the second instance. A first run finds the highest rate with the same
//! setup: two instances, and listeners on the second instance.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::Effort;
use super::messages::{self, Outcome, Pace, Traffic};
use super::peer::{Helpline, Means, Setup, Talk, Talker};
use super::results::{self, Curve, Results};
use super::traffic::{Quantiles, Times};
use crate::error::LoadError;
use crate::target::Relay;

const ROOMS: usize = 300;
/// Fractions of the highest rate to measure. The latency target applies to 0.5.
const SHARES: [f64; 4] = [0.25, 0.5, 0.7, 0.85];
/// Duration of one run in seconds.
const SECONDS: f64 = 6.0;
/// Time between two measurements of the disk's sync latency.
const SYNC_EVERY: Duration = Duration::from_millis(25);

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
    let helpline: Arc<dyn Talker> = Arc::new(helpline);
    let run = async |pace, seconds| {
        let traffic = Traffic {
            rooms,
            listen_on: 1,
            pace,
            warm_up: 0.0,
            seconds,
        };
        messages::run(&helpline, traffic).await
    };
    // Ignore the result of the first run, which warms up caches, query plans and the memory
    // allocator.
    run(Pace::Closed, 2.0).await?;
    let highest = run(Pace::Closed, effort.pick(SECONDS, 2.0))
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
                ..
            } = run(Pace::Open(rate), effort.pick(SECONDS, 2.0)).await?;
            let disk = disk.quantiles().await;
            eprintln!(
                "  latency at {rate:.0}/s: ack p50 {:.1} p99 {:.1} ms, seen p99 {:.1} ms, generator late p99 {:.1} ms, disk sync p99 {:.1} ms, \
                 cores in use {:.2} (servers {:.2}), {wrong} wrong",
                acked.p50,
                acked.p99,
                seen.p99,
                late.p99,
                disk.p99,
                cores.0 + cores.1,
                cores.0
            );
            if *share == 0.5 {
                results.record("latency", "Helpline", results::P50, acked.p50);
                results.record("latency", "Helpline", results::P99, acked.p99);
                results.record("latency", "Helpline", results::SEEN_P99, seen.p99);
                results.record("latency", "Helpline", results::LATE, late.p99);
                results.record("latency", "Helpline", results::DISK_P99, disk.p99);
                results.record("latency", "Helpline", results::RATE, per_second);
                results.record("latency", "Helpline", results::CORE, cores.0 * 100.0);
                results.record("latency", "generator", results::CORE, cores.1 * 100.0);
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
