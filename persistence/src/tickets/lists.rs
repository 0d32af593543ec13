//! Reads a ticket, a page of tickets, or search results, as staff or as a customer sees them.

use chrono::{DateTime, Utc};
use helpline_core::actor::Audience;
use helpline_core::ids::{TicketId, TicketNumber, UserId};
use helpline_core::limits;
use helpline_core::protocol::{AgentRef, CustomerTicket, Rating, StaffTicket};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::last_messages::{Waits, fill_for_customer, fill_for_staff};
use super::own_writes::{Marked, count_as_read};
use super::statements::{Shape, Statement};
use super::{Assignee, Cursor, List, ListQuery, Sort, agent_of};
use crate::{Reader, Store, StoreError, rows};

const GET_FOR_STAFF: &str = include_str!("../../sql/tickets/get_for_staff.sql");
const GET_FOR_CUSTOMER: &str = include_str!("../../sql/tickets/get_for_customer.sql");
const SUMMARIES: &str = include_str!("../../sql/tickets/summaries.sql");

/// Maximum number of matches of a search, newest first. It limits the cost of a search for a word
/// that is in every ticket.
const SEARCH_MATCHES_MAX: i32 = 1_000;

/// Returns a ticket as staff see it. `None` if the reader may not see it.
///
/// # Errors
/// When the database cannot be read.
pub async fn get_for_staff(
    store: &Store,
    reader: Reader,
    ticket: TicketId,
) -> Result<Option<StaffTicket>, StoreError> {
    let reader = Reader {
        audience: Audience::Staff,
        ..reader
    };
    let mut found: Vec<_> = store
        .read(reader, GET_FOR_STAFF, &[&ticket.uuid()])
        .await?
        .iter()
        .map(staff_ticket)
        .collect::<Result<_, _>>()?;
    count_as_read(store, reader, &mut found).await?;
    fill_for_staff(store, &mut found).await?;
    Ok(found.pop())
}

/// Returns a ticket as its customer sees it. `None` if the reader is not its customer.
///
/// # Errors
/// When the database cannot be read.
pub async fn get_for_customer(
    store: &Store,
    reader: Reader,
    ticket: TicketId,
) -> Result<Option<CustomerTicket>, StoreError> {
    let reader = Reader {
        audience: Audience::Customer,
        ..reader
    };
    let mut found: Vec<_> = store
        .read(reader, GET_FOR_CUSTOMER, &[&ticket.uuid()])
        .await?
        .iter()
        .map(customer_ticket)
        .collect::<Result<_, _>>()?;
    count_as_read(store, reader, &mut found).await?;
    fill_for_customer(store, reader, &mut found).await?;
    Ok(found.pop())
}

/// Returns a page of the tickets of all customers.
///
/// # Errors
/// When the database cannot be read.
pub async fn list_for_staff(
    store: &Store,
    reader: Reader,
    query: &ListQuery,
) -> Result<List<StaffTicket>, StoreError> {
    list(store, reader, Audience::Staff, query, staff_ticket).await
}

/// Returns a page of the tickets that the reader has opened.
///
/// # Errors
/// When the database cannot be read.
pub async fn list_for_customer(
    store: &Store,
    reader: Reader,
    query: &ListQuery,
) -> Result<List<CustomerTicket>, StoreError> {
    list(store, reader, Audience::Customer, query, customer_ticket).await
}

async fn list<T: Marked + Waits>(
    store: &Store,
    reader: Reader,
    audience: Audience,
    query: &ListQuery,
    ticket: impl Fn(&Row) -> Result<T, StoreError>,
) -> Result<List<T>, StoreError> {
    let reader = Reader { audience, ..reader };
    let prepared = PreparedList::new(query, audience);
    let answer = store
        .list(reader, prepared.sql(), &prepared.parameters())
        .await?;
    let mut list = page(store, &answer, query.limit, prepared.statement.at, ticket)?;
    count_as_read(store, reader, &mut list.tickets).await?;
    match audience {
        Audience::Staff => fill_for_staff(store, &mut list.tickets).await?,
        Audience::Customer => fill_for_customer(store, reader, &mut list.tickets).await?,
    }
    Ok(list)
}

/// The SQL statement of a ticket list with its parameters. The service runs it, and tests use it to
/// check the query plan.
#[derive(Debug)]
pub struct PreparedList {
    statement: &'static Statement,
    asked: Asked,
}

impl PreparedList {
    /// Prepares a list of the tickets that this audience may see.
    pub fn new(query: &ListQuery, audience: Audience) -> Self {
        let shape = match audience {
            Audience::Customer => Shape::Customer,
            Audience::Staff if query.sort == Sort::Waiting => Shape::WaitingForStaff,
            Audience::Staff if query.is_of_active_ones() => Shape::ActiveForStaff,
            Audience::Staff => Shape::Staff,
        };
        Self {
            statement: Statement::of(shape, query.sort),
            asked: Asked::of(query),
        }
    }

