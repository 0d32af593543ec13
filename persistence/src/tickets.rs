//! Tickets: opening, changing; listing and searching is in [`lists`](self::list_for_staff).
use helpline_core::body::{Attachment, Body, Subject};
use helpline_core::history::HistoryRow;
use helpline_core::ids::{Key, MessageId, Seq, TicketId, TicketRef, UserId};
use helpline_core::limits;
use helpline_core::protocol::AgentRef;
use helpline_core::ticket::{Category, Priority, Status, TicketFacts};

use tokio_postgres::Row;
use tokio_postgres::types::Json;

use crate::history::{self, Heads};
use crate::{Caller, Store, StoreError, Within, rows};

mod cursor;
mod last_messages;
mod lists;
mod own_unread;
mod own_writes;
mod redactions;
mod statements;

pub use cursor::{Cursor, InvalidCursor};
pub use lists::{
    PreparedList, get_for_customer, get_for_staff, list_for_customer, list_for_staff, summaries,
};
pub use own_unread::own_unread;
pub use redactions::{Redaction, redact};

const ACCESS_BY_NUMBER: &str = include_str!("../sql/tickets/open_by_number.sql");
const ACCESS_OF_ALL: &str = include_str!("../sql/tickets/open_all.sql");
const CREATE: &str = include_str!("../sql/tickets/create.sql");
const CHANGE: &str = include_str!("../sql/tickets/change.sql");
const RATE: &str = include_str!("../sql/tickets/rate.sql");

/// A new ticket of a customer.
#[derive(Debug, Clone)]
pub struct NewTicket {
    /// UUIDv7, for the ticket.
    pub id: TicketId,
    /// UUIDv7, for the first message.
    pub message: MessageId,
    /// The `Idempotency-Key`, unique per user.
    pub key: Key,
    /// One line.
    pub subject: Subject,
    /// What about.
    pub category: Category,
    /// How bad.
    pub priority: Priority,
    /// The first message.
    pub description: Body,
    /// What hangs on it.
    pub attachments: Vec<Attachment>,
    /// Free, for the platform.
    pub metadata: serde_json::Map<String, serde_json::Value>,
}

/// An opened ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Created {
    /// Its id: the first attempt's, when this was a retry.
    pub id: TicketId,
    /// Whether the key was known: then nothing was written.
    pub duplicate: bool,
    /// The history's rows so far, to be delivered.
    pub rows: Vec<HistoryRow>,
}

/// Who shall have the ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignee {
    /// This member of staff.
    Agent(UserId),
    /// No one: the ticket is unassigned.
    Unassigned,
}

/// Changes, all or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Patch {
    /// The new status; the table of transitions decides.
    pub status: Option<Status>,
    /// Only staff.
    pub priority: Option<Priority>,
    /// Only staff.
    pub category: Option<Category>,
    /// Only staff.
    pub assigned_to: Option<Assignee>,
    /// Whose the ticket was when the caller saw it. If it is another person's now, nothing is changed.
    pub if_assigned_to: Option<Assignee>,
}

/// What a decision and a join need to know of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TicketAccess {
    /// For the policy.
    pub facts: TicketFacts,
    /// For the room.
    pub heads: Heads,
}

/// Which tickets, in which order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListQuery {
    /// Only these statuses; empty: all.
    pub status: Vec<Status>,
    /// Only these categories; empty: all.
    pub category: Vec<Category>,
    /// Only these priorities; empty: all.
    pub priority: Vec<Priority>,
    /// Assigned to this person, or unassigned.
    pub assigned_to: Option<Assignee>,
    /// Opened by this person; for staff's lists.
    pub user: Option<UserId>,
    /// A number, or words and substrings of number, subject and (staff) customer e-mail. Already checked for length.
    pub search: Option<String>,
    /// Only those whose customer waits for an answer; for staff's lists.
    pub needs_answer: bool,
    /// Archived tickets too.
    pub archived: bool,
    /// The order.
    pub sort: Sort,
    /// The next page's beginning, as the page before gave it.
    pub cursor: Option<Cursor>,
    /// Tickets at most.
    pub limit: u32,
}

/// The order of a list; ties break by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// The latest activity first (of what the reader can see).
    #[default]
    LastActivity,
    /// The newest first.
    Created,
    /// The oldest first.
    Oldest,
    /// Those whose customer waits for an answer, the longest wait first; for staff's lists. A customer's own come by last activity.
    Waiting,
}

/// A page of tickets.
#[derive(Debug, Clone, PartialEq)]
pub struct List<T> {
    /// The tickets.
    pub tickets: Vec<T>,
    /// Where the next page begins; none: this was the last.
    pub next_cursor: Option<Cursor>,
}

