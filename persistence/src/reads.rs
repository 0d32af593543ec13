//! Read positions: how far each person has read each ticket. The table has one row per person and
//! ticket, with the position among all events and among the public events.

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

/// States that a person has read a ticket up to the position `seq`, counted as the field `audience`
/// says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The ticket that was read.
    pub ticket: TicketId,
    /// The person who read it.
    pub person: UserId,
    /// Whether `seq` counts all events (staff) or only public events (customer).
    pub audience: Audience,
    /// Position of the last event that the person has read. A position after the last event counts
    /// as the last event's.
    pub seq: Seq,
}

/// How far a person has read a ticket, as a position among all events and among the public events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadPosition {
    /// The ticket that was read.
    pub ticket: TicketId,
    /// The person as staff see them. The person's type says whether they read the ticket as staff
    /// or as its customer.
    pub person: StaffPerson,
    /// The person's name as customers see it. Set only for members of staff.
    pub public_name: Option<String>,
    /// The read position, counting all events.
    pub seq: Seq,
    /// The read position, counting only public events. In results of [`mark`], it is zero if this
    /// position has not moved because only internal events were read.
    pub public_seq: Seq,
}

/// Stores how far people have read tickets, and returns the read positions that changed. A position
/// never moves back. `marks` may contain each person at most once per ticket.
///
/// # Errors
/// When the database cannot be written, or `marks` contains a person twice for the same ticket.
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

/// A ticket's last event positions (heads) and its readers' positions, from one snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketPosition {
    /// Positions of the ticket's last event and last public event.
    pub heads: Heads,
    /// The read positions, ordered by public position and public name. The order may be shown to
    /// customers, because it depends only on public values.
    pub reads: Vec<ReadPosition>,
}

/// Requests a [`TicketPosition`] for one reader. There is no result for a reader who may not read
/// the ticket as this audience.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TicketPositionKey {
    /// The ticket that the reader opens.
    pub ticket: TicketId,
    /// The person who opens the ticket.
    pub reader: UserId,
    /// Whether the reader reads the ticket as staff or as a customer.
    pub audience: Audience,
}

/// Returns the [`TicketPosition`]s of these tickets, under the service role. The result contains no
/// entry for a ticket that does not exist, or that the reader may not read as the given audience.
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
        // Sort only by values that customers may see. An order by another value could reveal to
        // customers that staff have read an internal note.
        position.reads.sort_by(|one, other| {
            (one.public_seq, &one.public_name).cmp(&(other.public_seq, &other.public_name))
        });
        // Keep only the readers who have read furthest, because a ticket with thousands of readers
        // would make the response too large.
        position
            .reads
            .drain(..position.reads.len().saturating_sub(limits::READERS_MAX));
    }
    Ok(positions)
}

/// Decodes a read position. A row that cannot be decoded gives `None`, and its ticket is returned
/// without this read position. `public_name` is the index of the column with the public name.
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
