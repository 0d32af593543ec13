//! Opens and changes tickets. [`lists`](self::list_for_staff) reads lists of tickets and searches.
use helpline_core::body::{Body, Subject};
use helpline_core::history::HistoryRow;
use helpline_core::ids::{Key, MessageId, Seq, TicketId, TicketRef, UploadId, UserId};
use helpline_core::limits;
use helpline_core::protocol::AgentRef;
use helpline_core::ticket::{Category, Priority, Status, TicketFacts};

use tokio_postgres::Row;
use tokio_postgres::types::Json;

use crate::history::{self, Heads};
use crate::{By, Caller, Store, StoreError, Within, rows};

mod cursor;
mod last_messages;
mod lists;
mod numbers;
mod own_unread;
mod own_writes;
mod redactions;
mod statements;

pub use cursor::{Cursor, InvalidCursor};
pub use lists::{
    PreparedList, get_for_customer, get_for_staff, list_for_customer, list_for_staff, summaries,
};
pub use numbers::numbers;
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
    /// The request's `Idempotency-Key`, which must be unique per user.
    pub key: Key,
    /// The subject line.
    pub subject: Subject,
    /// The category that the customer chose.
    pub category: Category,
    /// The priority that the customer chose.
    pub priority: Priority,
    /// The body of the first message.
    pub description: Body,
    /// The uploads that become the first message's attachments, in order.
    pub attachments: Vec<UploadId>,
    /// Arbitrary data for the ticket, set by the operator's platform that embeds Helpline.
    pub metadata: serde_json::Map<String, serde_json::Value>,
}

/// The result of opening a ticket.
#[derive(Debug, Clone, PartialEq)]
pub struct Created {
    /// The ticket's id. For a retry, the id of the ticket that the first attempt created.
    pub id: TicketId,
    /// Whether the idempotency key was already used. If `true`, nothing was written.
    pub duplicate: bool,
    /// The ticket's events so far. The caller must deliver them to clients.
    pub rows: Vec<HistoryRow>,
}

/// Who becomes the assignee of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignee {
    /// The member of staff with this id.
    Agent(UserId),
    /// The ticket has no assignee.
    Unassigned,
}

/// Changes to a ticket's fields: either all are made or none. `None` leaves a field unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Patch {
    /// The new status. The database allows only the status changes in `support_status_transitions`.
    pub status: Option<Status>,
    /// The new priority. Only staff may change it.
    pub priority: Option<Priority>,
    /// The new category. Only staff may change it.
    pub category: Option<Category>,
    /// The new assignee. Only staff may change it.
    pub assigned_to: Option<Assignee>,
    /// The assignee that the caller saw. If the ticket now has a different assignee, nothing is
    /// changed.
    pub if_assigned_to: Option<Assignee>,
}

/// What is needed to decide whether a person may access a ticket, and to start the ticket's room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TicketAccess {
    /// The ticket's data on which access decisions depend.
    pub facts: TicketFacts,
    /// The positions of the ticket's last events, from which its room starts.
    pub heads: Heads,
}

/// The filters, order and page of a ticket list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListQuery {
    /// Only tickets with one of these statuses. Empty means all.
    pub status: Vec<Status>,
    /// Only tickets with one of these categories. Empty means all.
    pub category: Vec<Category>,
    /// Only tickets with one of these priorities. Empty means all.
    pub priority: Vec<Priority>,
    /// Only tickets that are assigned to this person, or only unassigned tickets.
    pub assigned_to: Option<Assignee>,
    /// Only tickets that this person opened. Has an effect only in lists for staff.
    pub user: Option<UserId>,
    /// Search text: a ticket number, or words that occur in the number, the subject or (for staff)
    /// the customer's email address. The caller has checked its length.
    pub search: Option<String>,
    /// Only tickets whose customer is waiting for an answer. Has an effect only in lists for staff.
    pub needs_answer: bool,
    /// Whether archived tickets are included.
    pub archived: bool,
    /// The order of the tickets.
    pub sort: Sort,
    /// The cursor that the previous page returned. `None` starts with the first page.
    pub cursor: Option<Cursor>,
    /// Maximum number of tickets in the page.
    pub limit: u32,
}

/// The order of a ticket list. Tickets with equal times are ordered by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Latest activity first. Only activity that the reader may see counts.
    #[default]
    LastActivity,
    /// Most recently opened tickets first.
    Created,
    /// Tickets that were opened first come first.
    Oldest,
    /// Tickets whose customer is waiting for an answer, longest wait first. Only for staff: in a
    /// customer's own list, [`Self::LastActivity`] is used instead.
    Waiting,
}

/// A page of a ticket list.
#[derive(Debug, Clone, PartialEq)]
pub struct List<T> {
    /// The tickets, in the requested order.
    pub tickets: Vec<T>,
    /// The cursor of the next page. `None` if this is the last page.
    pub next_cursor: Option<Cursor>,
}

/// Opens a ticket whose customer is `caller.actor.user`. If the idempotency key was already used,
/// returns the ticket that was opened with it, or `key_reused` if the content differs.
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
        // The first attempt to open the ticket may have failed before it delivered the ticket's
        // events, so return them again.
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

/// Changes a ticket in one transaction. The caller must be a member of staff or the ticket's
/// customer. Returns the events written, or none if nothing changed.
///
/// # Errors
/// [`StoreError::Refused`]: `not_found`, `forbidden`, `ticket_archived`, `invalid_transition`,
/// `invalid_field` (the assignee is not a member of staff). [`StoreError::AssignedMeanwhile`]: the
/// present assignee is neither the one that the caller saw nor the one requested.
pub async fn change(
    within: impl Into<Within<'_>>,
    by: impl Into<By<'_>>,
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
            by,
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

/// Decodes the ticket's present assignee, with their first name.
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

/// Rates a ticket; only the ticket's customer may do so. Returns the events written.
///
/// # Errors
/// [`StoreError::Refused`]: `not_found`, `forbidden`, `ticket_archived`, `not_ratable`,
/// `invalid_field`.
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

/// Returns what is needed to decide about access to a ticket, which is given by id or number.
/// `None` if there is no such ticket. Runs under the service role.
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

/// Like [`access`], for many tickets by id, under the service role. The result contains no entry
/// for a ticket that does not exist, and `None` for a ticket that cannot be decoded.
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
