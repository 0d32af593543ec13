//! Tickets as each side sees them: one, a page, a search.

use chrono::{DateTime, Utc};
use helpline_core::actor::Audience;
use helpline_core::ids::{TicketId, TicketNumber, UserId};
use helpline_core::limits;
use helpline_core::protocol::{AgentRef, CustomerTicket, Rating, StaffTicket};
use helpline_core::reject::RejectCode;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::last_messages::{fill_for_customer, fill_for_staff};
use super::own_writes::count_as_read;
use super::{Assignee, List, ListQuery, Sort, agent_of};
use crate::{Reader, Store, StoreError, rows};

const GET_FOR_STAFF: &str = include_str!("../../sql/tickets/get_for_staff.sql");
const GET_FOR_CUSTOMER: &str = include_str!("../../sql/tickets/get_for_customer.sql");
const SUMMARIES: &str = include_str!("../../sql/tickets/summaries.sql");
const STAFF_BY_ACTIVITY: &str = include_str!("../../sql/tickets/list_for_staff_by_activity.sql");
const STAFF_ACTIVE: &str = include_str!("../../sql/tickets/list_active_for_staff.sql");
const STAFF_BY_CREATED: &str = include_str!("../../sql/tickets/list_for_staff_by_created.sql");
const STAFF_BY_OLDEST: &str = include_str!("../../sql/tickets/list_for_staff_by_oldest.sql");
const CUSTOMER_BY_ACTIVITY: &str =
    include_str!("../../sql/tickets/list_for_customer_by_activity.sql");
const CUSTOMER_BY_CREATED: &str =
    include_str!("../../sql/tickets/list_for_customer_by_created.sql");
const CUSTOMER_BY_OLDEST: &str = include_str!("../../sql/tickets/list_for_customer_by_oldest.sql");

/// Matches of one search that are read, the newest first: a word that matches every ticket must not gather them all.
const SEARCH_MATCHES_MAX: i32 = 1_000;

/// One ticket as staff see it.
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

/// One ticket as its customer sees it.
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

/// Everybody's tickets.
///
/// # Errors
/// [`StoreError::Refused`] with `invalid_field` for a cursor that no page gave.
pub async fn list_for_staff(
    store: &Store,
    reader: Reader,
    query: &ListQuery,
) -> Result<List<StaffTicket>, StoreError> {
    /// `sort_at`: the order's own column, behind those of the ticket.
    const SORT_AT: usize = 23;
    let (sql, sort_column) = match query.sort {
        Sort::LastActivity => (STAFF_BY_ACTIVITY, SORT_AT),
        Sort::Created => (STAFF_BY_CREATED, 14),
        Sort::Oldest => (STAFF_BY_OLDEST, 14),
    };
    let asked = Asked::of(query)?;
    let agent = query.assigned_to.and_then(agent_of);
    let unassigned = query.assigned_to == Some(Assignee::Unassigned);
    let user = query.user.map(UserId::uuid);
    let reader = Reader {
        audience: Audience::Staff,
        ..reader
    };
    if query.is_of_active_ones() {
        let params: [&(dyn ToSql + Sync); 9] = [
            &asked.status,
            &asked.category,
            &asked.priority,
            &query.archived,
            &asked.after_at,
            &asked.after_id,
            &asked.limit,
            &agent,
            &unassigned,
        ];
        let answer = store.list(reader, STAFF_ACTIVE, &params).await?;
        return staff_page(store, reader, query, &answer, SORT_AT).await;
    }
    let answer = store
        .list(
            reader,
            sql,
            &[
                &asked.status,
                &asked.category,
                &asked.priority,
                &query.archived,
                &asked.patterns,
                &asked.numbers,
                &SEARCH_MATCHES_MAX,
                &asked.after_at,
                &asked.after_id,
                &asked.limit,
                &agent,
                &unassigned,
                &user,
            ],
        )
        .await?;
    staff_page(store, reader, query, &answer, sort_column).await
}

