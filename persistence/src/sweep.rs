//! The events that became visible since the last sweep, whatever wrote them and however long their transactions were open.

use helpline_core::ids::{Seq, TicketId};
use helpline_core::limits;

use crate::epoch::{Epoch, Origin};
use crate::{Store, StoreError, rows};

const SWEEP: &str = include_str!("../sql/sweep/look.sql");
const RECORD_ROLLBACK: &str = include_str!("../sql/sweep/note_rollback.sql");

/// `pg_current_snapshot()` of a sweep, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot(String);

impl Snapshot {
    /// Whether this one was taken before the other in the life of one database. True of a later sweep: the database
    /// went back in time, whatever its epoch says.
    pub fn is_before(&self, other: &Self) -> bool {
        self.xmax() < other.xmax()
    }

    /// What a cursor on a number would remember: where it was, not what was still in flight there. Wrong, and here to show how wrong.
    #[must_use]
    pub fn forgetting_those_in_flight(&self) -> Self {
        self.xmax()
            .map_or_else(|| self.clone(), |xmax| Self(format!("{xmax}:{xmax}:")))
    }

    /// The first transaction that had not begun (`xmin:xmax:xip,…`).
    fn xmax(&self) -> Option<u64> {
        self.0.split(':').nth(1)?.parse().ok()
    }
}

/// The result of one sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepResult {
    /// For the next sweep.
    pub snapshot: Snapshot,
    /// The database that answered.
    pub epoch: Epoch,
    /// The server that answered.
    pub origin: Origin,
    /// Tickets with rows that became visible since `since`, with the highest seq among those rows. Empty on a first sweep.
    pub moved: Vec<(TicketId, Seq)>,
    /// False: there were more events than a sweep reads. Then `moved` names the tickets that were active last; any other may have moved too.
    pub is_complete: bool,
}

/// Sweeps. Without `since`: only the present snapshot. One statement, one snapshot, read from the index on the rows' xid.
///
/// # Errors
/// When the database cannot be read.
pub async fn sweep(store: &Store, since: Option<&Snapshot>) -> Result<SweepResult, StoreError> {
    let answer = store
        .query(
            SWEEP,
            &[
                &since.map(|snapshot| snapshot.0.as_str()),
                &limits::SWEEP_EVENTS_MAX,
                &limits::SWEEP_LATEST_TICKETS,
            ],
        )
        .await?;
    let row = answer
        .first()
        .ok_or_else(|| StoreError::Row("no snapshot".into()))?;
    let (tickets, seqs): (Vec<uuid::Uuid>, Vec<i64>) = (rows::get(row, 2)?, rows::get(row, 3)?);
    let moved = tickets
        .into_iter()
        .zip(seqs)
        .map(|(ticket, seq)| Ok((TicketId::new(ticket), rows::seq_of(seq)?)));
    let epoch = Epoch::new(rows::get(row, 1)?);
    Ok(SweepResult {
        snapshot: Snapshot(rows::get(row, 0)?),
        origin: Origin::new(&epoch, rows::get(row, 4)?),
        epoch,
        is_complete: rows::get(row, 5)?,
        moved: moved.collect::<Result<_, StoreError>>()?,
    })
}

/// What shows that a database went back in time.
#[derive(Debug, Clone, Copy)]
pub enum RollbackProof<'a> {
    /// A snapshot that was taken before and lies in the database's future.
    Snapshot(&'a Snapshot),
    /// A committed row beyond the end of the ticket's history.
    Row(TicketId, Seq),
}

/// Tells the database that it went back in time under this epoch. Raises the counter of restores if the proof holds, so that clients that
/// were away learn of it too; of several instances that call at once, one raises it. Gives the epoch that holds now.
///
/// # Errors
/// When the database cannot be asked.
pub async fn record_rollback(
    store: &Store,
    epoch: &Epoch,
    proof: RollbackProof<'_>,
) -> Result<Epoch, StoreError> {
    let (snapshot, ticket, seq) = match proof {
        RollbackProof::Snapshot(snapshot) => (Some(&snapshot.0), None, None),
        RollbackProof::Row(ticket, seq) => (None, Some(ticket.uuid()), Some(rows::bigint(seq))),
    };
    let answer = store
        .query(
            RECORD_ROLLBACK,
            &[&epoch.as_str(), &snapshot, &ticket, &seq],
        )
        .await?;
    let row = answer
        .first()
        .ok_or_else(|| StoreError::Row("no epoch".into()))?;
    Ok(Epoch::new(rows::get(row, 0)?))
}
