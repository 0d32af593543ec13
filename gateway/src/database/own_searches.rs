//! Limits customers' searches in their own tickets. A search reads all messages that the customer
//! ever wrote, so each customer may run one search at a time and each instance a few. If the HTTP
//! request is aborted, the search keeps its permits until the database has finished the query.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use helpline_core::ids::UserId;
use helpline_core::limits;
use helpline_core::protocol::CustomerTicket;
use helpline_persistence::tickets::{List, ListQuery, list_for_customer};
use helpline_persistence::{Reader, Store, StoreError};
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::time::timeout;

use crate::runtime::lifecycle::Lifecycle;

/// The permits for customers' searches on this instance. Each running search needs a permit.
pub struct OwnSearches {
    store: Store,
    lifecycle: Lifecycle,
    all: Arc<Semaphore>,
    /// For each customer with a search in progress, a semaphore with one permit.
    of_one: Mutex<HashMap<UserId, Arc<Semaphore>>>,
}

impl OwnSearches {
    /// Creates the permits for customers' searches, all free.
    pub fn new(store: Store, lifecycle: Lifecycle) -> Self {
        Self {
            store,
            lifecycle,
            all: Arc::new(Semaphore::new(limits::OWN_SEARCHES_MAX)),
            of_one: Mutex::default(),
        }
    }

    /// Runs the search and returns the requested page.
    ///
    /// # Errors
    /// [`StoreError::PoolExhausted`] if no permit is available within [`limits::POOL_WAIT_MS`];
    /// otherwise the errors of [`list_for_customer`].
    pub async fn page(
        &self,
        reader: Reader,
        query: ListQuery,
    ) -> Result<List<CustomerTicket>, StoreError> {
        let wait = Duration::from_millis(limits::POOL_WAIT_MS);
        let turns = timeout(wait, self.turns(reader.user))
            .await
            .map_err(|_| StoreError::PoolExhausted)?;
        let (answer, answered) = oneshot::channel();
        let store = self.store.clone();
        self.lifecycle.spawn(async move {
            let found = list_for_customer(&store, reader, &query).await;
            drop(turns);
            // Ignore the error: if the request was aborted, no caller receives the answer.
            let _ = answer.send(found);
        });
        answered.await.unwrap_or(Err(StoreError::PoolExhausted))
    }

    async fn turns(&self, user: UserId) -> [Option<OwnedSemaphorePermit>; 2] {
        let own = {
            let mut of_one = self.of_one.lock();
            // Remove semaphores that only this map references: no search uses them or waits for
            // them.
            of_one.retain(|_, own| Arc::strong_count(own) > 1);
            Arc::clone(
                of_one
                    .entry(user)
                    .or_insert_with(|| Arc::new(Semaphore::new(1))),
            )
        };
        // `ok` never returns `None`, because the semaphores are never closed.
        let own = own.acquire_owned().await.ok();
        [own, Arc::clone(&self.all).acquire_owned().await.ok()]
    }
}
