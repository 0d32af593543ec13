//! The command line: settings → logs → the command → an exit code that scripts can act on.

mod check_config;
mod migrate;
mod serve;
mod token;

use std::num::NonZero;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};
use helpline_persistence::StoreError;

use crate::config::{self, ConfigError, ServeSettings};
#[cfg(feature = "dev")]
use crate::dev::{self, DevError, DevSettings};
use crate::runtime::errors::chain;

/// A support desk: tickets with live chat, on your own machine.
#[derive(Debug, Parser)]
#[command(name = "helpline", version, max_term_width = 110)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve pages, REST and sockets
    Serve(Box<ServeSettings>),
    /// Try the whole desk on this machine, with demo people and a private Postgres
    #[cfg(feature = "dev")]
    Dev(DevSettings),
    /// Bring a database up to date
    Migrate(migrate::MigrateSettings),
    /// Sign a token, for development
    Token(token::TokenSettings),
    /// Validate the configuration and exit
    CheckConfig(Box<ServeSettings>),
}

impl Command {
    /// Threads that serve connections. Half of the cores by default: in rooms of two, one thread delivers for three quarters of
    /// the CPU that two take to wake each other, and the kernel, Postgres and Redis want the rest.
    fn worker_threads(&self) -> usize {
        let set = match self {
            Self::Serve(settings) => settings.worker_threads(),
            #[cfg(feature = "dev")]
            Self::Dev(_) => None,
            Self::Migrate(_) | Self::Token(_) | Self::CheckConfig(_) => None,
        };
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        set.map_or((cores / 2).max(1), NonZero::get)
    }
}

/// Why a command did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// A setting cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database cannot be used.
    #[error("the database cannot be used")]
    Database(#[from] StoreError),
    /// The address is not free, or not ours.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where.
        address: std::net::SocketAddr,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The runtime could not be set up.
    #[error("{0}")]
    Start(&'static str),
    /// The token could not be signed.
    #[error("the token cannot be signed")]
    Sign(#[from] jsonwebtoken::errors::Error),
    /// The embedded desk does not start.
    #[cfg(feature = "dev")]
    #[error(transparent)]
    Dev(#[from] DevError),
}

/// BSD's exit codes, as scripts know them.
const EX_USAGE: u8 = 64;
const EX_UNAVAILABLE: u8 = 69;
const EX_SOFTWARE: u8 = 70;
const EX_OSERR: u8 = 71;
const EX_NOPERM: u8 = 77;

impl CliError {
    const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) => EX_USAGE,
            Self::Database(StoreError::OverPrivileged(_) | StoreError::NotPrepared(_)) => EX_NOPERM,
            #[cfg(feature = "dev")]
            Self::Dev(_) => EX_UNAVAILABLE,
            Self::Database(_) => EX_UNAVAILABLE,
            Self::Listen { .. } => EX_OSERR,
            Self::Start(_) | Self::Sign(_) => EX_SOFTWARE,
        }
    }
}

/// Runs what the command line asks for.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let asked_for = matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            );
            // When not even this can be written, the exit code still tells.
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
        // Alone, a thread need not look out for others that take work from it.
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
    let result = runtime.block_on(run(cli.command));
    // Whatever blocks by then is no longer waited for: the drain has had its time.
    runtime.shutdown_background();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("helpline: {}", chain(&error));
            ExitCode::from(error.exit_code())
        }
    }
}

/// Variables that no command knows as a setting.
fn unknown_variables() -> Vec<String> {
    let cli = Cli::command();
    let settings = cli.get_subcommands().flat_map(clap::Command::get_arguments);
    let known: Vec<String> = settings
        .filter_map(|setting| Some(setting.get_env()?.to_string_lossy().into_owned()))
        .collect();
    config::unknown_variables(&known)
}

async fn run(command: Command) -> Result<(), CliError> {
    match command {
        Command::Serve(settings) => serve::run(*settings).await,
        #[cfg(feature = "dev")]
        Command::Dev(settings) => Ok(dev::run(settings).await?),
        Command::Migrate(settings) => migrate::run(settings).await,
        Command::Token(settings) => token::run(&settings),
        Command::CheckConfig(settings) => check_config::run(*settings),
    }
}
