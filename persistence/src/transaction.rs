//! A transaction that its owner commits: several changes to tickets that happen together, or not at all. It is what background work will write
//! its own progress in; no such work exists yet, and neither do statements for it.

use deadpool_postgres::Object;
use futures_util::future::{join, join4};
use helpline_core::history::HistoryRow;
use tokio_postgres::Row;

use crate::store::{CallerSettings, Params, ROWS_WRITTEN, SET_CLAIMS, within};
use crate::{Caller, Store, StoreError, rows};

/// An open transaction. Dropped without [`Self::commit`], or after an error, nothing of it remains.
pub struct Transaction {
    store: Store,
    /// None once it was committed.
    client: Option<Object>,
}

impl Store {
    /// Begins a transaction; it holds one connection of the pool until its end. One that changes several tickets changes them in the order
    /// of their ids, as every writer does: otherwise two of them can lock each other out.
    ///
    /// # Errors
    /// [`StoreError::Unreachable`], [`StoreError::PoolExhausted`].
    pub async fn begin(&self) -> Result<Transaction, StoreError> {
        let transaction = Transaction {
            store: self.clone(),
            client: Some(self.connection().await?),
        };
        let begin = &self.rendered.begin_as_service;
        within(async { Ok(transaction.client().batch_execute(begin).await?) }).await?;
        Ok(transaction)
    }
}

impl Transaction {
    fn client(&self) -> &Object {
        self.client
            .as_ref()
            .expect("only commit takes it, and commit takes the transaction")
    }

    /// Runs one writing function under the caller's role and claims, in one round trip.
    async fn write(
        &mut self,
        caller: &Caller,
        sql: &'static str,
        params: Params<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let (client, rendered) = (self.client(), &self.store.rendered);
        let settings = CallerSettings::of(caller);
        within(async {
            let (set_claims, statement) = (
                rendered.prepare(client, SET_CLAIMS).await?,
                rendered.prepare(client, sql).await?,
            );
            let (role, claimed, answer, back) = join4(
                client.batch_execute(rendered.act_as(caller.side())),
                set_claims.query(client, &settings.params()),
                statement.query(client, params),
                client.batch_execute(&rendered.act_as_service_again),
            )
            .await;
            role?;
            claimed?;
            let answer = answer?;
            back?;
            Ok(answer)
        })
        .await
    }

    /// Commits; gives every history row that the transaction wrote, by ticket and `seq`, to be published now.
    ///
    /// # Errors
    /// As of any statement. One that [passes](StoreError::passes) may have been committed: a caller that repeats the work must find out by a key.
    pub async fn commit(mut self) -> Result<Vec<HistoryRow>, StoreError> {
        let client = self.client();
        let written = within(async {
            let written = self.store.rendered.prepare(client, ROWS_WRITTEN).await?;
            let (written, ended) =
                join(written.query(client, &[]), client.batch_execute("commit")).await;
            ended?;
            Ok(written?)
        })
        .await?;
        // Back into the pool.
        drop(self.client.take());
        rows::history_rows(&self.store, &written)
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        // The pool would hand on a connection with an open transaction. Closing it ends the transaction, wherever it was cut off.
        if let Some(client) = self.client.take() {
            drop(Object::take(client));
        }
    }
}

/// Where a change is written: in a transaction of its own, in one round trip, or in one that the caller commits.
pub enum Within<'a> {
    /// Of its own.
    Own(&'a Store),
    /// The caller's. The rows written are given by its commit, and none by the change.
    Transaction(&'a mut Transaction),
}

impl<'a> From<&'a Store> for Within<'a> {
    fn from(store: &'a Store) -> Self {
        Self::Own(store)
    }
}

impl<'a> From<&'a mut Transaction> for Within<'a> {
    fn from(transaction: &'a mut Transaction) -> Self {
        Self::Transaction(transaction)
    }
}

impl Within<'_> {
    /// Runs one writing function under the caller's role and claims; gives its answer and, of a transaction of its own, the rows written.
    pub(crate) async fn write(
        &mut self,
        caller: &Caller,
        sql: &'static str,
        params: Params<'_>,
    ) -> Result<(Vec<Row>, Vec<HistoryRow>), StoreError> {
        match self {
            Self::Own(store) => store.write(caller, sql, params).await,
            Self::Transaction(transaction) => {
                Ok((transaction.write(caller, sql, params).await?, Vec::new()))
            }
        }
    }
}
