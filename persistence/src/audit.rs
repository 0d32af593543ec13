//! Writes events to the access log that are not part of a ticket's history: reads by staff, and
//! refused requests.
use crate::{Store, StoreError};

const RECORD: &str = include_str!("../sql/audit/record.sql");
use helpline_core::ids::{TicketId, UserId};
use helpline_core::reject::RejectCode;
use std::net::IpAddr;

/// An access log row about a read or a refused request.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessRow {
    /// The person who made the request. `None` before sign-in.
    pub user: Option<UserId>,
    /// The action as `noun_verb`: `ticket_opened`, `tickets_listed`, `tickets_searched`,
    /// `send_refused`, `sign_in_refused` …
    pub action: String,
    /// The ticket, if the action concerns one.
    pub ticket: Option<TicketId>,
    /// Why the action was refused. `None` if it was carried out.
    pub refused: Option<RejectCode>,
    /// The client's address.
    pub address: Option<IpAddr>,
    /// The client's `User-Agent` header.
    pub user_agent: Option<String>,
    /// Further details of the action. Never contains a message body or a token.
    pub detail: serde_json::Value,
}

/// Writes these rows to the access log in one transaction.
///
/// # Errors
/// When the database cannot be written.
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
