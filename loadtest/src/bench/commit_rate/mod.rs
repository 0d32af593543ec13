//! `commit-rate`: messages committed per second through the gateway. Two ways to write without a
//! gateway are measured for comparison: pgbench, which writes the rows of each message in a
//! separate transaction, and the gateway's SQL statement. All three run alternately on the same
//! Postgres.

mod direct;
mod through;

use super::peer::{Helpline, Means, Peer, Setup, Talk};
use super::pgbench::{Load, Pgbench, Script, TEXT};
use super::results::{self, Results};
use super::{Effort, usage};
use crate::error::LoadError;
use crate::report::median;
use crate::target::Relay;

/// Number of connections; each writes to its own ticket.
const WRITERS: usize = 64;

/// Duration in seconds of each run of the gateway or pgbench in `bench --check`.
const CHECK_SECONDS: u64 = 3;
/// The pgbench script and number of clients that `bench --check` uses. They are close to pgbench's
/// best configuration on any machine with a few cores.
const CHECK_PGBENCH: (Script, usize) = (Script::AppendOne, 16);
/// Duration in seconds of each trial run. The trial runs find the script and number of clients with
/// which pgbench is fastest.
const PROBE_SECONDS: u64 = 2;
const CLIENTS: [usize; 4] = [4, 8, 16, 32];

/// The result of one writer (the gateway, pgbench or direct SQL) in one round.
pub(super) struct Written {
    per_second: f64,
    /// Postgres CPU per message, in microseconds.
    postgres_cpu: f64,
    /// CPU of the gateway and Redis per message, in microseconds. The client is not included.
    gateway_cpu: f64,
}

/// Runs the scenario `commit-rate` and records its results.
///
/// # Errors
/// If a server does not run, or the database does not hold exactly the acknowledged messages.
pub async fn run(results: &mut Results, effort: &Effort, means: &Means) -> Result<(), LoadError> {
    results.scenario(
        "commit-rate",
        format!("{WRITERS} connections with 32 sends on the way each; gateway, clients, Postgres and Redis on the same cores; fsync on."),
    );
    let setup = Setup {
        instances: 1,
        rooms: WRITERS,
        relay: Relay::Redis,
    };
    let helpline = Helpline::start(setup, means, Talk::Messages).await?;
    let pgbench = Pgbench::prepare(&helpline).await?;
    let best = best(&pgbench, &helpline, effort).await?;
    eprintln!("  commit-rate: pgbench's best is {best:?}");
    let seconds = effort.pick(6, 2);
    for round in 1..=effort.rounds {
        let (through, batch) = through::run(&helpline, seconds).await?;
        let single = single(&pgbench, &helpline, best, seconds).await?;
        let direct = direct::run(&helpline, batch.round() as usize, seconds).await?;
        eprintln!(
            "  commit-rate {round}/{}: gateway {:.0}/s ({batch:.0} per commit; CPU us gateway {:.1} Postgres {:.1}) · pgbench {:.0}/s · \
             same SQL {:.0}/s (Postgres {:.1})",
            effort.rounds,
            through.per_second,
            through.gateway_cpu,
            through.postgres_cpu,
            single.per_second,
            direct.per_second,
            direct.postgres_cpu
        );
        results.record("commit-rate", "Helpline", results::BATCH, batch);
        results.record(
            "commit-rate",
            "gateway CPU",
            results::CPU,
            through.gateway_cpu,
        );
        results.record(
            "commit-rate",
            "Postgres CPU",
            results::CPU,
            through.postgres_cpu,
        );
        for (subject, written) in [
            ("Helpline", &through),
            ("pgbench, one each", &single),
            ("same SQL, no gateway", &direct),
        ] {
            results.record("commit-rate", subject, results::RATE, written.per_second);
            results.record(
                "commit-rate",
                subject,
                results::POSTGRES_CPU,
                written.postgres_cpu,
            );
            results.record(
                "commit-rate",
                subject,
                results::CPU,
                written.postgres_cpu + written.gateway_cpu,
            );
        }
    }
    Ok(())
}

/// Runs the gateway and pgbench alternately, computes the ratio of their messages per second in
/// each round, and returns the median.
///
/// # Errors
/// As [`run`].
pub async fn ratio(means: &Means, rounds: usize) -> Result<f64, LoadError> {
    let setup = Setup {
        instances: 1,
        rooms: WRITERS,
        relay: Relay::InProcess,
    };
    let helpline = Helpline::start(setup, means, Talk::Messages).await?;
    let pgbench = Pgbench::prepare(&helpline).await?;
    let mut ratios = Vec::new();
    for _ in 0..rounds {
        let (through, _) = through::run(&helpline, CHECK_SECONDS).await?;
        let single = single(&pgbench, &helpline, CHECK_PGBENCH, CHECK_SECONDS).await?;
        eprintln!(
            "  commit rate: gateway {:.0}/s, Postgres {:.0} us; pgbench {:.0}/s",
            through.per_second, through.postgres_cpu, single.per_second
        );
        ratios.push(through.per_second / single.per_second);
    }
    Ok(median(&ratios))
}

/// Tries every script with every number of clients, and returns the fastest combination.
async fn best(
    pgbench: &Pgbench,
    helpline: &Helpline,
    effort: &Effort,
) -> Result<(Script, usize), LoadError> {
    let mut best = ((Script::Insert, 16), 0.0);
    for script in [Script::Insert, Script::Append, Script::AppendOne] {
        for clients in CLIENTS.into_iter().skip(effort.pick(0, 2)) {
            let how = (script, clients);
            let rate = single(pgbench, helpline, how, PROBE_SECONDS)
                .await?
                .per_second;
            if rate > best.1 {
                best = (how, rate);
            }
        }
    }
    Ok(best.0)
}

/// Runs pgbench with this script and number of clients, as fast as possible.
async fn single(
    pgbench: &Pgbench,
    helpline: &Helpline,
    (script, clients): (Script, usize),
    seconds: u64,
) -> Result<Written, LoadError> {
    let load = Load {
        script,
        clients,
        per_second: None,
        seconds,
    };
    let ran = pgbench.run(helpline, load).await?;
    Ok(Written {
        per_second: ran.per_second,
        postgres_cpu: ran.postgres_cpu_micros,
        gateway_cpu: 0.0,
    })
}

/// CPU seconds used so far: by Postgres, and by the gateways with Redis. The caller subtracts the
/// values before and after a run.
fn used(helpline: &Helpline) -> (f64, f64) {
    let postgres = usage::cpu_seconds(&helpline.postgres());
    (
        postgres,
        usage::cpu_seconds(&helpline.processes()) - postgres,
    )
}

fn written(before: (f64, f64), after: (f64, f64), messages: f64, seconds: f64) -> Written {
    let each = |from: f64, to: f64| (to - from) * 1e6 / messages.max(1.0);
    Written {
        per_second: messages / seconds,
        postgres_cpu: each(before.0, after.0),
        gateway_cpu: each(before.1, after.1),
    }
}
