//! Types that several modules of sign-in share: a verified token, and a key together with the only
//! algorithm that it may be used with.

use chrono::{DateTime, Utc};
use helpline_persistence::people::Identity;
use jsonwebtoken::{Algorithm, DecodingKey};

/// The contents of a valid token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedToken {
    /// The person that the token identifies.
    pub identity: Identity,
    /// The token's `exp`.
    pub expires_at: DateTime<Utc>,
}

/// A public or shared key, with the only algorithm that it may be used with.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) algorithm: Algorithm,
    pub(super) decoding: DecodingKey,
}
