//! Ways to break the promises of background work on purpose, to prove that the load generator detects
//! it. Only debug builds call these functions.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use helpline_persistence::follow::{self, Event, Handler, Limits, PollResult, RecentEvents};
use helpline_persistence::timers::{self, Action, DueTimer, Fired, Timer};
use helpline_persistence::{HandlerError, Store, StoreError, Transaction};

use super::registry::{AnyAction, AnyHandler, BoxedHandler};
use crate::runtime::failpoint::sabotaged;

/// Time between two commits that should have been one, in which a fault does harm.
const BETWEEN: Duration = Duration::from_millis(200);
/// The same for timers, which are few.
const BETWEEN_OF_TIMERS: Duration = Duration::from_millis(500);

/// Polls for a consumer as `follow::poll` does, and breaks a promise if a test asked for that.
pub(super) fn poll<'a>(
    store: &'a Store,
    name: &'a str,
    recent: &'a RecentEvents,
    handler: &'a mut dyn AnyHandler,
) -> BoxFuture<'a, Result<PollResult, StoreError>> {
    Box::pin(async move {
        let limits = Limits::default();
        if sabotaged("progress-before-effects") {
            let mut collected = Collect::default();
            let poll = follow::poll(store, name, limits, recent, &mut collected).await?;
            if !collected.0.is_empty() {
                tokio::time::sleep(BETWEEN).await;
                let mut transaction = store.begin().await?;
                let handled = handler.handle_any(&mut transaction, &collected.0).await;
                if handled.is_ok() {
                    transaction.commit().await?;
                }
            }
            return Ok(poll);
        }
        if sabotaged("effects-before-progress") {
            let mut apart = Apart { store, handler };
            return follow::poll(store, name, limits, recent, &mut apart).await;
        }
        follow::poll(store, name, limits, recent, &mut BoxedHandler(handler)).await
    })
}

/// Fires a timer in two transactions: the first one deletes it, and the second one acts.
pub(super) async fn fire_in_two(
    store: &Store,
    due: &DueTimer,
    action: &mut dyn AnyAction,
) -> Result<Fired, StoreError> {
    let mut taken = Take(None);
    let fired = timers::fire(store.begin().await?, due, &mut taken).await?;
    if let Some(timer) = taken.0 {
        tokio::time::sleep(BETWEEN_OF_TIMERS).await;
        let mut transaction = store.begin().await?;
        if action.act_any(&mut transaction, &timer).await.is_ok() {
            transaction.commit().await?;
        }
    }
    Ok(fired)
}

/// Only remembers the events.
#[derive(Default)]
struct Collect(Vec<Arc<Event>>);

impl Handler for Collect {
    async fn handle(
        &mut self,
        _: &mut Transaction,
        events: &[Arc<Event>],
    ) -> Result<(), HandlerError> {
        self.0.extend_from_slice(events);
        Ok(())
    }
}

/// Commits what the handler does before the consumer's progress.
struct Apart<'a> {
    store: &'a Store,
    handler: &'a mut dyn AnyHandler,
}

impl Handler for Apart<'_> {
    async fn handle(
        &mut self,
        _: &mut Transaction,
        events: &[Arc<Event>],
    ) -> Result<(), HandlerError> {
        let mut transaction = self.store.begin().await?;
        self.handler.handle_any(&mut transaction, events).await?;
        transaction.commit().await?;
        tokio::time::sleep(BETWEEN).await;
        Ok(())
    }
}

/// Only remembers the timer.
struct Take(Option<Timer>);

impl Action for Take {
    async fn act(&mut self, _: &mut Transaction, timer: &Timer) -> Result<(), HandlerError> {
        self.0 = Some(timer.clone());
        Ok(())
    }
}
