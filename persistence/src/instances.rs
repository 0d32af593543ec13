//! Tracks the instances that serve one database.

use helpline_core::limits;
use uuid::Uuid;

use crate::{Store, StoreError, rows};

const RECORD: &str = include_str!("../sql/instances/record.sql");
const JOINED: &str = include_str!("../sql/instances/joined.sql");
const FORGET: &str = include_str!("../sql/instances/forget.sql");

/// The other instances that serve this database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Others {
    /// Instances that reported after this one did, and within [`limits::INSTANCE_LATELY_MS`].
    pub instances: u64,
    /// Those among them that no relay connects to the others.
    pub alone: u64,
}

/// Records, as the service, that this instance is serving. Call it again every
/// [`limits::INSTANCE_RENEW_MS`].
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

/// The ids of the instances that [`record`] counts and that have a relay, as the service.
///
/// # Errors
/// When the database cannot be read.
pub async fn joined(store: &Store, instance: Uuid) -> Result<Vec<Uuid>, StoreError> {
    let lately_ms = i64::try_from(limits::INSTANCE_LATELY_MS).expect("half a minute fits");
    let answer = store.query(JOINED, &[&instance, &lately_ms]).await?;
    answer.iter().map(|row| rows::get(row, 0)).collect()
}

/// Records, as the service, that this instance is leaving, so that the others no longer count it.
///
/// # Errors
/// When the database cannot be written.
pub async fn forget(store: &Store, instance: Uuid) -> Result<(), StoreError> {
    store.query(FORGET, &[&instance]).await.map(drop)
}
