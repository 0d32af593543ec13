//! Read positions: how far each person has read each ticket. One row per person and ticket, in both
//! numberings.

use std::collections::HashMap;

use helpline_core::actor::Audience;
use helpline_core::ids::{Seq, TicketId, UserId};
use helpline_core::limits;
use helpline_core::protocol::StaffPerson;
use tokio_postgres::Row;

use crate::history::Heads;
use crate::{Store, StoreError, rows};

const MARK: &str = include_str!("../sql/reads/mark.sql");
const TICKET_POSITIONS: &str = include_str!("../sql/reads/places.sql");

/// Records that a person has read a ticket up to `seq`, in the reader's numbering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The ticket that was read.
    pub ticket: TicketId,
    /// The person who read it.
    pub person: UserId,
    /// The audience whose numbering `seq` is in.
    pub audience: Audience,
    /// Position of the last event read. A position beyond the head counts as the head.
    pub seq: Seq,
}

/// How far a person has read, in both numberings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadPosition {
    /// The ticket that was read.
    pub ticket: TicketId,
    /// The person as staff see them. Their type is their side of this ticket.
    pub person: StaffPerson,
    /// The name that customers see. Set only for staff.
    pub public_name: Option<String>,
    /// Position among all events.
    pub seq: Seq,
    /// Position among the public events. Zero from [`mark`] if the mark passed only events that are
    /// not public.
    pub public_seq: Seq,
}

/// Stores the marks that move forward, and returns the positions that changed. A call may contain
/// one mark per person and ticket.
///
/// # Errors
/// When the database cannot be written, or the call contains two marks of one person on one ticket.
pub async fn mark(store: &Store, marks: &[Mark]) -> Result<Vec<ReadPosition>, StoreError> {
    let tickets: Vec<_> = marks.iter().map(|mark| mark.ticket.uuid()).collect();
    let people: Vec<_> = marks.iter().map(|mark| mark.person.uuid()).collect();
    let audiences: Vec<_> = marks.iter().map(|mark| mark.audience.as_str()).collect();
    let seqs: Vec<_> = marks.iter().map(|mark| rows::bigint(mark.seq)).collect();
    let answer = store
        .query(MARK, &[&tickets, &people, &audiences, &seqs])
        .await?;
    Ok(answer
        .iter()
        .filter_map(|row| readable_position(store, row, 6))
        .collect())
}

/// A ticket's heads and read positions, from one snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketPosition {
    /// Positions of the last events.
    pub heads: Heads,
    /// The read positions, ordered by public position and public name. Customers may see this
    /// order.
    pub reads: Vec<ReadPosition>,
}

/// Requests a ticket's position for one reader. A reader who may not read the ticket as this
/// audience gets none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TicketPositionKey {
    /// The ticket to join.
    pub ticket: TicketId,
    /// The person who joins.
    pub reader: UserId,
    /// The audience they read the ticket as.
    pub audience: Audience,
}

/// The positions of these tickets, as the service. Tickets that do not exist, and those that the
/// reader may not read as this audience, are missing from the result.
///
/// # Errors
/// When the database cannot be read.
pub async fn ticket_positions(
    store: &Store,
    asked: &[TicketPositionKey],
) -> Result<HashMap<TicketPositionKey, TicketPosition>, StoreError> {
    let tickets: Vec<_> = asked.iter().map(|one| one.ticket.uuid()).collect();
    let readers: Vec<_> = asked.iter().map(|one| one.reader.uuid()).collect();
    let audiences: Vec<_> = asked.iter().map(|one| one.audience.as_str()).collect();
    let mut positions = HashMap::new();
    for row in &store
        .query(TICKET_POSITIONS, &[&tickets, &readers, &audiences])
        .await?
    {
        let ticket = TicketId::new(rows::get(row, 0)?);
        let nth: i64 = rows::get(row, 8)?;
        let of = usize::try_from(nth - 1)
            .ok()
            .and_then(|at| asked.get(at))
            .ok_or_else(|| StoreError::Row(format!("position {nth}")))?;
        let heads = Heads {
            ticket,
            seq: rows::seq(row, 6)?,
            public_seq: rows::seq(row, 7)?,
        };
        let position = positions.entry(*of).or_insert_with(|| TicketPosition {
            heads,
            reads: Vec::new(),
        });
        if rows::get::<Option<uuid::Uuid>>(row, 1)?.is_some() {
            position.reads.extend(readable_position(store, row, 9));
        }
    }
    for position in positions.values_mut() {
        // Sort by public values only: any other order among equal entries could reveal a note to
        // customers.
        position.reads.sort_by(|one, other| {
            (one.public_seq, &one.public_name).cmp(&(other.public_seq, &other.public_name))
        });
        // Keep the readers who have read furthest, so that a ticket with thousands of readers can
        // still be joined.
        position
            .reads
            .drain(..position.reads.len().saturating_sub(limits::READERS_MAX));
    }
    Ok(positions)
}

/// Decodes a row. A row that cannot be read is left out, and its ticket is joined without it.
/// `public_name` is the column of the public name.
fn readable_position(store: &Store, row: &Row, public_name: usize) -> Option<ReadPosition> {
    store.undecodable.leave_out(
        "read position",
        rows::get::<uuid::Uuid>(row, 0).unwrap_or_default(),
        position(row, public_name),
    )
}

fn position(row: &Row, public_name: usize) -> Result<ReadPosition, StoreError> {
    Ok(ReadPosition {
        public_name: rows::name(row, public_name)?,
        ticket: TicketId::new(rows::get(row, 0)?),
        person: StaffPerson {
            id: Some(UserId::new(rows::get(row, 1)?)),
            kind: rows::word(row, 2)?,
            name: rows::name(row, 3)?,
        },
        seq: rows::seq(row, 4)?,
        public_seq: rows::seq(row, 5)?,
    })
}
