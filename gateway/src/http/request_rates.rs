//! How often a person may ask, and the refusal of what comes too fast.

use helpline_core::reject::{Reject, RejectCode};
use helpline_core::token_subject::TokenSubject;

use super::problem::Refusal;
use crate::runtime::limiter::Limiter;

/// Of every user, by what their token calls them: the database is asked who that is only when the rate allows it.
pub(super) type UserRates = Limiter<TokenSubject>;

pub(super) fn too_fast(wait_ms: u64) -> Refusal {
    Reject::new(RejectCode::RateLimited, "too many requests")
        .retry_after_ms(wait_ms)
        .into()
}
