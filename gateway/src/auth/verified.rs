//! What the parts of sign-in hand each other: a checked token, and a key with its one algorithm.

use chrono::{DateTime, Utc};
use helpline_persistence::people::Identity;
use jsonwebtoken::{Algorithm, DecodingKey};

/// What a good token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedToken {
    /// For whom it speaks.
    pub identity: Identity,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// One public or shared key with the only algorithm that it may be used with.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) algorithm: Algorithm,
    pub(super) decoding: DecodingKey,
}
