//! The database's server, for admins to read.

use chrono::{DateTime, Utc};

use crate::{Store, StoreError, rows};

const SERVER: &str = include_str!("../sql/store/server.sql");

/// What it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// As it writes it: `16.4`.
    pub version: String,
    /// The time by its clock while it answered.
    pub at: DateTime<Utc>,
    /// What the database takes, in MiB; none: the service's role may not connect to it by right, and so is not told.
    pub database_mib: Option<u32>,
}

/// Asks the server.
///
/// # Errors
/// When the database cannot be read.
pub async fn ask(store: &Store) -> Result<Server, StoreError> {
    let answer = store.query(SERVER, &[]).await?;
    let row = answer
        .first()
        .ok_or_else(|| StoreError::Row("no word of the server".into()))?;
    let mib: Option<i64> = rows::get(row, 2)?;
    Ok(Server {
        version: rows::get(row, 0)?,
        at: rows::get(row, 1)?,
        database_mib: mib.map(|mib| u32::try_from(mib).unwrap_or(u32::MAX)),
    })
}
