//! A person who acts: their role, and the side on which they act on a ticket.

use crate::ids::UserId;
use crate::text_enum::text_enum;
use crate::ticket::TicketFacts;

text_enum!(
    /// A staff role (`user_roles.role`). Both work on tickets; only admins manage roles, settings
    /// and retention.
    StaffRole { Admin = "admin", SupportAgent = "support_agent" }
);

text_enum!(
    /// The side that performed an action (`actor_type`, `sender_type`). Staff of either role count
    /// as `admin`, the word of the original system.
    ActorType { Customer = "customer", Admin = "admin", System = "system" }
);

text_enum!(
    /// The side as which a person reads. It decides numbering, frame types and the database role.
    Audience { Customer = "customer", Staff = "staff" }
);

/// A signed-in person, with the rights that they have at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// `people.id`.
    pub user: UserId,
    /// The staff role; `None` for a customer.
    pub role: Option<StaffRole>,
}

impl Actor {
    /// Whether the person has a staff role of either kind.
    pub const fn is_staff(&self) -> bool {
        self.role.is_some()
    }

    /// How this person reads `ticket`. The ticket's owner is always its customer, even if they are
    /// staff elsewhere.
    pub fn audience(&self, ticket: &TicketFacts) -> Audience {
        if self.is_staff() && ticket.owner != self.user {
            Audience::Staff
        } else {
            Audience::Customer
        }
    }
}
