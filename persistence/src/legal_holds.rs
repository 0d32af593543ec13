//! Legal holds: reasons to keep a ticket, or everything of a person. While a hold is not released,
//! nothing under it is archived, deleted or redacted.

use chrono::{DateTime, Utc};
use helpline_core::actor::Audience;
use helpline_core::history::HistoryRow;
use helpline_core::ids::{LegalHoldId, TicketId, UserId};
use helpline_core::limits;
use helpline_core::protocol::LegalHold;
use tokio_postgres::Row;
use uuid::Uuid;

use crate::{Caller, Reader, Store, StoreError, rows};

const SET: &str = include_str!("../sql/legal_holds/set.sql");
const RELEASE: &str = include_str!("../sql/legal_holds/release.sql");
const LIST: &str = include_str!("../sql/legal_holds/list.sql");

/// What a hold keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldScope {
    /// One ticket.
    Ticket(TicketId),
    /// A person, and all tickets that they opened or will open.
    Person(UserId),
}

/// A hold to set. The caller has checked the length of the reason; a constraint checks it too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHold {
    /// The hold's id.
    pub id: LegalHoldId,
    /// What is kept.
    pub scope: HoldScope,
    /// Why. Outlives the ticket.
    pub reason: String,
    /// When an admin should look at the hold again. Nothing happens then by itself.
    pub review_at: Option<DateTime<Utc>>,
}

/// Which holds [`list`] returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// Those that are not released.
    Open,
    /// All.
    All,
}

/// Sets a hold. For admins, but not on their own tickets. The access log records it as
/// `legal_hold_set`. Returns the hold, and the events that the caller must publish.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `not_found` if there is no such ticket or person.
/// [`StoreError::Busy`] if retention was at work for longer than a lock is waited for.
pub async fn set(
    store: &Store,
    caller: &Caller,
    new: NewHold,
) -> Result<(LegalHold, Vec<HistoryRow>), StoreError> {
    let NewHold {
        id,
        scope,
        reason,
        review_at,
    } = new;
    let (ticket, person) = match scope {
        HoldScope::Ticket(ticket) => (Some(ticket), None),
        HoldScope::Person(person) => (None, Some(person)),
    };
    let params: crate::store::Params<'_> = &[
        &id.uuid(),
        &ticket.map(TicketId::uuid),
        &person.map(UserId::uuid),
        &reason,
        &review_at,
    ];
    let (answer, events) = store.write(caller, SET, params).await?;
    let hold = LegalHold {
        id,
        ticket,
        person,
        ticket_number: rows::get(rows::first(&answer)?, 1)?,
        person_name: rows::get(rows::first(&answer)?, 2)?,
        reason,
        set_by: Some(caller.actor.user),
        set_at: rows::time(rows::first(&answer)?, 0)?,
        review_at,
        released_by: None,
        released_at: None,
    };
    Ok((hold, events))
}

/// Releases a hold. For admins, but not on their own tickets. The access log records it as
/// `legal_hold_released`. Returns the events that the caller must publish.
///
/// # Errors
/// [`StoreError::Refused`]: `forbidden`; `not_found`; `conflict` if the hold is released already.
pub async fn release(
    store: &Store,
    caller: &Caller,
    id: LegalHoldId,
) -> Result<Vec<HistoryRow>, StoreError> {
    let (_, events) = store.write(caller, RELEASE, &[&id.uuid()]).await?;
    Ok(events)
}

/// Returns at most [`limits::LEGAL_HOLDS_LISTED_MAX`] holds, the newest first, as an admin sees
/// them. Others see none. With `before`, returns only holds that are older than this one.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(
    store: &Store,
    reader: Reader,
    which: Listed,
    before: Option<LegalHoldId>,
) -> Result<Vec<LegalHold>, StoreError> {
    let reader = Reader {
        audience: Audience::Staff,
        ..reader
    };
    let (only_open, limit) = (which == Listed::Open, limits::LEGAL_HOLDS_LISTED_MAX);
    let before = before.map(LegalHoldId::uuid);
    let answer = store
        .read(reader, LIST, &[&only_open, &before, &limit])
        .await?;
    let mut holds = Vec::with_capacity(answer.len());
    for row in &answer {
        let id: Uuid = rows::get(row, 0)?;
        holds.extend(store.undecodable.leave_out("legal hold", id, hold(row)));
    }
    Ok(holds)
}

fn hold(row: &Row) -> Result<LegalHold, StoreError> {
    let person =
        |column| Ok::<_, StoreError>(rows::get::<Option<Uuid>>(row, column)?.map(UserId::new));
    Ok(LegalHold {
        id: LegalHoldId::new(rows::get(row, 0)?),
        ticket: rows::get::<Option<Uuid>>(row, 1)?.map(TicketId::new),
        person: person(2)?,
        ticket_number: rows::get(row, 9)?,
        person_name: rows::get(row, 10)?,
        reason: rows::get(row, 3)?,
        set_by: person(4)?,
        set_at: rows::time(row, 5)?,
        review_at: rows::optional_time(row, 6)?,
        released_by: person(7)?,
        released_at: rows::optional_time(row, 8)?,
    })
}
