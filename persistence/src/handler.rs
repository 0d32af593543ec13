//! Why background work on an event or a timer failed.

use tokio_postgres::error::SqlState;

use crate::StoreError;

/// Why a handler could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum HandlerError {
    /// The event or timer cannot be handled. The text is shown to admins, so it must contain no
    /// message body.
    #[error("{0}")]
    Event(String),
    /// A statement failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What follows from a failure.
pub(crate) enum Verdict {
    /// The failure counts as an attempt.
    Counts,
    /// A row was locked by another transaction, which says nothing about the event or timer.
    Busy,
    /// The database cannot be used, which concerns all work.
    Stop,
}

impl HandlerError {
    pub(crate) fn verdict(&self) -> Verdict {
        match self {
            // A handler that always takes too long must not be repeated for ever.
            Self::Store(StoreError::Busy(error)) if took_too_long(error) => Verdict::Counts,
            Self::Store(StoreError::Busy(_)) => Verdict::Busy,
            Self::Store(error) if error.passes() => Verdict::Stop,
            Self::Event(_) | Self::Store(_) => Verdict::Counts,
        }
    }
}

fn took_too_long(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&SqlState::QUERY_CANCELED)
}
