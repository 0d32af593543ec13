//! Migrations, embedded from `migrations/`, run forward under an advisory lock by an administrator's connection.
use crate::StoreError;

/// Brings the database up to date; gives the names of the migrations applied. `admin_url` needs CREATEROLE and CREATE on the database.
pub async fn migrate(_admin_url: &str) -> Result<Vec<String>, StoreError> { todo!() }
/// Lets the runtime role `helpline_service` sign in with this password (dev, tests, first installation).
pub async fn set_runtime_password(_admin_url: &str, _password: &str) -> Result<(), StoreError> { todo!() }
/// Whether every embedded migration is applied (readiness), asked over the runtime role.
pub async fn is_current(_store: &crate::Store) -> Result<bool, StoreError> { todo!() }
