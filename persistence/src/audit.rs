//! `access_log`: what is no history, but must not go unrecorded: staff reads and refused attempts.
use crate::{Store, StoreError};

const RECORD: &str = include_str!("../sql/audit/record.sql");
use helpline_core::ids::{TicketId, UserId};
use helpline_core::reject::RejectCode;
use std::net::IpAddr;

/// What was read or tried.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessRow {
    /// By whom; none before sign-in.
    pub user: Option<UserId>,
    /// What, as `noun_verb`: `ticket_opened`, `tickets_listed`, `tickets_searched`, `send_refused`, `sign_in_refused` …
    pub action: String,
    /// On which ticket.
    pub ticket: Option<TicketId>,
    /// Why it was refused; none: it was done.
    pub refused: Option<RejectCode>,
    /// From where.
    pub address: Option<IpAddr>,
    /// With what.
    pub user_agent: Option<String>,
    /// What else matters; never a body or a token.
    pub detail: serde_json::Value,
}

/// Writes the rows, one transaction.
///
/// # Errors
/// When the database cannot be read.
pub async fn record(store: &Store, rows: &[AccessRow]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    store
        .query(
            RECORD,
            &[
                &column(rows, |row| row.user.map(UserId::uuid)),
                &column(rows, |row| row.action.as_str()),
                &column(rows, |row| row.ticket.map(TicketId::uuid)),
                &column(rows, |row| row.refused.map(RejectCode::as_str)),
                &column(rows, |row| row.address),
                &column(rows, |row| row.user_agent.as_deref()),
                &column(rows, |row| &row.detail),
            ],
        )
        .await
        .map(drop)
}

fn column<'a, T>(rows: &'a [AccessRow], value: impl Fn(&'a AccessRow) -> T) -> Vec<T> {
    rows.iter().map(value).collect()
}
