//! A ticket's enums, and the facts that a policy decision needs.

use crate::ids::{TicketId, UserId};
use crate::text_enum::text_enum;

text_enum!(
    /// The status of a ticket. [`crate::transitions`] defines the allowed changes of status.
    Status {
        /// New or reopened, and not yet answered.
        Open = "open",
        /// An agent works on the ticket.
        InProgress = "in_progress",
        /// The ticket waits for the customer's reply.
        WaitingOnCustomer = "waiting_on_customer",
        /// The ticket waits for a reply from staff.
        WaitingOnAdmin = "waiting_on_admin",
        /// Answered. A message from the customer reopens the ticket.
        Resolved = "resolved",
        /// Closed. The ticket must be reopened before anyone can send a message.
        Closed = "closed",
        /// Handed over to a higher level of support.
        Escalated = "escalated",
    }
);

impl Status {
    /// Whether the ticket is resolved or closed. Such a ticket is not in the active lists and does
    /// not wait for an answer.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Resolved | Self::Closed)
    }
}

text_enum!(
    /// How urgent a ticket is.
    Priority { Low = "low", Medium = "medium", High = "high", Urgent = "urgent" }
);

text_enum!(
    /// What a ticket is about.
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

/// The facts about a ticket that [`crate::policy`] needs. Read these facts from the database for
/// each decision; never cache them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TicketFacts {
    pub id: TicketId,
    /// The customer of this ticket, even if that person is staff for other people's tickets.
    pub owner: UserId,
    pub status: Status,
    /// An archived ticket is read-only.
    pub archived: bool,
}
