//! Checks a server over a single connection, before anything depends on it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::future::join;
use helpline_core::limits;

use super::Address;
use crate::{StoreError, rows};

const PROBE: &str = include_str!("../../sql/connect/probe.sql");

/// What a server reports about itself and about the connection.
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

/// Connects once with these credentials, queries the server, and disconnects.
///
/// # Errors
/// [`StoreError::Address`] and [`StoreError::Unreachable`].
pub async fn probe(url: &str) -> Result<Probe, StoreError> {
    let mut address: Address = url.parse()?;
    address
        .config
        .connect_timeout(Duration::from_millis(limits::POOL_WAIT_MS));
    let (client, connection) = address.connect().await?;
    let asked = async move {
        // Use an unnamed statement: behind a pooler that shares sessions, a named one would stay in
        // the session, where the next client would find it.
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
