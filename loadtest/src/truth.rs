//! Reads the tickets' histories from the database as an administrator.

use std::collections::{BTreeMap, HashMap};

use helpline_core::ids::TicketId;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::checker::{Facet, Row, TrueRow};
use crate::error::LoadError;
use crate::people::Room;

/// Returns the newest event number of each ticket: among all events, and among the events that the
/// customer sees.
///
/// # Errors
/// If Postgres refuses the query.
pub async fn heads(
    admin: &Client,
    rooms: &[Room],
) -> Result<HashMap<TicketId, (u64, u64)>, LoadError> {
    let rows = admin
        .query(include_str!("../sql/heads.sql"), &[&tickets(rooms)])
        .await
        .map_err(LoadError::postgres("reading the heads"))?;
    Ok(rows
        .iter()
        .map(|row| {
            (
                TicketId::new(row.get(0)),
                (number(row.get(1)), number(row.get(2))),
            )
        })
        .collect())
}

/// Returns the database's part of the epoch, which changes when the database is restored. Every
/// epoch that clients currently receive starts with this part.
///
/// # Errors
/// If Postgres refuses the query.
pub async fn epoch(admin: &Client) -> Result<String, LoadError> {
    let row = admin
        .query_one(include_str!("../sql/epoch.sql"), &[])
        .await
        .map_err(LoadError::postgres("reading the epoch"))?;
    Ok(row.get(0))
}

/// Describes the database in one text: the Postgres version, the database's owner, and whether the
/// owner is a superuser.
///
/// # Errors
/// If Postgres refuses the query.
pub async fn administration(admin: &Client) -> Result<String, LoadError> {
    let row = admin
        .query_one(include_str!("../sql/administration.sql"), &[])
        .await
        .map_err(LoadError::postgres("asking whose database it is"))?;
    let (version, owner, is_superuser): (String, String, bool) =
        (row.get(0), row.get(1), row.get(2));
    let superuser = if is_superuser {
        "a superuser"
    } else {
        "no superuser"
    };
    Ok(format!(
        "Postgres {version}, database of {owner}, {superuser}"
    ))
}

/// Returns all events of each ticket, in the order of their event numbers.
///
/// # Errors
/// If Postgres refuses the query.
pub async fn histories(
    admin: &Client,
    rooms: &[Room],
) -> Result<HashMap<TicketId, Vec<TrueRow>>, LoadError> {
    let rows = admin
        .query(include_str!("../sql/truth.sql"), &[&tickets(rooms)])
        .await
        .map_err(LoadError::postgres("reading the histories"))?;
    let mut histories: HashMap<TicketId, Vec<TrueRow>> = HashMap::new();
    for row in rows {
        let kind: &str = row.get(3);
        histories
            .entry(TicketId::new(row.get(0)))
            .or_default()
            .push(TrueRow {
                seq: number(row.get(1)),
                public_seq: row.get::<_, Option<i64>>(2).map(number),
                row: Row {
                    kind: kind
                        .parse()
                        .expect("the database's kinds are core's, by its own test"),
                    key: row.get(4),
                    body: row.get(5),
                },
            });
    }
    Ok(histories)
}

/// Returns each ticket's current state.
///
/// # Errors
/// If Postgres refuses the query.
pub async fn states(
    admin: &Client,
    rooms: &[Room],
) -> Result<HashMap<TicketId, BTreeMap<Facet, Option<String>>>, LoadError> {
    const FACETS: [Facet; 5] = [
        Facet::Status,
        Facet::Priority,
        Facet::Category,
        Facet::Assignee,
        Facet::Rating,
    ];
    let rows = admin
        .query(include_str!("../sql/prove_state.sql"), &[&tickets(rooms)])
        .await
        .map_err(LoadError::postgres("reading the tickets"))?;
    let state = |row: &tokio_postgres::Row| {
        FACETS
            .into_iter()
            .enumerate()
            .map(|(n, facet)| (facet, row.get(n + 1)))
            .collect()
    };
    Ok(rows
        .iter()
        .map(|row| (TicketId::new(row.get(0)), state(row)))
        .collect())
}

fn tickets(rooms: &[Room]) -> Vec<Uuid> {
    rooms.iter().map(|room| room.ticket.uuid()).collect()
}

fn number(column: i64) -> u64 {
    u64::try_from(column).unwrap_or(0)
}
