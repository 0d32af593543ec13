//! A database transaction that the caller commits, so that several changes to tickets are made
//! together or not at all. It is meant for background work that stores its progress in the
//! transaction. Helpline does not do background work of this kind yet, and has no statements for
//! storing progress.

use deadpool_postgres::Object;
use futures_util::future::{join, join4};
use helpline_core::history::HistoryRow;
use tokio_postgres::Row;

use crate::store::{CallerSettings, Params, ROWS_WRITTEN, SET_CLAIMS, within};
use crate::{Caller, Store, StoreError, rows};

/// An open database transaction. It is rolled back after an error, or if it is dropped without
/// [`Self::commit`].
pub struct Transaction {
    store: Store,
    /// The connection of the transaction. `None` after the commit.
    client: Option<Object>,
}

impl Store {
    /// Begins a transaction, which uses one connection of the pool until it ends. To avoid
    /// deadlocks, a transaction that changes several tickets must change them in the order of their
    /// ids, as all other writers do.
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

    /// Runs one database function that writes, under the caller's role and claims, in one network
    /// round trip.
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

    /// Commits the transaction. Returns every event that it wrote, ordered by ticket and `seq`. The
    /// caller must publish these events.
    ///
    /// # Errors
    /// Any error of a statement. If [`StoreError::passes`] returns true for the error, the
    /// transaction may have been committed. A caller that repeats the work needs an idempotency key
    /// to detect such a commit.
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
        // The transaction has ended, so return the connection to the pool.
        drop(self.client.take());
        rows::history_rows(&self.store, &written)
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        // Close the connection, which ends the transaction wherever it was interrupted. Otherwise
        // the pool would reuse a connection with an open transaction.
        if let Some(client) = self.client.take() {
            drop(Object::take(client));
        }
    }
}

/// The transaction in which a change is made: a separate transaction, which takes one network round
/// trip, or a transaction that the caller commits.
pub enum Within<'a> {
    /// A separate transaction for this change.
    Own(&'a Store),
    /// The caller's transaction. The change itself returns no events; the commit returns the events
    /// of all changes.
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
    /// Runs one database function that writes, under the caller's role and claims. Returns the
    /// function's rows. If the transaction is a separate one, also returns the events written.
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
