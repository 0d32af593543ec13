//! The desk at a glance.
use crate::{Store, StoreError};
use helpline_core::protocol::TicketStats;

/// Reads `support_ticket_stats` (service function).
pub async fn read(_store: &Store) -> Result<TicketStats, StoreError> {
    todo!()
}
/// Rolls the tally deltas up into totals (periodic job; one instance at a time by advisory lock; no-op when another does it).
pub async fn roll_up(_store: &Store) -> Result<(), StoreError> {
    todo!()
}
