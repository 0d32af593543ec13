//! The desk's figures (ticket statistics) that agent consoles show. The query counts the tickets of
//! a week, so its cost grows with the desk. The longer a query took, the longer the pause until the
//! next query.

use std::time::{Duration, Instant};

use helpline_core::limits;
use helpline_core::protocol::TicketStats;

#[derive(Default)]
pub(super) struct Figures {
    /// The figures (ticket statistics) from the last successful query.
    last: Option<TicketStats>,
    /// Whether every agent console has received the ticket statistics in `last`.
    sent: bool,
    /// When to query the ticket statistics again. `None` means immediately.
    next_read: Option<Instant>,
}

impl Figures {
    pub(super) fn due(&self, now: Instant) -> bool {
        self.next_read.is_none_or(|next| now >= next)
    }

    /// Stores the result of the statistics query, and schedules the next query according to its
    /// duration. `figures` is `None` if the query failed.
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

    /// Returns the figures (ticket statistics) if some console has not received them yet.
    pub(super) fn unsent(&self) -> Option<TicketStats> {
        self.last.filter(|_| !self.sent)
    }

    pub(super) const fn mark_sent(&mut self) {
        self.sent = true;
    }

    /// Makes the next tick send the figures (ticket statistics) again, because a new console has
    /// not received them. They may be as old as the pause between two statistics queries.
    pub(super) const fn send_anew(&mut self) {
        self.sent = false;
    }
}
