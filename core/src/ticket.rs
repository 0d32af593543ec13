//! What a ticket is: its words, and what one must know of it to decide anything.

use crate::ids::{TicketId, UserId};
use crate::text_enum::text_enum;

text_enum!(
    /// The status of a ticket. [`crate::transitions`] has the transitions between them.
    Status {
        /// New or reopened, and not answered yet.
        Open = "open",
        /// An agent is at it.
        InProgress = "in_progress",
        /// Waits for the customer.
        WaitingOnCustomer = "waiting_on_customer",
        /// Waits for the team.
        WaitingOnAdmin = "waiting_on_admin",
        /// Answered; a customer's message reopens it.
        Resolved = "resolved",
        /// Closed; must be reopened before a message can be sent again.
        Closed = "closed",
        /// Handed to those who decide.
        Escalated = "escalated",
    }
);

impl Status {
    /// Whether the ticket is resolved or closed: it is not in the active lists and does not wait for an answer.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Resolved | Self::Closed)
    }
}

text_enum!(
    /// How much it hurts.
    Priority { Low = "low", Medium = "medium", High = "high", Urgent = "urgent" }
);

text_enum!(
    /// What it is about.
    Category {
        Technical = "technical",
        Billing = "billing",
        Account = "account",
        FeatureRequest = "feature_request",
        BugReport = "bug_report",
        General = "general",
        Security = "security",
        Compliance = "compliance",
    }
);

/// What [`crate::policy`] must know of a ticket. Read fresh for each decision, never cached past it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TicketFacts {
    /// Which ticket.
    pub id: TicketId,
    /// Whose: the customer side of it, also when that person is staff elsewhere.
    pub owner: UserId,
    /// Where it stands.
    pub status: Status,
    /// Archived tickets are read-only.
    pub archived: bool,
}
