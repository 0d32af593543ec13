//! What became visible in the log since the last look, whatever wrote it and however long its transaction was open.

use helpline_core::ids::{Seq, TicketId};

use crate::epoch::Epoch;
use crate::{Store, StoreError, rows};

const LOOK: &str = include_str!("../sql/sweep/look.sql");

/// `pg_current_snapshot()` of a look, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot(String);

impl Snapshot {
    /// Whether this one was taken before the other in the life of one database. Asked the wrong way round, of a later look: the database
    /// went back in time, whatever its epoch says.
    pub fn is_before(&self, other: &Self) -> bool {
        self.xmax() < other.xmax()
    }

    /// What a cursor on a number would remember: where it was, not what was still in flight there. Wrong, and here to show how wrong.
    #[must_use]
    pub fn forgetting_those_in_flight(&self) -> Self {
        self.xmax().map_or_else(|| self.clone(), |xmax| Self(format!("{xmax}:{xmax}:")))
    }

    /// The first transaction that had not begun (`xmin:xmax:xip,…`).
    fn xmax(&self) -> Option<u64> {
        self.0.split(':').nth(1)?.parse().ok()
    }
}

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
///
/// # Errors
/// When the record cannot be asked.
pub async fn look(store: &Store, since: Option<&Snapshot>) -> Result<Look, StoreError> {
    let answer = store.query(LOOK, &[&since.map(|snapshot| snapshot.0.as_str())]).await?;
    let row = answer.first().ok_or_else(|| StoreError::Row("no snapshot".into()))?;
    let (tickets, seqs): (Vec<uuid::Uuid>, Vec<i64>) = (rows::get(row, 2)?, rows::get(row, 3)?);
    let moved = tickets.into_iter().zip(seqs).map(|(ticket, seq)| Ok((TicketId::new(ticket), rows::seq_of(seq)?)));
    Ok(Look {
        snapshot: Snapshot(rows::get(row, 0)?),
        epoch: Epoch::new(rows::get(row, 1)?),
        moved: moved.collect::<Result<_, StoreError>>()?,
    })
}
