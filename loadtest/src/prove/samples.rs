//! The time and latency of every ack and every event, for the plots and the targets.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// How an event reached the member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The event arrived live: the server sent it when it happened.
    Live,
    /// The event arrived in a page of history, after a `subscribe`.
    Page,
}

/// What a sample measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Time from a message's intended sending time to its ack.
    Ack,
    /// Time from an event's timestamp in the database to its live arrival.
    Delivery,
    /// Time from an event's timestamp in the database to its arrival in a page of history. It
    /// applies to a reader who was disconnected.
    CaughtUp,
}

/// One latency measurement.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Time of the ack or event, in seconds into the load test run.
    pub at: f64,
    /// Latency in milliseconds.
    pub ms: f64,
    pub measure: Measure,
    /// The network lane (group of clients behind one proxy) of the member.
    pub lane: usize,
}

/// A period in which a member had no working connection.
#[derive(Debug, Clone, Copy)]
pub struct Outage {
    /// Start of the outage, in seconds into the load test run.
    pub at: f64,
    /// How long the outage lasted.
    pub lasted: Duration,
    /// The delay before reconnecting that the server's `bye` asked for, if any.
    pub told: Option<Duration>,
    /// The network lane (group of clients behind one proxy) of the member.
    pub lane: usize,
}

/// Collects the samples of all members. The members share one lock, which is fast enough for some
/// thousand samples per second.
#[derive(Debug)]
pub struct Samples {
    begun: Instant,
    samples: Mutex<Vec<Sample>>,
    outages: Mutex<Vec<Outage>>,
}

impl Samples {
    /// Creates an empty collection for a load test run that began at `begun`.
    pub const fn new(begun: Instant) -> Self {
        Self {
            begun,
            samples: Mutex::new(Vec::new()),
            outages: Mutex::new(Vec::new()),
        }
    }

    /// Records an ack that arrived just now, for a message with the intended sending time
    /// `intended`.
    pub fn acked(&self, intended: Instant, lane: usize) {
        self.record(
            intended.elapsed().as_secs_f64() * 1000.0,
            Measure::Ack,
            lane,
        );
    }

    /// Records an event that arrived just now. `at_micros` is the event's timestamp in the
    /// database, in µs since 1970.
    pub fn seen(&self, at_micros: i64, way: Way, lane: usize) {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_micros());
        let ms = (i64::try_from(now).unwrap_or(i64::MAX) - at_micros).max(0) as f64 / 1000.0;
        self.record(
            ms,
            if way == Way::Live {
                Measure::Delivery
            } else {
                Measure::CaughtUp
            },
            lane,
        );
    }

    /// Records an outage that ends now. It began at `since`, and the server's `bye` asked for the
    /// delay `told`.
    pub fn served_again(&self, since: Instant, told: Option<Duration>, lane: usize) {
        let at = since.saturating_duration_since(self.begun).as_secs_f64();
        let outage = Outage {
            at,
            lasted: since.elapsed(),
            told,
            lane,
        };
        self.outages
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(outage);
    }

    fn record(&self, ms: f64, measure: Measure, lane: usize) {
        let at = self.begun.elapsed().as_secs_f64();
        self.samples
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Sample {
                at,
                ms,
                measure,
                lane,
            });
    }

    /// Removes and returns all samples and outages collected so far.
    pub fn take(&self) -> (Vec<Sample>, Vec<Outage>) {
        let samples =
            std::mem::take(&mut *self.samples.lock().unwrap_or_else(PoisonError::into_inner));
        let outages =
            std::mem::take(&mut *self.outages.lock().unwrap_or_else(PoisonError::into_inner));
        (samples, outages)
    }
}
