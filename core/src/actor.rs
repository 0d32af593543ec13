//! A person who acts: their role, and whether they act on a ticket as staff or as a customer.

use crate::ids::UserId;
use crate::text_enum::text_enum;
use crate::ticket::TicketFacts;

text_enum!(
    /// A staff role (`user_roles.role`). Staff of both roles work on tickets; only admins manage
    /// roles, settings and retention.
    StaffRole { Admin = "admin", SupportAgent = "support_agent" }
);

text_enum!(
    /// Whether a customer, staff or the system performed an action (`actor_type`, `sender_type`).
    /// Staff of both roles are stored as `admin`, as in Helpline's predecessor.
    ActorType { Customer = "customer", Admin = "admin", System = "system" }
);

text_enum!(
    /// Whether a person reads as a customer or as staff. This decides which event numbers, frame
    /// types and database role apply.
    Audience { Customer = "customer", Staff = "staff" }
);

/// A signed-in person, with their current role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// The person's id (`people.id`).
    pub user: UserId,
    /// The person's staff role; `None` for a customer.
    pub role: Option<StaffRole>,
}

impl Actor {
    /// Whether the person is an admin or a support agent.
    pub const fn is_staff(&self) -> bool {
        self.role.is_some()
    }

    /// Whether this person reads `ticket` as a customer or as staff. A ticket's owner always reads
    /// as its customer, even with a staff role.
    pub fn audience(&self, ticket: &TicketFacts) -> Audience {
        if self.is_staff() && ticket.owner != self.user {
            Audience::Staff
        } else {
            Audience::Customer
        }
    }
}
