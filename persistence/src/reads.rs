//! How far everybody has read: state, one row per person and ticket, in both numberings.
use helpline_core::actor::Audience;
use helpline_core::ids::{Seq, TicketId, UserId};
use helpline_core::protocol::StaffPerson;
use crate::{Store, StoreError};

/// "I have read up to here", in the reader's numbering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Where.
    pub ticket: TicketId,
    /// Who.
    pub person: UserId,
    /// In which numbering `seq` counts.
    pub audience: Audience,
    /// How far. Beyond the head counts as the head.
    pub seq: Seq,
}
/// How far somebody has read, in both numberings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadPosition {
    /// Where.
    pub ticket: TicketId,
    /// Who, as staff see them: type by their side of this ticket.
    pub person: StaffPerson,
    /// Among all rows.
    pub seq: Seq,
    /// Among the public ones.
    pub public_seq: Seq,
}
/// Writes the marks that move forward; gives those that did. At most one mark per person and ticket in a call.
pub async fn mark(_store: &Store, _marks: &[Mark]) -> Result<Vec<ReadPosition>, StoreError> { todo!() }
/// Everybody's position on one ticket (service function).
pub async fn of_ticket(_store: &Store, _ticket: TicketId) -> Result<Vec<ReadPosition>, StoreError> { todo!() }
