//! Searches in one's own tickets: each reads all that its customer ever wrote, so a customer has one at a time and an instance a few. What is read
//! for a request that was cut off goes on with its turn: the server does not stop either.

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

/// The turns of one instance.
pub struct OwnSearches {
    store: Store,
    lifecycle: Lifecycle,
    all: Arc<Semaphore>,
    /// Of those who search now.
    of_one: Mutex<HashMap<UserId, Arc<Semaphore>>>,
}

impl OwnSearches {
    /// None is taken yet.
    pub fn new(store: Store, lifecycle: Lifecycle) -> Self {
        Self {
            store,
            lifecycle,
            all: Arc::new(Semaphore::new(limits::OWN_SEARCHES_MAX)),
            of_one: Mutex::default(),
        }
    }

    /// The page that was asked for.
    ///
    /// # Errors
    /// [`StoreError::PoolExhausted`] when no turn came within [`limits::POOL_WAIT_MS`]; otherwise those of [`list_for_customer`].
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
            // A request that was cut off waits for nothing.
            let _ = answer.send(found);
        });
        answered.await.unwrap_or(Err(StoreError::PoolExhausted))
    }

    async fn turns(&self, user: UserId) -> [Option<OwnedSemaphorePermit>; 2] {
        let own = {
            let mut of_one = self.of_one.lock();
            // Held by the map alone: it is no one's turn, and no one waits.
            of_one.retain(|_, own| Arc::strong_count(own) > 1);
            Arc::clone(
                of_one
                    .entry(user)
                    .or_insert_with(|| Arc::new(Semaphore::new(1))),
            )
        };
        // Neither is ever closed.
        let own = own.acquire_owned().await.ok();
        [own, Arc::clone(&self.all).acquire_owned().await.ok()]
    }
}
