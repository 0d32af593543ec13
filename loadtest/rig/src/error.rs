//! Errors of starting, stopping and breaking the rig's components (Postgres, Redis, gateways).

use std::path::PathBuf;

/// A component could not be found, started, reached or stopped.
#[derive(Debug, thiserror::Error)]
pub enum RigError {
    /// The program is not installed on this machine.
    #[error("{program} was not found: {hint}")]
    NotFound {
        /// The name of the missing program.
        program: &'static str,
        /// Where the rig searched, and what to install.
        hint: &'static str,
    },
    /// The operating system refused an operation.
    #[error("{doing}")]
    Io {
        /// The operation that failed.
        doing: String,
        /// The operating system's error.
        #[source]
        source: std::io::Error,
    },
    /// A program exited although it was expected to keep running, or it exited with an error.
    #[error("{program} failed ({status}); the end of its log:\n{log}")]
    Failed {
        /// The program's name.
        program: String,
        /// The program's exit status, as text.
        status: String,
        /// The last lines of the program's log.
        log: String,
    },
    /// A program took too long.
    #[error("{program} did not {what} within {seconds} s; its log: {log}")]
    Timeout {
        /// The program's name.
        program: String,
        /// What the program should have done.
        what: &'static str,
        /// The time limit in seconds.
        seconds: u64,
        /// The program's log file.
        log: PathBuf,
    },
    /// Postgres refused a connection or a statement.
    #[error("{doing}")]
    Postgres {
        /// The operation that failed.
        doing: &'static str,
        /// The error that Postgres returned.
        #[source]
        source: tokio_postgres::Error,
    },
    /// The database name has characters other than ASCII letters, digits and underscores, or is
    /// empty.
    #[error("{0:?} is not a plain database name")]
    Name(String),
}

impl RigError {
    /// Wraps an IO error and adds the operation that failed.
    pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Io { doing, source }
    }
}
