//! Reads how many connections the database server offers to all instances of the service together.

use crate::{Pooler, Store, StoreError, rows};

const CAPACITY: &str = include_str!("../sql/store/capacity.sql");

/// The connections that a database server offers, and how many machines share them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// The server's `max_connections`, minus the connections reserved for administrators.
    pub connections_max: usize,
    /// Number of machines from which the service is connected to the database, including this
    /// machine.
    pub machines: usize,
}

/// Reads the server's capacity. Returns `None` behind a pooler, because the pooler's own limit
/// applies instead. A pooler is assumed if one is configured, or if the server reports another port
/// than the configured address contains (a forwarded port has the same effect).
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
