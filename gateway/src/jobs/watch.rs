//! Checks whether the database is still the confirmed one and whether its clock has jumped, and
//! updates the metrics of background work.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use helpline_core::limits;
use helpline_persistence::{StoreError, deliveries, follow, timers};

use super::background::Background;
use crate::database::outage::OutageLog;
use crate::services::BackgroundNames;

/// Checks until the instance stops.
pub(super) async fn run(names: BackgroundNames, parts: Background) {
    let outage = OutageLog::new("background");
    let mut checks = tokio::time::interval(Duration::from_millis(limits::BACKGROUND_WATCH_MS));
    checks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut shown: Option<Instant> = None;
    let figures = Duration::from_millis(limits::BACKGROUND_FIGURES_MS);
    loop {
        // Cancel-safe: an interval and a cancellation token.
        tokio::select! {
            _ = checks.tick() => {}
            () = parts.lifecycle.stop.cancelled() => return,
        }
        let work = async {
            parts.hold.check().await?;
            if shown.is_none_or(|at| at.elapsed() >= figures) {
                show(&names, &parts).await?;
                shown = Some(Instant::now());
            }
            Ok(())
        };
        match parts.lifecycle.stop.run_until_cancelled(work).await {
            Some(result) => outage.observe(&result),
            None => return,
        }
    }
}

async fn show(names: &BackgroundNames, parts: &Background) -> Result<(), StoreError> {
    let store = &parts.store;
    let now = parts.hold.read().await?.1.now;
    let late_s =
        |since: Option<DateTime<Utc>>| since.map_or(0.0, |at| (now - at).as_seconds_f64().max(0.0));
    let mut lag_s = 0.0_f64;
    for state in follow::states(store).await? {
        // A consumer that this build does not have must not be late for ever.
        if !names.consumers.contains(&state.name.as_str()) {
            continue;
        }
        lag_s = lag_s.max(late_s(state.oldest_at));
        let name = state.name.clone();
        metrics::gauge!("helpline_consumer_lag_seconds", "consumer" => name.clone())
            .set(late_s(state.oldest_at));
        metrics::gauge!("helpline_consumer_waiting_events", "consumer" => name.clone())
            .set(state.waiting as f64);
        metrics::gauge!("helpline_consumer_failed_tickets", "consumer" => name.clone())
            .set(state.faults as f64);
        metrics::gauge!("helpline_consumer_held_tickets", "consumer" => name)
            .set(state.held as f64);
    }
    parts.hold.set_lag_s(lag_s);
    if !names.timers.is_empty() {
        for state in timers::states(store, &names.timers).await? {
            let kind = state.kind.clone();
            metrics::gauge!("helpline_timers_due", "kind" => kind.clone()).set(state.due as f64);
            metrics::gauge!("helpline_timers_late_seconds", "kind" => kind.clone())
                .set(late_s(state.oldest_at));
            metrics::gauge!("helpline_timers_held", "kind" => kind).set(state.held as f64);
        }
    }
    for kind in names.deliveries.iter().copied() {
        let state = deliveries::state(store, kind).await?;
        metrics::gauge!("helpline_deliveries_due", "kind" => kind).set(state.due as f64);
        metrics::gauge!("helpline_deliveries_late_seconds", "kind" => kind)
            .set(late_s(state.oldest_at));
        metrics::gauge!("helpline_deliveries_in_flight", "kind" => kind)
            .set(state.in_flight as f64);
        metrics::gauge!("helpline_deliveries_dead", "kind" => kind).set(state.dead as f64);
    }
    Ok(())
}
