//! How far each person has read each ticket: one row per person and ticket, in both numberings.

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

/// How far a person has read, in both numberings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadPosition {
    /// Where.
    pub ticket: TicketId,
    /// Who, as staff see them: type by their side of this ticket.
    pub person: StaffPerson,
    /// What customers see of their name, if they are staff.
    pub public_name: Option<String>,
    /// Among all rows.
    pub seq: Seq,
    /// Among the public ones. Zero from [`mark`] when the mark passed only rows that are not public.
    pub public_seq: Seq,
}

/// Writes the marks that move forward; gives those that did. At most one mark per person and ticket in a call.
///
/// # Errors
/// When the database cannot be read, or two marks of one person and ticket stand in the call.
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
    /// The heads.
    pub heads: Heads,
    /// The read positions, ordered by public number and public name: an order that customers may see.
    pub reads: Vec<ReadPosition>,
}

/// Asks for the position of a ticket for one reader; one who may not read it as this audience gets no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TicketPositionKey {
    /// Which ticket.
    pub ticket: TicketId,
    /// Who asks.
    pub reader: UserId,
    /// On which side they read it.
    pub audience: Audience,
}

/// The positions of these tickets. Tickets that do not exist, and those that their reader may not read as this audience, are missing in the
/// answer (service function).
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
        // Nothing else counts: another order among equals would be a note's trace.
        position.reads.sort_by(|one, other| {
            (one.public_seq, &one.public_name).cmp(&(other.public_seq, &other.public_name))
        });
        // Those who have read furthest: a ticket that thousands have read can still be joined.
        position
            .reads
            .drain(..position.reads.len().saturating_sub(limits::READERS_MAX));
    }
    Ok(positions)
}

/// One that cannot be read is left out: its ticket is joined without it. The column of the public name differs.
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
