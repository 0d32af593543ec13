//! The service's database role owns nothing and only calls the service's functions, and no other role acts for customers or staff: more would
//! turn a bug of ours, or a grant of the platform's, into a breach.

use crate::{Store, StoreError, rows};

const PRIVILEGES: &str = include_str!("../sql/store/privileges.sql");
const ROLE_CONFLICTS: &str = include_str!("../sql/store/role_conflicts.sql");

/// Refuses a role that has more privileges than it needs, with the first reason found, and roles whose grants add up.
pub(crate) async fn check(store: &Store) -> Result<(), StoreError> {
    if let Some(row) = store.query(PRIVILEGES, &[]).await?.first() {
        return Err(StoreError::OverPrivileged(rows::get(row, 0)?));
    }
    let conflicts = role_conflicts(store).await?;
    if conflicts.is_empty() { Ok(()) } else { Err(StoreError::OverPrivileged(conflicts.join("; "))) }
}

/// The roles of the database other than the service that can act as customers or staff, each as a sentence with the statement that ends it.
///
/// # Errors
/// When the database cannot be asked.
pub async fn role_conflicts(store: &Store) -> Result<Vec<String>, StoreError> {
    store.query(ROLE_CONFLICTS, &[]).await?.iter().map(|row| rows::get(row, 0)).collect()
}
