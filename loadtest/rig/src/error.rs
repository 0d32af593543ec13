//! What may go wrong while starting and breaking things.

use std::path::PathBuf;

/// A part that could not be found, started, reached or stopped.
#[derive(Debug, thiserror::Error)]
pub enum RigError {
    /// No such program on this machine.
    #[error("{program} was not found: {hint}")]
    NotFound {
        /// What was looked for.
        program: &'static str,
        /// Where, and what to install.
        hint: &'static str,
    },
    /// The operating system refused.
    #[error("{doing}")]
    Io {
        /// What we were doing.
        doing: String,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// A program ended when it should have run, or failed when it should have succeeded.
    #[error("{program} failed ({status}); the end of its log:\n{log}")]
    Failed {
        /// Which program.
        program: String,
        /// How it ended.
        status: String,
        /// The last lines that it wrote.
        log: String,
    },
    /// A program did not come as far as it should in its time.
    #[error("{program} did not {what} within {seconds} s; its log: {log}")]
    Timeout {
        /// Which program.
        program: String,
        /// What it should have done.
        what: &'static str,
        /// How long we waited.
        seconds: u64,
        /// Where it logs.
        log: PathBuf,
    },
    /// The started Postgres refused a connection or a statement.
    #[error("{doing}")]
    Postgres {
        /// What we were doing.
        doing: &'static str,
        /// Why it failed.
        #[source]
        source: tokio_postgres::Error,
    },
    /// A name that is no plain identifier.
    #[error("{0:?} is not a plain database name")]
    Name(String),
}

impl RigError {
    /// Wraps an IO error with what we were doing.
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io { doing, source }
    }
}
