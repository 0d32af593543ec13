//! Token buckets: they allow a burst, and then a sustained rate. The current time is an argument,
//! so that tests control it.

use std::time::Instant;

use crate::config::Rate;

/// A token bucket. Every call for a bucket must pass the same rate.
#[derive(Debug, Clone, Copy)]
pub struct Bucket {
    tokens: f64,
    filled_at: Instant,
}

impl Bucket {
    /// Makes a full bucket, with `rate.burst` tokens.
    pub fn full(rate: Rate, now: Instant) -> Self {
        Self {
            tokens: f64::from(rate.burst),
            filled_at: now,
        }
    }

    /// Takes one token. Returns false if the bucket is empty.
    pub fn take(&mut self, rate: Rate, now: Instant) -> bool {
        self.take_many(1, rate, now)
    }

    /// Takes `count` tokens, or none. Returns false if the bucket has fewer tokens. A `count` above
    /// `rate.burst` counts as `rate.burst`.
    pub fn take_many(&mut self, count: u32, rate: Rate, now: Instant) -> bool {
        let elapsed = now.saturating_duration_since(self.filled_at).as_secs_f64();
        self.tokens =
            (self.tokens + elapsed * f64::from(rate.per_second)).min(f64::from(rate.burst));
        self.filled_at = now;
        let wanted = f64::from(count.min(rate.burst));
        if self.tokens < wanted {
            return false;
        }
        self.tokens -= wanted;
        true
    }

    /// Milliseconds until the bucket has at least one token.
    pub fn wait_ms(&self, rate: Rate) -> u64 {
        self.wait_for_ms(1, rate)
    }

    /// Milliseconds until the bucket has `count` tokens. A `count` above `rate.burst` counts as
    /// `rate.burst`.
    pub fn wait_for_ms(&self, count: u32, rate: Rate) -> u64 {
        let missing = (f64::from(count.min(rate.burst)) - self.tokens).max(0.0);
        (missing / f64::from(rate.per_second.max(1)) * 1_000.0).ceil() as u64
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let rate = Rate {
            per_second: 10,
            burst: 3,
        };
        let start = Instant::now();
        let mut bucket = Bucket::full(rate, start);
        assert_eq!((0..5).filter(|_| bucket.take(rate, start)).count(), 3);
        assert_eq!(bucket.wait_ms(rate), 100);
        assert!(bucket.take(rate, start + Duration::from_millis(100)));
        assert!(!bucket.take(rate, start + Duration::from_millis(100)));
    }

    #[test]
    fn many_are_taken_together_or_not_at_all() {
        let rate = Rate {
            per_second: 10,
            burst: 30,
        };
        let start = Instant::now();
        let mut bucket = Bucket::full(rate, start);
        assert!(bucket.take_many(20, rate, start) && !bucket.take_many(20, rate, start));
        assert_eq!(bucket.wait_for_ms(20, rate), 1_000);
        assert!(bucket.take_many(20, rate, start + Duration::from_secs(1)));
        let full = start + Duration::from_secs(60);
        assert!(bucket.take_many(1_000, rate, full) && !bucket.take(rate, full));
    }
}
