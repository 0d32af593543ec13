//! Grants and revokes roles, and blocks and unblocks people.

use std::sync::Arc;

use helpline_core::actor::StaffRole;
use helpline_core::ids::UserId;
use helpline_persistence::{Caller, Store, StoreError, erasures, people, roles};

use crate::live::Hub;

/// Changes people's roles, and blocks and unblocks people.
pub struct People {
    store: Store,
    hub: Arc<Hub>,
}

impl People {
    /// `hub` publishes the events that the changes write.
    pub const fn new(store: Store, hub: Arc<Hub>) -> Self {
        Self { store, hub }
    }

    /// Gives a person this role, which replaces the person's former role. The person's open
    /// connections are closed at once.
    ///
    /// # Errors
    /// When the database refuses the change.
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

    /// Removes a person's role. The person's open connections are closed at once, and the
    /// unfinished tickets assigned to the person become unassigned.
    ///
    /// # Errors
    /// When the database refuses the change. The last admin's role cannot be removed.
    pub async fn revoke(&self, caller: &Caller, user: UserId) -> Result<(), StoreError> {
        let unassigned = roles::revoke(&self.store, caller, user).await?;
        self.hub.publish(&unassigned);
        self.hub.publish_access_changed(&[user]);
        Ok(())
    }

    /// Blocks or unblocks a person. The person's open connections are closed at once. If the person
    /// is blocked, the unfinished tickets assigned to them become unassigned.
    ///
    /// # Errors
    /// When the database refuses the change. People cannot block themselves, and the last admin
    /// cannot be blocked.
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

    /// Erases the data of a person who is gone from the platform, or keeps the person. If the
    /// erased person had a role, their open connections are closed at once. A customer's end with the
    /// token, as for everyone who is deleted on the platform.
    ///
    /// # Errors
    /// When the database refuses the decision.
    pub async fn decide_erasure(
        &self,
        caller: &Caller,
        user: UserId,
        erase: bool,
    ) -> Result<(), StoreError> {
        let unassigned = erasures::decide(&self.store, caller, user, erase).await?;
        self.hub.publish(&unassigned);
        if erase {
            self.hub.publish_access_changed(&[user]);
        }
        Ok(())
    }
}
