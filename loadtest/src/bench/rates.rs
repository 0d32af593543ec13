//! `rates`: what a message costs, and how long it takes, at several rates. At the lowest rate, a
//! commit holds one message, and the costs are compared with the least possible: pgbench, which
//! writes the same rows, and the baseline server, which passes on the same frames.

use std::sync::Arc;

use super::Effort;
use super::messages::{self, Outcome, Pace, Traffic};
use super::peer::{Baseline, Helpline, Means, Setup, Talk, Talker};
use super::pgbench::{Load, Pgbench, Script};
use super::results::{self, Results};
use crate::error::LoadError;
use crate::report::median;
use crate::target::Relay;

const ROOMS: usize = 500;
/// Messages per second. The first rate is the one of the comparisons.
const RATES: [u64; 4] = [500, 2_000, 5_000, 8_000];
const SECONDS: f64 = 6.0;
const WARM_UP: f64 = 2.0;
/// pgbench's number of clients. At the lowest rate they are idle most of the time.
const CLIENTS: usize = 8;

/// Number of tickets, and duration in seconds of each run of pgbench, in `bench --check`.
const CHECK_ROOMS: usize = 100;
const CHECK_SECONDS: u64 = 3;

/// Runs the scenario `rates` and records its results.
///
/// # Errors
/// If Helpline, pgbench or the baseline server does not run.
pub async fn run(results: &mut Results, effort: &Effort, means: &Means) -> Result<(), LoadError> {
    let rooms = effort.pick(ROOMS, 50);
    results.scenario(
        "rates",
        format!("{rooms} rooms of two on one instance, messages of 200 bytes; latency from the time at which a message was due; fsync on."),
    );
    let setup = Setup {
        instances: 1,
        rooms,
        relay: Relay::InProcess,
    };
    let helpline = Arc::new(Helpline::start(setup, means, Talk::Messages).await?);
    helpline
        .admin
        .batch_execute(include_str!("../../sql/fill_wal.sql"))
        .await
        .map_err(LoadError::postgres("making WAL files"))?;
    let pgbench = Pgbench::prepare(&helpline).await?;
    let baseline: Arc<dyn Talker> = Arc::new(Baseline::start(means).await?);
    let own: Arc<dyn Talker> = Arc::clone(&helpline) as Arc<dyn Talker>;
    let rates = if effort.quick {
        &RATES[..1]
    } else {
        &RATES[..]
    };
    let lowest = RATES[0];
    for round in 1..=effort.rounds {
        eprintln!("  rates {round}/{}", effort.rounds);
        for (subject, script) in [
            ("pgbench", Script::Plain),
            ("support_append_one", Script::AppendOne),
        ] {
            let load = Load {
                script,
                clients: CLIENTS,
                per_second: Some(lowest),
                seconds: effort.pick(SECONDS, 2.0) as u64,
            };
            let ran = pgbench.run(&helpline, load).await?;
            eprintln!(
                "    {subject} {lowest}/s: Postgres {:.0} us, p50 {:.2} ms",
                ran.postgres_cpu_micros, ran.p50_ms
            );
            let subject = format!("{subject}, {lowest}/s");
            results.record("rates", &subject, results::CPU, ran.postgres_cpu_micros);
            results.record(
                "rates",
                &subject,
                results::POSTGRES_CPU,
                ran.postgres_cpu_micros,
            );
            results.record("rates", &subject, results::P50, ran.p50_ms);
        }
        measure(results, &baseline, "baseline", effort, (rooms, lowest)).await?;
        for rate in rates {
            measure(results, &own, "Helpline", effort, (rooms, *rate)).await?;
        }
    }
    Ok(())
}

/// Runs the gateway's SQL function for a message alone and the plain statements alternately, computes
/// the ratio of Postgres' CPU per message in each round, and returns the median.
///
/// # Errors
/// If Helpline or pgbench does not run.
pub async fn append_ratio(means: &Means, rounds: usize) -> Result<f64, LoadError> {
    let setup = Setup {
        instances: 1,
        rooms: CHECK_ROOMS,
        relay: Relay::InProcess,
    };
    let helpline = Helpline::start(setup, means, Talk::Messages).await?;
    let pgbench = Pgbench::prepare(&helpline).await?;
    let mut ratios = Vec::new();
    for _ in 0..rounds {
        let mut costs = Vec::new();
        for script in [Script::AppendOne, Script::Plain] {
            let load = Load {
                script,
                clients: CLIENTS,
                per_second: Some(RATES[0]),
                seconds: CHECK_SECONDS,
            };
            costs.push(pgbench.run(&helpline, load).await?.postgres_cpu_micros);
        }
        ratios.push(costs[0] / costs[1]);
    }
    Ok(median(&ratios))
}

async fn measure(
    results: &mut Results,
    talker: &Arc<dyn Talker>,
    name: &str,
    effort: &Effort,
    (rooms, rate): (usize, u64),
) -> Result<(), LoadError> {
    let traffic = Traffic {
        rooms,
        listen_on: 0,
        pace: Pace::Open(rate as f64),
        warm_up: effort.pick(WARM_UP, 1.0),
        seconds: effort.pick(SECONDS, 2.0),
    };
    let outcome = messages::run(talker, traffic).await?;
    let Outcome {
        acked,
        seen,
        late,
        wrong,
        cpu_micros,
        holder_cpu_micros,
        ..
    } = outcome;
    let postgres = cpu_micros - holder_cpu_micros;
    eprintln!(
        "    {name} {rate}/s: gateway {holder_cpu_micros:.0} us, Postgres {postgres:.0} us, ack p50 {:.2} p99 {:.1}, seen p50 {:.2} p99 {:.1} ms, \
         generator late p99 {:.1} ms, {wrong} wrong",
        acked.p50, acked.p99, seen.p50, seen.p99, late.p99
    );
    let subject = format!("{name}, {rate}/s");
    for (metric, value) in [
        (results::CPU, cpu_micros),
        (results::HOLDER_CPU, holder_cpu_micros),
        (results::POSTGRES_CPU, postgres),
        (results::P50, acked.p50),
        (results::P99, acked.p99),
        (results::SEEN_P50, seen.p50),
        (results::SEEN_P99, seen.p99),
        (results::LATE, late.p99),
        (results::WRONG, wrong as f64),
    ] {
        results.record("rates", &subject, metric, value);
    }
    Ok(())
}
