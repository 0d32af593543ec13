//! Token buckets: so many at once, so many per second after that. Time is an argument.

use std::time::Instant;

use dashmap::DashMap;
use helpline_core::ids::UserId;
use helpline_core::limits;

/// One bucket.
#[derive(Debug, Clone, Copy)]
pub struct Bucket {
    tokens: f64,
    filled_at: Instant,
}

/// How fast a bucket fills, and how much it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Sustained.
    pub per_second: u32,
    /// At once, after silence.
    pub burst: u32,
}

impl Bucket {
    /// A full bucket.
    pub fn full(rate: Rate, now: Instant) -> Self {
        Self { tokens: f64::from(rate.burst), filled_at: now }
    }

    /// Takes one; false when there is none.
    pub fn take(&mut self, rate: Rate, now: Instant) -> bool {
        let elapsed = now.saturating_duration_since(self.filled_at).as_secs_f64();
        self.tokens = (self.tokens + elapsed * f64::from(rate.per_second)).min(f64::from(rate.burst));
        self.filled_at = now;
        if self.tokens < 1.0 {
            return false;
        }
        self.tokens -= 1.0;
        true
    }

    /// Milliseconds until the next one.
    pub fn wait_ms(&self, rate: Rate) -> u64 {
        let missing = (1.0 - self.tokens).max(0.0);
        (missing / f64::from(rate.per_second.max(1)) * 1_000.0).ceil() as u64
    }
}

/// A bucket for each user, across all their connections and requests of this instance.
pub struct RateLimiter {
    rate: Rate,
    buckets: DashMap<UserId, Bucket>,
}

impl RateLimiter {
    /// Buckets of this rate.
    pub fn new(rate: Rate) -> Self {
        Self { rate, buckets: DashMap::new() }
    }

    /// Takes one of the user's; otherwise the milliseconds to wait.
    ///
    /// # Errors
    /// The wait, in milliseconds.
    pub fn take(&self, user: UserId, now: Instant) -> Result<(), u64> {
        if self.buckets.len() >= limits::ADDRESSES_REMEMBERED_MAX {
            self.forget_idle(now);
        }
        let mut bucket = self.buckets.entry(user).or_insert_with(|| Bucket::full(self.rate, now));
        if bucket.take(self.rate, now) { Ok(()) } else { Err(bucket.wait_ms(self.rate)) }
    }

    /// Forgets buckets that are full again.
    fn forget_idle(&self, now: Instant) {
        let refill_s = u64::from(self.rate.burst / self.rate.per_second.max(1)) + 1;
        self.buckets.retain(|_, bucket| now.saturating_duration_since(bucket.filled_at).as_secs() < refill_s);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let rate = Rate { per_second: 10, burst: 3 };
        let start = Instant::now();
        let mut bucket = Bucket::full(rate, start);
        assert_eq!((0..5).filter(|_| bucket.take(rate, start)).count(), 3);
        assert_eq!(bucket.wait_ms(rate), 100);
        assert!(bucket.take(rate, start + Duration::from_millis(100)));
        assert!(!bucket.take(rate, start + Duration::from_millis(100)));
    }
}
