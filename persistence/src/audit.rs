//! `access_log`: what is no history, but must not go unrecorded: staff reads and refused attempts.
use crate::{Store, StoreError};
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
pub async fn record(_store: &Store, _rows: &[AccessRow]) -> Result<(), StoreError> {
    todo!()
}
