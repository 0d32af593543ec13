//! How many connections the server has for instances.

use crate::{Pooler, Store, StoreError, rows};

const CAPACITY: &str = include_str!("../sql/store/capacity.sql");

/// What a server has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// Its `max_connections`, less those that it keeps for its administrators.
    pub connections_max: usize,
    /// Machines from which the service is connected to this database now, this one among them.
    pub machines: usize,
}

/// Asks the server once. None behind a pooler, whose own bound counts: a declared one, or something that listens on another port than the server
/// itself says (a forwarded port looks the same).
///
/// # Errors
/// When the database cannot be read.
pub async fn of_server(store: &Store) -> Result<Option<Capacity>, StoreError> {
    if store.pooler() == Pooler::Transaction {
        return Ok(None);
    }
    let answer = store.query_once(CAPACITY).await?;
    let row = answer
        .first()
        .ok_or_else(|| StoreError::Row("no word of the server's connections".into()))?;
    let port: Option<i32> = rows::get(row, 2)?;
    if !port.is_some_and(|port| store.is_at_port(port)) {
        return Ok(None);
    }
    let (connections, machines): (i32, i64) = (rows::get(row, 0)?, rows::get(row, 1)?);
    Ok(Some(Capacity {
        connections_max: usize::try_from(connections).unwrap_or(0),
        machines: usize::try_from(machines).unwrap_or(1).max(1),
    }))
}