    /// The SQL statement, in which the placeholders of [`crate::Names`] are not yet replaced.
    pub fn sql(&self) -> &'static str {
        &self.statement.sql
    }

    /// The statement's parameters in the order of their numbers.
    pub fn parameters(&self) -> Vec<&(dyn ToSql + Sync)> {
        let value = |name: &String| self.asked.parameter(name);
        self.statement.parameters.iter().map(value).collect()
    }
}

impl ListQuery {
    /// Whether this query asks only for active tickets, ordered by last activity, as agents' work
    /// lists do. A special SQL statement reads such lists.
    fn is_of_active_ones(&self) -> bool {
        let active = !self.status.is_empty() && self.status.iter().all(|status| !status.is_over());
        active && self.sort == Sort::LastActivity && self.search.is_none() && self.user.is_none()
    }
}

/// Returns the present state of these tickets for inbox updates, under the service role. `read_seq`
/// (how far the reader has read) is always 0. A ticket that cannot be decoded is left out.
///
/// # Errors
/// When the database cannot be read.
pub async fn summaries(
    store: &Store,
    tickets: &[TicketId],
) -> Result<Vec<StaffTicket>, StoreError> {
    let tickets: Vec<_> = tickets.iter().map(|ticket| ticket.uuid()).collect();
    let answer = store.query(SUMMARIES, &[&tickets]).await?;
    let mut found = readable(store, &answer, staff_ticket);
    fill_for_staff(store, &mut found).await?;
    Ok(found)
}

/// The values of a [`ListQuery`], as parameters of an SQL statement.
#[derive(Debug)]
struct Asked {
    status: Vec<&'static str>,
    category: Vec<&'static str>,
    priority: Vec<&'static str>,
    archived: bool,
    words: Option<Vec<String>>,
    numbers: Vec<String>,
    assigned_to: Option<Uuid>,
    unassigned: bool,
    user: Option<Uuid>,
    needs_answer: bool,
    after_at: Option<DateTime<Utc>>,
    after_id: Option<Uuid>,
    limit: i64,
}

impl Asked {
    fn of(query: &ListQuery) -> Self {
        let search = query
            .search
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty());
        Self {
            status: query.status.iter().map(|word| word.as_str()).collect(),
            category: query.category.iter().map(|word| word.as_str()).collect(),
            priority: query.priority.iter().map(|word| word.as_str()).collect(),
            archived: query.archived,
            // Do not change the words: the database folds them (makes them comparable) in the same
            // way as the texts that it searches.
            words: search.map(|text| text.split_whitespace().map(str::to_owned).collect()),
            numbers: search.map(TicketNumber::searched).unwrap_or_default(),
            assigned_to: query.assigned_to.and_then(agent_of),
            unassigned: query.assigned_to == Some(Assignee::Unassigned),
            user: query.user.map(UserId::uuid),
            needs_answer: query.needs_answer,
            after_at: query.cursor.map(|cursor| cursor.at),
            after_id: query.cursor.map(|cursor| cursor.id),
            // Fetch one ticket more than the page needs, to find out whether there is a next page.
            limit: i64::from(query.limit.clamp(1, limits::LIST_TICKETS_MAX)) + 1,
        }
    }

    /// The value of the parameter that has this name in the SQL texts.
    fn parameter(&self, name: &str) -> &(dyn ToSql + Sync) {
        match name {
            "status" => &self.status,
            "category" => &self.category,
            "priority" => &self.priority,
            "archived" => &self.archived,
            "words" => &self.words,
            "numbers" => &self.numbers,
            "matches_max" => &SEARCH_MATCHES_MAX,
            "assigned_to" => &self.assigned_to,
            "unassigned" => &self.unassigned,
            "user" => &self.user,
            "needs_answer" => &self.needs_answer,
            "after_at" => &self.after_at,
            "after_id" => &self.after_id,
            "limit" => &self.limit,
            name => unreachable!("a list asks for ${name}; a test fills every statement in"),
        }
    }
}

/// Decodes a page of tickets. A ticket that cannot be decoded is left out of the page. The cursor
/// of the next page is the position of this page's last row, even if that row was left out.
fn page<T>(
    store: &Store,
    answer: &[Row],
    limit: u32,
    ordered_by: &str,
    ticket: impl Fn(&Row) -> Result<T, StoreError>,
) -> Result<List<T>, StoreError> {
    let limit = limit.clamp(1, limits::LIST_TICKETS_MAX) as usize;
    let shown = &answer[..answer.len().min(limit)];
    let next_cursor = match shown.last() {
        Some(last) if answer.len() > limit => {
            let (at, id) = (rows::time(last, ordered_by)?, rows::get(last, "id")?);
            Some(Cursor { at, id })
        }
        Some(_) | None => None,
    };
    Ok(List {
        tickets: readable(store, shown, ticket),
        next_cursor,
    })
}

