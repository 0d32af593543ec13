//! Detects a pooler in front of the database that assigns a server session to a client only for one
//! transaction.

use tokio_postgres::{Client, SimpleQueryMessage};

use crate::StoreError;

/// Maximum number of tries to detect a pooler. A single try may fail to detect it, because another
/// client of the pooler may take the server session first.
const TRIES_MAX: u32 = 3;
const BACKEND: &str = "select pg_backend_pid()";
const HELD: &str = "begin; select pg_backend_pid()";

/// Returns whether a pooler shares server sessions between clients, one transaction at a time.
/// Neither of the two connected clients may be in a transaction.
///
/// # Errors
/// When the server cannot be queried. `other` may then still be in a transaction.
pub(crate) async fn lends_transactions(one: &Client, other: &Client) -> Result<bool, StoreError> {
    for _ in 0..TRIES_MAX {
        let first = backend(one, BACKEND).await?;
        // Behind a pooler that shares server sessions, `other` usually gets the session that became
        // free last. This is the session that has just served `one`.
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
