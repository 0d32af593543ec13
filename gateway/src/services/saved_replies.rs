//! Saved replies: texts that staff insert into messages. Admins edit the shared replies, and each
//! person edits their own.

use helpline_core::ids::SavedReplyId;
use helpline_core::protocol::SavedReply;
use helpline_persistence::replies::{self, NewReply};
use helpline_persistence::{Caller, IfMatch, Store, StoreError};

/// Writes and removes saved replies.
pub struct SavedReplies(Store);

impl SavedReplies {
    /// `store` is the database that contains the replies.
    pub const fn new(store: Store) -> Self {
        Self(store)
    }

    /// Creates or replaces a saved reply.
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

    /// Removes a saved reply. Returns false if it did not exist.
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
