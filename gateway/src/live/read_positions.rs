//! Read positions on their way to the record: the newest of each person and ticket, written twice a second, then told to whoever is there.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use helpline_core::actor::Audience;
use helpline_core::ids::{Seq, TicketId, UserId};
use helpline_core::limits;
use helpline_core::protocol::{CustomerFrame, RelayFrame, StaffFrame};
use helpline_persistence::reads::{self, Mark, ReadPosition};
use parking_lot::Mutex;

use crate::connections::send_queue::Wakes;
use crate::live::frames::{Aside, frame};
use crate::server::app::App;

/// Marks waiting to be written.
#[derive(Default)]
pub struct Reads(Mutex<HashMap<(TicketId, UserId), Mark>>);

impl Reads {
    /// Notes a mark; it replaces an earlier one that is less far. Beyond the bound it is dropped: the next one says more.
    pub fn note(&self, mark: Mark) {
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
}

/// Writes until the instance stops, and once more then.
pub async fn run(app: Arc<App>) {
    let mut ticks = tokio::time::interval(Duration::from_millis(limits::READ_FLUSH_MS));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        // Cancel-safe: an interval and a token.
        tokio::select! {
            _ = ticks.tick() => flush(&app).await,
            () = app.stop.cancelled() => return flush(&app).await,
        }
    }
}

async fn flush(app: &Arc<App>) {
    let marks = app.reads.take();
    if marks.is_empty() {
        return;
    }
    match reads::mark(&app.store, &marks).await {
        Ok(moved) => {
            let mut wakes = Wakes::default();
            for position in moved {
                pass_on(app, &position, &mut wakes);
                let ReadPosition { ticket, person, seq, public_seq } = position;
                app.relay.publish_state(ticket, &RelayFrame::Read { ticket, person, seq, public_seq });
            }
        }
        Err(error) => {
            crate::database::errors::reject_of(&error);
            marks.into_iter().for_each(|mark| app.reads.note(mark));
        }
    }
}

/// Tells this instance's members how far somebody has read. Customers only of public rows: that a mark moved over a note is a note's trace.
pub(crate) fn pass_on(app: &App, position: &ReadPosition, wakes: &mut Wakes) {
    let ReadPosition { ticket, person, seq, public_seq } = position;
    let (ticket, seq, public_seq) = (*ticket, *seq, *public_seq);
    let read = Aside::new(|audience| match audience {
        Audience::Staff => Some(frame(&StaffFrame::Read { ticket, person: person.clone(), seq })),
        Audience::Customer => {
            let told = || frame(&CustomerFrame::Read { ticket, person: person.for_customer(), seq: public_seq });
            (public_seq > Seq::ZERO).then(told)
        }
    });
    app.rooms.tell(ticket, &read, None, wakes);
}
