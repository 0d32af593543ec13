//! A signed-in connection. It is shared by its own task, the rooms that it has joined, and the code
//! that handles its requests.

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

/// A signed-in WebSocket connection.
pub struct Connection {
    /// Unique within this instance. Later connections have higher ids.
    pub id: u64,
    /// The person, with their role at sign-in. If the role changes, the connection is closed.
    pub person: Person,
    /// The client's IP address. Behind a trusted proxy, the address that the proxy forwarded.
    pub address: Option<IpAddr>,
    /// The client's `User-Agent`.
    pub user_agent: Option<String>,
    /// Frames that wait to be written to the client.
    pub send_queue: SendQueue,
    /// Number of messages that the client has sent and the instance has not acknowledged yet.
    pub awaited_acks: AtomicU32,
}

impl Connection {
    /// The person with their role at sign-in.
    pub fn actor(&self) -> Actor {
        Actor {
            user: self.person.id,
            role: self.person.role,
        }
    }

    /// The person as a reader, who sees what this audience (customer or staff) may see.
    pub fn reader(&self, audience: Audience) -> Reader {
        Reader {
            user: self.person.id,
            audience,
        }
    }

    /// The person as staff see them on a ticket. `audience` says whether the person takes part in
    /// the ticket as its customer or as staff.
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

    /// A row of the audit table `access_log` for an action on this connection.
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
