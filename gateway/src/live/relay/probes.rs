//! Probes of an instance to itself, one over each connection that it listens on: a connection of which none comes back is frozen or cut off.

use std::time::{Duration, Instant};

use helpline_core::limits;
use uuid::Uuid;

use super::channels::Channels;

/// The probes of one session.
pub(super) struct Probes {
    /// One for each connection.
    partitions: Vec<u32>,
    /// On which the last ones went out, in the same order.
    channels: Vec<String>,
    /// When one last came back on each.
    received: Vec<Received>,
    sent: u64,
}

#[derive(Clone, Copy)]
enum Received {
    /// Not since this moment, when the session began.
    NotSince(Instant),
    At(Instant),
}

impl Probes {
    /// One on a channel of each of these partitions.
    pub(super) fn new(partitions: Vec<u32>) -> Self {
        Self {
            received: vec![Received::NotSince(Instant::now()); partitions.len()],
            partitions,
            channels: Vec::new(),
            sent: 0,
        }
    }

    /// Probes go out on these channels from here on. True: they are others than before.
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

    /// The number of the next ones.
    pub(super) const fn next(&mut self) -> u64 {
        self.sent += 1;
        self.sent
    }

    /// True: this channel is of probes, and one has come back.
    pub(super) fn take(&mut self, channel: &str) -> bool {
        let place = self.channels.iter().position(|own| own == channel);
        if let Some(place) = place {
            self.received[place] = Received::At(Instant::now());
        }
        place.is_some()
    }

    /// Whether one has come back on every channel.
    pub(super) fn are_all_back(&self) -> bool {
        self.received
            .iter()
            .all(|received| matches!(received, Received::At(_)))
    }

    /// Whether none has come back for too long on any channel.
    pub(super) fn are_late(&self) -> bool {
        let timeout = Duration::from_millis(limits::RELAY_PROBE_TIMEOUT_MS);
        self.received.iter().any(|received| match received {
            Received::NotSince(instant) | Received::At(instant) => instant.elapsed() > timeout,
        })
    }
}