async fn staff_page(
    store: &Store,
    reader: Reader,
    query: &ListQuery,
    answer: &[Row],
    sort_column: usize,
) -> Result<List<StaffTicket>, StoreError> {
    let mut list = page(store, answer, query.limit, sort_column, staff_ticket)?;
    count_as_read(store, reader, &mut list.tickets).await?;
    fill_for_staff(store, &mut list.tickets).await?;
    Ok(list)
}

impl ListQuery {
    /// Whether it is one of the lists that agents live in, which have a way of their own.
    fn is_of_active_ones(&self) -> bool {
        let active = !self.status.is_empty() && self.status.iter().all(|status| !status.is_over());
        active && self.sort == Sort::LastActivity && self.search.is_none() && self.user.is_none()
    }
}

/// The reader's own tickets.
///
/// # Errors
/// As [`list_for_staff`].
pub async fn list_for_customer(
    store: &Store,
    reader: Reader,
    query: &ListQuery,
) -> Result<List<CustomerTicket>, StoreError> {
    let (sql, sort_column) = match query.sort {
        Sort::LastActivity => (CUSTOMER_BY_ACTIVITY, 13),
        Sort::Created => (CUSTOMER_BY_CREATED, 9),
        Sort::Oldest => (CUSTOMER_BY_OLDEST, 9),
    };
    let asked = Asked::of(query)?;
    let reader = Reader {
        audience: Audience::Customer,
        ..reader
    };
    let answer = store
        .list(
            reader,
            sql,
            &[
                &asked.status,
                &asked.category,
                &asked.priority,
                &query.archived,
                &asked.patterns,
                &asked.numbers,
                &asked.after_at,
                &asked.after_id,
                &asked.limit,
            ],
        )
        .await?;
    let mut list = page(store, &answer, query.limit, sort_column, customer_ticket)?;
    count_as_read(store, reader, &mut list.tickets).await?;
    fill_for_customer(store, reader, &mut list.tickets).await?;
    Ok(list)
}

/// The present state of these tickets, for the inbox (service function; `read_seq` 0). One that cannot be read is left out.
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

/// A query in the form that the statements take.
struct Asked {
    status: Vec<&'static str>,
    category: Vec<&'static str>,
    priority: Vec<&'static str>,
    patterns: Option<Vec<String>>,
    numbers: Vec<String>,
    after_at: Option<DateTime<Utc>>,
    after_id: Option<Uuid>,
    limit: i64,
}

impl Asked {
    fn of(query: &ListQuery) -> Result<Self, StoreError> {
        let search = query
            .search
            .as_deref()
            .map(str::trim)
            .filter(|text| !text.is_empty());
        let (after_at, after_id) = query.cursor.as_deref().map(place_of).transpose()?.unzip();
        Ok(Self {
            status: query.status.iter().map(|status| status.as_str()).collect(),
            category: query
                .category
                .iter()
                .map(|category| category.as_str())
                .collect(),
            priority: query
                .priority
                .iter()
                .map(|priority| priority.as_str())
                .collect(),
            patterns: search.map(patterns),
            numbers: search
                .and_then(|text| TicketNumber::parse(text).ok())
                .map(|number| number.searched())
                .unwrap_or_default(),
            after_at,
            after_id,
            // One more than the page tells whether there is a next one.
            limit: i64::from(query.limit.clamp(1, limits::LIST_TICKETS_MAX)) + 1,
        })
    }
}

/// One pattern for each word, the longest first: that one is looked up in the index.
fn patterns(search: &str) -> Vec<String> {
    let mut words: Vec<&str> = search.split_whitespace().collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    words
        .into_iter()
        .map(|word| {
            format!(
                "%{}%",
                word.replace('\\', r"\\")
                    .replace('%', r"\%")
                    .replace('_', r"\_")
            )
        })
        .collect()
}

/// A cursor is the place of the page's last ticket: microseconds and id.
fn place_of(cursor: &str) -> Result<(DateTime<Utc>, Uuid), StoreError> {
    cursor
        .split_once('.')
        .and_then(|(micros, id)| {
            Some((
                DateTime::from_timestamp_micros(micros.parse().ok()?)?,
                Uuid::parse_str(id).ok()?,
            ))
        })
        .ok_or_else(|| StoreError::refused(RejectCode::InvalidField))
}

