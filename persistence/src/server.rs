//! Reads information about the database server, for admins.

use chrono::{DateTime, Utc};

use crate::{Store, StoreError, rows};

const SERVER: &str = include_str!("../sql/store/server.sql");

/// What the database server reports about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The server's version as Postgres writes it, such as `16.4`.
    pub version: String,
    /// The server's clock at the time of the query.
    pub at: DateTime<Utc>,
    /// Size of the database in MiB. `None` if the service's role has no CONNECT privilege on it,
    /// because Postgres then does not report the size.
    pub database_mib: Option<u32>,
}

/// Queries the database server for its version, clock and size.
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
