//! What an instance does now and then: figures for whoever watches, upkeep of the record.

use std::sync::Arc;
use std::time::Duration;

use helpline_core::limits;
use helpline_persistence::{people, privileges, stats};

use crate::app::App;

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
    let mut role_checks = tokio::time::interval(Duration::from_millis(limits::ROLE_CHECK_INTERVAL_MS));
    let mut conflicts = Vec::new();
    let mut seen = tokio::time::interval(Duration::from_millis(limits::SEEN_RENEW_MS));
    loop {
        // Cancel-safe: intervals and a token.
        tokio::select! {
            _ = gauges.tick() => show(&app),
            _ = roll_ups.tick() => {
                if let Err(error) = stats::roll_up(&app.store).await {
                    crate::errors::reject_of(&error);
                }
            }
            _ = role_checks.tick() => check_roles(&app, &mut conflicts).await,
            _ = seen.tick() => note_seen(&app).await,
            () = app.stop.cancelled() => return,
        }
    }
}

/// Whether the database's roles still keep customers and staff apart. At the start the service refuses to run otherwise; a grant that comes
/// later is told, once.
async fn check_roles(app: &App, known: &mut Vec<String>) {
    let found = match privileges::role_conflicts(&app.store).await {
        Ok(found) => found,
        Err(error) => {
            crate::errors::reject_of(&error);
            return;
        }
    };
    metrics::gauge!("helpline_role_conflicts").set(found.len() as f64);
    for conflict in found.iter().filter(|conflict| !known.contains(conflict)) {
        tracing::warn!(conflict, "a database role can act as customers or staff: their rights add up");
    }
    *known = found;
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
        crate::errors::reject_of(&error);
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
