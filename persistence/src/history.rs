//! Reads the events in a ticket's history.

use helpline_core::actor::{ActorType, Audience};
use helpline_core::history::{HistoryRow, Kind};
use helpline_core::ids::{MessageId, Seq, TicketId};
use helpline_core::limits;
use helpline_core::protocol::{CustomerEvent, CustomerMessage, CustomerPerson, StaffEvent};
use tokio_postgres::Row;

use crate::{Reader, Store, StoreError, rows};

/// Selects which part of a ticket's history to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// The first events after this position, oldest first.
    After(Seq),
    /// The last events before this position, or the last events of the history if the position is
    /// `None`. They are returned oldest first.
    Before(Option<Seq>),
}

/// A part of a ticket's history, oldest first, and the position of the last event (the head) from
/// the same snapshot. Positions count only the events that the reader may see.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<E> {
    /// The events: at most as many as requested, and fewer if the page reached its limit in bytes.
    pub events: Vec<E>,
    /// Position of the last event in the history that this reader may see. Zero if there is none.
    pub head: Seq,
}

/// The positions of a ticket's last events, among all events and among the public events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heads {
    /// The ticket to which the positions belong.
    pub ticket: TicketId,
    /// Position of the last event, counting all events.
    pub seq: Seq,
    /// Position of the last public event, counting only public events.
    pub public_seq: Seq,
}

const PAGE_AFTER_FOR_STAFF: &str = include_str!("../sql/history/page_after_for_staff.sql");
const PAGE_BEFORE_FOR_STAFF: &str = include_str!("../sql/history/page_before_for_staff.sql");
const PAGE_AFTER_FOR_CUSTOMER: &str = include_str!("../sql/history/page_after_for_customer.sql");
const PAGE_BEFORE_FOR_CUSTOMER: &str = include_str!("../sql/history/page_before_for_customer.sql");
const ROWS_AFTER: &str = include_str!("../sql/history/rows_after.sql");
const HEADS: &str = include_str!("../sql/history/heads.sql");

/// Selects the kinds of history events to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rows {
    /// Events of every kind.
    All,
    /// Only messages and notes, with their present texts.
    Messages,
}

/// Reads a page of a ticket's history under the staff role; `reader.audience` is ignored. A ticket
/// that the reader may not see gives an empty page with head 0. A page ends before `limit` events
/// if its texts reach [`limits::PAGE_BYTES_MAX`], but it contains at least one event if there is
/// one.
///
/// # Errors
/// When the database cannot be read.
pub async fn page_for_staff(
    store: &Store,
    reader: Reader,
    ticket: TicketId,
    span: Span,
    limit: u32,
) -> Result<Page<StaffEvent>, StoreError> {
    rows_for_staff(store, reader, ticket, (span, limit), Rows::All).await
}

/// Like [`page_for_staff`], but returns only the selected kinds of events. Only returned events
/// count towards `limit`.
///
/// # Errors
/// When the database cannot be read.
pub async fn rows_for_staff(
    store: &Store,
    reader: Reader,
    ticket: TicketId,
    (span, limit): (Span, u32),
    which: Rows,
) -> Result<Page<StaffEvent>, StoreError> {
    let (sql, edge) = match span {
        Span::After(seq) => (PAGE_AFTER_FOR_STAFF, seq),
        Span::Before(seq) => (PAGE_BEFORE_FOR_STAFF, seq.unwrap_or(END)),
    };
    let reader = Reader {
        audience: Audience::Staff,
        ..reader
    };
    let answer = read(store, reader, sql, ticket, (edge, limit), which).await?;
    page(&answer, |row| {
        rows::history_row(store, row, 1).map(|row| StaffEvent::from(&row))
    })
}

/// Reads a page of a ticket's history under the customer role. Members of staff use it for tickets
/// that they opened themselves. The page has the limits of [`page_for_staff`].
///
/// # Errors
/// When the database cannot be read.
pub async fn page_for_customer(
    store: &Store,
    reader: Reader,
    ticket: TicketId,
    span: Span,
    limit: u32,
) -> Result<Page<CustomerEvent>, StoreError> {
    rows_for_customer(store, reader, ticket, (span, limit), Rows::All).await
}

/// Like [`page_for_customer`], but returns only the selected kinds of events.
///
/// # Errors
/// When the database cannot be read.
pub async fn rows_for_customer(
    store: &Store,
    reader: Reader,
    ticket: TicketId,
    (span, limit): (Span, u32),
    which: Rows,
) -> Result<Page<CustomerEvent>, StoreError> {
    let (sql, edge) = match span {
        Span::After(seq) => (PAGE_AFTER_FOR_CUSTOMER, seq),
        Span::Before(seq) => (PAGE_BEFORE_FOR_CUSTOMER, seq.unwrap_or(END)),
    };
    let reader = Reader {
        audience: Audience::Customer,
        ..reader
    };
    let answer = read(store, reader, sql, ticket, (edge, limit), which).await?;
    page(&answer, |row| customer_event(store, ticket, row))
}

