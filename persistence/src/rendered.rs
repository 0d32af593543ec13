//! The SQL statements in which the placeholders are replaced by the names of one installation.

use std::collections::HashMap;
use std::sync::Arc;

use deadpool_postgres::Object;
use helpline_core::actor::Audience;
use parking_lot::RwLock;

use crate::statement::{Statement, Types};
use crate::{Names, Pooler, StoreError};

/// The SQL statements with the [`Names`] of this installation. The placeholders of a statement are
/// replaced when the statement is used for the first time.
pub(crate) struct Rendered {
    pub(crate) names: Names,
    pub(crate) pooler: Pooler,
    types: Types,
    pub(crate) act_as_service: String,
    pub(crate) act_as_service_again: String,
    act_as_customer: String,
    act_as_staff: String,
    pub(crate) begin_as_service: String,
    begin_as_customer: String,
    begin_as_staff: String,
    statements: RwLock<HashMap<&'static str, Arc<str>>>,
}

impl Rendered {
    pub(crate) fn new(names: Names, pooler: Pooler) -> Self {
        Self {
            pooler,
            types: Types::default(),
            act_as_service: names.render("set role {service}"),
            act_as_service_again: names.render("set local role {service}"),
            act_as_customer: names.render("set local role {customer}"),
            act_as_staff: names.render("set local role {staff}"),
            begin_as_service: names.render("begin; set local role {service}"),
            begin_as_customer: names.render("begin; set local role {customer}"),
            begin_as_staff: names.render("begin; set local role {staff}"),
            statements: RwLock::default(),
            names,
        }
    }

    pub(crate) fn statement(&self, sql: &'static str) -> Arc<str> {
        if let Some(statement) = self.statements.read().get(sql) {
            return statement.clone();
        }
        let statement: Arc<str> = self.names.render(sql).into();
        self.statements
            .write()
            .entry(sql)
            .or_insert(statement)
            .clone()
    }

    /// Returns a statement that can run on this connection. With a transaction pooler (which shares
    /// server sessions between clients), the statement must run inside a transaction.
    pub(crate) async fn prepare(
        &self,
        client: &Object,
        sql: &'static str,
    ) -> Result<Statement, StoreError> {
        let sql = self.statement(sql);
        match self.pooler {
            Pooler::Session => Statement::prepared(client, &sql).await,
            Pooler::Transaction => {
                Statement::whole(client, sql, &self.types, &self.act_as_service_again).await
            }
        }
    }

    pub(crate) fn begin_as(&self, side: Audience) -> &str {
        match side {
            Audience::Customer => &self.begin_as_customer,
            Audience::Staff => &self.begin_as_staff,
        }
    }

    /// The SQL that switches to the database role for changes by this audience. It must run inside
    /// a transaction.
    pub(crate) fn act_as(&self, side: Audience) -> &str {
        match side {
            Audience::Customer => &self.act_as_customer,
            Audience::Staff => &self.act_as_staff,
        }
    }
}
