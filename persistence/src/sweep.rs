//! What became visible in the log since the last look, whatever wrote it and however long its transaction was open.
use helpline_core::ids::{Seq, TicketId};
use crate::epoch::Epoch;
use crate::{Store, StoreError};

/// `pg_current_snapshot()` of a look, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot(String);
/// One look.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// For the next look.
    pub snapshot: Snapshot,
    /// The database that answered.
    pub epoch: Epoch,
    /// Tickets with rows that became visible since `since`, with the highest seq among those rows. Empty on a first look.
    pub moved: Vec<(TicketId, Seq)>,
}
/// Looks. Without `since`: the present snapshot alone. One statement, one snapshot, read from the index on the rows' xid.
pub async fn look(_store: &Store, _since: Option<&Snapshot>) -> Result<Look, StoreError> { todo!() }
