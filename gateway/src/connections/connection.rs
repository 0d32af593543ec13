//! One signed-in connection, shared by its own task, the rooms that it is in, and the parts that answer it.

use std::net::IpAddr;
use std::sync::atomic::AtomicU32;

use helpline_core::actor::{Actor, ActorType, Audience};
use helpline_core::ids::TicketId;
use helpline_core::protocol::StaffPerson;
use helpline_core::reject::RejectCode;
use helpline_persistence::Reader;
use helpline_persistence::audit::AccessRow;
use helpline_persistence::people::Person;

use super::send_queue::SendQueue;

/// A connection.
pub struct Connection {
    /// Names it within this instance.
    pub id: u64,
    /// Who it speaks for, with the role at sign-in: a change of role disconnects it and does not update it.
    pub person: Person,
    /// The client's address, after trusted proxies.
    pub address: Option<IpAddr>,
    /// The client's `User-Agent`.
    pub user_agent: Option<String>,
    /// What is to be written to it.
    pub send_queue: SendQueue,
    /// Sends whose answer is still to come.
    pub awaited_acks: AtomicU32,
}

impl Connection {
    /// The person with their rights.
    pub fn actor(&self) -> Actor {
        Actor {
            user: self.person.id,
            role: self.person.role,
        }
    }

    /// The person as a reader of this side.
    pub fn reader(&self, audience: Audience) -> Reader {
        Reader {
            user: self.person.id,
            audience,
        }
    }

    /// The person as staff see them on a ticket that they are on this side of.
    pub fn as_seen(&self, audience: Audience) -> StaffPerson {
        let kind = match audience {
            Audience::Staff => ActorType::Admin,
            Audience::Customer => ActorType::Customer,
        };
        StaffPerson {
            id: Some(self.person.id),
            kind,
            name: self.person.name.clone(),
        }
    }

    /// An audit row of this connection's.
    pub fn access(
        &self,
        action: &str,
        ticket: Option<TicketId>,
        refused: Option<RejectCode>,
    ) -> AccessRow {
        AccessRow {
            user: Some(self.person.id),
            action: action.to_owned(),
            ticket,
            refused,
            address: self.address,
            user_agent: self.user_agent.clone(),
            detail: serde_json::json!({ "by": "socket" }),
        }
    }
}
