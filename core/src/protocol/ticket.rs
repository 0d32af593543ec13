//! A ticket and the desk's statistics on the wire; fields have the columns' names.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::actor::Audience;
use crate::ids::{Seq, TicketId, TicketNumber, UserId};
use crate::ticket::{Category, Priority, Status};

/// A person by id and name, as staff see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentRef {
    pub id: UserId,
    pub name: Option<String>,
}

/// How the customer rated the ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rating {
    /// 1 to 5.
    pub satisfaction_rating: u8,
    pub satisfaction_comment: Option<String>,
}

/// The last message of a ticket that its customer can read: never a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LastMessage {
    pub at: DateTime<Utc>,
    /// Whose message it is. What the system writes counts as the team's.
    pub side: Audience,
    /// The author's name, for customers by the rule for names of staff; null when there is none.
    pub name: Option<String>,
    /// The beginning of its present text, on one line of at most 120 characters; empty when the message was redacted.
    pub snippet: String,
}

/// A ticket as staff see it: in lists, in the inbox and on its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StaffTicket {
    pub id: TicketId,
    pub ticket_number: TicketNumber,
    pub subject: String,
    pub category: Category,
    pub priority: Priority,
    pub status: Status,
    pub user_id: UserId,
    pub customer_name: Option<String>,
    pub customer_email: Option<String>,
    pub assigned_to: Option<AgentRef>,
    pub assigned_at: Option<DateTime<Utc>>,
    pub rating: Option<Rating>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub first_response_at: Option<DateTime<Utc>>,
    pub resolved_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub archived_at: Option<DateTime<Utc>>,
    pub last_activity_at: DateTime<Utc>,
    /// The history's head: the version of this state.
    pub seq: Seq,
    /// How far the reader has read; their own messages directly after it count as read. Always 0 in `inbox`, which is the same for all staff.
    pub read_seq: Seq,
    #[serde(default)]
    pub last_message: Option<LastMessage>,
    /// Since when the customer waits for an answer: their opening of the ticket or first message since the last public answer. Null when it
    /// was answered, and while the ticket is resolved, closed or archived.
    #[serde(default)]
    pub waiting_since: Option<DateTime<Utc>>,
}

/// A ticket in the inbox of which only these fields have changed since it was sent in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TicketMoved {
    pub id: TicketId,
    /// The version of this state.
    pub seq: Seq,
    pub last_activity_at: DateTime<Utc>,
    #[serde(default)]
    pub last_message: Option<LastMessage>,
    #[serde(default)]
    pub waiting_since: Option<DateTime<Utc>>,
}

/// A ticket as its customer sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerTicket {
    pub id: TicketId,
    pub ticket_number: TicketNumber,
    pub subject: String,
    pub category: Category,
    pub priority: Priority,
    pub status: Status,
    /// One word of the assigned agent's name; null when the ticket is unassigned or the name has no such word.
    pub assignee_name: Option<String>,
    pub rating: Option<Rating>,
    pub created_at: DateTime<Utc>,
    pub resolved_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub archived_at: Option<DateTime<Utc>>,
    /// Of what the customer can see.
    pub last_activity_at: DateTime<Utc>,
    /// The head of what the customer can see (`public_seq`).
    pub seq: Seq,
    /// How far the customer has read; their own messages directly after it count as read.
    pub read_seq: Seq,
    #[serde(default)]
    pub last_message: Option<LastMessage>,
    /// Since when the customer waits for an answer; null when it was answered, and while the ticket is resolved, closed or archived.
    #[serde(default)]
    pub waiting_since: Option<DateTime<Utc>>,
}

/// Statistics of the desk (`support_ticket_stats`). Archived tickets do not count.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TicketStats {
    pub open_tickets: u32,
    pub in_progress_tickets: u32,
    pub waiting_tickets: u32,
    pub escalated_tickets: u32,
    pub resolved_tickets: u32,
    pub closed_tickets: u32,
    /// Urgent, and neither resolved nor closed.
    pub urgent_tickets: u32,
    /// High, and neither resolved nor closed.
    pub high_priority_tickets: u32,
    /// Not assigned, and neither resolved nor closed.
    pub unassigned_tickets: u32,
    /// Those whose customer waits for an answer; counted up to 10,000.
    #[serde(default)]
    pub needs_answer_tickets: u32,
    pub avg_resolution_hours: Option<f64>,
    pub tickets_last_24h: u32,
    pub tickets_last_7d: u32,
    pub avg_satisfaction_rating: Option<f64>,
}