async fn read(
    store: &Store,
    reader: Reader,
    sql: &'static str,
    ticket: TicketId,
    (edge, limit): (Seq, u32),
    which: Rows,
) -> Result<Vec<Row>, StoreError> {
    store
        .read(
            reader,
            sql,
            &[
                &ticket.uuid(),
                &rows::bigint(edge),
                &i64::from(limit),
                &(which == Rows::All),
                &i64::from(limits::PAGE_BYTES_MAX),
            ],
        )
        .await
}

/// Reads the events after a position in each of these tickets, at most `limit` per ticket, ordered
/// by ticket and position. The events have all fields, including those that only staff may see. The
/// gateway's rooms use this function; it runs under the service role.
///
/// # Errors
/// When the database cannot be read.
pub async fn rows_after(
    store: &Store,
    after: &[(TicketId, Seq)],
    limit: u32,
) -> Result<Vec<HistoryRow>, StoreError> {
    let (tickets, seqs): (Vec<_>, Vec<_>) = after
        .iter()
        .map(|(ticket, seq)| (ticket.uuid(), rows::bigint(*seq)))
        .unzip();
    let limit = i32::try_from(limit).unwrap_or(i32::MAX);
    rows::history_rows(
        store,
        &store.query(ROWS_AFTER, &[&tickets, &seqs, &limit]).await?,
    )
}

/// Returns the heads (last event positions) of these tickets, under the service role. The result
/// contains no entry for a ticket that does not exist or whose row cannot be decoded.
///
/// # Errors
/// When the database cannot be read.
pub async fn heads(store: &Store, tickets: &[TicketId]) -> Result<Vec<Heads>, StoreError> {
    let tickets: Vec<_> = tickets.iter().map(|ticket| ticket.uuid()).collect();
    let answer = store.query(HEADS, &[&tickets]).await?;
    let one = |row| {
        let ticket: uuid::Uuid = rows::get(row, 0)?;
        let heads = || {
            Ok(Heads {
                ticket: TicketId::new(ticket),
                seq: rows::seq(row, 1)?,
                public_seq: rows::seq(row, 2)?,
            })
        };
        Ok(store.undecodable.leave_out("head", ticket, heads()))
    };
    answer
        .iter()
        .filter_map(|row| one(row).transpose())
        .collect()
}

/// A history position greater than that of any event.
const END: Seq = Seq::new(u64::MAX);

/// Decodes the rows of a page. The first column of each row is the head (the position of the last
/// event). An empty page has one row, which contains only the head.
fn page<E>(
    answer: &[Row],
    event: impl Fn(&Row) -> Result<E, StoreError>,
) -> Result<Page<E>, StoreError> {
    let head = answer
        .first()
        .map_or(Ok(Seq::ZERO), |row| rows::seq(row, 0))?;
    let mut events = Vec::with_capacity(answer.len());
    for row in answer {
        if rows::get::<Option<uuid::Uuid>>(row, 1)?.is_some() {
            events.push(event(row)?);
        }
    }
    Ok(Page { events, head })
}

/// Decodes an event from a row that consists of the head and the columns of
/// `support_history_for_customer`. If a column cannot be decoded, returns an event with the other
/// columns.
fn customer_event(store: &Store, ticket: TicketId, row: &Row) -> Result<CustomerEvent, StoreError> {
    whole_customer_event(ticket, row).or_else(|error| {
        let rest = CustomerEvent {
            ticket,
            seq: rows::seq(row, 2)?,
            at: rows::time(row, 3)?,
            kind: rows::word(row, 4).unwrap_or(Kind::Unreadable),
            actor: CustomerPerson {
                kind: rows::word(row, 5).unwrap_or(ActorType::System),
                name: None,
            },
            old_value: None,
            new_value: None,
            message: None,
        };
        store.undecodable.met(
            "history",
            format_args!("{ticket} {} for customers", rest.seq),
            &error,
        );
        Ok(rest)
    })
}

fn whole_customer_event(ticket: TicketId, row: &Row) -> Result<CustomerEvent, StoreError> {
    let kind: Kind = rows::word(row, 4)?;
    // If the event's message was deleted, the row still has the message's id, but the body is null.
    let message = match rows::text(row, 11, limits::BODY_BYTES_MAX)? {
        Some(body) if kind.has_message() => Some(CustomerMessage {
            id: MessageId::new(rows::get(row, 9)?),
            sender_type: rows::word(row, 10)?,
            body,
            attachments: rows::attachments(row, 12)?,
            key: rows::key(row, 13)?,
            created_at: rows::time(row, 14)?,
            edited_at: rows::optional_time(row, 15)?,
            redacted_at: rows::optional_time(row, 16)?,
        }),
        Some(_) | None => None,
    };
    Ok(CustomerEvent {
        ticket,
        seq: rows::seq(row, 2)?,
        at: rows::time(row, 3)?,
        kind,
        actor: CustomerPerson {
            kind: rows::word(row, 5)?,
            name: rows::name(row, 6)?,
        },
        old_value: rows::text(row, 7, limits::HISTORY_PUBLIC_VALUE_BYTES_MAX)?,
        new_value: rows::text(row, 8, limits::HISTORY_PUBLIC_VALUE_BYTES_MAX)?,
        message,
    })
}
