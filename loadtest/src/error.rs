//! Why a run could not be carried out. What a run finds wrong is no error: see [`crate::checker::Violation`].

use helpline_rig::RigError;

/// A run that did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A part of the rig failed.
    #[error("the rig failed")]
    Rig(#[from] RigError),
    /// The database refused.
    #[error("{doing}")]
    Postgres {
        /// What we were doing.
        doing: &'static str,
        /// Why it failed.
        #[source]
        source: tokio_postgres::Error,
    },
    /// A connection failed that should have stood.
    #[error("a connection failed")]
    Link(#[from] crate::wire::LinkError),
    /// A program could not be run, or failed.
    #[error("{program}: {why}")]
    Program {
        /// Which.
        program: &'static str,
        /// What it said.
        why: String,
    },
    /// A fault of a plan could not be played: what it needs is missing.
    #[error("{0}")]
    Unplayed(String),
    /// The run did not come as far as it should in its time.
    #[error("{0}")]
    Stalled(String),
    /// Settings that do not go together.
    #[error("{0}")]
    Usage(&'static str),
}

impl LoadError {
    /// A fault that could not be played, and what it needs.
    pub fn unplayed(why: impl Into<String>) -> Self {
        Self::Unplayed(why.into())
    }

    /// Wraps an error of Postgres with what we were doing.
    pub fn postgres(doing: &'static str) -> impl FnOnce(tokio_postgres::Error) -> Self {
        move |source| Self::Postgres { doing, source }
    }
}
