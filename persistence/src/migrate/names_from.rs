//! Where people's names and addresses come from. By default, from their tokens. Where a platform keeps
//! them in its tables, an administrator of the database gives the query that finds them, and the
//! service takes them over for the people whom Helpline knows.

use helpline_core::limits;
use tokio_postgres::Client;

use super::GRANT;
use crate::error::chain;
use crate::{Names, StoreError};

const FUNCTION: &str = include_str!("../../sql/migrate/names_function.sql");
const PROBE: &str = include_str!("../../sql/migrate/names_probe.sql");
const DROP: &str = include_str!("../../sql/migrate/drop_names_function.sql");

/// Where the names and addresses of this installation come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamesFrom {
    /// From this query of the platform's tables, which returns people's ids, names and addresses.
    /// Tokens give what it does not.
    Query(String),
    /// From people's tokens.
    Off,
}

impl NamesFrom {
    /// Parses `off` or a query.
    ///
    /// # Errors
    /// Returns the reason if the text is empty or too long.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let query = text.trim().trim_end_matches(';');
        match query {
            "off" => Ok(Self::Off),
            "" => Err("must be off, or a query that returns user_id, name and email"),
            _ if query.len() > limits::PLATFORM_QUERY_BYTES_MAX => Err("is too long"),
            _ => Ok(Self::Query(query.to_owned())),
        }
    }
}

/// Stores the query. Nothing changes if it fails. The running instances take over the names.
pub(super) async fn choose(
    client: &Client,
    names: &Names,
    chosen: &NamesFrom,
) -> Result<(), StoreError> {
    let NamesFrom::Query(query) = chosen else {
        return Ok(client.batch_execute(&names.render(DROP)).await?);
    };
    client.batch_execute("begin").await?;
    let stored = async {
        let row = client.query_one(&names.render(FUNCTION), &[query]).await?;
        client.batch_execute(row.try_get(0)?).await?;
        let grant = GRANT.replace("{function}", "platform_names(uuid[])");
        client.batch_execute(&names.render(&grant)).await?;
        client
            .batch_execute(&names.render("set local role {owner}"))
            .await?;
        client.query(&names.render(PROBE), &[]).await
    };
    stored.await.map_err(|error| {
        StoreError::NotPrepared(format!(
            "--names-from: the query failed: {}; the names were not changed",
            chain(&error)
        ))
    })?;
    Ok(client.batch_execute("commit").await?)
}
