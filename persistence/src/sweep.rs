//! Finds the events that became visible since the last sweep. It does not matter which process
//! wrote them, or how long their transactions stayed open.

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
    /// Whether this snapshot was taken before `other` in the life of one database. If a later
    /// sweep's snapshot is before an earlier one's, the database went back in time, even if its
    /// epoch is unchanged.
    pub fn is_before(&self, other: &Self) -> bool {
        self.xmax() < other.xmax()
    }

    /// Reduces the snapshot to what a cursor on a sequence number would store: a position, without
    /// the transactions that were in flight. This is wrong on purpose: sabotage uses it to show
    /// that such a cursor misses events.
    #[must_use]
    pub fn forgetting_those_in_flight(&self) -> Self {
        self.xmax()
            .map_or_else(|| self.clone(), |xmax| Self(format!("{xmax}:{xmax}:")))
    }

    /// The first transaction id that was not assigned yet. The format is `xmin:xmax:xip,…`.
    fn xmax(&self) -> Option<u64> {
        self.0.split(':').nth(1)?.parse().ok()
    }
}

/// The result of one sweep.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepResult {
    /// Pass this to the next sweep.
    pub snapshot: Snapshot,
    /// Epoch of the database that answered.
    pub epoch: Epoch,
    /// Identifies the server process that answered.
    pub origin: Origin,
    /// Tickets whose events became visible since `since`, each with the highest seq among those
    /// events. Empty on a first sweep.
    pub moved: Vec<(TicketId, Seq)>,
    /// False if there were more events than a sweep reads. `moved` then contains only the most
    /// recently active tickets, and other tickets may have new events too.
    pub is_complete: bool,
}

/// Sweeps in one statement, so that everything comes from one snapshot. Without `since` it returns
/// only the current snapshot. It reads the index on the rows' transaction id.
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

/// Evidence that a database went back in time.
#[derive(Debug, Clone, Copy)]
pub enum RollbackProof<'a> {
    /// A snapshot taken earlier that lies in the database's future.
    Snapshot(&'a Snapshot),
    /// A committed event beyond the end of the ticket's history.
    Row(TicketId, Seq),
}

/// Records that the database went back in time under this epoch. If the database confirms the
/// proof, it increments its restore counter, so that clients that were offline learn of it too.
/// When several instances call at once, only one increments the counter. Returns the epoch that is
/// now valid.
///
/// # Errors
/// When the database cannot be reached, or the statement fails.
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
