//! Whether a pooler stands before the database, and how it lends sessions.

use tokio_postgres::{Client, SimpleQueryMessage};

use crate::StoreError;

/// Tries at most: another client of the pooler may take the session that was to be met again.
const TRIES_MAX: u32 = 3;
const BACKEND: &str = "select pg_backend_pid()";
const HELD: &str = "begin; select pg_backend_pid()";

/// Whether two clients that are connected at the same time, neither in a transaction, were given one session of the server: then a pooler lends it
/// for one transaction at a time.
///
/// # Errors
/// When the server cannot be asked. `other` may be in a transaction then.
pub(crate) async fn lends_transactions(one: &Client, other: &Client) -> Result<bool, StoreError> {
    for _ in 0..TRIES_MAX {
        let first = backend(one, BACKEND).await?;
        // The session that became free last is lent first: the previous one, if it is free at all.
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
