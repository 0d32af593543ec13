//! Reads the changed tickets and sends them, every tick.

use std::sync::Arc;
use std::time::{Duration, Instant};

use helpline_core::ids::TicketId;
use helpline_core::limits;
use helpline_persistence::{Store, StoreError, stats, tickets};
use tokio_util::sync::CancellationToken;

use super::state::Inbox;
use crate::database::errors::reject_of;

/// Ticks until the instance stops.
pub async fn run(inbox: Arc<Inbox>, store: Store, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(Duration::from_millis(limits::INBOX_INTERVAL_MS));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut is_watched = false;
    loop {
        // Cancel-safe: an interval and a token.
        tokio::select! {
            _ = ticks.tick() => {}
            () = stop.cancelled() => return,
        }
        is_watched = inbox.watch(is_watched);
        if !is_watched {
            continue;
        }
        let (changed, generation) = inbox.take();
        match send(&inbox, &store, &changed, generation).await {
            Ok(left) => inbox.put_back(left),
            Err(error) => {
                reject_of(&error);
                inbox.put_back(changed);
            }
        }
    }
}

/// Gives those that found no place in the frame.
async fn send(inbox: &Inbox, store: &Store, changed: &[TicketId], generation: u64) -> Result<Vec<TicketId>, StoreError> {
    let figures = if inbox.wants_stats(Instant::now()) { Some(stats::read(store).await?) } else { None };
    let tickets = if changed.is_empty() { Vec::new() } else { tickets::summaries(store, changed).await? };
    if tickets.is_empty() && figures.is_none() {
        return Ok(Vec::new());
    }
    let sent = inbox.send(&tickets, figures, generation);
    Ok(tickets[sent..].iter().map(|ticket| ticket.id).collect())
}
