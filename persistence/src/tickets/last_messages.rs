//! Adds to each ticket in a page of a ticket list its last message (author and beginning of the
//! text), and since when its customer has been waiting. The last messages are read after the page,
//! so the page shows their present texts.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use helpline_core::actor::{ActorType, Audience};
use helpline_core::body::snippet;
use helpline_core::limits;
use helpline_core::protocol::{CustomerTicket, LastMessage, StaffTicket};
use tokio_postgres::Row;
use uuid::Uuid;

use crate::{Reader, Store, StoreError, rows};

const FOR_STAFF: &str = include_str!("../../sql/tickets/last_messages.sql");
const FOR_CUSTOMER: &str = include_str!("../../sql/tickets/last_messages_for_customer.sql");

/// A ticket in a list that shows its last message and its waiting time.
pub(super) trait Waits {
    fn id(&self) -> Uuid;
    fn set(&mut self, last_message: Option<LastMessage>, waiting_since: Option<DateTime<Utc>>);
}

impl Waits for StaffTicket {
    fn id(&self) -> Uuid {
        self.id.uuid()
    }
    fn set(&mut self, last_message: Option<LastMessage>, waiting_since: Option<DateTime<Utc>>) {
        self.last_message = last_message;
        let is_over = self.status.is_over() || self.archived_at.is_some();
        self.waiting_since = while_unfinished(is_over, waiting_since);
    }
}

impl Waits for CustomerTicket {
    fn id(&self) -> Uuid {
        self.id.uuid()
    }
    fn set(&mut self, last_message: Option<LastMessage>, waiting_since: Option<DateTime<Utc>>) {
        self.last_message = last_message;
        let is_over = self.status.is_over() || self.archived_at.is_some();
        self.waiting_since = while_unfinished(is_over, waiting_since);
    }
}

/// Hides the waiting time of a ticket that is over. The database still stores it for the case that
/// the ticket is reopened.
fn while_unfinished(is_over: bool, waiting_since: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    waiting_since.filter(|_| !is_over)
}

/// Adds last messages and waiting times to tickets in a list for staff. Runs under the service
/// role.
pub(super) async fn fill_for_staff<T: Waits>(
    store: &Store,
    tickets: &mut [T],
) -> Result<(), StoreError> {
    if tickets.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = tickets.iter().map(Waits::id).collect();
    let answer = store.query(FOR_STAFF, &[&ids, &rows_max()]).await?;
    fill(store, tickets, &answer);
    Ok(())
}

/// Adds last messages and waiting times to tickets in their customer's list.
pub(super) async fn fill_for_customer<T: Waits>(
    store: &Store,
    reader: Reader,
    tickets: &mut [T],
) -> Result<(), StoreError> {
    if tickets.is_empty() {
        return Ok(());
    }
    let reader = Reader {
        audience: Audience::Customer,
        ..reader
    };
    let ids: Vec<Uuid> = tickets.iter().map(Waits::id).collect();
    let rows_max = i64::from(rows_max());
    let answer = store.read(reader, FOR_CUSTOMER, &[&ids, &rows_max]).await?;
    fill(store, tickets, &answer);
    Ok(())
}

fn rows_max() -> i32 {
    i32::try_from(limits::SNIPPET_ROWS_MAX).unwrap_or(i32::MAX)
}

/// Sets the last messages and waiting times from the database's rows. If a message cannot be
/// decoded, its ticket is shown without a last message.
fn fill<T: Waits>(store: &Store, tickets: &mut [T], answer: &[Row]) {
    let mut found: HashMap<Uuid, (Option<LastMessage>, Option<DateTime<Utc>>)> = answer
        .iter()
        .filter_map(|row| {
            let id: Uuid = rows::get(row, 0).ok()?;
            let read = store
                .undecodable
                .leave_out("last message", id, last_message(row))?;
            Some((id, read))
        })
        .collect();
    for ticket in tickets {
        if let Some((last_message, waiting_since)) = found.remove(&ticket.id()) {
            ticket.set(last_message, waiting_since);
        }
    }
}

fn last_message(row: &Row) -> Result<(Option<LastMessage>, Option<DateTime<Utc>>), StoreError> {
    let waiting_since = rows::optional_time(row, 1)?;
    let (Some(at), Some(author), Some(body)) = (
        rows::optional_time(row, 2)?,
        rows::optional_word::<ActorType>(row, 3)?,
        rows::text(row, 5, limits::BODY_BYTES_MAX)?,
    ) else {
        return Ok((None, waiting_since));
    };
    let side = match author {
        ActorType::Customer => Audience::Customer,
        ActorType::Admin | ActorType::System => Audience::Staff,
    };
    let last = LastMessage {
        at,
        side,
        name: rows::name(row, 4)?,
        snippet: snippet(&body),
    };
    Ok((Some(last), waiting_since))
}
