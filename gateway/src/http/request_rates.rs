//! How often a person may ask, and the refusal of what comes too fast.

use helpline_core::ids::UserId;
use helpline_core::reject::{Reject, RejectCode};

use super::problem::Refusal;
use crate::runtime::limiter::Limiter;

/// Of every user.
pub(super) type UserRates = Limiter<UserId>;

pub(super) fn too_fast(wait_ms: u64) -> Refusal {
    Reject::new(RejectCode::RateLimited, "too many requests")
        .retry_after_ms(wait_ms)
        .into()
}
