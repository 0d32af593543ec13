//! Token buckets by key, with bounded memory. A key is a user, or an address for requests without a
//! sign-in.

use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Instant;

use dashmap::DashMap;
use helpline_core::limits;

use crate::config::Rate;
use crate::runtime::rates::Bucket;

/// One token bucket per key, for at most about [`limits::ADDRESSES_REMEMBERED_MAX`] keys.
pub struct Limiter<K> {
    rate: Rate,
    buckets: DashMap<K, (Bucket, Instant)>,
}

impl<K: Eq + Hash> Limiter<K> {
    /// Makes a limiter that has no token buckets yet. It gives each new bucket this rate.
    pub fn new(rate: Rate) -> Self {
        Self {
            rate,
            buckets: DashMap::new(),
        }
    }

    /// Takes one token from the bucket of `key`.
    ///
    /// # Errors
    /// The bucket is empty. The error is the time until it has a token, in milliseconds.
    pub fn take(&self, key: K, now: Instant) -> Result<(), u64> {
        self.take_many(key, 1, now)
    }

    /// Takes `count` tokens from the bucket of `key`, or none.
    ///
    /// # Errors
    /// The bucket has fewer tokens. The error is the time until it has enough, in milliseconds.
    pub fn take_many(&self, key: K, count: u32, now: Instant) -> Result<(), u64> {
        if let Some(mut known) = self.buckets.get_mut(&key) {
            return self.take_of(&mut known, count, now);
        }
        // `len` locks every shard of the map, so call it only for a new key, not for each frame.
        if self.buckets.len() >= limits::ADDRESSES_REMEMBERED_MAX {
            self.forget_idle(now);
        }
        self.take_of(
            &mut self
                .buckets
                .entry(key)
                .or_insert_with(|| (Bucket::full(self.rate, now), now)),
            count,
            now,
        )
    }

    fn take_of(
        &self,
        (bucket, used_at): &mut (Bucket, Instant),
        count: u32,
        now: Instant,
    ) -> Result<(), u64> {
        *used_at = now;
        if bucket.take_many(count, self.rate, now) {
            Ok(())
        } else {
            Err(bucket.wait_for_ms(count, self.rate))
        }
    }

    /// Removes buckets that are full again. If there are still too many, removes all buckets,
    /// because limits per address do not help against a flood from so many addresses.
    fn forget_idle(&self, now: Instant) {
        let refill_s = u64::from(self.rate.burst / self.rate.per_second.max(1)) + 1;
        self.buckets
            .retain(|_, (_, used_at)| now.saturating_duration_since(*used_at).as_secs() < refill_s);
        if self.buckets.len() >= limits::ADDRESSES_REMEMBERED_MAX {
            self.buckets.clear();
        }
    }
}

/// The network that one client usually has: its IPv4 address, or the /64 of its IPv6 address.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_shares_a_bucket_and_others_do_not() {
        let limiter = Limiter::new(Rate {
            per_second: 1,
            burst: 2,
        });
        let now = Instant::now();
        let take = |address: &str| {
            limiter
                .take(network(address.parse().expect("an address")), now)
                .is_ok()
        };
        assert!(take("2001:db8::1") && take("2001:db8::2") && !take("2001:db8::3"));
        assert!(take("2001:db8:0:1::1") && take("192.0.2.1"));
    }
}
