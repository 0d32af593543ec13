//! Errors that prevent a load test run from completing. Wrong behaviour of the server is not such
//! an error, but a [`crate::checker::Violation`].

use helpline_rig::RigError;

/// The errors that prevent a load test run from completing.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("the rig failed")]
    Rig(#[from] RigError),
    /// Postgres refused a connection or a statement.
    #[error("{doing}")]
    Postgres {
        /// The operation that failed.
        doing: &'static str,
        #[source]
        source: tokio_postgres::Error,
    },
    /// A WebSocket connection that the load test run needs has failed.
    #[error("a connection failed")]
    Link(#[from] crate::wire::LinkError),
    /// A program could not be run, or it failed.
    #[error("{program}: {why}")]
    Program {
        /// The program's name.
        program: &'static str,
        /// The program's error output, or the reason why it could not be started.
        why: String,
    },
    /// A planned fault could not be injected because a requirement is missing.
    #[error("{0}")]
    Unplayed(String),
    /// The run did not make the expected progress in time.
    #[error("{0}")]
    Stalled(String),
    /// The command-line options cannot be combined.
    #[error("{0}")]
    Usage(&'static str),
}

impl LoadError {
    /// The error for a fault that could not be injected. `why` states the missing requirement.
    pub fn unplayed(why: impl Into<String>) -> Self {
        Self::Unplayed(why.into())
    }

    /// Wraps an error of Postgres and adds the operation that failed.
    pub fn postgres(doing: &'static str) -> impl FnOnce(tokio_postgres::Error) -> Self {
        move |source| Self::Postgres { doing, source }
    }
}
