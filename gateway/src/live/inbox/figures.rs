//! The desk's figures (ticket statistics) for the consoles. Reading them counts the tickets of a
//! week, so the cost grows with the desk. The pause until the next read is proportional to the
//! duration of the last one.

use std::time::{Duration, Instant};

use helpline_core::limits;
use helpline_core::protocol::TicketStats;

#[derive(Default)]
pub(super) struct Figures {
    /// The result of the last read.
    last: Option<TicketStats>,
    /// Whether every console has received them.
    sent: bool,
    /// When to read again. `None` means at once.
    next_read: Option<Instant>,
}

impl Figures {
    pub(super) fn due(&self, now: Instant) -> bool {
        self.next_read.is_none_or(|next| now >= next)
    }

    /// Stores the result of a read, and schedules the next read from its duration. `None` means
    /// that the read failed.
    pub(super) fn read(&mut self, figures: Option<TicketStats>, took: Duration, now: Instant) {
        let (min, max) = (limits::STATS_INTERVAL_MS, limits::STATS_INTERVAL_MAX_MS);
        let pause = took.saturating_mul(limits::STATS_INTERVAL_READS);
        let pause = pause.clamp(Duration::from_millis(min), Duration::from_millis(max));
        self.next_read = Some(now + pause);
        if figures.is_some() && figures != self.last {
            self.last = figures;
            self.sent = false;
        }
    }

    /// The figures, if they have not been sent to every console.
    pub(super) fn unsent(&self) -> Option<TicketStats> {
        self.last.filter(|_| !self.sent)
    }

    pub(super) const fn mark_sent(&mut self) {
        self.sent = true;
    }

    /// Sends the figures again, because a console has not received them. They may be as old as the
    /// pause between two reads.
    pub(super) const fn send_anew(&mut self) {
        self.sent = false;
    }
}
