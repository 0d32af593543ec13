//! Fills gaps in a room's event order. When an event arrives before its predecessor, the gap filler
//! waits briefly for the relay to deliver the missing events. After that, one database query reads
//! them for all members of the room.

use std::sync::Arc;
use std::time::Duration;

use helpline_core::history::HistoryRow;
use helpline_core::ids::{Seq, TicketId};
use helpline_core::limits;
use helpline_persistence::{Store, StoreError, history};

use super::frames::EncodedEvent;
use super::resets::Resets;
use super::rooms::Gap;
use crate::connections::WakeList;
use crate::database::errors::reject_of;
use crate::runtime::lifecycle::Lifecycle;

/// Reads from the database the events that a room is missing.
#[derive(Clone)]
pub struct GapFiller {
    store: Store,
    resets: Arc<Resets>,
    lifecycle: Lifecycle,
}

impl GapFiller {
    /// Creates a gap filler that reads from `store`.
    pub const fn new(store: Store, resets: Arc<Resets>, lifecycle: Lifecycle) -> Self {
        Self {
            store,
            resets,
            lifecycle,
        }
    }

    /// Fills a room's gap in a separate task. The task ends when the room has no events left that
    /// arrived before their predecessors. Until the task ends, the room does not report another
    /// gap.
    pub fn fill(&self, gap: Gap) {
        let this = self.clone();
        self.lifecycle
            .spawn(async move { this.fill_one(gap).await });
    }

    async fn fill_one(&self, gap: Gap) {
        let room = gap.into_room();
        let mut wait_ms = limits::EARLY_HOLD_MS;
        loop {
            // Cancel-safe: one branch is a timer, the other a cancellation token.
            tokio::select! {
                () = tokio::time::sleep(Duration::from_millis(wait_ms)) => {}
                () = self.lifecycle.stop.cancelled() => return,
            }
            let Some(position) = room.gap() else { return };
            metrics::counter!("helpline_gaps_read_total").increment(1);
            wait_ms = match self.read(&[(room.ticket, position)]).await {
                Ok(rows) => {
                    if rows.is_empty() {
                        room.forget_early(position);
                    }
                    let mut wakes = WakeList::default();
                    for row in &rows {
                        room.deliver(&EncodedEvent::shared(row), &mut wakes);
                    }
                    if rows.iter().any(HistoryRow::is_redaction_receipt) {
                        self.start_over(room.ticket);
                    }
                    0
                }
                Err(error) if error.passes() => {
                    reject_of(&error);
                    limits::SWEEP_INTERVAL_MS
                }
                Err(error) => match self.reset_unreadable(room.ticket, &error).await {
                    Ok(()) => 0,
                    Err(_) => limits::SWEEP_INTERVAL_MS,
                },
            };
        }
    }

    /// Makes the members of the ticket's room load the history again, because a redaction changed
    /// events that they have already received. Runs in a separate task, and retries until the
    /// database responds.
    pub fn start_over(&self, ticket: TicketId) {
        let this = self.clone();
        self.lifecycle.spawn(async move {
            loop {
                match history::heads(&this.store, &[ticket]).await {
                    Ok(heads) => return this.resets.reset(ticket, heads.first().copied()),
                    Err(error) => drop(reject_of(&error)),
                }
                // Cancel-safe: one branch is a timer, the other a cancellation token.
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_millis(limits::SWEEP_INTERVAL_MS)) => {}
                    () = this.lifecycle.stop.cancelled() => return,
                }
            }
        });
    }

    /// Resets the room of a ticket if this program cannot decode a row of the ticket's history. The
    /// members then subscribe again, and each gets the decoding error `why` as the response.
    ///
    /// # Errors
    /// When the query for the ticket's last event numbers fails.
    pub async fn reset_unreadable(
        &self,
        ticket: TicketId,
        why: &StoreError,
    ) -> Result<(), StoreError> {
        self.store.log_undecodable("room", ticket, why);
        let heads = history::heads(&self.store, &[ticket])
            .await?
            .first()
            .copied();
        self.resets.reset(ticket, heads);
        Ok(())
    }

    /// Reads the events after the given number of each ticket, at most [`limits::PAGE_EVENTS_MAX`]
    /// per ticket. The result is ordered by ticket and number.
    ///
    /// # Errors
    /// When the query fails.
    pub async fn read(&self, after: &[(TicketId, Seq)]) -> Result<Vec<HistoryRow>, StoreError> {
        history::rows_after(&self.store, after, limits::PAGE_EVENTS_MAX).await
    }
}
