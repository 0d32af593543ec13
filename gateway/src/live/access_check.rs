//! Whether connected people still have the role that they signed in with. Read from the database every 2 s, so that a change made by SQL
//! or while Redis is down takes effect too; at once when the change was made through Helpline.

use std::sync::Arc;
use std::time::Duration;

use helpline_core::ids::UserId;
use helpline_core::limits;
use helpline_persistence::{Store, people};

use crate::connections::ConnectionRegistry;
use crate::database::errors::reject_of;
use crate::runtime::lifecycle::Lifecycle;

/// Compares connections with the database.
#[derive(Clone)]
pub struct AccessCheck {
    store: Store,
    registry: Arc<ConnectionRegistry>,
    lifecycle: Lifecycle,
}

impl AccessCheck {
    /// Checks these connections.
    pub const fn new(
        store: Store,
        registry: Arc<ConnectionRegistry>,
        lifecycle: Lifecycle,
    ) -> Self {
        Self {
            store,
            registry,
            lifecycle,
        }
    }

    /// Checks all of them until the instance stops.
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

    /// Checks these people now, in a task.
    pub fn check_soon(&self, users: Vec<UserId>) {
        let this = self.clone();
        self.lifecycle
            .spawn(async move { this.check(Some(&users)).await });
    }

    /// Checks these people; without any named, all.
    async fn check(&self, users: Option<&[UserId]>) {
        // Taken before the read: who connects during it was let in by a newer one.
        let (connected, newest) = self.registry.access_status(users);
        if connected.is_empty() {
            return;
        }
        match people::changed(&self.store, &connected).await {
            Ok(changed) => self.registry.disconnect_changed(&changed, newest),
            // No new connection is let in meanwhile either; those that are open stay until the database answers.
            Err(error) => drop(reject_of(&error)),
        }
    }
}
