//! Latency summaries, verdicts and medians for reports.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hdrhistogram::Histogram;

/// The highest latency that the histogram can record, longer than any load test run. Longer
/// latencies count as this value.
const LATENCY_MICROS_MAX: u64 = 600_000_000;

/// A latency histogram that all members share. It has one lock, which is fast enough for some
/// hundred records per second.
#[derive(Debug)]
pub struct Latencies {
    micros: Mutex<Histogram<u64>>,
}

impl Default for Latencies {
    fn default() -> Self {
        let micros = Histogram::new_with_bounds(1, LATENCY_MICROS_MAX, 3)
            .expect("bounds and digits are within what the histogram takes");
        Self {
            micros: Mutex::new(micros),
        }
    }
}

impl Latencies {
    pub fn record(&self, latency: Duration) {
        let micros = u64::try_from(latency.as_micros()).unwrap_or(u64::MAX);
        self.micros
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .saturating_record(micros.max(1));
    }

    /// The latencies in one line, for example `1200 measured; ms: p50 3.1 · p90 …`.
    pub fn line(&self) -> String {
        let micros = self.micros.lock().unwrap_or_else(PoisonError::into_inner);
        let ms = |value: u64| format!("{:.1}", value as f64 / 1000.0);
        let at = |quantile| ms(micros.value_at_quantile(quantile));
        format!(
            "{} measured; ms: p50 {} · p90 {} · p99 {} · p99.9 {} · max {}",
            micros.len(),
            at(0.5),
            at(0.9),
            at(0.99),
            at(0.999),
            ms(micros.max())
        )
    }
}

/// Whether the gateways kept all promises that a load test run checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// All promises were kept.
    Held,
    /// At least one promise was broken; the exit code is 1.
    Broken,
}

/// Returns the median of the values; NaN if there are no values.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[n / 2],
        n => (sorted[n / 2 - 1] + sorted[n / 2]) / 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latencies_are_told_as_they_were() {
        let latencies = Latencies::default();
        for ms in 1..=100 {
            latencies.record(Duration::from_millis(ms));
        }
        latencies.record(Duration::from_secs(3_600));
        assert!(
            latencies
                .line()
                .starts_with("101 measured; ms: p50 51.0 · p90 91.0"),
            "{}",
            latencies.line()
        );
        assert!(latencies.line().contains("max 600"), "{}", latencies.line());
    }

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
    }
}
