//! Checks the privileges of the database roles. The service's role must own nothing and call only
//! the service's functions. No role other than the service's may act as the customer or staff role.
//! With more privileges, a bug in Helpline or a grant made by the hosting platform could expose
//! data.

use tokio_postgres::error::SqlState;

use crate::migrate::with_limits;
use crate::{Store, StoreError, rows};

const PRIVILEGES: &str = include_str!("../sql/store/privileges.sql");
const ROLE_SETTINGS: &str = include_str!("../sql/store/role_settings.sql");
const ROLE_CONFLICTS: &str = include_str!("../sql/store/role_conflicts.sql");

/// Fails if the service's role has more privileges than it needs, or if other roles can act as the
/// customer or staff role. The error contains the first reason found.
pub(crate) async fn check(store: &Store) -> Result<(), StoreError> {
    let privileges = match store.query(PRIVILEGES, &[]).await {
        // These errors mean that the schema or the role does not exist.
        Err(StoreError::Other(error))
            if [SqlState::INVALID_SCHEMA_NAME, SqlState::UNDEFINED_OBJECT]
                .iter()
                .any(|state| error.code() == Some(state)) =>
        {
            return Err(StoreError::NotPrepared(
                "this database is not set up for Helpline: run `helpline migrate`".into(),
            ));
        }
        answer => answer?,
    };
    if let Some(row) = privileges.first() {
        return Err(StoreError::OverPrivileged(rows::get(row, 0)?));
    }
    let lacks: Vec<String> = store
        .query_once(&with_limits(ROLE_SETTINGS))
        .await?
        .iter()
        .map(|row| rows::get(row, 0))
        .collect::<Result<_, _>>()?;
    if !lacks.is_empty() {
        return Err(StoreError::NotPrepared(format!(
            "the role of the service lacks settings: {}",
            lacks.join("; ")
        )));
    }
    let conflicts = role_conflicts(store).await?;
    if conflicts.is_empty() {
        Ok(())
    } else {
        Err(StoreError::OverPrivileged(conflicts.join("; ")))
    }
}

/// Returns the roles, other than the service's, that can act as the customer or staff role. Each
/// entry is a sentence that includes the statement to fix it.
///
/// # Errors
/// When the database cannot be read.
pub async fn role_conflicts(store: &Store) -> Result<Vec<String>, StoreError> {
    store
        .query(ROLE_CONFLICTS, &[])
        .await?
        .iter()
        .map(|row| rows::get(row, 0))
        .collect()
}
