//! A statement for one connection. It is prepared in the server session, or sent as SQL text with
//! every call if a pooler shares sessions between clients after each transaction.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

use deadpool_postgres::Object;
use parking_lot::RwLock;
use tokio_postgres::types::{Oid, Type};
use tokio_postgres::{Row, SimpleQueryMessage};

use crate::StoreError;
use crate::store::Params;

/// The kind of pooler between this program and the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pooler {
    /// No pooler, or a pooler that keeps a server session for as long as its client is connected
    /// (PgBouncer's `pool_mode = session`). Statements are prepared once in each session.
    #[default]
    Session,
    /// A pooler that assigns a server session to a client only for one transaction (PgBouncer's
    /// `pool_mode = transaction`, any version). No state may remain in a session, so every
    /// statement is sent, parsed and planned each time.
    Transaction,
}

/// The parameter types of each statement that is sent as SQL text instead of by the name of a
/// prepared statement. The types are read from the server once per statement.
#[derive(Default)]
pub(crate) struct Types(RwLock<HashMap<Arc<str>, Arc<[Type]>>>);

/// A statement that can be run on the connection that it was made for.
pub(crate) enum Statement {
    Prepared(tokio_postgres::Statement),
    Whole { sql: Arc<str>, types: Arc<[Type]> },
}

impl Statement {
    pub(crate) async fn prepared(client: &Object, sql: &str) -> Result<Self, StoreError> {
        Ok(Self::Prepared(client.prepare_cached(sql).await?))
    }

    /// Makes a statement that is sent as SQL text instead of by the name of a prepared statement.
    /// `act_as` is the SQL that switches to a role which may use the objects in the statement.
    pub(crate) async fn whole(
        client: &Object,
        sql: Arc<str>,
        types: &Types,
        act_as: &str,
    ) -> Result<Self, StoreError> {
        let known = types.0.read().get(&sql).cloned();
        let types = match known {
            Some(types) => types,
            None => {
                let asked = parameters(client, &sql, act_as).await?;
                types.0.write().entry(sql.clone()).or_insert(asked).clone()
            }
        };
        Ok(Self::Whole { sql, types })
    }

    /// Runs the statement. Like `tokio_postgres::Client::query`, it queues its messages when the
    /// future is first polled.
    pub(crate) async fn query(
        &self,
        client: &Object,
        params: Params<'_>,
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        match self {
            Self::Prepared(statement) => client.query(statement, params).await,
            Self::Whole { sql, types } => {
                let typed: Vec<_> = params.iter().copied().zip(types.iter().cloned()).collect();
                client.query_typed(sql, &typed).await
            }
        }
    }
}

/// Asks the server for the types of a statement's parameters. It uses a single message, so that a
/// pooler cannot give the server session to another client in between.
async fn parameters(client: &Object, sql: &str, act_as: &str) -> Result<Arc<[Type]>, StoreError> {
    // The statement's name normally exists only during this message. If the call is cancelled, the
    // name remains in the server session, and another client gets that session. The name must
    // therefore be unique.
    let name = format!("helpline_{}", uuid::Uuid::new_v4().simple());
    let asked = format!(
        "{act_as}; prepare {name} as {sql}\n; select t::oid from pg_catalog.pg_prepared_statements s, \
         unnest(s.parameter_types) with ordinality u (t, n) where s.name = '{name}' order by n; deallocate {name}"
    );
    let answer = client.simple_query(&asked).await?;
    let oids = answer.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or_default()),
        _ => None,
    });
    oids.map(|oid| {
        Oid::from_str(oid)
            .ok()
            .and_then(Type::from_oid)
            .ok_or_else(|| {
                StoreError::Row(format!(
                    "a parameter of type {oid}, which is none of Postgres' own"
                ))
            })
    })
    .collect()
}
