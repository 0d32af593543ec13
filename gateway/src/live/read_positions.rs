//! Collects read positions before they are written. Twice a second, the latest position of each
//! person and ticket is written to the database and then broadcast.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use helpline_core::ids::{TicketId, UserId};
use helpline_core::limits;
use helpline_persistence::Store;
use helpline_persistence::reads::{self, Mark};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::hub::Hub;
use crate::connections::WakeList;
use crate::database::in_parts::{Parts, in_parts};
use crate::database::outage::OutageLog;

/// Read positions that are still to be written, one per ticket and person.
#[derive(Default)]
pub struct ReadPositions(Mutex<HashMap<(TicketId, UserId), Mark>>);

impl ReadPositions {
    /// Enqueues a read position. At most one position per person and ticket is queued: the one that
    /// is further ahead, or the new one if the person's audience has changed. If the queue is full,
    /// a position for a new pair of person and ticket is dropped. The person's next read position
    /// on the ticket replaces the dropped one.
    pub fn enqueue(&self, mark: Mark) {
        let mut waiting = self.0.lock();
        let full = waiting.len() >= limits::READ_PENDING_MAX;
        match waiting.get_mut(&(mark.ticket, mark.person)) {
            Some(known) if known.audience == mark.audience => known.seq = known.seq.max(mark.seq),
            Some(known) => *known = mark,
            None if full => metrics::counter!("helpline_reads_dropped_total").increment(1),
            None => drop(waiting.insert((mark.ticket, mark.person), mark)),
        }
    }

    fn take(&self) -> Vec<Mark> {
        std::mem::take(&mut *self.0.lock()).into_values().collect()
    }

    /// Writes queued read positions periodically until the instance stops, and once more when it
    /// stops.
    pub async fn run(self: Arc<Self>, store: Store, hub: Arc<Hub>, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(Duration::from_millis(limits::READ_FLUSH_MS));
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let outage = OutageLog::new("read positions");
        loop {
            // Cancel-safe: one branch is an interval, the other a cancellation token.
            tokio::select! {
                _ = ticks.tick() => self.flush(&store, &hub, &outage).await,
                () = stop.cancelled() => return self.flush(&store, &hub, &outage).await,
            }
        }
    }

    async fn flush(&self, store: &Store, hub: &Hub, outage: &OutageLog) {
        let marks = self.take();
        if marks.is_empty() {
            return;
        }
        let Parts {
            answers,
            failed,
            untried,
        } = in_parts(marks, |some| async move { reads::mark(store, &some).await }).await;
        let mut wakes = WakeList::default();
        for position in answers.into_iter().flatten() {
            hub.publish_read(position, &mut wakes);
        }
        for (mark, error) in failed {
            store.log_undecodable("read mark", mark.ticket, &error);
        }
        if let Some((marks, error)) = untried {
            outage.failed(&error);
            marks.into_iter().for_each(|mark| self.enqueue(mark));
        } else {
            outage.ended();
        }
    }
}

#[cfg(test)]
mod tests {
    use helpline_core::actor::Audience;
    use helpline_core::ids::Seq;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_furthest_position_of_a_person_and_ticket_waits_and_the_queue_is_bounded() {
        let positions = ReadPositions::default();
        let ticket = TicketId::new(Uuid::from_u128(1));
        let person = |n: u128| UserId::new(Uuid::from_u128(n));
        let mark = |n, seq| Mark {
            ticket,
            person: person(n),
            audience: Audience::Staff,
            seq: Seq::new(seq),
        };
        [mark(1, 3), mark(1, 2), mark(2, 9)]
            .into_iter()
            .for_each(|mark| positions.enqueue(mark));
        let mut taken: Vec<_> = positions
            .take()
            .into_iter()
            .map(|mark| (mark.person, mark.seq.get()))
            .collect();
        taken.sort_unstable();
        assert_eq!(taken, [(person(1), 3), (person(2), 9)]);
        (0..=limits::READ_PENDING_MAX as u128).for_each(|n| positions.enqueue(mark(n, 1)));
        assert_eq!(positions.take().len(), limits::READ_PENDING_MAX);
    }
}
