//! Detects a pooler in front of the database that lends sessions for one transaction each.

use tokio_postgres::{Client, SimpleQueryMessage};

use crate::StoreError;

/// Maximum number of tries. A single try can miss, because another client of the pooler may take
/// the session first.
const TRIES_MAX: u32 = 3;
const BACKEND: &str = "select pg_backend_pid()";
const HELD: &str = "begin; select pg_backend_pid()";

/// Whether two connected clients, neither in a transaction, were served by the same server session.
/// If so, a pooler lends it for one transaction at a time.
///
/// # Errors
/// When the server cannot be queried. `other` may then still be in a transaction.
pub(crate) async fn lends_transactions(one: &Client, other: &Client) -> Result<bool, StoreError> {
    for _ in 0..TRIES_MAX {
        let first = backend(one, BACKEND).await?;
        // A pooler lends the session that became free last. That is `one`'s session, if it is free
        // at all.
        let held = backend(other, HELD).await?;
        let second = if held == first {
            None
        } else {
            backend(one, BACKEND).await?
        };
        other.batch_execute("rollback").await?;
        if second != first {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn backend(client: &Client, sql: &str) -> Result<Option<String>, StoreError> {
    let answer = client.simple_query(sql).await?;
    Ok(answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    }))
}
