//! Records which instances of the service are running on one database.

use helpline_core::limits;
use uuid::Uuid;

use crate::{Store, StoreError, rows};

const RECORD: &str = include_str!("../sql/instances/record.sql");
const JOINED: &str = include_str!("../sql/instances/joined.sql");
const FORGET: &str = include_str!("../sql/instances/forget.sql");

/// The other instances of the service that use this database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Others {
    /// Number of instances that have reported since this instance started, and within the last
    /// [`limits::INSTANCE_LATELY_MS`].
    pub instances: u64,
    /// Number of these `instances` that have no relay, the message bus between instances.
    pub alone: u64,
}

/// Records, under the service role, that this instance is running. The caller must repeat this call
/// every [`limits::INSTANCE_RENEW_MS`].
///
/// # Errors
/// When the database cannot be written.
pub async fn record(store: &Store, instance: Uuid, has_relay: bool) -> Result<Others, StoreError> {
    let lately_ms = i64::try_from(limits::INSTANCE_LATELY_MS).expect("half a minute fits");
    let answer = store
        .query(RECORD, &[&instance, &has_relay, &lately_ms])
        .await?;
    let row = answer
        .first()
        .ok_or_else(|| StoreError::Row("no word of other instances".into()))?;
    let (instances, alone): (i64, i64) = (rows::get(row, 0)?, rows::get(row, 1)?);
    Ok(Others {
        instances: instances.unsigned_abs(),
        alone: alone.unsigned_abs(),
    })
}

/// Returns the ids of the other running instances (as counted by [`record`]) that have a relay,
/// under the service role.
///
/// # Errors
/// When the database cannot be read.
pub async fn joined(store: &Store, instance: Uuid) -> Result<Vec<Uuid>, StoreError> {
    let lately_ms = i64::try_from(limits::INSTANCE_LATELY_MS).expect("half a minute fits");
    let answer = store.query(JOINED, &[&instance, &lately_ms]).await?;
    answer.iter().map(|row| rows::get(row, 0)).collect()
}

/// Removes this instance from the running instances when it shuts down, under the service role.
///
/// # Errors
/// When the database cannot be written.
pub async fn forget(store: &Store, instance: Uuid) -> Result<(), StoreError> {
    store.query(FORGET, &[&instance]).await.map(drop)
}
