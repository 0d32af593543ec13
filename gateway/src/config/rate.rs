//! The rate of a token bucket, as used by limits and settings.

/// A rate limit: a burst, and a sustained rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Sustained rate, per second.
    pub per_second: u32,
    /// Number that is allowed at once after a pause.
    pub burst: u32,
}

impl Rate {
    /// This rate, `n` times as high.
    #[must_use]
    pub const fn times(self, n: u32) -> Self {
        Self {
            per_second: self.per_second.saturating_mul(n),
            burst: self.burst.saturating_mul(n),
        }
    }
}
