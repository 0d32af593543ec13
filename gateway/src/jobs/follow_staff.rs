//! Keeps the roles equal to those of the platform, where `migrate --staff-from` has stored a query for
//! them. A query that fails is logged once for each reason.

use helpline_persistence::{Store, StoreError, roles};

/// Why the previous run of the query failed. It has already been logged.
#[derive(Default)]
pub(super) struct FollowStaff {
    known: Option<String>,
}

impl FollowStaff {
    pub(super) async fn run(&mut self, store: &Store) -> Result<(), StoreError> {
        let failed = roles::follow_staff(store).await?;
        metrics::gauge!("helpline_staff_query_failed").set(f64::from(u8::from(failed.is_some())));
        if let Some(reason) = failed.as_ref().filter(|_| failed != self.known) {
            tracing::error!(
                reason,
                "the query that finds the platform's staff failed, so roles stay as they are; fix it with migrate --staff-from"
            );
        }
        self.known = failed;
        Ok(())
    }
}
