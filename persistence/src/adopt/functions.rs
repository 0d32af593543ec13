//! The platform's functions that write its tables.

use tokio_postgres::Client;
use tokio_postgres::types::ToSql;

use crate::{StoreError, rows};

const FUNCTIONS: &str = include_str!("../../sql/adopt/functions.sql");

/// The platform's functions that write its tables of either generation.
const WRITING_FUNCTIONS: [&str; 6] = [
    "log_ticket_activity",
    "update_ticket_status",
    "assign_ticket",
    "archive_old_tickets",
    "delete_old_archived_tickets",
    "log_chat_activity",
];

/// Those of them that write these tables, by themselves or through another of them.
pub(super) async fn writing_functions(
    client: &Client,
    schema: &str,
    tables: &[String],
) -> Result<Vec<String>, StoreError> {
    let mut named = tables.to_vec();
    let mut functions: Vec<String> = Vec::new();
    loop {
        let params: [&(dyn ToSql + Sync); 3] = [&schema, &&WRITING_FUNCTIONS[..], &named];
        let mut found = Vec::new();
        for row in client.query(FUNCTIONS, &params).await? {
            found.push(rows::get(&row, 0)?);
        }
        if found.len() == functions.len() {
            return Ok(functions);
        }
        named = [tables, &found].concat();
        functions = found;
    }
}
