//! Checks that connected people still have the role that they signed in with. It reads the database
//! every 2 s, so that changes made by SQL or while Redis is down take effect too. Changes made
//! through Helpline are checked immediately.

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

/// Compares the roles of connected people with the database.
#[derive(Clone)]
pub struct AccessCheck {
    store: Store,
    registry: Arc<ConnectionRegistry>,
    lifecycle: Lifecycle,
    outage: Arc<OutageLog>,
}

impl AccessCheck {
    /// Creates a check of the connections in `registry`.
    pub fn new(store: Store, registry: Arc<ConnectionRegistry>, lifecycle: Lifecycle) -> Self {
        Self {
            store,
            registry,
            lifecycle,
            outage: Arc::new(OutageLog::new("access check")),
        }
    }

    /// Checks all connections until the instance stops.
    pub async fn run(self) {
        let mut ticks =
            tokio::time::interval(Duration::from_millis(limits::ACCESS_CHECK_INTERVAL_MS));
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            // Cancel-safe: an interval and a token.
            tokio::select! {
                _ = ticks.tick() => self.check(None).await,
                () = self.lifecycle.stop.cancelled() => return,
            }
        }
    }

    /// Checks these people's connections now, in a separate task.
    pub fn check_soon(&self, users: Vec<UserId>) {
        let this = self.clone();
        self.lifecycle
            .spawn(async move { this.check(Some(&users)).await });
    }

    /// Checks these people's connections, or all connections if `users` is `None`.
    async fn check(&self, users: Option<&[UserId]>) {
        // Read before the query: a connection opened during the query was admitted by a newer one.
        let (connected, newest) = self.registry.access_status(users);
        if connected.is_empty() || sabotaged("revoked-stay") {
            return;
        }
        let changed = people::changed(&self.store, &connected).await;
        self.outage.observe(&changed);
        // While the database does not answer, no new connection is admitted. Open ones stay.
        if let Ok(changed) = changed {
            if changed.is_empty() {
                return;
            }
            let returning = self.with_another_role(&changed).await;
            self.registry
                .disconnect_changed(&changed, &returning, newest);
        }
    }

    /// Of the people who lost their role, returns those who can sign in with another role. They are
    /// told to reconnect and get that role.
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
            // Treat all as returning: their next `hello` decides.
            Err(error) => {
                self.outage.failed(&error);
                changed.iter().map(|one| one.user).collect()
            }
        }
    }
}
