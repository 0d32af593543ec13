//! `helpline-loadtest`: a second implementation of a protocol client, independent of the web
//! client. It generates load, breaks servers on request, and checks every ticket's history.

mod bench;
mod checker;
mod client;
mod error;
mod people;
mod prove;
mod report;
mod target;
mod truth;
mod wire;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use report::Verdict;

/// Load generator, fault injection and history checker for Helpline
#[derive(Debug, Parser)]
#[command(name = "helpline-loadtest", version, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    scenario: Scenario,
}

#[derive(Debug, Subcommand)]
enum Scenario {
    /// Inject faults by a seeded plan, check every history, and write a report; exits with 1 if a promise was broken
    Prove(Box<prove::ProveArgs>),
    /// Benchmark Helpline, its peers and the baseline in turn; writes a table of ratios and a page of plots
    Bench(bench::BenchArgs),
    /// Run the baseline server; `bench` starts it as a separate process
    #[command(hide = true)]
    BenchBaseline(bench::baseline::BaselineArgs),
}

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    target::raise_descriptor_limit();
    let ran = match Cli::parse().scenario {
        Scenario::Prove(args) => Box::pin(prove::run(*args)).await,
        Scenario::Bench(args) => Box::pin(bench::run(args)).await,
        Scenario::BenchBaseline(args) => bench::baseline::run(args).await,
    };
    match ran {
        Ok(Verdict::Held) => ExitCode::SUCCESS,
        Ok(Verdict::Broken) => ExitCode::FAILURE,
        Err(error) => {
            let mut cause: Option<&dyn std::error::Error> = Some(&error);
            while let Some(error) = cause {
                eprintln!("{error}");
                cause = error.source();
            }
            ExitCode::from(2)
        }
    }
}
