//! Opens and changes tickets. [`lists`](self::list_for_staff) contains lists and searches.
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
    /// The ticket's id, a UUIDv7.
    pub id: TicketId,
    /// The id of the first message, a UUIDv7.
    pub message: MessageId,
    /// The request's `Idempotency-Key`, unique per user.
    pub key: Key,
    /// The subject line.
    pub subject: Subject,
    /// The topic that the customer chose.
    pub category: Category,
    /// How urgent the customer considers it.
    pub priority: Priority,
    /// The body of the first message.
    pub description: Body,
    /// Attachments of the first message.
    pub attachments: Vec<Attachment>,
    /// Arbitrary data of the platform.
    pub metadata: serde_json::Map<String, serde_json::Value>,
}

/// The result of opening a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Created {
    /// The ticket's id. After a retry, the id that the first attempt gave it.
    pub id: TicketId,
    /// Whether the key was already used. Then nothing was written.
    pub duplicate: bool,
    /// The ticket's history so far. The caller must deliver it.
    pub rows: Vec<HistoryRow>,
}

/// The person to assign a ticket to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignee {
    /// This member of staff.
    Agent(UserId),
    /// No one: the ticket is unassigned.
    Unassigned,
}

/// Changes to a ticket. Either all of them are made or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Patch {
    /// The new status. The table of transitions decides whether it is allowed.
    pub status: Option<Status>,
    /// The new priority. Staff only.
    pub priority: Option<Priority>,
    /// The new category. Staff only.
    pub category: Option<Category>,
    /// The new assignee. Staff only.
    pub assigned_to: Option<Assignee>,
    /// The assignee that the caller saw. If the ticket has another one now, nothing is changed.
    pub if_assigned_to: Option<Assignee>,
}

/// What the policy and a join need to know about a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TicketAccess {
    /// The facts that the policy decides by.
    pub facts: TicketFacts,
    /// The heads that a room starts from.
    pub heads: Heads,
}

/// Selects tickets, and their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListQuery {
    /// Only these statuses. Empty means all.
    pub status: Vec<Status>,
    /// Only these categories. Empty means all.
    pub category: Vec<Category>,
    /// Only these priorities. Empty means all.
    pub priority: Vec<Priority>,
    /// Only tickets assigned to this person, or only unassigned ones.
    pub assigned_to: Option<Assignee>,
    /// Only tickets that this person opened. For staff's lists.
    pub user: Option<UserId>,
    /// A ticket number, or words and substrings of number, subject and (for staff) customer e-mail.
    /// Its length is already checked.
    pub search: Option<String>,
    /// Only tickets whose customer waits for an answer. For staff's lists.
    pub needs_answer: bool,
    /// Includes archived tickets.
    pub archived: bool,
    /// The order of the tickets.
    pub sort: Sort,
    /// The cursor that the previous page returned.
    pub cursor: Option<Cursor>,
    /// Maximum number of tickets.
    pub limit: u32,
}

/// The order of a list. Ties are ordered by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Latest activity first. Counts only activity that the reader may see.
    #[default]
    LastActivity,
    /// Newest first.
    Created,
    /// Oldest first.
    Oldest,
    /// Tickets whose customer waits for an answer, longest wait first. For staff's lists; a
    /// customer's own tickets are ordered by last activity instead.
    Waiting,
}

/// A page of tickets.
#[derive(Debug, Clone, PartialEq)]
pub struct List<T> {
    /// The tickets, in the requested order.
    pub tickets: Vec<T>,
    /// The cursor of the next page. `None` if this was the last one.
    pub next_cursor: Option<Cursor>,
}

/// Opens a ticket, owned by `caller.actor.user`. With a known key it returns the first ticket
/// again, or `key_reused` if the content differs.
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
        // The first attempt may have failed before it delivered them.
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

/// Changes a ticket in one transaction, with the rights of the caller's side of it. Returns the
/// rows written, or none if nothing changed.
///
/// # Errors
/// [`StoreError::Refused`]: `not_found`, `forbidden`, `ticket_archived`, `invalid_transition`,
/// `invalid_field` (the assignee is not a member of staff). [`StoreError::AssignedMeanwhile`]: the
/// assignee is neither the one that the caller saw nor the one requested.
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

/// The current assignee, with their first name.
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

/// Rates a ticket as its owner. Returns the rows written.
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

/// Facts and heads of a ticket, by id or number (service function). `None` if there is no such
/// ticket.
///
/// # Errors
/// When the database cannot be read. [`StoreError::Row`] for a ticket that cannot be decoded.
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

/// Facts and heads of many tickets, by id (service function). Tickets that do not exist are missing
/// from the result; a ticket that cannot be decoded has `None`.
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
