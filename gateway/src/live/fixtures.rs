//! Events and frames for unit tests of the engine.

use std::sync::Arc;

use chrono::DateTime;
use helpline_core::actor::ActorType;
use helpline_core::history::{HistoryRow, Kind};
use helpline_core::ids::{Seq, TicketId};
use helpline_persistence::history::Heads;
use uuid::Uuid;

use super::frames::EncodedEvent;

/// Ticket `n`.
pub fn ticket(n: u128) -> TicketId {
    TicketId::new(Uuid::from_u128(n))
}

/// Heads of ticket 1.
pub fn heads(seq: u64, public_seq: u64) -> Heads {
    Heads {
        ticket: ticket(1),
        seq: Seq::new(seq),
        public_seq: Seq::new(public_seq),
    }
}

/// An event of ticket 1. Without a public number, customers do not see it.
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
