//! Filling a hole: early rows wait a moment for the relay to bring the missing ones, then the record is asked, once for all who wait.

use std::sync::Arc;
use std::time::Duration;

use helpline_core::ids::{Seq, TicketId};
use helpline_core::limits;
use helpline_persistence::{StoreError, history};

use super::room::Room;
use crate::app::App;
use crate::encoded::Encoded;
use crate::failpoint::sabotaged;
use crate::outbox::Wakes;
use crate::parts::{Parts, in_parts};

/// Heals one room until nothing waits early. Started by whoever made the first hole; single-flight by the room's `healing` mark.
pub(super) async fn gap(app: &Arc<App>, room: &Arc<Room>) {
    let mut wait_ms = limits::EARLY_HOLD_MS;
    loop {
        tokio::select! {
            // Cancel-safe: both branches are timers or tokens.
            () = tokio::time::sleep(Duration::from_millis(wait_ms)) => {}
            () = app.stop.cancelled() => return,
        }
        let Some(position) = room.gap() else { return };
        metrics::counter!("helpline_gaps_read_total").increment(1);
        wait_ms = match history::rows_after(&app.store, &[(room.ticket, position)], limits::PAGE_EVENTS_MAX).await {
            Ok(rows) => {
                if rows.is_empty() {
                    room.forget_early(position);
                }
                let mut wakes = Wakes::default();
                for row in &rows {
                    room.deliver(&Arc::new(Encoded::from_row(row)), &mut wakes);
                }
                0
            }
            Err(error) if error.passes() => {
                crate::errors::reject_of(&error);
                limits::SWEEP_INTERVAL_MS
            }
            Err(error) => match leave_aside(app, room.ticket, &error).await {
                Ok(()) => 0,
                Err(_) => limits::SWEEP_INTERVAL_MS,
            },
        };
    }
}

/// Brings rooms up to the record in one read: what the sweep found behind. Rooms further behind than one read come again. A room whose rows
/// the record cannot read does not hold up the others.
///
/// # Errors
/// When the record does not answer now, or not as it should for any of them: they may be behind still.
pub(crate) async fn behind(app: &Arc<App>, rooms: &[(TicketId, Seq)]) -> Result<usize, StoreError> {
    let mut healed = 0;
    for some in rooms.chunks(limits::HEAL_ROOMS) {
        if sabotaged("stops-at-unreadable") {
            healed += some_behind(app, some.to_vec()).await?;
            continue;
        }
        let Parts { answers, mut failed, untried } = in_parts(some.to_vec(), |some| some_behind(app, some)).await;
        healed += answers.iter().sum::<usize>();
        if let Some((_, error)) = untried {
            return Err(error);
        }
        if failed.len() > 1 && failed.len() == some.len() {
            // Not their rows, then.
            return failed.pop().map_or(Ok(healed), |(_, error)| Err(error));
        }
        for ((ticket, _), error) in failed {
            leave_aside(app, ticket, &error).await?;
        }
    }
    Ok(healed)
}

/// Tells the room's members to start over: they learn then, and each for themselves, that the history cannot be read.
async fn leave_aside(app: &App, ticket: TicketId, why: &StoreError) -> Result<(), StoreError> {
    app.store.left_aside("room", ticket, why);
    let heads = history::heads(&app.store, &[ticket]).await?.first().copied();
    app.rooms.reset(app, ticket, heads);
    Ok(())
}

async fn some_behind(app: &Arc<App>, mut after: Vec<(TicketId, Seq)>) -> Result<usize, StoreError> {
    let mut healed = 0;
    while !after.is_empty() {
        let rows = history::rows_after(&app.store, &after, limits::PAGE_EVENTS_MAX).await?;
        if sabotaged("stops-at-unreadable") && rows.iter().any(|row| row.kind.has_message() && row.message.is_none()) {
            return Err(StoreError::Row("a row that cannot be read whole".into()));
        }
        healed += rows.len();
        let mut count = std::collections::HashMap::new();
        let mut wakes = Wakes::default();
        for row in &rows {
            *count.entry(row.ticket).or_insert(0u32) += 1;
            app.rooms.deliver(app, &Arc::new(Encoded::from_row(row)), &mut wakes);
        }
        drop(wakes);
        after = count
            .into_iter()
            .filter(|(_, read)| *read >= limits::PAGE_EVENTS_MAX)
            .filter_map(|(ticket, _)| app.rooms.get(ticket).map(|room| (ticket, room.position())))
            .collect();
    }
    Ok(healed)
}
