//! A rate, as limits and settings name it.

/// So many at once, and so many per second after that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Sustained.
    pub per_second: u32,
    /// At once, after silence.
    pub burst: u32,
}

impl Rate {
    /// The rate of this many together.
    #[must_use]
    pub const fn times(self, n: u32) -> Self {
        Self {
            per_second: self.per_second.saturating_mul(n),
            burst: self.burst.saturating_mul(n),
        }
    }
}
