//! Reads counts and averages over all tickets.

use helpline_core::actor::Audience;
use helpline_core::limits;
use helpline_core::protocol::{TicketCounts, TicketStats};

use crate::rows::count;
use crate::{Reader, Store, StoreError, rows};

const READ: &str = include_str!("../sql/stats/read.sql");
const COUNTS: &str = include_str!("../sql/stats/counts.sql");
const ROLL_UP: &str = include_str!("../sql/stats/roll_up.sql");

/// Reads the statistics from `support_ticket_stats`, under the service role.
///
/// # Errors
/// When the database cannot be read.
pub async fn read(store: &Store) -> Result<TicketStats, StoreError> {
    let answer = store.query(READ, &[]).await?;
    let row = answer
        .first()
        .ok_or_else(|| StoreError::Row("no statistics".into()))?;
    Ok(TicketStats {
        open_tickets: count(row, 0)?,
        in_progress_tickets: count(row, 1)?,
        waiting_tickets: count(row, 2)?,
        escalated_tickets: count(row, 3)?,
        resolved_tickets: count(row, 4)?,
        closed_tickets: count(row, 5)?,
        urgent_tickets: count(row, 6)?,
        high_priority_tickets: count(row, 7)?,
        unassigned_tickets: count(row, 8)?,
        needs_answer_tickets: count(row, 13)?,
        avg_resolution_hours: rows::get(row, 9)?,
        tickets_last_24h: count(row, 10)?,
        tickets_last_7d: count(row, 11)?,
        avg_satisfaction_rating: rows::get(row, 12)?,
    })
}

/// Counts the tickets in each view (ticket list) of the agent console, as this member of staff sees
/// them.
///
/// # Errors
/// When the database cannot be read.
pub async fn counts(store: &Store, reader: Reader) -> Result<TicketCounts, StoreError> {
    let reader = Reader {
        audience: Audience::Staff,
        ..reader
    };
    let answer = store
        .list(
            reader,
            COUNTS,
            &[&i64::from(limits::NEEDS_ANSWER_COUNT_MAX)],
        )
        .await?;
    let row = answer
        .first()
        .ok_or_else(|| StoreError::Row("no counts".into()))?;
    Ok(TicketCounts {
        mine: count(row, 0)?,
        unassigned: count(row, 1)?,
        needs_answer: count(row, 6)?,
        all: count(row, 2)?,
        urgent: count(row, 3)?,
        resolved: count(row, 4)?,
        closed: count(row, 5)?,
    })
}

/// Adds the recorded changes of ticket counts to the totals of the statistics. Every instance calls
/// this periodically. An advisory lock lets only one instance at a time do the work; a call on any
/// other instance returns without doing anything.
///
/// # Errors
/// When the database cannot be written.
pub async fn roll_up(store: &Store) -> Result<(), StoreError> {
    store.query(ROLL_UP, &[]).await.map(drop)
}
