//! A database transaction that the caller commits, so that several changes to tickets are made
//! together or not at all. It is meant for background work that stores its progress in the
//! transaction.

use std::time::Duration;

use deadpool_postgres::Object;
use futures_util::future::{join, join4};
use helpline_core::cause::Cause;
use helpline_core::history::HistoryRow;
use helpline_core::limits;
use tokio_postgres::Row;

use crate::store::{CallerSettings, Params, ROWS_WRITTEN, SET_CLAIMS, within, within_time};
use crate::{By, Store, StoreError, rows};

const SET_CAUSE: &str = include_str!("../sql/store/set_cause.sql");

/// An open database transaction. It is rolled back after an error, or if it is dropped without
/// [`Self::commit`].
pub struct Transaction {
    store: Store,
    /// The connection of the transaction. `None` after the commit.
    client: Option<Object>,
    /// Whether events that the transaction writes get a cause.
    has_cause: bool,
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
            has_cause: false,
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

    pub(crate) const fn store(&self) -> &Store {
        &self.store
    }

    /// Runs one statement under the service role, which can only call the service's functions.
    pub(crate) async fn query(
        &mut self,
        sql: &'static str,
        params: Params<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let limit = Duration::from_millis(limits::ANSWER_TIMEOUT_MS);
        self.query_within(limit, sql, params).await
    }

    /// Like [`Self::query`], for a statement that takes longer than others. The caller has set the
    /// server's own limit.
    pub(crate) async fn query_within(
        &mut self,
        limit: Duration,
        sql: &'static str,
        params: Params<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let (client, rendered) = (self.client(), &self.store.rendered);
        within_time(limit, async {
            let statement = rendered.prepare(client, sql).await?;
            Ok(statement.query(client, params).await?)
        })
        .await
    }

    /// Sets how long each further statement may take on the server.
    pub(crate) async fn set_statement_timeout(
        &mut self,
        limit: Duration,
    ) -> Result<(), StoreError> {
        let ms = limit.as_millis();
        self.run(&format!("set local statement_timeout = {ms}"))
            .await
    }

    /// Sets how long each further statement may wait for a lock.
    pub(crate) async fn set_lock_timeout(&mut self, limit: Duration) -> Result<(), StoreError> {
        let ms = limit.as_millis();
        self.run(&format!("set local lock_timeout = {ms}")).await
    }

    /// Marks the point to which [`Self::roll_back_to_savepoint`] goes back. There is one savepoint
    /// at a time.
    pub(crate) async fn set_savepoint(&mut self) -> Result<(), StoreError> {
        self.run("savepoint attempt").await
    }

    /// Keeps what was done since the savepoint. Checks deferred constraints first, because a commit
    /// that fails would undo more than this attempt. After an error, the savepoint still stands.
    pub(crate) async fn release_savepoint(&mut self) -> Result<(), StoreError> {
        self.run("set constraints all immediate; release savepoint attempt; set constraints all deferred")
            .await
    }

    /// Checks the constraints that would otherwise be checked by the commit.
    pub(crate) async fn check_constraints(&mut self) -> Result<(), StoreError> {
        self.run("set constraints all immediate").await
    }

    /// Undoes everything since the savepoint, also after a statement failed, and releases the locks
    /// that were taken since then.
    pub(crate) async fn roll_back_to_savepoint(&mut self) -> Result<(), StoreError> {
        self.run("rollback to savepoint attempt; release savepoint attempt")
            .await
    }

    /// Ends the transaction without its changes, and returns the connection to the pool.
    ///
    /// # Errors
    /// When the database cannot be used. The transaction is then rolled back, too.
    pub async fn roll_back(mut self) -> Result<(), StoreError> {
        self.run("rollback").await?;
        drop(self.client.take());
        Ok(())
    }

    /// Runs SQL under the service role, for tests whose effects are in tables of their own.
    #[doc(hidden)]
    pub async fn run(&mut self, sql: &str) -> Result<(), StoreError> {
        let client = self.client();
        within(async { Ok(client.batch_execute(sql).await?) }).await
    }

    /// Sets which background work causes the events that this transaction writes from now on. `None`
    /// means that no cause is recorded. Messages that are sent through the writer have no cause.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn set_cause(&mut self, cause: Option<&Cause>) -> Result<(), StoreError> {
        if cause.is_none() && !self.has_cause {
            return Ok(());
        }
        let text = cause
            .map(|cause| serde_json::json!(cause).to_string())
            .unwrap_or_default();
        self.query(SET_CAUSE, &[&text]).await?;
        self.has_cause = cause.is_some();
        Ok(())
    }

    /// Runs one database function that writes, under the role and claims of the person or the
    /// system, in one network round trip.
    async fn write(
        &mut self,
        by: By<'_>,
        sql: &'static str,
        params: Params<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let (client, rendered) = (self.client(), &self.store.rendered);
        let settings = CallerSettings::of(by);
        let role = match by {
            By::Person(caller) => rendered.act_as(caller.side()),
            By::System => rendered.act_as_service_again.as_str(),
        };
        within(async {
            let (set_claims, statement) = (
                rendered.prepare(client, SET_CLAIMS).await?,
                rendered.prepare(client, sql).await?,
            );
            let (acting, claimed, answer, back) = join4(
                client.batch_execute(role),
                set_claims.query(client, &settings.params()),
                statement.query(client, params),
                client.batch_execute(&rendered.act_as_service_again),
            )
            .await;
            acting?;
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
    /// Runs one database function that writes, under the role and claims of the person or the
    /// system. Returns the function's rows. If the transaction is a separate one, also returns the
    /// events written.
    pub(crate) async fn write(
        &mut self,
        by: impl Into<By<'_>>,
        sql: &'static str,
        params: Params<'_>,
    ) -> Result<(Vec<Row>, Vec<HistoryRow>), StoreError> {
        match (self, by.into()) {
            (Self::Own(store), By::Person(caller)) => store.write(caller, sql, params).await,
            (Self::Own(store), By::System) => {
                let mut transaction = store.begin().await?;
                let answer = transaction.write(By::System, sql, params).await?;
                Ok((answer, transaction.commit().await?))
            }
            (Self::Transaction(transaction), by) => {
                Ok((transaction.write(by, sql, params).await?, Vec::new()))
            }
        }
    }
}
