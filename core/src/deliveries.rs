//! When a failed delivery is tried again.

use std::time::Duration;

use crate::limits;

/// Returns the time until the next attempt after the failure of the attempt with this number, which
/// begins with 1. Returns `None` after the last attempt. `jitter` is a random number from 0 to 1,
/// which spreads the time by [`limits::DELIVERY_JITTER_PERCENT`] in both directions, so that a
/// receiver that recovers does not get all deliveries at once.
pub fn retry_delay(attempt: u32, jitter: f64) -> Option<Duration> {
    let nth = usize::try_from(attempt.max(1) - 1).ok()?;
    let delay_s = *limits::DELIVERY_RETRY_S.get(nth)?;
    let spread = f64::from(limits::DELIVERY_JITTER_PERCENT) / 100.0;
    let factor = 1.0 + spread * (2.0 * jitter.clamp(0.0, 1.0) - 1.0);
    Some(Duration::from_secs(delay_s).mul_f64(factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attempt_waits_longer_until_the_last_one() {
        let delays: Vec<_> = (1..)
            .map_while(|attempt| retry_delay(attempt, 0.5))
            .collect();
        assert_eq!(delays.first(), Some(&Duration::from_secs(5)));
        assert!(delays.is_sorted());
        assert_eq!(
            delays.len() + 1,
            usize::try_from(limits::DELIVERY_ATTEMPTS_MAX).expect("a small number")
        );
        assert_eq!(retry_delay(0, 0.5), retry_delay(1, 0.5));
    }

    #[test]
    fn the_delay_is_spread_evenly_and_within_bounds() {
        assert_eq!(retry_delay(1, 0.0), Some(Duration::from_secs(4)));
        assert_eq!(retry_delay(1, 1.0), Some(Duration::from_secs(6)));
        assert_eq!(retry_delay(1, 7.0), retry_delay(1, 1.0));
    }
}