/// Opens a ticket; `caller.actor.user` becomes its owner. A known key gives the first ticket again; another body under it: `key_reused`.
///
/// # Errors
/// [`StoreError::Refused`]: `key_reused`, `blocked`, `invalid_field`.
pub async fn create(
    within: impl Into<Within<'_>>,
    caller: &Caller,
    new: &NewTicket,
) -> Result<Created, StoreError> {
    let mut within = within.into();
    let (answer, rows) = within
        .write(
            caller,
            CREATE,
            &[
                &new.id.uuid(),
                &new.message.uuid(),
                &new.key.as_str(),
                &new.subject.as_str(),
                &new.category.as_str(),
                &new.priority.as_str(),
                &new.description.as_str(),
                &Json(&new.attachments),
                &Json(&new.metadata),
            ],
        )
        .await?;
    let row = answer
        .first()
        .ok_or_else(|| StoreError::Row("no ticket".into()))?;
    let (id, duplicate) = (TicketId::new(rows::get(row, 0)?), rows::get(row, 1)?);
    let rows = match within {
        // The first attempt may have died before it delivered them.
        Within::Own(store) if duplicate => {
            history::rows_after(store, &[(id, Seq::ZERO)], limits::PAGE_EVENTS_MAX).await?
        }
        Within::Own(_) | Within::Transaction(_) => rows,
    };
    Ok(Created {
        id,
        duplicate,
        rows,
    })
}

/// Changes a ticket as the caller's side of it, one transaction; gives the rows written (none when nothing changed).
///
/// # Errors
/// [`StoreError::Refused`]: `not_found`, `forbidden`, `ticket_archived`, `invalid_transition`, `invalid_field` (an assignee who is no staff).
/// [`StoreError::AssignedMeanwhile`]: the ticket is neither as it was seen nor as it shall be.
pub async fn change(
    within: impl Into<Within<'_>>,
    caller: &Caller,
    ticket: TicketId,
    patch: Patch,
) -> Result<Vec<HistoryRow>, StoreError> {
    let assign = patch.assigned_to.is_some();
    let assignee = patch.assigned_to.and_then(agent_of);
    let (status, priority) = (
        patch.status.map(Status::as_str),
        patch.priority.map(Priority::as_str),
    );
    let category = patch.category.map(Category::as_str);
    let (expects, expected) = (
        patch.if_assigned_to.is_some(),
        patch.if_assigned_to.and_then(agent_of),
    );
    let (answer, written) = within
        .into()
        .write(
            caller,
            CHANGE,
            &[
                &ticket.uuid(),
                &status,
                &priority,
                &category,
                &assign,
                &assignee,
                &expects,
                &expected,
            ],
        )
        .await?;
    match answer.first() {
        Some(conflict) => Err(StoreError::AssignedMeanwhile(holder(conflict)?)),
        None => Ok(written),
    }
}

/// Who has the ticket, by their first name.
fn holder(conflict: &Row) -> Result<Option<AgentRef>, StoreError> {
    let agent: Option<uuid::Uuid> = rows::get(conflict, "assigned_to")?;
    let name = rows::name(conflict, "assignee_name")?;
    Ok(agent.map(|id| AgentRef {
        id: UserId::new(id),
        name,
    }))
}

const fn agent_of(assignee: Assignee) -> Option<uuid::Uuid> {
    match assignee {
        Assignee::Agent(user) => Some(user.uuid()),
        Assignee::Unassigned => None,
    }
}

/// Rates a ticket as its owner; gives the rows written.
///
/// # Errors
/// [`StoreError::Refused`]: `not_found`, `forbidden`, `ticket_archived`, `not_ratable`, `invalid_field`.
pub async fn rate(
    within: impl Into<Within<'_>>,
    caller: &Caller,
    ticket: TicketId,
    rating: u8,
    comment: Option<&str>,
) -> Result<Vec<HistoryRow>, StoreError> {
    let (_, written) = within
        .into()
        .write(
            caller,
            RATE,
            &[&ticket.uuid(), &i32::from(rating), &comment],
        )
        .await?;
    Ok(written)
}

/// Facts and heads, by id or number (service function); none: no such ticket.
///
/// # Errors
/// When the database cannot be read; [`StoreError::Row`] for a ticket that cannot be read.
pub async fn access(store: &Store, ticket: &TicketRef) -> Result<Option<TicketAccess>, StoreError> {
    let answer = match ticket {
        TicketRef::Id(id) => {
            store
                .query(ACCESS_OF_ALL, &[&[id.uuid()].as_slice()])
                .await?
        }
        TicketRef::Number(number) => store.query(ACCESS_BY_NUMBER, &[&number.meant()]).await?,
    };
    answer.first().map(ticket_access).transpose()
}

/// The same of many tickets, by id; missing ones are missing in the answer, and of one that cannot be read there is nothing but its id
/// (service function).
///
/// # Errors
/// When the database cannot be read.
pub async fn access_of_all(
    store: &Store,
    tickets: &[TicketId],
) -> Result<Vec<(TicketId, Option<TicketAccess>)>, StoreError> {
    let tickets: Vec<_> = tickets.iter().map(|ticket| ticket.uuid()).collect();
    let answer = store.query(ACCESS_OF_ALL, &[&tickets]).await?;
    let one = |row| {
        let id: uuid::Uuid = rows::get(row, 0)?;
        Ok((
            TicketId::new(id),
            store
                .undecodable
                .leave_out("ticket", id, ticket_access(row)),
        ))
    };
    answer.iter().map(one).collect()
}

fn ticket_access(row: &Row) -> Result<TicketAccess, StoreError> {
    let id = TicketId::new(rows::get(row, 0)?);
    let facts = TicketFacts {
        id,
        owner: UserId::new(rows::get(row, 1)?),
        status: rows::word(row, 2)?,
        archived: rows::get(row, 3)?,
    };
    Ok(TicketAccess {
        facts,
        heads: Heads {
            ticket: id,
            seq: rows::seq(row, 4)?,
            public_seq: rows::seq(row, 5)?,
        },
    })
}
