//! The request rate of users, and the refusal of requests that exceed a rate.

use helpline_core::reject::{Reject, RejectCode};
use helpline_core::token_subject::TokenSubject;

use super::problem::Refusal;
use crate::runtime::limiter::Limiter;

/// The rates of all users, keyed by the token's subject, so that the database is not asked who the
/// user is until the rate allows the request.
pub(super) type UserRates = Limiter<TokenSubject>;

pub(super) fn too_fast(wait_ms: u64) -> Refusal {
    Reject::new(RejectCode::RateLimited, "too many requests")
        .retry_after_ms(wait_ms)
        .into()
}
