//! Saved replies. Admins keep the shared ones, and people their personal ones.

use helpline_core::ids::SavedReplyId;
use helpline_core::protocol::SavedReply;
use helpline_persistence::replies::{self, NewReply};
use helpline_persistence::{Caller, IfMatch, Store, StoreError};

/// Saves and removes replies.
pub struct SavedReplies(Store);

impl SavedReplies {
    /// Writes to this database.
    pub const fn new(store: Store) -> Self {
        Self(store)
    }

    /// Creates or replaces a reply.
    ///
    /// # Errors
    /// When the database refuses the change.
    pub async fn save(
        &self,
        caller: &Caller,
        new: &NewReply,
        expected: &IfMatch,
    ) -> Result<SavedReply, StoreError> {
        replies::save(&self.0, caller, new, expected).await
    }

    /// Removes a reply. Returns false if it did not exist.
    ///
    /// # Errors
    /// When the database refuses the change.
    pub async fn remove(
        &self,
        caller: &Caller,
        id: SavedReplyId,
        expected: &IfMatch,
    ) -> Result<bool, StoreError> {
        replies::delete(&self.0, caller, id, expected).await
    }
}
