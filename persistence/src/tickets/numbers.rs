//! The numbers of tickets that are known by their ids.

use std::collections::HashMap;

use helpline_core::ids::TicketId;
use uuid::Uuid;

use crate::{Store, StoreError, rows};

const NUMBERS: &str = include_str!("../../sql/tickets/numbers.sql");

/// Returns the numbers of these tickets, under the service role. Tickets that do not exist are left
/// out. The caller must have checked that the reader may know the numbers.
///
/// # Errors
/// When the database cannot be read.
pub async fn numbers(
    store: &Store,
    tickets: &[TicketId],
) -> Result<HashMap<TicketId, String>, StoreError> {
    if tickets.is_empty() {
        return Ok(HashMap::new());
    }
    let tickets: Vec<_> = tickets.iter().map(|ticket| ticket.uuid()).collect();
    let answer = store.query(NUMBERS, &[&tickets]).await?;
    let number = |row| {
        Ok((
            TicketId::new(rows::get::<Uuid>(row, 0)?),
            rows::get(row, 1)?,
        ))
    };
    answer.iter().map(number).collect()
}
