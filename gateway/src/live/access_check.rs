//! Checks that connected people still have the role with which they signed in. A role change made
//! through Helpline triggers an immediate check. The check also runs every 2 s, because a role can
//! be changed with SQL, or while Redis is down.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use helpline_core::actor::StaffRole;
use helpline_core::ids::UserId;
use helpline_core::limits;
use helpline_persistence::people::AccessStatus;
use helpline_persistence::{Store, people};

use crate::connections::ConnectionRegistry;
use crate::database::outage::OutageLog;
use crate::runtime::failpoint::sabotaged;
use crate::runtime::lifecycle::Lifecycle;

/// Disconnects people whose role in the database differs from the role with which they signed in.
#[derive(Clone)]
pub struct AccessCheck {
    store: Store,
    registry: Arc<ConnectionRegistry>,
    lifecycle: Lifecycle,
    outage: Arc<OutageLog>,
}

impl AccessCheck {
    /// Creates an access check for the connections in `registry`.
    pub fn new(store: Store, registry: Arc<ConnectionRegistry>, lifecycle: Lifecycle) -> Self {
        Self {
            store,
            registry,
            lifecycle,
            outage: Arc::new(OutageLog::new("access check")),
        }
    }

    /// Periodically checks the roles of all connected people until the instance stops.
    pub async fn run(self) {
        let mut ticks =
            tokio::time::interval(Duration::from_millis(limits::ACCESS_CHECK_INTERVAL_MS));
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            // Cancel-safe: one branch is an interval, the other a cancellation token.
            tokio::select! {
                _ = ticks.tick() => self.check(None).await,
                () = self.lifecycle.stop.cancelled() => return,
            }
        }
    }

    /// Checks the roles of these people immediately, in a separate task.
    pub fn check_soon(&self, users: Vec<UserId>) {
        let this = self.clone();
        self.lifecycle
            .spawn(async move { this.check(Some(&users)).await });
    }

    /// Checks the roles of these people's connections, or of all connections if `users` is `None`.
    async fn check(&self, users: Option<&[UserId]>) {
        // List the connections before querying the roles. A connection that opens during the query
        // may have a newer role than the query returns, so its role must not be compared with the
        // result.
        let (connected, newest) = self.registry.access_status(users);
        if connected.is_empty() || sabotaged("revoked-stay") {
            return;
        }
        let changed = people::changed(&self.store, &connected).await;
        self.outage.observe(&changed);
        // If the database does not respond, open connections stay open. New connections are
        // refused, because a sign-in also needs the database.
        if let Ok(changed) = changed {
            if changed.is_empty() {
                return;
            }
            let returning = self.with_another_role(&changed).await;
            self.registry
                .disconnect_changed(&changed, &returning, newest);
        }
    }

    /// From the people who lost their role, returns those who have a different staff role now.
    /// Their clients are told to reconnect, and then get the new role.
    async fn with_another_role(&self, changed: &[AccessStatus]) -> HashSet<UserId> {
        let others = changed.iter().flat_map(|one| {
            let roles = StaffRole::ALL.iter().map(|role| Some(*role));
            roles
                .filter(|role| *role != one.role)
                .map(|role| AccessStatus {
                    user: one.user,
                    role,
                })
        });
        let others: Vec<_> = others.collect();
        match people::changed(&self.store, &others).await {
            Ok(refused) => {
                let refused: HashSet<_> = refused.into_iter().collect();
                let let_in = others.into_iter().filter(|one| !refused.contains(one));
                let_in.map(|one| one.user).collect()
            }
            // The query failed, so return all people in `changed`. Their clients are told to
            // reconnect, and each sign-in then decides which role the person has.
            Err(error) => {
                self.outage.failed(&error);
                changed.iter().map(|one| one.user).collect()
            }
        }
    }
}
