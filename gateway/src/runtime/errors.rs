//! What several parts say of an error: its chain of causes for the log, and the answer while something is unavailable.

use std::error::Error;

use helpline_core::reject::{Reject, RejectCode};

/// The answer while the database, or another service that the request needs, cannot be reached.
pub fn unavailable() -> Reject {
    Reject::new(RejectCode::Unavailable, "not available now; retry later").retry_after_ms(1_000)
}

/// An error with its causes, for one log line.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
