//! The runtime role owns nothing and may nothing but call the service's functions; more would turn a bug of ours into a breach.

use crate::{Store, StoreError, rows};

const PRIVILEGES: &str = include_str!("../sql/store/privileges.sql");

/// Refuses a role that may more than it should, with the first reason found.
pub(crate) async fn check(store: &Store) -> Result<(), StoreError> {
    let found = store.query(PRIVILEGES, &[]).await?;
    match found.first() {
        None => Ok(()),
        Some(row) => Err(StoreError::OverPrivileged(rows::get(row, 0)?)),
    }
}
