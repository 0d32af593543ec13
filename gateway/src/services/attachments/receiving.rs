//! The uploads that an instance receives at this moment.

use std::collections::HashMap;
use std::sync::Arc;

use helpline_core::ids::{UploadId, UserId};
use helpline_core::limits;
use helpline_core::reject::{Reject, RejectCode};
use parking_lot::Mutex;

/// Which uploads are being received, and from whom. It has at most
/// [`limits::UPLOADS_AT_ONCE_MAX`] entries.
#[derive(Default)]
pub(super) struct Receiving(Arc<Mutex<HashMap<UploadId, UserId>>>);

/// One of the slots for uploads, until it is dropped.
pub(super) struct Slot {
    id: UploadId,
    all: Arc<Mutex<HashMap<UploadId, UserId>>>,
}

impl Receiving {
    /// Takes a slot for an upload.
    ///
    /// # Errors
    /// `upload_in_progress` if it has one; `overloaded` if there is none left.
    pub(super) fn begin(&self, id: UploadId, owner: UserId) -> Result<Slot, Reject> {
        let mut all = self.0.lock();
        if all.contains_key(&id) {
            return Err(Reject::new(
                RejectCode::UploadInProgress,
                "this upload is being received on another connection",
            )
            .retry_after_ms(1_000));
        }
        let of_owner = all.values().filter(|it| **it == owner).count();
        if all.len() >= limits::UPLOADS_AT_ONCE_MAX
            || of_owner >= limits::UPLOADS_AT_ONCE_PERSON_MAX
        {
            return Err(
                Reject::new(RejectCode::Overloaded, "too many uploads at once")
                    .retry_after_ms(1_000),
            );
        }
        all.insert(id, owner);
        metrics::gauge!("helpline_uploads_in_progress").set(all.len() as f64);
        let all = Arc::clone(&self.0);
        Ok(Slot { id, all })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut all = self.all.lock();
        all.remove(&self.id);
        metrics::gauge!("helpline_uploads_in_progress").set(all.len() as f64);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_upload_has_one_slot_and_a_person_few() {
        let receiving = Receiving::default();
        let (ada, carl) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let begin = |n: u128, owner| {
            receiving
                .begin(UploadId::new(Uuid::from_u128(n)), UserId::new(owner))
                .map_err(|reject| reject.code)
        };
        let most = limits::UPLOADS_AT_ONCE_PERSON_MAX as u128;
        let slots: Vec<_> = (0..most)
            .map(|n| begin(n, ada).unwrap_or_else(|code| panic!("no slot: {code:?}")))
            .collect();
        assert_eq!(begin(0, ada).err(), Some(RejectCode::UploadInProgress));
        assert_eq!(begin(most, ada).err(), Some(RejectCode::Overloaded));
        assert!(begin(most, carl).is_ok());
        drop(slots);
        assert!(begin(0, ada).is_ok());
    }
}
