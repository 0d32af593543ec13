//! Probes are messages that an instance sends to itself, one over each subscribed connection. If a
//! probe is not received in time, its connection is frozen or disconnected.

use std::time::{Duration, Instant};

use helpline_core::limits;
use uuid::Uuid;

use super::channels::Channels;

/// The probes (test messages) of one subscription to Redis. A later subscription starts with new
/// ones.
pub(super) struct Probes {
    /// The partitions of the channels on which probes (test messages) are sent, one for each Redis
    /// connection.
    partitions: Vec<u32>,
    /// The channels of the last probes (test messages), in the order of `partitions`.
    channels: Vec<String>,
    /// When the last probe (test message) was received on each channel.
    received: Vec<Received>,
    sent: u64,
}

#[derive(Clone, Copy)]
enum Received {
    /// No probe has been received yet. The subscription began at this time.
    NotSince(Instant),
    At(Instant),
}

impl Probes {
    /// Creates the probes (test messages) of a new subscription. Each of these partitions gets one
    /// probe channel.
    pub(super) fn new(partitions: Vec<u32>) -> Self {
        Self {
            received: vec![Received::NotSince(Instant::now()); partitions.len()],
            partitions,
            channels: Vec::new(),
            sent: 0,
        }
    }

    /// Sets the channels on which probes (test messages) are sent from now on. Returns true if the
    /// channels have changed, for example because the database has changed.
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

    /// Returns the sequence number for the next round of probes (test messages).
    pub(super) const fn next(&mut self) -> u64 {
        self.sent += 1;
        self.sent
    }

    /// Records that a probe (test message) was received. Returns false if the channel is not a
    /// probe channel.
    pub(super) fn take(&mut self, channel: &str) -> bool {
        let place = self.channels.iter().position(|own| own == channel);
        if let Some(place) = place {
            self.received[place] = Received::At(Instant::now());
        }
        place.is_some()
    }

    /// Whether at least one probe (test message) has been received on every channel.
    pub(super) fn are_all_back(&self) -> bool {
        self.received
            .iter()
            .all(|received| matches!(received, Received::At(_)))
    }

    /// Whether the last probe (test message) on any channel was received too long ago.
    pub(super) fn are_late(&self) -> bool {
        let timeout = Duration::from_millis(limits::RELAY_PROBE_TIMEOUT_MS);
        self.received.iter().any(|received| match received {
            Received::NotSince(instant) | Received::At(instant) => instant.elapsed() > timeout,
        })
    }
}
