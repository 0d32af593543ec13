//! Limits the requests of each user, and builds the `rate_limited` refusal.

use helpline_core::reject::{Reject, RejectCode};
use helpline_core::token_subject::TokenSubject;

use super::problem::Refusal;
use crate::runtime::limiter::Limiter;

/// The request rates of all users, keyed by the token's subject. With this key, the limit is
/// checked before the database is asked for the person.
pub(super) type UserRates = Limiter<TokenSubject>;

pub(super) fn too_fast(wait_ms: u64) -> Refusal {
    Reject::new(RejectCode::RateLimited, "too many requests")
        .retry_after_ms(wait_ms)
        .into()
}
