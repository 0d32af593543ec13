//! Shared error handling: formats an error with its causes for the log, and makes the rejection for
//! an unavailable service.

use helpline_core::reject::{Reject, RejectCode};

pub use helpline_persistence::error::chain;

/// The rejection of a request while the database, or another service that the request needs, is
/// unavailable.
pub fn unavailable() -> Reject {
    Reject::new(RejectCode::Unavailable, "not available now; retry later").retry_after_ms(1_000)
}
