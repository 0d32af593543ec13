//! Probes that an instance sends to itself, one over each subscribed connection. A connection that
//! returns none is frozen or disconnected.

use std::time::{Duration, Instant};

use helpline_core::limits;
use uuid::Uuid;

use super::channels::Channels;

/// The state of one session's probes.
pub(super) struct Probes {
    /// One partition per connection.
    partitions: Vec<u32>,
    /// The channels of the last probes, in the same order.
    channels: Vec<String>,
    /// When a probe last came back on each channel.
    received: Vec<Received>,
    sent: u64,
}

#[derive(Clone, Copy)]
enum Received {
    /// No probe came back since the session began at this time.
    NotSince(Instant),
    At(Instant),
}

impl Probes {
    /// Creates probes on one channel in each of these partitions.
    pub(super) fn new(partitions: Vec<u32>) -> Self {
        Self {
            received: vec![Received::NotSince(Instant::now()); partitions.len()],
            partitions,
            channels: Vec::new(),
            sent: 0,
        }
    }

    /// Makes later probes use these channels. Returns true if they differ from the previous ones.
    pub(super) fn move_to(&mut self, channels: &Channels, instance: Uuid) -> bool {
        let now = |partition: &u32| channels.probe(*partition, instance);
        if self
            .partitions
            .iter()
            .map(now)
            .eq(self.channels.iter().cloned())
        {
            return false;
        }
        self.channels = self.partitions.iter().map(now).collect();
        true
    }

    pub(super) fn channels(&self) -> &[String] {
        &self.channels
    }

    /// The number for the next probes.
    pub(super) const fn next(&mut self) -> u64 {
        self.sent += 1;
        self.sent
    }

    /// Records a probe that came back. Returns false if the channel is not one of the probe
    /// channels.
    pub(super) fn take(&mut self, channel: &str) -> bool {
        let place = self.channels.iter().position(|own| own == channel);
        if let Some(place) = place {
            self.received[place] = Received::At(Instant::now());
        }
        place.is_some()
    }

    /// Whether a probe has come back on every channel.
    pub(super) fn are_all_back(&self) -> bool {
        self.received
            .iter()
            .all(|received| matches!(received, Received::At(_)))
    }

    /// Whether the last probe on any channel came back too long ago.
    pub(super) fn are_late(&self) -> bool {
        let timeout = Duration::from_millis(limits::RELAY_PROBE_TIMEOUT_MS);
        self.received.iter().any(|received| match received {
            Received::NotSince(instant) | Received::At(instant) => instant.elapsed() > timeout,
        })
    }
}
