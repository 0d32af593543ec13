//! Who acts, and as which side of a ticket.

use crate::ids::UserId;
use crate::text_enum::text_enum;
use crate::ticket::TicketFacts;

text_enum!(
    /// A staff role (`user_roles.role`). Both work on tickets; only admins manage roles, settings and retention.
    StaffRole { Admin = "admin", SupportAgent = "support_agent" }
);

text_enum!(
    /// Which side did it (`actor_type`, `sender_type`). Staff of either role count as `admin`, the word of the original system.
    ActorType { Customer = "customer", Admin = "admin", System = "system" }
);

text_enum!(
    /// Who reads: decides numbering, frame types and the database role.
    Audience { Customer = "customer", Staff = "staff" }
);

/// A person who has proved who they are, with the rights they have at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// Who: `people.id`.
    pub user: UserId,
    /// Their staff role; none makes a customer.
    pub role: Option<StaffRole>,
}

impl Actor {
    /// Whether they are of the staff at all.
    pub const fn is_staff(&self) -> bool {
        self.role.is_some()
    }

    /// How they read this ticket: the owner of a ticket is a customer there, whatever role they have elsewhere.
    pub fn audience(&self, ticket: &TicketFacts) -> Audience {
        if self.is_staff() && ticket.owner != self.user {
            Audience::Staff
        } else {
            Audience::Customer
        }
    }
}
