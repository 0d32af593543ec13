//! What a command fails of, and its exit code.

use helpline_persistence::StoreError;

use crate::config::ConfigError;
#[cfg(feature = "dev")]
use crate::dev::DevError;

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
    /// What `serve` needs does not work.
    #[error("serve could not do its work with these settings")]
    NotConnected,
    /// The instance is not ready, or does not answer.
    #[error("not ready")]
    NotReady,
    /// A token that was to be explained is not good.
    #[error("the token is refused: {0}")]
    Token(&'static str),
    /// The embedded desk does not start.
    #[cfg(feature = "dev")]
    #[error(transparent)]
    Dev(#[from] DevError),
}

/// BSD's exit codes, as scripts know them.
pub(super) const EX_USAGE: u8 = 64;
const EX_DATAERR: u8 = 65;
const EX_UNAVAILABLE: u8 = 69;
const EX_SOFTWARE: u8 = 70;
pub(super) const EX_OSERR: u8 = 71;
const EX_NOPERM: u8 = 77;

impl CliError {
    pub(super) const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Database(StoreError::Address(_)) => EX_USAGE,
            Self::Database(StoreError::OverPrivileged(_) | StoreError::NotPrepared(_)) => EX_NOPERM,
            #[cfg(feature = "dev")]
            Self::Dev(_) => EX_UNAVAILABLE,
            Self::Database(_) => EX_UNAVAILABLE,
            Self::Token(_) => EX_DATAERR,
            Self::NotConnected | Self::NotReady => EX_UNAVAILABLE,
            Self::Listen { .. } => EX_OSERR,
            Self::Start(_) | Self::Sign(_) => EX_SOFTWARE,
        }
    }
}