fn readable<T>(
    store: &Store,
    rows: &[Row],
    ticket: impl Fn(&Row) -> Result<T, StoreError>,
) -> Vec<T> {
    let one = |row| {
        store.undecodable.leave_out(
            "ticket",
            rows::get::<Uuid>(row, "id").unwrap_or_default(),
            ticket(row),
        )
    };
    rows.iter().filter_map(one).collect()
}

/// Decodes a row of `support_tickets_for_staff`.
fn staff_ticket(row: &Row) -> Result<StaffTicket, StoreError> {
    let assignee: Option<Uuid> = rows::get(row, "assigned_to")?;
    let assignee_name = rows::name(row, "assignee_name")?;
    Ok(StaffTicket {
        id: TicketId::new(rows::get(row, "id")?),
        ticket_number: ticket_number(row)?,
        subject: rows::get(row, "subject")?,
        category: rows::word(row, "category")?,
        priority: rows::word(row, "priority")?,
        status: rows::word(row, "status")?,
        user_id: UserId::new(rows::get(row, "user_id")?),
        customer_name: rows::name(row, "customer_name")?,
        customer_email: rows::text(row, "customer_email", 4 * limits::EMAIL_CHARS_MAX)?,
        assigned_to: assignee.map(|id| AgentRef {
            id: UserId::new(id),
            name: assignee_name,
        }),
        assigned_at: rows::optional_time(row, "assigned_at")?,
        rating: rating(row)?,
        created_at: rows::time(row, "created_at")?,
        updated_at: rows::time(row, "updated_at")?,
        first_response_at: rows::optional_time(row, "first_response_at")?,
        resolved_at: rows::optional_time(row, "resolved_at")?,
        closed_at: rows::optional_time(row, "closed_at")?,
        archived_at: rows::optional_time(row, "archived_at")?,
        last_activity_at: rows::time(row, "last_activity_at")?,
        seq: rows::seq(row, "seq")?,
        read_seq: rows::seq(row, "read_seq")?,
        last_message: None,
        waiting_since: None,
    })
}

/// Decodes a row of `support_tickets_for_customer`.
fn customer_ticket(row: &Row) -> Result<CustomerTicket, StoreError> {
    Ok(CustomerTicket {
        id: TicketId::new(rows::get(row, "id")?),
        ticket_number: ticket_number(row)?,
        subject: rows::get(row, "subject")?,
        category: rows::word(row, "category")?,
        priority: rows::word(row, "priority")?,
        status: rows::word(row, "status")?,
        assignee_name: rows::name(row, "assignee_name")?,
        rating: rating(row)?,
        created_at: rows::time(row, "created_at")?,
        resolved_at: rows::optional_time(row, "resolved_at")?,
        closed_at: rows::optional_time(row, "closed_at")?,
        archived_at: rows::optional_time(row, "archived_at")?,
        last_activity_at: rows::time(row, "last_activity_at")?,
        seq: rows::seq(row, "seq")?,
        read_seq: rows::seq(row, "read_seq")?,
        last_message: None,
        waiting_since: None,
    })
}

fn ticket_number(row: &Row) -> Result<TicketNumber, StoreError> {
    rows::get(row, "ticket_number").map(TicketNumber::stored)
}

fn rating(row: &Row) -> Result<Option<Rating>, StoreError> {
    let satisfaction_comment = rows::text(
        row,
        "satisfaction_comment",
        limits::HISTORY_DESCRIPTION_BYTES_MAX,
    )?;
    let points: Option<i32> = rows::get(row, "satisfaction_rating")?;
    // A constraint of the table allows only ratings from one to five.
    let rating = |satisfaction_rating| Rating {
        satisfaction_rating,
        satisfaction_comment,
    };
    Ok(points
        .and_then(|points| u8::try_from(points).ok())
        .map(rating))
}

#[cfg(test)]
mod tests {
    use helpline_core::ticket::Status;

    use super::*;

    #[test]
    fn every_list_knows_the_parameters_of_its_statement() {
        for audience in [Audience::Customer, Audience::Staff] {
            for sort in [
                Sort::LastActivity,
                Sort::Created,
                Sort::Oldest,
                Sort::Waiting,
            ] {
                for status in [Vec::new(), vec![Status::Open]] {
                    let query = ListQuery {
                        sort,
                        status,
                        ..ListQuery::default()
                    };
                    let list = PreparedList::new(&query, audience);
                    let highest = format!("${}", list.parameters().len());
                    assert!(list.sql().contains(&highest), "{}", list.sql());
                }
            }
        }
    }
}
