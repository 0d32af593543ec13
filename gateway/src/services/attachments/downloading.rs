//! The downloads that an instance serves at this moment.

use std::collections::HashMap;
use std::sync::Arc;

use helpline_core::ids::UserId;
use helpline_core::limits;
use helpline_core::reject::{Reject, RejectCode};
use parking_lot::Mutex;

/// The downloads of an instance at this moment, by person. A slow reader keeps a download, so one
/// person has few of them.
#[derive(Default)]
pub(super) struct Downloads(Arc<Mutex<HashMap<UserId, usize>>>);

/// One download of a person, until it is dropped.
pub(super) struct Download {
    person: UserId,
    all: Arc<Mutex<HashMap<UserId, usize>>>,
}

impl Downloads {
    /// Takes one of the downloads of this person.
    ///
    /// # Errors
    /// `overloaded` if the person, or the instance, has as many as it may have.
    pub(super) fn begin(&self, person: UserId) -> Result<Download, Reject> {
        let mut all = self.0.lock();
        let of_person = all.get(&person).copied().unwrap_or_default();
        if of_person >= limits::DOWNLOADS_AT_ONCE_PERSON_MAX
            || all.values().sum::<usize>() >= limits::DOWNLOADS_AT_ONCE_MAX
        {
            return Err(
                Reject::new(RejectCode::Overloaded, "too many downloads at once")
                    .retry_after_ms(1_000),
            );
        }
        all.insert(person, of_person + 1);
        let all = Arc::clone(&self.0);
        Ok(Download { person, all })
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        let mut all = self.all.lock();
        let left = all
            .remove(&self.person)
            .unwrap_or_default()
            .saturating_sub(1);
        if left > 0 {
            all.insert(self.person, left);
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn one_person_does_not_take_the_downloads_of_others() {
        let downloads = Downloads::default();
        let (ada, carl) = (
            UserId::new(Uuid::from_u128(1)),
            UserId::new(Uuid::from_u128(2)),
        );
        let most = limits::DOWNLOADS_AT_ONCE_PERSON_MAX;
        let of_ada: Vec<_> = (0..most)
            .filter_map(|_| downloads.begin(ada).ok())
            .collect();
        assert_eq!(of_ada.len(), most);
        assert!(downloads.begin(ada).is_err());
        assert!(downloads.begin(carl).is_ok());
        drop(of_ada);
        assert!(downloads.begin(ada).is_ok());
        assert!(downloads.0.lock().is_empty());
    }
}
