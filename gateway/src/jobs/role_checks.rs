//! Checks that no database role combines the privileges of customers and staff. If a role does so
//! at startup, the instance does not start. A role that combines them later is logged once.

use helpline_persistence::{Store, StoreError, privileges};

/// The conflicts (database roles that combine the privileges of customers and staff) that the
/// previous check found. They have already been logged.
#[derive(Default)]
pub(super) struct RoleChecks {
    known: Vec<String>,
}

impl RoleChecks {
    pub(super) async fn run(&mut self, store: &Store) -> Result<(), StoreError> {
        let found = privileges::role_conflicts(store).await?;
        metrics::gauge!("helpline_role_conflicts").set(found.len() as f64);
        for conflict in found
            .iter()
            .filter(|conflict| !self.known.contains(conflict))
        {
            tracing::warn!(
                conflict,
                "a database role can act as customers or staff, so it combines privileges of both; the conflict field says what to revoke"
            );
        }
        self.known = found;
        Ok(())
    }
}
