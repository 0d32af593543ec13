//! `bench`: measures Helpline, its peers (comparable servers) and the baseline (a minimal server)
//! alternately on the same machine, and reports ratios.
//!
//! - [`peer`]: the measured servers, each behind the same adapter trait; [`baseline`]: the minimal
//!   server
//! - [`traffic`], [`connection`], [`usage`]: speakers that send at a fixed rate, listeners, and the
//!   servers' CPU and memory
//! - [`messages`], [`pgbench`]: stored messages, through a server and without one
//! - [`delivery`], [`idle`], [`commit_rate`], [`rates`], [`latency`], [`inbox`], [`storm`],
//!   [`growth`], [`soak`], [`background`], [`uploads`]: the scenarios
//! - [`results`], [`targets`], [`tables`], [`html`]: the report; [`check`]: the ratios that vary
//!   least, for `make test`

mod background;
pub mod baseline;
mod check;
mod commit_rate;
mod connection;
mod delivery;
mod growth;
mod html;
mod idle;
mod inbox;
mod latency;
mod messages;
mod peer;
mod pgbench;
mod rates;
mod results;
mod soak;
mod storm;
mod tables;
mod targets;
mod traffic;
mod uploads;
mod usage;

use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};

use self::peer::Means;
use self::results::Results;
use crate::error::LoadError;
use crate::report::Verdict;

/// Settings of `bench`.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// Scenarios to run [default: all except soak, background and uploads]
    #[arg(value_enum)]
    scenarios: Vec<Name>,
    /// Rounds per scenario; results are medians
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Smoke test: one short round of each scenario
    #[arg(long)]
    quick: bool,
    /// Check only the ratios that vary little between runs; exits with 1 if one misses its target
    #[arg(long)]
    check: bool,
    /// Binary of the gateway [default: HELPLINE_BIN, or else the one in the directory of this program]
    #[arg(long, value_name = "FILE")]
    bin: Option<PathBuf>,
    /// Directory with the files of the peers (comparable servers)
    #[arg(long, value_name = "DIR", default_value = "loadtest/peers")]
    peers: PathBuf,
    /// Directory for the report
    #[arg(long, value_name = "DIR", default_value = "target/bench")]
    out: PathBuf,
    /// Peers (comparable servers) to leave out
    #[arg(long, value_enum, value_delimiter = ',')]
    without: Vec<peer::Kind>,
    /// Environment variable for the gateways; can be given several times
    #[arg(long = "set", value_name = "NAME=VALUE")]
    settings: Vec<String>,
    /// Length of the soak scenario, in minutes
    #[arg(long, default_value_t = 10)]
    soak_minutes: u64,
    #[command(flatten)]
    background: background::BackgroundArgs,
}

/// A scenario's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    /// One room of 1,000 members: paced messages, and bursts of 16
    Fanout,
    /// Rooms of two members
    Rooms,
    /// Senders on one instance, receivers on another
    Relay,
    /// Cost of an idle connection
    Idle,
    /// Messages committed per second
    CommitRate,
    /// Cost and latency of a message at several rates
    Rates,
    /// Latency of a message at half of the highest rate, and at other shares of that rate
    Latency,
    /// Hundreds of staff consoles while thousands of tickets change
    Inbox,
    /// All clients reconnect and resume at once
    Storm,
    /// Lists, search, history, statistics and resume, with growing amounts of data
    Growth,
    /// Load for a long time, to find memory leaks
    Soak,
    /// Messages with and without ten consumers and two receivers of deliveries; needs a breakable build
    Background,
    /// Messages with and without 200 uploads of 20 MB; needs 5 GB on the disk of --out
    Uploads,
}

const ALL: &[Name] = &[
    Name::Fanout,
    Name::Rooms,
    Name::Relay,
    Name::Idle,
    Name::CommitRate,
    Name::Rates,
    Name::Latency,
    Name::Inbox,
    Name::Storm,
    Name::Growth,
];

