//! An event, or news of a ticket's state, encoded once for each audience; all receivers share the bytes.

use std::cell::OnceCell;
use std::sync::Arc;

use axum::extract::ws::Utf8Bytes;
use chrono::{DateTime, Utc};
use helpline_core::actor::Audience;
use helpline_core::history::HistoryRow;
use helpline_core::ids::{Seq, TicketId};
use helpline_core::protocol::{CustomerEvent, CustomerFrame, RelayEvent, StaffEvent, StaffFrame};
use helpline_persistence::reads::ReadPosition;
use serde::Serialize;
use serde_json::value::RawValue;

/// An `event` frame for staff and, if the row is for them, one for customers.
#[derive(Debug, Clone)]
pub struct EncodedEvent {
    /// Which ticket.
    pub ticket: TicketId,
    /// Its place among all rows.
    pub seq: Seq,
    /// Whether it is the receipt of a redaction that changed what members may hold: they start over.
    pub redacts: bool,
    /// When it was written, by the database's clock, as far as it is known here.
    pub at: Option<DateTime<Utc>>,
    staff: Utf8Bytes,
    customer: Option<(Seq, Utf8Bytes)>,
}

impl EncodedEvent {
    /// Encodes a row.
    pub fn from_row(row: &HistoryRow) -> Self {
        let customer = CustomerEvent::from_row(row)
            .map(|event| (event.seq, frame(&CustomerFrame::Event(event))));
        Self {
            ticket: row.ticket,
            seq: row.seq,
            redacts: row.is_redaction_receipt(),
            at: Some(row.at),
            staff: frame(&StaffFrame::Event(StaffEvent::from(row))),
            customer,
        }
    }

    /// Encodes a row for all its receivers.
    pub fn shared(row: &HistoryRow) -> Arc<Self> {
        Arc::new(Self::from_row(row))
    }

    /// Takes over what another instance encoded. The public number and the customer's frame come together or not at all.
    pub fn from_relay(event: &RelayEvent) -> Self {
        let customer = event
            .public_seq
            .zip(event.customer.as_deref())
            .map(|(seq, json)| (seq, Utf8Bytes::from(json.get())));
        Self {
            ticket: event.ticket,
            seq: event.seq,
            redacts: event.redacts,
            at: event.at,
            staff: Utf8Bytes::from(event.staff.get()),
            customer,
        }
    }

    /// The frame for other instances.
    pub fn to_relay(&self) -> RelayEvent {
        RelayEvent {
            ticket: self.ticket,
            seq: self.seq,
            public_seq: self.customer.as_ref().map(|(seq, _)| *seq),
            staff: raw(&self.staff),
            customer: self.customer.as_ref().map(|(_, json)| raw(json)),
            redacts: self.redacts,
            at: self.at,
        }
    }

    /// The frame and its number for this audience; none when the row is not for them.
    pub fn for_audience(&self, audience: Audience) -> Option<(Seq, &Utf8Bytes)> {
        match audience {
            Audience::Staff => Some((self.seq, &self.staff)),
            Audience::Customer => self.customer.as_ref().map(|(seq, json)| (*seq, json)),
        }
    }
}

/// A frame that is not part of the history: typing, for example. Encoded for an audience when its first member is found; none when it is
/// not for that audience.
pub struct Ephemeral<F> {
    encode: F,
    staff: OnceCell<Option<Utf8Bytes>>,
    customer: OnceCell<Option<Utf8Bytes>>,
}

impl<F: Fn(Audience) -> Option<Utf8Bytes>> Ephemeral<F> {
    /// What `encode` gives for each audience; it is asked once for each at most.
    pub const fn new(encode: F) -> Self {
        Self {
            encode,
            staff: OnceCell::new(),
            customer: OnceCell::new(),
        }
    }

    /// The frame for this audience; none when it is not for them.
    pub fn for_audience(&self, audience: Audience) -> Option<&Utf8Bytes> {
        let once = match audience {
            Audience::Staff => &self.staff,
            Audience::Customer => &self.customer,
        };
        once.get_or_init(|| (self.encode)(audience)).as_ref()
    }

    /// The same, for other instances.
    pub fn to_relay(&self, audience: Audience) -> Option<Box<RawValue>> {
        self.for_audience(audience).map(raw)
    }
}

/// How far a person has read. Customers learn only of public rows: that a position moved over a note would be a trace of the note.
pub fn read_position(position: &ReadPosition) -> Ephemeral<impl Fn(Audience) -> Option<Utf8Bytes>> {
    let ReadPosition {
        ticket,
        person,
        public_name,
        seq,
        public_seq,
    } = position;
    let (ticket, seq, public_seq) = (*ticket, *seq, *public_seq);
    Ephemeral::new(move |audience| match audience {
        Audience::Staff => Some(frame(&StaffFrame::Read {
            ticket,
            person: person.clone(),
            seq,
        })),
        Audience::Customer => {
            let read = || {
                frame(&CustomerFrame::Read {
                    ticket,
                    person: person.for_customer(public_name.as_deref()),
                    seq: public_seq,
                })
            };
            (public_seq > Seq::ZERO).then(read)
        }
    })
}

/// Encodes one frame of the protocol.
pub fn frame<T: Serialize>(frame: &T) -> Utf8Bytes {
    Utf8Bytes::from(
        serde_json::to_string(frame).expect("protocol types have string keys and finite numbers"),
    )
}

fn raw(json: &Utf8Bytes) -> Box<RawValue> {
    RawValue::from_string(json.as_str().to_owned()).expect("an encoded frame is JSON")
}
