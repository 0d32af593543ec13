//! Coalesces reads. A request that arrives while a batch is running joins the next batch, so an
//! idle system adds no latency and 10,000 reconnecting clients cost about a hundred statements.

use std::collections::HashMap;
use std::hash::Hash;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use helpline_core::limits;
use helpline_core::reject::Reject;
use helpline_persistence::StoreError;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::errors::reject_of;
use crate::runtime::errors::unavailable;
use crate::runtime::lifecycle::Lifecycle;

/// A database query that looks up many keys (such as ticket ids) at once.
pub trait BatchQuery: Send + Sync + 'static {
    /// The key of one request. Requests with equal keys share an answer.
    type Key: Eq + Hash + Clone + Send + Sync + 'static;
    /// The value found for a key.
    type Value: Clone + Send + Sync + 'static;

    /// Reads these keys, which are distinct. Keys that do not exist are missing in the result.
    fn read(
        &self,
        keys: &[Self::Key],
    ) -> impl Future<Output = Result<HashMap<Self::Key, Self::Value>, StoreError>> + Send;
}

/// Looks up the values of single keys, and combines concurrent look-ups into one query.
pub struct BatchLoader<Q: BatchQuery>(mpsc::Sender<Pending<Q>>);

type Reply<Q> = oneshot::Sender<Result<Option<<Q as BatchQuery>::Value>, Reject>>;
type Pending<Q> = (<Q as BatchQuery>::Key, Reply<Q>);

impl<Q: BatchQuery> BatchLoader<Q> {
    /// Starts a loader. Several batches run concurrently, so that a batch that waits for a database
    /// lock does not delay the others. The queue of requests is bounded, and callers wait while it
    /// is full.
    pub fn start(query: Q, lifecycle: &Lifecycle) -> Self {
        let (entrance, exit) = mpsc::channel(limits::LOADER_PENDING_MAX);
        let (query, pending) = (Arc::new(query), Arc::new(Mutex::new(exit)));
        for _ in 0..limits::LOADER_BATCHES_MAX {
            let (query, pending, stop) = (
                Arc::clone(&query),
                Arc::clone(&pending),
                lifecycle.stop.clone(),
            );
            lifecycle.spawn(async move {
                // If a batch panics, its requests are answered with `unavailable`, and the next
                // batch still runs.
                while AssertUnwindSafe(run_batches(&*query, &pending, &stop))
                    .catch_unwind()
                    .await
                    .is_err()
                {
                    tracing::error!("a batch of reads crashed; its requests were told to retry, and later batches still run");
                }
            });
        }
        Self(entrance)
    }

    /// Reads one key, in a batch that starts after this call. Returns `None` if the key does not
    /// exist.
    ///
    /// # Errors
    /// `unavailable` if the database does not answer. Otherwise the rejection for the database's
    /// error.
    pub async fn load(&self, key: Q::Key) -> Result<Option<Q::Value>, Reject> {
        let (reply, answer) = oneshot::channel();
        self.0.send((key, reply)).await.map_err(|_| unavailable())?;
        answer.await.unwrap_or_else(|_| Err(unavailable()))
    }
}

async fn run_batches<Q: BatchQuery>(
    query: &Q,
    pending: &Mutex<mpsc::Receiver<Pending<Q>>>,
    stop: &CancellationToken,
) {
    let mut batch = Vec::new();
    loop {
        {
            let mut pending = pending.lock().await;
            // Cancel-safe: `recv_many` takes no requests unless it completes, and `cancelled` holds
            // no state.
            tokio::select! {
                taken = pending.recv_many(&mut batch, limits::LOADER_KEYS_MAX) => if taken == 0 { return },
                () = stop.cancelled() => return,
            }
        }
        let mut replies: HashMap<_, Vec<_>> = HashMap::with_capacity(batch.len());
        // Skip requests whose callers no longer wait for a reply.
        for (key, reply) in batch.drain(..).filter(|(_, reply)| !reply.is_closed()) {
            replies.entry(key).or_default().push(reply);
        }
        let keys: Vec<_> = replies.keys().cloned().collect();
        if keys.is_empty() {
            continue;
        }
        match query.read(&keys).await {
            // One of the keys is locked or causes an error: read each key separately, so that only
            // that key fails.
            Err(error)
                if keys.len() > 1 && (!error.passes() || matches!(error, StoreError::Busy(_))) =>
            {
                read_one_by_one(query, replies).await;
            }
            answer => answer_all::<Q>(replies, &answer.map_err(|error| reject_of(&error))),
        }
    }
}

/// Reads each key separately. Once too many keys are locked, the remaining keys fail without being
/// read.
async fn read_one_by_one<Q: BatchQuery>(query: &Q, replies: HashMap<Q::Key, Vec<Reply<Q>>>) {
    let mut busy = 0;
    for (key, replies) in replies {
        let answer = if busy < limits::LOADER_LOCKED_MAX {
            query.read(std::slice::from_ref(&key)).await
        } else {
            Err(StoreError::PoolExhausted)
        };
        busy += u32::from(matches!(answer, Err(StoreError::Busy(_))));
        answer_all::<Q>([(key, replies)], &answer.map_err(|error| reject_of(&error)));
    }
}

fn answer_all<Q: BatchQuery>(
    replies: impl IntoIterator<Item = (Q::Key, Vec<Reply<Q>>)>,
    answer: &Result<HashMap<Q::Key, Q::Value>, Reject>,
) {
    for (key, replies) in replies {
        let answer = answer.as_ref().map(|found| found.get(&key));
        for reply in replies {
            // Ignore the error: the caller may no longer wait for the reply.
            let _ = reply.send(answer.map(|found| found.cloned()).map_err(Clone::clone));
        }
    }
}

#[cfg(test)]
#[path = "batch_loader_tests.rs"]
mod tests;
