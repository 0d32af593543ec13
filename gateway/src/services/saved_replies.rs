//! Saved replies: shared ones kept by admins, personal ones by their owners.

use helpline_core::ids::SavedReplyId;
use helpline_core::protocol::SavedReply;
use helpline_persistence::replies::{self, NewReply};
use helpline_persistence::{Caller, IfMatch, Store, StoreError};

/// Writes saved replies.
pub struct SavedReplies(Store);

impl SavedReplies {
    /// Of this database.
    pub const fn new(store: Store) -> Self {
        Self(store)
    }

    /// Creates or replaces one.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn save(
        &self,
        caller: &Caller,
        new: &NewReply,
        expected: &IfMatch,
    ) -> Result<SavedReply, StoreError> {
        replies::save(&self.0, caller, new, expected).await
    }

    /// Removes one; false: it did not exist.
    ///
    /// # Errors
    /// What the database refuses.
    pub async fn remove(
        &self,
        caller: &Caller,
        id: SavedReplyId,
        expected: &IfMatch,
    ) -> Result<bool, StoreError> {
        replies::delete(&self.0, caller, id, expected).await
    }
}
