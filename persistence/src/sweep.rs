//! The sweep: a frequent query for the events that became visible since the previous sweep. It
//! finds the events that any process has written, however long their transactions were open.

use helpline_core::ids::{Seq, TicketId};
use helpline_core::limits;

use crate::epoch::{Epoch, Origin};
use crate::{Store, StoreError, rows};

const SWEEP: &str = include_str!("../sql/sweep/look.sql");
const RECORD_ROLLBACK: &str = include_str!("../sql/sweep/note_rollback.sql");

/// The snapshot of a sweep: the result of `pg_current_snapshot()` as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot(String);

impl Snapshot {
    /// Whether this snapshot was taken before `other` in the same database. If a sweep's snapshot
    /// is before the previous sweep's, the database went back in time, even if its epoch is
    /// unchanged.
    pub fn is_before(&self, other: &Self) -> bool {
        self.xmax() < other.xmax()
    }

    /// Returns the snapshot without its list of transactions that were still running, which makes
    /// it equivalent to a cursor on a sequence number. It is wrong on purpose: a test uses it to
    /// show that a cursor of this kind misses events.
    #[must_use]
    pub fn forgetting_those_in_flight(&self) -> Self {
        self.xmax()
            .map_or_else(|| self.clone(), |xmax| Self(format!("{xmax}:{xmax}:")))
    }

    /// The first transaction id that was not yet assigned when the snapshot was taken. The text has
    /// the form `xmin:xmax:xip,…`.
    fn xmax(&self) -> Option<u64> {
        self.0.split(':').nth(1)?.parse().ok()
    }
}

/// The result of one sweep (the query for new events).
#[derive(Debug, Clone, PartialEq)]
pub struct SweepResult {
    /// The snapshot in which the events were read. The caller passes it to the next sweep.
    pub snapshot: Snapshot,
    /// Epoch of the database that answered.
    pub epoch: Epoch,
    /// Identifies the running server that answered.
    pub origin: Origin,
    /// Tickets with events that became visible since the previous sweep, each with the highest
    /// position of these events. Empty in a first sweep.
    pub moved: Vec<(TicketId, Seq)>,
    /// `false` if there were more events than a sweep reads. The list `moved` then contains only
    /// the most recently active tickets, and other tickets may have new events too.
    pub is_complete: bool,
}

/// Returns the events that became visible after the snapshot `since`. It is one statement, so that
/// all results come from one snapshot. Without `since`, it returns only the current snapshot. It
/// uses the index on the events' transaction ids.
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
    /// A snapshot of this database that is newer than the database's current snapshot.
    Snapshot(&'a Snapshot),
    /// An event that was committed in this database, but has a higher position than the last event
    /// that its ticket has now.
    Row(TicketId, Seq),
}

/// Records that the database with this epoch went back in time, for example by a restore. If the
/// database confirms the proof, it increments its restore counter. This changes the epoch, from
/// which clients that were offline learn of the restore. If several instances call at once, the
/// counter is incremented only once. Returns the epoch that is now valid.
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
