//! The parameters of a token bucket, shared by the rate limiters and the settings.

/// A rate limit: a burst, and a sustained rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Sustained number of frames or requests per second.
    pub per_second: u32,
    /// Number of frames or requests allowed at once after a pause.
    pub burst: u32,
}

impl Rate {
    /// This rate limit, with both numbers multiplied by `n`.
    #[must_use]
    pub const fn times(self, n: u32) -> Self {
        Self {
            per_second: self.per_second.saturating_mul(n),
            burst: self.burst.saturating_mul(n),
        }
    }
}
