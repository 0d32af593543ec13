//! Every ack and every event with its time: what the plots and the targets are made of.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// How an event came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// As it happened.
    Live,
    /// In a page, after a `subscribe`.
    Page,
}

/// What a sample measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// From the intended send to its ack.
    Ack,
    /// From the database's time of the row to its sight, live.
    Delivery,
    /// The same in a page: the reader was away.
    CaughtUp,
}

/// One of them.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// Seconds into the run.
    pub at: f64,
    /// How long it took, in ms.
    pub ms: f64,
    /// What.
    pub measure: Measure,
    /// Whose network.
    pub lane: usize,
}

/// A member's time without service.
#[derive(Debug, Clone, Copy)]
pub struct Outage {
    /// Seconds into the run at its beginning.
    pub at: f64,
    /// How long.
    pub lasted: Duration,
    /// The delay that a `bye` had asked for.
    pub told: Option<Duration>,
    /// Whose network.
    pub lane: usize,
}

/// Collects them from all members: some thousand a second do not contend.
#[derive(Debug)]
pub struct Samples {
    begun: Instant,
    samples: Mutex<Vec<Sample>>,
    outages: Mutex<Vec<Outage>>,
}

impl Samples {
    /// None yet.
    pub const fn new(begun: Instant) -> Self {
        Self {
            begun,
            samples: Mutex::new(Vec::new()),
            outages: Mutex::new(Vec::new()),
        }
    }

    /// An ack came.
    pub fn acked(&self, intended: Instant, lane: usize) {
        self.record(
            intended.elapsed().as_secs_f64() * 1000.0,
            Measure::Ack,
            lane,
        );
    }

    /// An event came that the database dates so.
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

    /// A member is subscribed again.
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

    /// Takes all samples and outages so far.
    pub fn take(&self) -> (Vec<Sample>, Vec<Outage>) {
        let samples =
            std::mem::take(&mut *self.samples.lock().unwrap_or_else(PoisonError::into_inner));
        let outages =
            std::mem::take(&mut *self.outages.lock().unwrap_or_else(PoisonError::into_inner));
        (samples, outages)
    }
}
