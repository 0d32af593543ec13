//! Runs the durable consumers of the history. Each consumer has a loop of its own, on every
//! instance; the database lets one of them handle events at a time.

use std::sync::Arc;

use helpline_core::limits;
use helpline_persistence::StoreError;
use helpline_persistence::follow::{self, Limits, PollResult, Progress, RecentEvents};
use tokio::sync::Semaphore;

use super::background::{Background, Next, Pace};
use super::registry::{BoxedHandler, Consumer};
use crate::database::outage::OutageLog;
use crate::live::commit_signal::CommitSignal;
#[cfg(debug_assertions)]
use crate::runtime::failpoint;
use crate::services;

/// Polls for one consumer until the instance drains. `turns` limits how many consumers use a
/// connection at the same time; `handled` is woken when events were handled, because deliveries may
/// have been planned.
pub(super) async fn run(
    mut consumer: Consumer,
    parts: Background,
    turns: Arc<Semaphore>,
    recent: RecentEvents,
    handled: CommitSignal,
) {
    let outage = OutageLog::new(consumer.name);
    let wakes = Some(parts.hub.commits.listen());
    let mut pace = Pace::new(limits::CONSUMER_POLL_MS, wakes, &parts.lifecycle);
    let mut is_registered = false;
    loop {
        let looking = look(&mut consumer, &parts, &turns, &recent, &mut is_registered);
        // A poll that is interrupted is rolled back, and another instance repeats it.
        let Some(result) = parts.lifecycle.stop.run_until_cancelled(looking).await else {
            return;
        };
        outage.observe(&result);
        let next = match result {
            Ok(poll) => told(&poll, consumer.name, &parts, &handled),
            Err(_) => {
                // The poll may have been committed. The sweep then finds its events.
                parts.hub.sweep.wake();
                Next::AfterFailure
            }
        };
        if !pace.wait(next).await {
            return;
        }
    }
}

async fn look(
    consumer: &mut Consumer,
    parts: &Background,
    turns: &Semaphore,
    recent: &RecentEvents,
    is_registered: &mut bool,
) -> Result<PollResult, StoreError> {
    let Ok(_turn) = turns.acquire().await else {
        return Ok(PollResult::default());
    };
    if !*is_registered {
        follow::register(&parts.store, consumer.name, consumer.start).await?;
        *is_registered = true;
    }
    let handler = consumer.handler.as_mut();
    #[cfg(debug_assertions)]
    if failpoint::is_sabotaged() {
        return super::sabotage::poll(&parts.store, consumer.name, recent, handler).await;
    }
    let handler = &mut BoxedHandler(handler);
    follow::poll(
        &parts.store,
        consumer.name,
        Limits::default(),
        recent,
        handler,
    )
    .await
}

/// Publishes what the consumer wrote, and counts what it did.
fn told(poll: &PollResult, name: &'static str, parts: &Background, handled: &CommitSignal) -> Next {
    services::publish(&poll.written, &parts.hub);
    metrics::counter!("helpline_consumer_events_total", "consumer" => name).increment(poll.handled);
    metrics::counter!("helpline_consumer_failures_total", "consumer" => name)
        .increment(poll.failed);
    if poll.handled > 0 {
        handled.wake();
    }
    match poll.progress {
        Progress::More => Next::AtOnce,
        Progress::WindowDone | Progress::Taken => Next::Soon,
        Progress::Idle | Progress::Paused => Next::Later,
    }
}
