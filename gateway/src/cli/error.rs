//! Errors of the commands, and their exit codes.

use helpline_persistence::StoreError;

use crate::config::ConfigError;
#[cfg(feature = "dev")]
use crate::dev::DevError;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// A setting cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database cannot be used, or not for this step.
    #[error("{}", if matches!(.0, StoreError::NotPrepared(_)) { "this step cannot be taken" } else { "the database cannot be used" })]
    Database(#[from] StoreError),
    /// The database works, but refuses what was ordered. The text says why.
    #[error("{0}")]
    Refused(String),
    /// The store of attachments failed.
    #[error("the store of attachments cannot be used")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What was adopted differs from the platform's tables, or the store of attachments from the database.
    #[error("{0} differences; see the report")]
    Differs(usize),
    /// The step was taken, but its report could not be written.
    #[error(
        "the step was carried out, but its report could not be written; --verify writes another"
    )]
    Report(#[source] std::io::Error),
    /// The address to listen on is in use, or is not an address of this machine.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address to listen on.
        address: std::net::SocketAddr,
        /// The error of the operating system.
        #[source]
        source: std::io::Error,
    },
    /// The signal handlers or the metrics could not be set up. The text says which.
    #[error("{0}")]
    Start(&'static str),
    /// The token could not be signed.
    #[error("the token cannot be signed")]
    Sign(#[from] jsonwebtoken::errors::Error),
    /// A connection that `check-config --connect` tried does not work.
    #[error("serve would not work with these settings")]
    NotConnected,
    /// The instance is not ready, or does not answer.
    #[error("not ready")]
    NotReady,
    /// `token --explain` was given a token that `serve` would refuse.
    #[error("the token is refused: {0}")]
    Token(&'static str),
    /// `helpline dev` failed.
    #[cfg(feature = "dev")]
    #[error(transparent)]
    Dev(#[from] DevError),
}

/// The report of a verification has differences.
const DIFFERENCES: u8 = 1;
// Exit codes of BSD's sysexits.h.
pub(super) const EX_USAGE: u8 = 64;
const EX_DATAERR: u8 = 65;
const EX_UNAVAILABLE: u8 = 69;
const EX_SOFTWARE: u8 = 70;
pub(super) const EX_OSERR: u8 = 71;
const EX_IOERR: u8 = 74;
const EX_NOPERM: u8 = 77;

impl CliError {
    pub(super) const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Database(StoreError::Address(_)) => EX_USAGE,
            Self::Database(StoreError::OverPrivileged(_) | StoreError::NotPrepared(_)) => EX_NOPERM,
            #[cfg(feature = "dev")]
            Self::Dev(_) => EX_UNAVAILABLE,
            Self::Database(_) => EX_UNAVAILABLE,
            Self::Differs(_) => DIFFERENCES,
            Self::Report(_) => EX_IOERR,
            Self::Refused(_) | Self::Token(_) => EX_DATAERR,
            Self::Store(_) | Self::NotConnected | Self::NotReady => EX_UNAVAILABLE,
            Self::Listen { .. } => EX_OSERR,
            Self::Start(_) | Self::Sign(_) => EX_SOFTWARE,
        }
    }
}
