//! The settings of `prove`: its options, its fault plan and its output directory.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, Subcommand};
use helpline_rig::{Gateway, PoolMode};

use super::generate::{self, Scale};
use super::plan::{self, Plan};
use super::running;
use super::test_cluster::TestClusterSpec;
use crate::error::LoadError;

/// Default duration of a full run, in seconds.
pub(super) const SECONDS: u64 = 600;
/// Default duration of a brief run, in seconds.
pub(super) const SECONDS_BRIEF: u64 = 210;

/// Settings of `prove`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ProveArgs {
    #[command(subcommand)]
    pub(super) then: Option<Then>,
    #[command(flatten)]
    pub(super) running: running::RunningArgs,
    #[command(flatten)]
    pub(super) settings: Settings,
}

#[derive(Debug, Subcommand)]
pub(super) enum Then {
    /// Remove lines from a failing plan for as long as it still fails, and write the shorter plan next to it
    Shrink(ShrinkArgs),
}

/// Settings of `prove shrink`.
#[derive(Debug, Args)]
pub struct ShrinkArgs {
    /// File with the failing fault plan
    pub(super) file: PathBuf,
    /// Runs of a shortened plan that must all pass before it counts as passing; timing varies between runs
    #[arg(long, default_value_t = 2)]
    pub(super) tries: usize,
    #[command(flatten)]
    pub(super) settings: Settings,
}

/// Settings of a run of `prove`.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// Seed of the generated plan; the same seed gives the same plan on every machine
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// Seconds of load and faults [default: 600, or 210 with --brief]
    #[arg(long)]
    pub(super) seconds: Option<u64>,
    /// Run only a short selection of faults
    #[arg(long)]
    pub(super) brief: bool,
    /// Run this saved plan instead of a generated one
    #[arg(long, value_name = "FILE")]
    pub(super) plan: Option<PathBuf>,
    /// Number of tickets, each with a customer and an agent on two devices each
    #[arg(long, default_value_t = 50)]
    pub(super) tickets: usize,
    /// Messages per second, all members together
    #[arg(long, default_value_t = 60.0)]
    pub(super) rate: f64,
    /// Length of a message body, in bytes
    #[arg(long, default_value_t = 120)]
    pub(super) body_bytes: usize,
    /// Number of gateway instances
    #[arg(long, default_value_t = 2)]
    pub(super) instances: usize,
    /// Binary of the gateway [default: HELPLINE_BIN, or else the one in the directory of this program]
    #[arg(long, value_name = "FILE")]
    pub(super) bin: Option<PathBuf>,
    /// Only send messages; do not change status, priority, assignee or rating
    #[arg(long)]
    pub(super) no_changes: bool,
    /// Environment variable for the gateways; can be given several times
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub(super) set: Vec<String>,
    /// Run PgBouncer in this mode between the gateways and Postgres: session or transaction
    #[arg(long, value_name = "MODE", value_parser = pool_mode)]
    pub(super) pooler: Option<PoolMode>,
    /// Let the gateways use TLS for Postgres and Redis and check both certificates (sslmode=verify-full)
    #[arg(long, conflicts_with = "pooler")]
    pub(super) tls: bool,
    /// Run Redis as a master, a replica and a Sentinel, so that a master that is killed or frozen is failed over
    #[arg(long, conflicts_with = "tls")]
    pub(super) sentinel: bool,
    /// Number of clients that reconnect at once in a storm of the generated plan
    #[arg(long, default_value_t = 5_000)]
    pub(super) storm: usize,
    /// Directory for plans and reports
    #[arg(long, value_name = "DIR", default_value = "target/prove")]
    pub(super) out: PathBuf,
    /// Seconds after the end of the last fault within which every member must have received everything
    #[arg(long, default_value_t = 60)]
    pub(super) converge_seconds: u64,
    /// Do not count faults that this machine cannot inject as violations; the report lists them
    #[arg(long)]
    pub(super) allow_unplayed: bool,
    /// Promise that debug builds of the gateway break on purpose, to test that this program detects it
    #[arg(long, hide = true)]
    pub(super) sabotage: Option<String>,
}

fn pool_mode(word: &str) -> Result<PoolMode, String> {
    [PoolMode::Session, PoolMode::Transaction]
        .into_iter()
        .find(|mode| mode.word() == word)
        .ok_or_else(|| "must be session or transaction".to_owned())
}

/// The duration of a run, in seconds: `--seconds` or the default.
pub(super) fn seconds(settings: &Settings) -> u64 {
    settings.seconds.unwrap_or(if settings.brief {
        SECONDS_BRIEF
    } else {
        SECONDS
    })
}

/// Returns the fault plan from the file `--plan`, or generates the plan from the seed.
pub(super) fn plan_of(settings: &Settings) -> Result<Plan, LoadError> {
    let Some(file) = &settings.plan else {
        let scale = if settings.brief {
            Scale::Brief
        } else {
            Scale::Full
        };
        let mut plan = generate::plan(settings.seed, seconds(settings), settings.instances, scale);
        for step in &mut plan.steps {
            if let plan::Op::Storm(clients) = &mut step.op {
                *clients = settings.storm;
            }
        }
        return Ok(plan);
    };
    read_plan(file)
}

/// Reads a saved fault plan from a file.
pub(super) fn read_plan(file: &Path) -> Result<Plan, LoadError> {
    let text = std::fs::read_to_string(file).map_err(|error| LoadError::Program {
        program: "reading the plan",
        why: error.to_string(),
    })?;
    text.parse().map_err(|why| LoadError::Program {
        program: "reading the plan",
        why,
    })
}

/// Duration of a replayed fault plan in seconds: until its last operation, and a few seconds more.
pub(super) fn length(plan: &Plan) -> u64 {
    plan.steps.last().map_or(10, |step| step.at.as_secs() + 6)
}

/// Creates a new directory for the output of this run.
pub(super) fn new_directory(settings: &Settings) -> Result<PathBuf, LoadError> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis());
    let dir = settings.out.join(format!("{now}-seed-{}", settings.seed));
    std::fs::create_dir_all(&dir).map_err(|error| LoadError::Program {
        program: "making the report's directory",
        why: error.to_string(),
    })?;
    Ok(dir)
}

/// Returns the run's options as text, which names the run in reports.
pub(super) fn label(settings: &Settings) -> String {
    match &settings.plan {
        Some(file) => format!("`--plan {}`", file.display()),
        None => format!(
            "`{}--seed {}`",
            if settings.brief { "--brief " } else { "" },
            settings.seed
        ),
    }
}

/// Describes the deployment that the run starts and breaks.
pub(super) fn spec(
    settings: &Settings,
    plan: &Plan,
    dir: &Path,
) -> Result<TestClusterSpec, LoadError> {
    let binary = settings.bin.clone().map_or_else(Gateway::find_binary, Ok)?;
    let set = settings
        .set
        .iter()
        .filter_map(|setting| setting.split_once('='))
        .map(|(name, value)| (name.into(), value.into()));
    Ok(TestClusterSpec {
        binary,
        instances: settings.instances.max(1),
        settings: set.collect(),
        pooler: settings.pooler,
        tls: settings.tls,
        sentinel: settings.sentinel,
        logs: dir.to_owned(),
        small_disk: plan.fills_disk(),
        sabotage: settings.sabotage.clone(),
        probe: None,
    })
}
