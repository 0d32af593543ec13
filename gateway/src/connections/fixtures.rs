//! Connections for the unit tests of other modules.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use axum::extract::ws::Utf8Bytes;
use helpline_core::actor::StaffRole;
use helpline_core::ids::UserId;
use helpline_persistence::people::Person;
use serde_json::Value;
use uuid::Uuid;

use super::{Connection, SendQueue};

/// Makes connection `id` of the person `user`. `role` is `None` for a customer.
pub fn connection(id: u64, user: u128, role: Option<StaffRole>) -> Arc<Connection> {
    let person = Person {
        id: UserId::new(Uuid::from_u128(user)),
        name: Some(format!("Person {user}")),
        public_name: None,
        email: None,
        role,
        blocked: false,
    };
    let (send_queue, awaited_acks) = (SendQueue::default(), AtomicU32::new(0));
    Arc::new(Connection {
        id,
        person,
        address: None,
        user_agent: None,
        send_queue,
        awaited_acks,
    })
}

/// Takes the frames that wait to be written to this connection, parsed as JSON.
pub fn sent(connection: &Connection) -> Vec<Value> {
    let mut batch = connection.send_queue.take();
    let parse = |frame: Utf8Bytes| serde_json::from_str(&frame).expect("frames are JSON");
    std::iter::from_fn(|| batch.pop()).map(parse).collect()
}
