//! Reads the changed tickets from the database and sends them to the agent consoles, at regular
//! intervals.

use std::sync::Arc;
use std::time::{Duration, Instant};

use helpline_core::ids::TicketId;
use helpline_core::limits;
use helpline_persistence::{Store, stats, tickets};
use tokio_util::sync::CancellationToken;

use super::state::Inbox;
use crate::database::in_parts::{Parts, in_parts};
use crate::database::outage::OutageLog;

/// Sends changed tickets to the consoles periodically until the instance stops.
pub async fn run(inbox: Arc<Inbox>, store: Store, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(Duration::from_millis(limits::INBOX_INTERVAL_MS));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut is_watched = false;
    let outage = OutageLog::new("inbox");
    loop {
        // Cancel-safe: one branch is an interval, the other a cancellation token.
        tokio::select! {
            _ = ticks.tick() => {}
            () = stop.cancelled() => return,
        }
        is_watched = inbox.watch(is_watched);
        if !is_watched {
            continue;
        }
        let (changed, generation) = inbox.take();
        let left = send(&inbox, &store, &outage, changed, generation).await;
        inbox.put_back(left);
    }
}

/// Sends one frame with changed tickets. Returns the tickets that must be sent later: those that
/// did not fit into the frame, and those that were not read because the database is unavailable. A
/// ticket whose data cannot be decoded is skipped. An error in the statistics query does not delay
/// the tickets.
async fn send(
    inbox: &Inbox,
    store: &Store,
    outage: &OutageLog,
    changed: Vec<TicketId>,
    generation: u64,
) -> Vec<TicketId> {
    let begun = Instant::now();
    if inbox.wants_figures(begun) {
        let read = stats::read(store).await;
        outage.observe(&read);
        inbox.read_figures(read.ok(), begun.elapsed(), Instant::now());
    }
    let Parts {
        answers,
        failed,
        untried,
    } = in_parts(changed, |some| async move {
        tickets::summaries(store, &some).await
    })
    .await;
    for (ticket, error) in failed {
        store.log_undecodable("ticket", ticket, &error);
    }
    let mut left = untried.map(|(tickets, error)| {
        outage.failed(&error);
        tickets
    });
    let tickets = answers.concat();
    if !tickets.is_empty() || inbox.has_unsent_figures() {
        let sent = inbox.send(&tickets, generation);
        left.get_or_insert_default()
            .extend(tickets[sent..].iter().map(|ticket| ticket.id));
    }
    left.unwrap_or_default()
}
