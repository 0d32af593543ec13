//! One step of an adoption at a time.

use helpline_core::limits;
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::{Names, StoreError};

const LOCK: &str = include_str!("../../sql/adopt/lock.sql");

/// Waits until no other step of an adoption writes in this desk, and lets none begin.
///
/// # Errors
/// [`StoreError::NotPrepared`] if another one goes on for too long.
pub(super) async fn keep_others_out(client: &Client, names: &Names) -> Result<(), StoreError> {
    let timeout = limits::ADOPTION_LOCK_TIMEOUT_MS;
    client
        .batch_execute(&format!("begin; set local lock_timeout = {timeout}"))
        .await?;
    let table = format!("{}.adopted_tickets", names.schema());
    match client.query_one(LOCK, &[&table]).await {
        Ok(_) => Ok(client.batch_execute("commit").await?),
        Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
            Err(StoreError::NotPrepared(
                "nothing was changed: another step of an adoption is running in this desk".into(),
            ))
        }
        Err(error) => Err(error.into()),
    }
}
