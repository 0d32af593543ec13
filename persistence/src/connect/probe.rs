//! Checks a database server over a single connection, before the service starts to use it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::future::join;
use helpline_core::limits;

use super::Address;
use crate::{StoreError, rows};

const PROBE: &str = include_str!("../../sql/connect/probe.sql");

/// What a database server reports about itself and about the connection.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// Postgres's version.
    pub version: String,
    /// Whether this connection is encrypted, according to the server.
    pub is_encrypted: bool,
    /// Whether the server is a standby, which accepts no writes.
    pub is_standby: bool,
    /// How far this machine's clock is ahead of the server's, in seconds. Negative if it is behind.
    pub clock_ahead_s: f64,
    /// Connections available to ordinary roles: `max_connections` minus those reserved for
    /// administrators.
    pub connections_max: i32,
}

/// Connects once to this address, queries the server, and disconnects.
///
/// # Errors
/// [`StoreError::Address`] if the address cannot be used, and [`StoreError::Unreachable`] if the
/// server cannot be queried.
pub async fn probe(url: &str) -> Result<Probe, StoreError> {
    let mut address: Address = url.parse()?;
    address
        .config
        .connect_timeout(Duration::from_millis(limits::POOL_WAIT_MS));
    let (client, connection) = address.connect().await?;
    let asked = async move {
        // Use an unnamed statement. Behind a pooler that shares database sessions, a named
        // statement would remain in the session and conflict with the statements of the next
        // client.
        let answer = client.query_typed(PROBE, &[]).await?;
        let row = answer
            .first()
            .ok_or_else(|| StoreError::Row("the server says nothing of itself".into()))?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now_s = now.map_or(0.0, |now| now.as_secs_f64());
        drop(client);
        Ok(Probe {
            version: rows::get(row, 0)?,
            is_encrypted: rows::get(row, 1)?,
            is_standby: rows::get(row, 2)?,
            clock_ahead_s: now_s - rows::get::<f64>(row, 3)?,
            connections_max: rows::get(row, 4)?,
        })
    };
    let (probe, _) = join(asked, connection).await;
    probe
}
