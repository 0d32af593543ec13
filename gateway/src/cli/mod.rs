//! The command line: parses the settings, runs the command, and returns an exit code that scripts can use.

mod administrator;
mod adopt;
mod blobs;
mod check_config;
mod environment;
mod error;
mod health;
mod jobs;
mod migrate;
#[cfg(test)]
mod reference;
mod restored;
mod serve;
mod token;

use std::num::NonZero;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::{self, ServeSettings};
#[cfg(feature = "dev")]
use crate::dev::{self, DevSettings};
use crate::runtime::errors::chain;
use error::{CliError, EX_OSERR, EX_USAGE};

/// Self-hosted support desk: tickets with live chat
#[derive(Debug, Parser)]
#[command(name = "helpline", version, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run an instance: serves pages, the REST API and WebSockets
    Serve(Box<ServeSettings>),
    /// Try Helpline on this machine, with demo people and a private Postgres server
    #[cfg(feature = "dev")]
    Dev(DevSettings),
    /// Create or update the database schema
    Migrate(Box<migrate::MigrateSettings>),
    /// Move the tickets of your platform's own support tables into Helpline
    Adopt(Box<adopt::AdoptSettings>),
    /// Sign a token for development, or explain why a token is refused
    Token(Box<token::TokenSettings>),
    /// Validate the configuration and exit
    CheckConfig(Box<check_config::CheckSettings>),
    /// Show background work, and decide about what has failed
    Jobs(Box<jobs::JobsSettings>),
    /// Compare the files of attachments with the database, and move them to another store
    Blobs(Box<blobs::BlobsSettings>),
    /// Record that the database was restored, and confirm it as production
    Restored(Box<restored::RestoredSettings>),
    /// Ask an instance on this machine whether it is ready
    Health(health::HealthSettings),
}

impl Command {
    /// Number of threads that serve connections. The default is half of the cores, because the
    /// kernel, Postgres and Redis need the other half. Fewer threads also need less CPU time,
    /// because threads wake each other: in a measurement with two connections per ticket, one
    /// thread needs three quarters of the CPU time of two threads.
    fn worker_threads(&self) -> usize {
        let set = match self {
            Self::Serve(settings) => settings.worker_threads(),
            #[cfg(feature = "dev")]
            Self::Dev(_) => None,
            Self::Migrate(_)
            | Self::Adopt(_)
            | Self::Token(_)
            | Self::CheckConfig(_)
            | Self::Jobs(_)
            | Self::Blobs(_)
            | Self::Restored(_)
            | Self::Health(_) => None,
        };
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        set.map_or((cores / 2).max(1), NonZero::get)
    }
}

/// Parses the command line and runs the command.
pub fn main() -> ExitCode {
    let asked = std::env::args_os().nth(1).unwrap_or_default();
    let asked = asked.to_string_lossy();
    let command = match environment::read(Cli::command(), &asked, &|name| std::env::var_os(name)) {
        Ok(command) => command,
        Err(fault) => {
            eprintln!("helpline: {fault}");
            return ExitCode::from(EX_USAGE);
        }
    };
    let parsed = command.try_get_matches().and_then(|matches| {
        let shown = shown_settings(&matches);
        Cli::from_arg_matches(&matches).map(|cli| (cli, shown))
    });
    let (cli, shown) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => {
            let asked_for = matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            );
            // If the message cannot be written, the exit code still reports the error.
            let _ = error.print();
            if asked_for {
                return ExitCode::SUCCESS;
            }
            eprintln!(
                "Every setting is a flag, --like-this, and an environment variable, HELPLINE_LIKE_THIS."
            );
            return ExitCode::from(EX_USAGE);
        }
    };
    let mut builder = match cli.command.worker_threads() {
        // A single thread does not need the work-stealing scheduler.
        1 => tokio::runtime::Builder::new_current_thread(),
        threads => {
            let mut builder = tokio::runtime::Builder::new_multi_thread();
            builder.worker_threads(threads);
            builder
        }
    };
    let Ok(runtime) = builder.enable_all().build() else {
        eprintln!("helpline: the async runtime cannot start");
        return ExitCode::from(EX_OSERR);
    };
    let result = runtime.block_on(run(cli.command, shown));
    // The command has ended, so do not wait for blocking tasks that are still running.
    runtime.shutdown_background();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("helpline: {}", chain(&error));
            ExitCode::from(error.exit_code())
        }
    }
}

/// Names of `HELPLINE_…` variables that are set but are not a setting of any command.
fn unknown_variables() -> Vec<String> {
    let cli = Cli::command();
    let settings = cli.get_subcommands().flat_map(clap::Command::get_arguments);
    let known: Vec<String> = settings
        .filter_map(|setting| {
            let name = setting.get_env()?.to_string_lossy().into_owned();
            let is_secret = setting.is_hide_env_values_set();
            let file = is_secret.then(|| format!("{name}{}", environment::FILE));
            Some([Some(name), file])
        })
        .flatten()
        .flatten()
        .collect();
    config::unknown_variables(&known)
}

/// The settings of the given command, formatted as the lines that `check-config` prints.
fn shown_settings(matches: &clap::ArgMatches) -> Vec<String> {
    // Use a fresh definition of the command line. In the parsed definition, `environment::read`
    // removed the variable from each setting that is read from a file or whose variable is empty.
    let command = Cli::command();
    let asked = matches.subcommand().and_then(|(name, matches)| {
        let command = command.find_subcommand(name)?;
        Some(check_config::lines(command, matches))
    });
    asked.unwrap_or_default()
}

async fn run(command: Command, shown: Vec<String>) -> Result<(), CliError> {
    match command {
        Command::Serve(settings) => serve::run(*settings, &unknown_variables()).await,
        #[cfg(feature = "dev")]
        Command::Dev(settings) => Ok(dev::run(settings).await?),
        Command::Migrate(settings) => migrate::run(*settings).await,
        Command::Adopt(settings) => adopt::run(*settings).await,
        Command::Token(settings) => token::run(*settings).await,
        Command::CheckConfig(settings) => {
            check_config::run(*settings, shown, &unknown_variables()).await
        }
        Command::Jobs(settings) => jobs::run(*settings).await,
        Command::Blobs(settings) => blobs::run(*settings).await,
        Command::Restored(settings) => restored::run(*settings).await,
        Command::Health(settings) => health::run(settings).await,
    }
}
