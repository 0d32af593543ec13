//! Encodes an event or a state update once per audience (staff or customers). All receivers share
//! the encoded bytes.

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

/// An event as encoded WebSocket frames: one for staff and, if customers may see the event, one for
/// customers.
#[derive(Debug, Clone)]
pub struct EncodedEvent {
    /// The ticket of the event.
    pub ticket: TicketId,
    /// The event's number among all events of the ticket.
    pub seq: Seq,
    /// Whether this event records that events before it were redacted. Members may have received
    /// the original texts, so they must read the history again.
    pub redacts: bool,
    /// When the event was written, by the database's clock. `None` if the event came from an
    /// instance that does not send this time.
    pub at: Option<DateTime<Utc>>,
    staff: Utf8Bytes,
    customer: Option<(Seq, Utf8Bytes)>,
}

impl EncodedEvent {
    /// Encodes an event that was read from the database.
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

    /// Encodes an event and wraps it in an `Arc`, so that all receivers can share it.
    pub fn shared(row: &HistoryRow) -> Arc<Self> {
        Arc::new(Self::from_row(row))
    }

    /// Uses the frames that another instance encoded. Ignores the customer frame if the event has
    /// no number in the numbering that customers see.
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

    /// Converts the event to the form in which it is sent to other instances.
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

    /// The encoded frame and the event's number for this audience. `None` if the audience may not
    /// see the event.
    pub fn for_audience(&self, audience: Audience) -> Option<(Seq, &Utf8Bytes)> {
        match audience {
            Audience::Staff => Some((self.seq, &self.staff)),
            Audience::Customer => self.customer.as_ref().map(|(seq, json)| (*seq, json)),
        }
    }
}

/// A frame that is not part of the history, such as a typing indicator. It is encoded when the
/// first recipient of an audience needs it, at most once per audience. `encode` returns `None` for
/// an audience that does not get the frame.
pub struct Ephemeral<F> {
    encode: F,
    staff: OnceCell<Option<Utf8Bytes>>,
    customer: OnceCell<Option<Utf8Bytes>>,
}

impl<F: Fn(Audience) -> Option<Utf8Bytes>> Ephemeral<F> {
    /// Creates an ephemeral frame from `encode`, which is called at most once per audience.
    pub const fn new(encode: F) -> Self {
        Self {
            encode,
            staff: OnceCell::new(),
            customer: OnceCell::new(),
        }
    }

    /// The encoded frame for this audience, or `None` if the audience does not get one.
    pub fn for_audience(&self, audience: Audience) -> Option<&Utf8Bytes> {
        let once = match audience {
            Audience::Staff => &self.staff,
            Audience::Customer => &self.customer,
        };
        once.get_or_init(|| (self.encode)(audience)).as_ref()
    }

    /// Like [`Self::for_audience`], but returns raw JSON for the message to other instances.
    pub fn to_relay(&self, audience: Audience) -> Option<Box<RawValue>> {
        self.for_audience(audience).map(raw)
    }
}

/// The frame with a person's read position. Customers see it in their own numbering, which counts
/// only public events. Otherwise an advancing position would reveal an internal note.
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

/// Encodes a protocol frame as JSON.
pub fn frame<T: Serialize>(frame: &T) -> Utf8Bytes {
    Utf8Bytes::from(
        serde_json::to_string(frame).expect("protocol types have string keys and finite numbers"),
    )
}

fn raw(json: &Utf8Bytes) -> Box<RawValue> {
    RawValue::from_string(json.as_str().to_owned()).expect("an encoded frame is JSON")
}
