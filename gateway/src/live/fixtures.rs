//! Events and frames for the unit tests of the live engine.

use std::sync::Arc;

use chrono::DateTime;
use helpline_core::actor::ActorType;
use helpline_core::history::{HistoryRow, Kind};
use helpline_core::ids::{Seq, TicketId};
use helpline_persistence::history::Heads;
use uuid::Uuid;

use super::frames::EncodedEvent;

/// Returns the id of the test ticket with number `n`.
pub fn ticket(n: u128) -> TicketId {
    TicketId::new(Uuid::from_u128(n))
}

/// Returns the heads of test ticket 1: the last event number for staff and for customers.
pub fn heads(seq: u64, public_seq: u64) -> Heads {
    Heads {
        ticket: ticket(1),
        seq: Seq::new(seq),
        public_seq: Seq::new(public_seq),
    }
}

/// Returns an event of test ticket 1. If `public_seq` is `None`, customers do not see the event.
pub fn event(seq: u64, public_seq: Option<u64>) -> Arc<EncodedEvent> {
    EncodedEvent::shared(&HistoryRow {
        ticket: ticket(1),
        seq: Seq::new(seq),
        public_seq: public_seq.map(Seq::new),
        at: DateTime::UNIX_EPOCH,
        kind: Kind::StatusChanged,
        actor: None,
        actor_type: ActorType::System,
        actor_name: None,
        public_actor_name: None,
        old_value: None,
        new_value: None,
        public_old_value: None,
        public_new_value: None,
        description: None,
        message: None,
    })
}
