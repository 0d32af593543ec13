//! The signed-in connections of this instance, by person. Also disconnects people whose role has
//! changed.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;
use helpline_core::ids::UserId;
use helpline_core::reject::CloseCode;
use helpline_persistence::people::AccessStatus;

use super::admission::AtCapacity;
use super::connection::Connection;
use super::send_queue::Disconnect;

/// All signed-in connections of this instance.
pub struct ConnectionRegistry {
    per_user_max: u32,
    next_id: AtomicU64,
    users: DashMap<UserId, Vec<Arc<Connection>>>,
}

impl ConnectionRegistry {
    /// Creates an empty registry. `per_user_max` limits the connections of one user.
    pub fn new(per_user_max: u32) -> Self {
        Self {
            per_user_max,
            next_id: AtomicU64::new(1),
            users: DashMap::new(),
        }
    }

    /// Registers a signed-in connection, which `make` creates from its id.
    ///
    /// # Errors
    /// [`AtCapacity::User`] if the user has the maximum number of connections.
    pub fn enter(
        &self,
        user: UserId,
        make: impl FnOnce(u64) -> Connection,
    ) -> Result<Arc<Connection>, AtCapacity> {
        let mut of_user = self.users.entry(user).or_default();
        if of_user.len() >= self.per_user_max as usize {
            return Err(AtCapacity::User);
        }
        let connection = Arc::new(make(self.next_id.fetch_add(1, Ordering::Relaxed)));
        of_user.push(Arc::clone(&connection));
        Ok(connection)
    }

    /// Removes a connection that has ended.
    pub fn leave(&self, connection: &Connection) {
        self.users
            .remove_if_mut(&connection.person.id, |_, of_user| {
                of_user.retain(|other| other.id != connection.id);
                of_user.is_empty()
            });
    }

    /// Returns the roles with which these people are connected, or the roles of all connected
    /// people if `users` is `None`. A person appears several times if their connections have
    /// different roles. Also returns the id that the next new connection will get.
    pub fn access_status(&self, users: Option<&[UserId]>) -> (Vec<AccessStatus>, u64) {
        let newest = self.next_id.load(Ordering::Acquire);
        let mut status = Vec::new();
        let mut collect = |of_user: &[Arc<Connection>]| {
            for connection in of_user {
                let one = AccessStatus {
                    user: connection.person.id,
                    role: connection.person.role,
                };
                // Skip duplicates. Comparing with the last entry is enough, because connections of
                // the same person are adjacent.
                if status.last() != Some(&one) {
                    status.push(one);
                }
            }
        };
        match users {
            Some(users) => users
                .iter()
                .filter_map(|user| self.users.get(user))
                .for_each(|of_user| collect(&of_user)),
            None => self.users.iter().for_each(|of_user| collect(&of_user)),
        }
        (status, newest)
    }

    /// Disconnects the connections that were opened with one of the roles in `changed`. Keeps
    /// connections with an id of at least `newest`, which were opened after the roles were read.
    /// People in `returning` now have another role, so the close code tells their clients to
    /// reconnect.
    pub fn disconnect_changed(
        &self,
        changed: &[AccessStatus],
        returning: &HashSet<UserId>,
        newest: u64,
    ) {
        for AccessStatus { user, role } in changed {
            let Some(of_user) = self.users.get(user) else {
                continue;
            };
            let code = if returning.contains(user) {
                CloseCode::RoleChanged
            } else {
                CloseCode::Revoked
            };
            for connection in of_user
                .iter()
                .filter(|connection| connection.id < newest && connection.person.role == *role)
            {
                connection.send_queue.disconnect(Disconnect::Now(code));
            }
        }
    }

    /// All signed-in connections, in no particular order.
    pub fn all(&self) -> Vec<Arc<Connection>> {
        self.users
            .iter()
            .flat_map(|entry| entry.value().clone())
            .collect()
    }
}
