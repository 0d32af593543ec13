//! A member's view of its ticket's history: a position (an event number) that advances over
//! contiguous events, until the server tells the member to discard its history.

use helpline_core::history::{Kind, Observed as Place, Position};
use helpline_core::ids::{Key, Seq, TicketId};
use helpline_core::protocol::{CustomerEvent, StaffEvent};
use std::sync::atomic::Ordering;
use tokio::time::Instant;

use super::{Client, Seen};
use crate::checker::{Facet, Row};
use crate::prove::samples::Way;

impl Client {
    /// Records a frame about a different ticket. This is an error, because the member subscribed to
    /// one ticket only.
    pub(super) fn foreign(&mut self, ticket: TicketId, what: &str) -> Step {
        self.record.foreign.push(format!("{what} of {ticket}"));
        Step::Fine
    }

    pub(super) fn page(&mut self, page: PageHead, rows: Vec<Arrival>) -> Step {
        if page.ticket != self.member.ticket {
            return self.foreign(page.ticket, "a page");
        }
        if page.reset {
            self.start_over();
        }
        if self.subscribing == Some(page.id) && !page.more {
            self.subscribing = None;
        }
        self.epoch = Some(page.epoch);
        if self.position.is_none() {
            let base = rows
                .first()
                .map_or(page.head.get(), |row| row.seq.get() - 1);
            self.record.base = base;
            self.position = Some(Position::at(Seq::new(base)));
            if !std::mem::replace(&mut self.record.joined, true) {
                self.run.joined.fetch_add(1, Ordering::Relaxed);
            }
        }
        for row in rows {
            if let Step::Gap = self.apply(row, Way::Page) {
                return Step::Gap;
            }
        }
        if page.more {
            return Step::Fine;
        }
        if let Some((since, told)) = self.lost.take() {
            self.run.samples.served_again(since, told, self.member.lane);
        }
        Step::Fine
    }

    pub(super) fn apply(&mut self, arrival: Arrival, way: Way) -> Step {
        let Arrival {
            seq,
            at_micros,
            row,
            change,
        } = arrival;
        // Ignore live events before the first page of history: the page contains these events, or
        // the server sends them again after the page.
        let Some(position) = self.position.as_mut() else {
            return Step::Fine;
        };
        match position.observe(seq) {
            Place::Duplicate => self.record.repeats += 1,
            Place::Gap { .. } => return Step::Gap,
            Place::InOrder => {
                // Only plain SQL writes `CategoryChanged` events in a load test run. Such an event
                // has the time of its SQL statement. The commit may be much later, so these events
                // cannot measure delivery.
                if row.kind != Kind::CategoryChanged {
                    self.run.samples.seen(at_micros, way, self.member.lane);
                }
                if let Some((facet, value)) = change {
                    self.record.state.insert(facet, value);
                }
                self.record.rows.push((seq.get(), row));
                self.record.dated.push(at_micros);
                self.record.arrived.push((seq.get(), Instant::now()));
            }
        }
        Step::Fine
    }

    pub(super) fn start_over(&mut self) {
        self.record.resets += 1;
        let (rows, dated) = (
            std::mem::take(&mut self.record.rows),
            std::mem::take(&mut self.record.dated),
        );
        self.record.earlier.push(Seen {
            base: self.record.base,
            rows,
            dated,
        });
        self.record.state.clear();
        self.position = None;
        self.epoch = None;
        self.subscribing = None;
    }
}

/// The fields of a history page, except its events.
pub(super) struct PageHead {
    pub(super) id: u64,
    pub(super) ticket: TicketId,
    pub(super) epoch: String,
    pub(super) head: Seq,
    pub(super) more: bool,
    pub(super) reset: bool,
}

/// Whether a received event continues the history.
pub(super) enum Step {
    Fine,
    Gap,
}

/// A received event.
pub(super) struct Arrival {
    seq: Seq,
    /// The database's time of the event, in microseconds since 1970.
    at_micros: i64,
    row: Row,
    /// The change to the ticket's state that the event describes, if any.
    change: Option<(Facet, Option<String>)>,
}

pub(super) fn of_staff(event: StaffEvent) -> Arrival {
    let change = Facet::of(event.kind).map(|facet| (facet, event.new_value));
    let row = row(
        event.kind,
        event.message.map(|message| (message.key, message.body)),
    );
    Arrival {
        seq: event.seq,
        at_micros: event.at.timestamp_micros(),
        row,
        change,
    }
}

pub(super) fn of_customer(event: CustomerEvent) -> Arrival {
    let change = Facet::of(event.kind).map(|facet| (facet, event.new_value));
    let row = row(
        event.kind,
        event.message.map(|message| (message.key, message.body)),
    );
    Arrival {
        seq: event.seq,
        at_micros: event.at.timestamp_micros(),
        row,
        change,
    }
}

fn row(kind: Kind, message: Option<(Option<Key>, String)>) -> Row {
    let (key, body) = message.map_or((None, None), |(key, body)| (key, Some(body)));
    Row {
        kind,
        key: key.map(|key| key.as_str().to_owned()),
        body,
    }
}