/// The number and duration of the measurements, and the servers to leave out.
#[derive(Debug, Clone)]
pub struct Effort {
    /// Number of rounds per scenario.
    pub rounds: usize,
    /// Duration of each measured part, in seconds.
    pub seconds: f64,
    /// Whether to run only a short smoke test.
    pub quick: bool,
    /// Servers to leave out.
    pub without: Vec<peer::Kind>,
}

impl Effort {
    /// Returns `full`, or `quick` in a smoke test.
    pub fn pick<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }
}

/// Runs the selected scenarios and writes the benchmark report.
///
/// # Errors
/// If Helpline or the baseline server does not run, or the report cannot be written.
pub async fn run(args: BenchArgs) -> Result<Verdict, LoadError> {
    let failed = |error: std::io::Error| LoadError::Program {
        program: "the report's directory",
        why: error.to_string(),
    };
    std::fs::create_dir_all(args.out.join("work")).map_err(failed)?;
    let out = args.out.canonicalize().map_err(failed)?;
    let peers = args
        .peers
        .canonicalize()
        .unwrap_or_else(|_| args.peers.clone());
    let means = Means {
        bin: args.bin.clone(),
        settings: args.settings.clone(),
        peers,
        work: out.join("work"),
    };
    if args.check {
        return check::run(&means).await;
    }
    let effort = if args.quick {
        Effort {
            rounds: 1,
            seconds: 1.5,
            quick: true,
            without: args.without.clone(),
        }
    } else {
        Effort {
            rounds: args.rounds.max(1),
            seconds: 4.0,
            quick: false,
            without: args.without.clone(),
        }
    };
    let mut results = Results::default();
    let scenarios = if args.scenarios.is_empty() {
        ALL
    } else {
        &args.scenarios
    };
    for name in scenarios {
        let begun = Instant::now();
        eprintln!("{name:?} …");
        match name {
            Name::Fanout => delivery::fanout(&mut results, &effort, &means).await?,
            Name::Rooms => delivery::rooms(&mut results, &effort, &means).await?,
            Name::Relay => delivery::relay(&mut results, &effort, &means).await?,
            Name::Idle => idle::run(&mut results, &effort, &means).await?,
            Name::CommitRate => commit_rate::run(&mut results, &effort, &means).await?,
            Name::Rates => rates::run(&mut results, &effort, &means).await?,
            Name::Latency => latency::run(&mut results, &effort, &means).await?,
            Name::Inbox => inbox::run(&mut results, &effort, &means).await?,
            Name::Storm => storm::run(&mut results, &effort, &means).await?,
            Name::Growth => growth::run(&mut results, &effort, &means).await?,
            Name::Background => {
                background::run(&mut results, &effort, &means, args.background).await?
            }
            Name::Uploads => uploads::run(&mut results, &effort, &means).await?,
            Name::Soak => soak::run(&mut results, &effort, &means, args.soak_minutes).await?,
        }
        eprintln!("{name:?}: {:.0} s", begun.elapsed().as_secs_f64());
        write(&results, &out).map_err(failed)?;
    }
    println!("{}", tables::markdown(&results));
    println!("report: {}", out.join("report.html").display());
    Ok(if results.wrong() > 0.0 {
        Verdict::Broken
    } else {
        Verdict::Held
    })
}

/// Writes the report. It is called after each scenario, so that a later failure does not lose
/// earlier results.
fn write(results: &Results, out: &std::path::Path) -> std::io::Result<()> {
    let machine = machine();
    std::fs::write(
        out.join("report.md"),
        format!(
            "# Helpline beside its peers\n\n{machine}\n\n{}",
            tables::markdown(results)
        ),
    )?;
    std::fs::write(out.join("report.html"), html::page(results, &machine))?;
    std::fs::write(
        out.join("results.json"),
        serde_json::to_string_pretty(results).map_err(std::io::Error::other)?,
    )
}

/// Describes the machine (its CPU and cores) in one line.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| {
        line.strip_prefix("model name")?
            .split_once(": ")
            .map(|(_, name)| name.to_owned())
    });
    format!(
        "{cores} cores, {}; servers, clients and databases all on them",
        model.unwrap_or_else(|| "of an unnamed kind".into())
    )
}
