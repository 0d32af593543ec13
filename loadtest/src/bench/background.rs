//! `background`: what background work costs the messages, and how far it lags behind. Messages are
//! sent at a fixed rate, first to gateways without consumers and then to the same gateways with ten
//! consumers of all events, and two receivers that get one event in twenty. The consumers are the
//! test consumers of `prove`, so the gateway must be built with the profile `breakable`.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::Effort;
use super::messages::{self, Outcome, Pace, Traffic};
use super::peer::{Helpline, Means, Setup, Talk, Talker};
use super::results::{self, Results};
use crate::error::LoadError;
use crate::prove::background::receiver::Receiver;
use crate::prove::background::{PROBE, backlog};
use crate::target::{Admin, Relay};

/// So many that each ticket gets a message every 1.5 s at the higher rate, which is still ten times
/// more than people write. Each message is a new version of its ticket's row of
/// `support_ticket_heads`, and a foreign transaction keeps all of them.
const ROOMS: usize = 3_000;
/// Messages per second, each with its scenario.
const RATES: [(&str, f64); 2] = [("background-500", 500.0), ("background-2000", 2_000.0)];
const CONSUMERS: i64 = 10;
/// Seconds of each part before the messages are measured.
const WARM_UP: f64 = 2.0;
/// Time limit for the consumers to begin, after their gateways have started.
const BEGIN_WITHIN: Duration = Duration::from_secs(30);
/// Time limit for background work to reach the end after the last message.
const END_WITHIN: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(50);
const WITHOUT: &str = "without consumers";

/// Length of the scenario `background`, and whether another transaction stays open meanwhile.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct BackgroundArgs {
    /// Seconds of each measured part of the scenario background
    #[arg(long, default_value_t = 300)]
    background_seconds: u64,
    /// Hold a foreign transaction open while the scenario background measures
    #[arg(long)]
    background_foreign: bool,
}

/// Runs the scenario `background` and records its results.
///
/// # Errors
/// If Helpline does not run, or its build has no test consumers.
pub async fn run(
    results: &mut Results,
    effort: &Effort,
    means: &Means,
    args: BackgroundArgs,
) -> Result<(), LoadError> {
    for (scenario, rate) in RATES {
        let seconds = effort.pick(args.background_seconds as f64, 6.0);
        let about = format!(
            "{rate} messages a second for {seconds} s to {ROOMS} tickets on two instances, with {CONSUMERS} consumers of all events and two receivers \
             of one event in twenty, compared with the same without them{}.",
            if args.background_foreign {
                "; another transaction stays open"
            } else {
                ""
            }
        );
        results.scenario(scenario, about);
        measure(results, means, (scenario, rate, seconds), args).await?;
    }
    Ok(())
}

async fn measure(
    results: &mut Results,
    means: &Means,
    (scenario, rate, seconds): (&'static str, f64, f64),
    args: BackgroundArgs,
) -> Result<(), LoadError> {
    let setup = Setup {
        instances: 2,
        rooms: ROOMS,
        relay: Relay::Redis,
    };
    let receiver = Receiver::start_answering().await?;
    let helpline = Arc::new(Helpline::start(setup, means, Talk::Messages).await?);
    let talker: Arc<dyn Talker> = Arc::clone(&helpline) as Arc<dyn Talker>;
    let traffic = Traffic {
        rooms: ROOMS,
        listen_on: 1,
        pace: Pace::Open(rate),
        warm_up: WARM_UP,
        seconds,
    };
    let held = if args.background_foreign {
        Some(held_open(&helpline).await?)
    } else {
        None
    };
    let without = messages::run(&talker, traffic).await?;
    record(results, scenario, WITHOUT, &without);

    let admin = &helpline.admin;
    admin
        .batch_execute(include_str!("../../sql/bench_background.sql"))
        .await
        .map_err(LoadError::postgres(
            "creating the tables of the test consumers",
        ))?;
    let probe = format!(
        "consumers={CONSUMERS},start=now,deliveries=20,receiver={}",
        receiver.address("bench")
    );
    for gateway in &helpline.target.gateways {
        gateway.stop().await?;
        gateway.start_with(&[(PROBE, probe.as_str())]).await?;
    }
    all_begun(admin).await?;
    let with = messages::run(&talker, traffic).await?;
    record(results, scenario, "Helpline", &with);
    let at_end = backlog(admin).await?;
    let (left, took) = all_done(admin).await?;
    let delays = admin
        .query_one(include_str!("../../sql/bench_background_delays.sql"), &[])
        .await
        .map_err(LoadError::postgres("reading the delays"))?;
    let (lag_p99_ms, handled): (f64, i64) = (delays.get(0), delays.get(1));
    results.record(scenario, "Helpline", results::LAG_P99, lag_p99_ms);
    results.record(scenario, "Helpline", results::BACKLOG, left as f64);
    eprintln!(
        "  {scenario}: ack p99 {:.1} ms with and {:.1} ms without consumers ({:.2} ×), lag p99 {lag_p99_ms:.0} ms, \
         {handled} events handled, {} requests of deliveries, backlog at the end {at_end:?}, {left} after {:.1} s",
        with.acked.p99,
        without.acked.p99,
        with.acked.p99 / without.acked.p99,
        receiver.arrivals("bench").len(),
        took.as_secs_f64()
    );
    drop(held);
    Ok(())
}

fn record(results: &mut Results, scenario: &str, subject: &str, outcome: &Outcome) {
    for (metric, value) in [
        (results::P50, outcome.acked.p50),
        (results::P99, outcome.acked.p99),
        (results::SEEN_P99, outcome.seen.p99),
        (results::LATE, outcome.late.p99),
        (results::RATE, outcome.per_second),
        (results::CORE, outcome.cores.0 * 100.0),
        (results::WRONG, outcome.wrong as f64),
    ] {
        results.record(scenario, subject, metric, value);
    }
}

/// Opens a transaction that has a number, on a connection of its own. It ends when the connection
/// is dropped.
async fn held_open(helpline: &Helpline) -> Result<Admin, LoadError> {
    let admin = helpline.target.admin().await?;
    let opened = admin
        .batch_execute("begin; select pg_current_xact_id()")
        .await;
    opened.map_err(LoadError::postgres("opening a foreign transaction"))?;
    Ok(admin)
}

async fn all_begun(admin: &Admin) -> Result<(), LoadError> {
    let deadline = Instant::now() + BEGIN_WITHIN;
    let count = "select count(*) from consumers where name like 'probe%'";
    loop {
        let row = admin.query_one(count, &[]).await;
        let row = row.map_err(LoadError::postgres("counting the consumers"))?;
        if row.get::<_, i64>(0) == CONSUMERS {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(LoadError::Stalled("the consumers did not begin".to_owned()));
        }
        sleep(POLL).await;
    }
}

/// Waits until no background work is left. Returns what is left after [`END_WITHIN`], and the time.
async fn all_done(admin: &Admin) -> Result<(i64, Duration), LoadError> {
    let begun = Instant::now();
    loop {
        let left: i64 = backlog(admin).await?.iter().sum();
        if left == 0 || begun.elapsed() > END_WITHIN {
            return Ok((left, begun.elapsed()));
        }
        sleep(POLL).await;
    }
}