/// A ticket that cannot be read is left out: a page then has one less, and the next one goes on behind it all the same.
fn page<T>(
    store: &Store,
    answer: &[Row],
    limit: u32,
    sort_column: usize,
    ticket: impl Fn(&Row) -> Result<T, StoreError>,
) -> Result<List<T>, StoreError> {
    let limit = limit.clamp(1, limits::LIST_TICKETS_MAX) as usize;
    let shown = &answer[..answer.len().min(limit)];
    let next_cursor = match shown.last() {
        Some(last) if answer.len() > limit => {
            let at = rows::time(last, sort_column)?;
            Some(format!(
                "{}.{}",
                at.timestamp_micros(),
                rows::get::<Uuid>(last, 0)?
            ))
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
            rows::get::<Uuid>(row, 0).unwrap_or_default(),
            ticket(row),
        )
    };
    rows.iter().filter_map(one).collect()
}

/// A row of `support_tickets_for_staff`.
fn staff_ticket(row: &Row) -> Result<StaffTicket, StoreError> {
    let assignee: Option<Uuid> = rows::get(row, 9)?;
    let assignee_name = rows::name(row, 10)?;
    Ok(StaffTicket {
        id: TicketId::new(rows::get(row, 0)?),
        ticket_number: ticket_number(row, 1)?,
        subject: rows::get(row, 2)?,
        category: rows::word(row, 3)?,
        priority: rows::word(row, 4)?,
        status: rows::word(row, 5)?,
        user_id: UserId::new(rows::get(row, 6)?),
        customer_name: rows::name(row, 7)?,
        customer_email: rows::text(row, 8, 4 * limits::EMAIL_CHARS_MAX)?,
        assigned_to: assignee.map(|id| AgentRef {
            id: UserId::new(id),
            name: assignee_name,
        }),
        assigned_at: rows::optional_time(row, 11)?,
        rating: rating(row, 12)?,
        created_at: rows::time(row, 14)?,
        updated_at: rows::time(row, 15)?,
        first_response_at: rows::optional_time(row, 16)?,
        resolved_at: rows::optional_time(row, 17)?,
        closed_at: rows::optional_time(row, 18)?,
        archived_at: rows::optional_time(row, 19)?,
        last_activity_at: rows::time(row, 20)?,
        seq: rows::seq(row, 21)?,
        read_seq: rows::seq(row, 22)?,
        last_message: None,
        waiting_since: None,
    })
}

/// A row of `support_tickets_for_customer`.
fn customer_ticket(row: &Row) -> Result<CustomerTicket, StoreError> {
    Ok(CustomerTicket {
        id: TicketId::new(rows::get(row, 0)?),
        ticket_number: ticket_number(row, 1)?,
        subject: rows::get(row, 2)?,
        category: rows::word(row, 3)?,
        priority: rows::word(row, 4)?,
        status: rows::word(row, 5)?,
        assignee_name: rows::name(row, 6)?,
        rating: rating(row, 7)?,
        created_at: rows::time(row, 9)?,
        resolved_at: rows::optional_time(row, 10)?,
        closed_at: rows::optional_time(row, 11)?,
        archived_at: rows::optional_time(row, 12)?,
        last_activity_at: rows::time(row, 13)?,
        seq: rows::seq(row, 14)?,
        read_seq: rows::seq(row, 15)?,
        last_message: None,
        waiting_since: None,
    })
}

fn ticket_number(row: &Row, column: usize) -> Result<TicketNumber, StoreError> {
    rows::get(row, column).map(TicketNumber::stored)
}

fn rating(row: &Row, at: usize) -> Result<Option<Rating>, StoreError> {
    let satisfaction_comment = rows::text(row, at + 1, limits::HISTORY_DESCRIPTION_BYTES_MAX)?;
    let points: Option<i32> = rows::get(row, at)?;
    // The table allows one to five.
    let rating = |satisfaction_rating| Rating {
        satisfaction_rating,
        satisfaction_comment,
    };
    Ok(points
        .and_then(|points| u8::try_from(points).ok())
        .map(rating))
}
