//! The desk's figures as the consoles are sent them. A read of them counts the tickets of a week, so it grows with the desk: the next one waits for
//! a time that the last one has to say.

use std::time::{Duration, Instant};

use helpline_core::limits;
use helpline_core::protocol::TicketStats;

#[derive(Default)]
pub(super) struct Figures {
    /// As they were last read.
    last: Option<TicketStats>,
    /// Whether every console was sent them.
    sent: bool,
    /// None: at once.
    next_read: Option<Instant>,
}

impl Figures {
    pub(super) fn due(&self, now: Instant) -> bool {
        self.next_read.is_none_or(|next| now >= next)
    }

    /// They were read in so long a time; none: they could not be read.
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

    /// What is to be sent to every console.
    pub(super) fn unsent(&self) -> Option<TicketStats> {
        self.last.filter(|_| !self.sent)
    }

    pub(super) const fn mark_sent(&mut self) {
        self.sent = true;
    }

    /// There is a console that was not sent them: it gets those of the last read, which may be as old as the pause between two.
    pub(super) const fn send_anew(&mut self) {
        self.sent = false;
    }
}
