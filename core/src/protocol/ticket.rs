//! The wire types of a ticket and of the desk's statistics. Their fields have the names of the
//! database columns.

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

/// The customer's rating of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rating {
    /// The rating, 1 to 5.
    pub satisfaction_rating: u8,
    pub satisfaction_comment: Option<String>,
}

/// The last message of a ticket that its customer can read; never a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LastMessage {
    pub at: DateTime<Utc>,
    /// Whether the customer or staff wrote the message. A message of the system counts as written
    /// by staff.
    pub side: Audience,
    /// The author's name; for customers, the public name of staff. Null if the author has no name.
    pub name: Option<String>,
    /// The start of the message's current text, as one line of at most 120 characters. Empty if the
    /// message is redacted.
    pub snippet: String,
}

/// A ticket as staff see it, in lists, in the inbox and on the ticket's own page.
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
    /// The number of the last event in the ticket's history. It also serves as the version of the
    /// ticket's state.
    pub seq: Seq,
    /// The number of the last event that the reader has read. The reader's own messages directly
    /// after that event also count as read. Always 0 in `inbox` frames, which are the same for all
    /// staff.
    pub read_seq: Seq,
    #[serde(default)]
    pub last_message: Option<LastMessage>,
    /// Since when the customer has been waiting for an answer: since they opened the ticket, or
    /// since their first message after the last public answer. Null if the customer was answered,
    /// and while the ticket is resolved, closed or archived.
    #[serde(default)]
    pub waiting_since: Option<DateTime<Utc>>,
}

/// An update of a ticket in the inbox, if only these fields have changed since the ticket was sent
/// with all fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TicketMoved {
    pub id: TicketId,
    /// The number of the last event in the ticket's history. It also serves as the version of the
    /// ticket's state.
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
    /// One word of the assigned agent's name. Null if the ticket is unassigned or the name has no
    /// suitable word.
    pub assignee_name: Option<String>,
    pub rating: Option<Rating>,
    pub created_at: DateTime<Utc>,
    pub resolved_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub archived_at: Option<DateTime<Utc>>,
    /// Time of the last activity that the customer can see.
    pub last_activity_at: DateTime<Utc>,
    /// The number of the last event that the customer can see (`public_seq`).
    pub seq: Seq,
    /// The number of the last event that the customer has read. The customer's own messages
    /// directly after that event also count as read.
    pub read_seq: Seq,
    #[serde(default)]
    pub last_message: Option<LastMessage>,
    /// Since when the customer has been waiting for an answer. Null if the customer was answered,
    /// and while the ticket is resolved, closed or archived.
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
    /// Tickets of priority `urgent` that are neither resolved nor closed.
    pub urgent_tickets: u32,
    /// Tickets of priority `high` that are neither resolved nor closed.
    pub high_priority_tickets: u32,
    /// Unassigned tickets that are neither resolved nor closed.
    pub unassigned_tickets: u32,
    /// Tickets whose customer is waiting for an answer, counted up to 10,000.
    #[serde(default)]
    pub needs_answer_tickets: u32,
    pub avg_resolution_hours: Option<f64>,
    pub tickets_last_24h: u32,
    pub tickets_last_7d: u32,
    pub avg_satisfaction_rating: Option<f64>,
}
