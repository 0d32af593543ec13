//! `commit-rate`: messages committed per second through the gateway, beside the same rows written one transaction each by pgbench, and beside
//! the gateway's own SQL without a gateway, by turns on the same Postgres.

mod direct;
mod pgbench;
mod through;

use super::peer::{Helpline, Means, Peer, Setup, Talk};
use super::results::{self, Results};
use super::{Effort, usage};
use crate::error::LoadError;
use crate::report::median;
use crate::target::Relay;

/// Connections, each writing to a ticket of its own.
const WRITERS: usize = 64;
/// What a message says.
const TEXT: &str = "This is a message of ordinary length, as people write them when something does not work and they are in a hurry.";

/// Of one run of the short check.
const CHECK_SECONDS: u64 = 3;
/// Near pgbench's best on any machine of a few cores.
const CHECK_PGBENCH: (pgbench::Script, usize) = (pgbench::Script::Append, 16);

/// What one way of writing did in one round.
pub(super) struct Written {
    /// Messages per second.
    per_second: f64,
    /// Postgres's CPU microseconds for each.
    postgres_cpu: f64,
    /// The other servers' (gateway, Redis; not the client's).
    gateway_cpu: f64,
}

/// Runs the scenario.
///
/// # Errors
/// When one of our own servers does not run, or what was acked is not in the database.
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
    let pgbench = pgbench::Pgbench::prepare(&helpline).await?;
    let best = pgbench.best(&helpline, effort).await?;
    eprintln!("  commit-rate: pgbench's best is {best:?}");
    let seconds = effort.pick(6, 2);
    for round in 1..=effort.rounds {
        let (through, batch) = through::run(&helpline, seconds).await?;
        let single = pgbench.run(&helpline, best, seconds).await?;
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

/// The median over the rounds of the gateway's messages per second beside pgbench's, by turns.
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
    let pgbench = pgbench::Pgbench::prepare(&helpline).await?;
    let mut ratios = Vec::new();
    for _ in 0..rounds {
        let (through, _) = through::run(&helpline, CHECK_SECONDS).await?;
        let single = pgbench.run(&helpline, CHECK_PGBENCH, CHECK_SECONDS).await?;
        ratios.push(through.per_second / single.per_second);
    }
    Ok(median(&ratios))
}

/// CPU seconds of the database and of the other servers, to be read before and after.
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
