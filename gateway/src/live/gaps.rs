//! Filling a hole: early rows wait a moment for the relay to bring the missing ones, then the record is asked, once for all who wait.

use std::sync::Arc;
use std::time::Duration;

use helpline_core::ids::Seq;
use helpline_core::limits;
use helpline_persistence::history;

use super::rooms::Room;
use crate::connections::send_queue::Wakes;
use crate::live::frames::Encoded;
use crate::server::app::App;

/// Heals one room until nothing waits early. Started by whoever made the first hole; single-flight by the room's `healing` mark.
pub(crate) async fn gap(app: &Arc<App>, room: &Arc<Room>) {
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
            Err(error) => {
                crate::database::errors::reject_of(&error);
                limits::SWEEP_INTERVAL_MS
            }
        };
    }
}

/// Brings rooms up to the record in one read: what the sweep found behind. Rooms further behind than one read come again.
pub(crate) async fn behind(
    app: &Arc<App>,
    rooms: &[(helpline_core::ids::TicketId, Seq)],
) -> Result<usize, helpline_persistence::StoreError> {
    let mut healed = 0;
    for some in rooms.chunks(limits::HEAL_ROOMS) {
        let mut after = some.to_vec();
        while !after.is_empty() {
            let rows = history::rows_after(&app.store, &after, limits::PAGE_EVENTS_MAX).await?;
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
    }
    Ok(healed)
}
