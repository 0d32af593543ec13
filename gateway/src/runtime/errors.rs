//! What several parts say of an error: its chain of causes for the log, and the answer while something is unavailable.

use helpline_core::reject::{Reject, RejectCode};

pub use helpline_persistence::error::chain;

/// The answer while the database, or another service that the request needs, cannot be reached.
pub fn unavailable() -> Reject {
    Reject::new(RejectCode::Unavailable, "not available now; retry later").retry_after_ms(1_000)
}
