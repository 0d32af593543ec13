//! Roles: granted and revoked; and people: blocked and let in again.

use std::sync::Arc;

use helpline_core::actor::StaffRole;
use helpline_core::ids::UserId;
use helpline_persistence::{Caller, Store, StoreError, people, roles};

use crate::live::Hub;

/// Writes roles and blocks.
pub struct People {
    store: Store,
    hub: Arc<Hub>,
}

impl People {
    /// Publishes through this hub.
    pub const fn new(store: Store, hub: Arc<Hub>) -> Self {
        Self { store, hub }
    }

    /// Gives a person this role instead of any other; their open connections end at once.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn grant(
        &self,
        caller: &Caller,
        user: UserId,
        role: StaffRole,
    ) -> Result<(), StoreError> {
        roles::grant(&self.store, caller, user, role).await?;
        self.hub.publish_access_changed(&[user]);
        Ok(())
    }

    /// Takes a person's role; their open connections end at once, and their tickets that are not over become unassigned.
    ///
    /// # Errors
    /// What the database refuses: the last admin stays.
    pub async fn revoke(&self, caller: &Caller, user: UserId) -> Result<(), StoreError> {
        let unassigned = roles::revoke(&self.store, caller, user).await?;
        self.hub.publish(&unassigned);
        self.hub.publish_access_changed(&[user]);
        Ok(())
    }

    /// Blocks a person, or lets them in again. A blocked person's open connections end at once, and their tickets that are not over become unassigned.
    ///
    /// # Errors
    /// What the database refuses: no one blocks themselves, and the last admin stays.
    pub async fn set_blocked(
        &self,
        caller: &Caller,
        user: UserId,
        blocked: bool,
    ) -> Result<(), StoreError> {
        let unassigned = people::set_blocked(&self.store, caller, user, blocked).await?;
        self.hub.publish(&unassigned);
        self.hub.publish_access_changed(&[user]);
        Ok(())
    }
}
