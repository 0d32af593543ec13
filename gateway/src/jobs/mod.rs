//! What an instance does now and then: figures for whoever watches, upkeep of the record.

use std::sync::Arc;
use std::time::Duration;

use helpline_core::limits;
use helpline_persistence::{people, stats};

use crate::server::app::App;

/// Between two looks at the gauges.
const GAUGES: Duration = Duration::from_secs(5);
/// Between two roll-ups of the statistics' deltas; any number of instances may try, one at a time succeeds.
const ROLL_UP: Duration = Duration::from_secs(60);

/// Works until the instance stops.
pub async fn run(app: Arc<App>) {
    // Before anybody can ask: the first tick may have to wait for a job that asks the record.
    show(&app);
    let mut gauges = tokio::time::interval(GAUGES);
    let mut roll_ups = tokio::time::interval(ROLL_UP);
    let mut seen = tokio::time::interval(Duration::from_millis(limits::SEEN_RENEW_MS));
    loop {
        // Cancel-safe: intervals and a token.
        tokio::select! {
            _ = gauges.tick() => show(&app),
            _ = roll_ups.tick() => {
                if let Err(error) = stats::roll_up(&app.store).await {
                    crate::database::errors::reject_of(&error);
                }
            }
            _ = seen.tick() => note_seen(&app).await,
            () = app.stop.cancelled() => return,
        }
    }
}

/// Says that the connected staff are there: whoever asks whether anybody is, asks the record.
async fn note_seen(app: &App) {
    let mut staff: Vec<_> = app.directory.all().iter().filter(|it| it.person.role.is_some()).map(|it| it.person.id).collect();
    staff.sort_unstable();
    staff.dedup();
    if staff.is_empty() {
        return;
    }
    if let Err(error) = people::note_seen(&app.store, &staff).await {
        crate::database::errors::reject_of(&error);
    }
}

fn show(app: &App) {
    let (used, idle, waiting) = app.store.pool_status();
    metrics::gauge!("helpline_sockets").set(f64::from(app.directory.count()));
    metrics::gauge!("helpline_rooms").set(app.rooms.count() as f64);
    metrics::gauge!("helpline_pool_used").set(used as f64);
    metrics::gauge!("helpline_pool_idle").set(idle as f64);
    metrics::gauge!("helpline_pool_waiting").set(waiting as f64);
    metrics::gauge!("helpline_relay_up").set(match app.relay.is_up() {
        Some(true) | None => 1.0,
        Some(false) => 0.0,
    });
}
