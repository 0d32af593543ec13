//! What can go wrong with the record, classified once, by SQLSTATE.

use helpline_core::reject::RejectCode;
use helpline_core::ids::Seq;

/// Why the record did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The record refuses, for a reason that the client may know (raised by our functions, or a named constraint).
    #[error("refused: {code}")]
    Refused {
        /// The reason.
        code: RejectCode,
        /// The ticket's head in the doer's numbering, with `stale`.
        head: Option<Seq>,
    },
    /// Passes by itself: deadlock, serialization failure, lock timeout (40P01, 40001, 55P03). Nothing was written.
    #[error("busy")]
    Busy(#[source] tokio_postgres::Error),
    /// The database cannot be reached, is shutting down or starting, or the connection broke: a write may or may not be committed.
    #[error("the database cannot be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No connection became free in time.
    #[error("the connection pool is exhausted")]
    PoolExhausted,
    /// The statement's data are not acceptable (class 22, 23): retrying does not help, splitting the batch does.
    #[error("unacceptable data")]
    Data(#[source] tokio_postgres::Error),
    /// The runtime role may more than it should; start-up refuses.
    #[error("the database role may too much: {0}")]
    OverPrivileged(String),
    /// Anything else: a fault of ours.
    #[error("database error")]
    Other(#[source] tokio_postgres::Error),
    /// A row that does not fit our types.
    #[error("unreadable row: {0}")]
    Row(String),
}
