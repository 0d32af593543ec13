//! Retention. Its schedules plan the runs ([`Plans`]); [`run`] acts on the runs that are planned or
//! that an admin has approved, and continues those whose instance has died. All instances do this;
//! the database lets one of them plan a run, and one at a time act. Both are held like all work that
//! cannot be undone.

use std::time::Duration;

use helpline_core::ids::RetentionRunId;
use helpline_core::limits;
use helpline_core::protocol::{RetentionKind, RetentionRun, RetentionState};
use helpline_persistence::{Store, StoreError, retention};
use serde_json::{Value, json};

use super::background::{Background, Effect};
use super::registry::{Registry, When, Work};
use super::run::{Interrupted, RunInProgress};
use crate::database::outage::OutageLog;
use crate::runtime::errors::chain;
use crate::runtime::failpoint;
use crate::services;
use crate::services::opening_hours::zone_of;
use crate::services::retention::{RetentionSignal, schedule_name};

/// Adds the schedules of retention. `signal` wakes [`run`] when a run is planned.
pub fn schedules(registry: Registry, signal: &RetentionSignal) -> Registry {
    RetentionKind::ALL.iter().fold(registry, |registry, kind| {
        let plans = Plans {
            kind: *kind,
            signal: signal.clone(),
        };
        registry.schedule(schedule_name(*kind), Effect::Irreversible, plans)
    })
}

/// Plans the runs of one kind. A run of the schedule only plans: from then on, the run of retention
/// itself records how far it is, because it may have to wait for an admin.
struct Plans {
    kind: RetentionKind,
    signal: RetentionSignal,
}

impl Work for Plans {
    async fn when(&mut self, store: &Store) -> Result<Option<When>, StoreError> {
        let settings = retention::settings(store).await?;
        // While retention is switched off, its schedules occur and plan nothing. Otherwise it would
        // make up for all the missed time as soon as it is switched on.
        let zone = zone_of(&settings.zone);
        Ok(zone
            .zip(settings.rule(self.kind))
            .map(|(zone, rule)| When { rule, zone }))
    }

    async fn run(&mut self, mut run: RunInProgress<'_>) -> Result<Value, Interrupted> {
        let mut transaction = run.begin().await?;
        let (kind, period) = (self.kind, run.period());
        let planned = services::retention::begin_in(&mut transaction, kind, period).await?;
        let Some(planned) = planned else {
            return Ok(json!({"state": "switched_off"}));
        };
        let result = json!({"run": planned.id});
        run.commit(transaction, result.clone()).await?;
        show(&planned);
        self.signal.wake();
        Ok(result)
    }
}

/// Acts on the runs that have something to do until the instance stops. A draining instance begins
/// no further portion; another instance continues its run. `signal` wakes it when an admin has
/// approved a run, or one was planned on this instance.
pub async fn run(parts: Background, signal: RetentionSignal) {
    let outage = OutageLog::new("retention");
    let interval = Duration::from_millis(limits::RETENTION_INTERVAL_MS);
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        // Cancel-safe: an interval, a notification whose loss only delays the work to the next
        // tick, and a cancellation token.
        tokio::select! {
            _ = ticks.tick() => {}
            () = signal.wanted() => {}
            () = parts.lifecycle.drain.cancelled() => return,
        }
        outage.observe(&check(&parts).await);
    }
}

/// Does all that there is to do, unless it is held.
async fn check(parts: &Background) -> Result<(), StoreError> {
    show_figures(&parts.store).await?;
    if parts.hold.check().await?.holds() {
        return Ok(());
    }
    let mut failed = None;
    for run in retention::open_runs(&parts.store).await? {
        // Another table may refer to a ticket of one run, which must not stop the other runs.
        if let Err(error) = act(run, parts).await {
            tracing::error!(run = %run, error = %chain(&error), "a portion of a run of retention failed; it is tried again");
            failed = Some(error);
        }
    }
    show_figures(&parts.store).await?;
    failed.map_or(Ok(()), Err)
}

/// Does one portion of a run after the other, until the run is done, the work is held or the
/// instance drains.
async fn act(run: RetentionRunId, parts: &Background) -> Result<(), StoreError> {
    let mut before = None;
    while !parts.lifecycle.is_draining() {
        let acted = services::retention::act(&parts.store, &parts.hub, &parts.hold, run).await?;
        let Some(after) = acted else {
            return Ok(());
        };
        failpoint::hit("retention-between-portions");
        if after.state != RetentionState::Acting {
            // Another instance may have ended the run and logged it, too.
            show(&after);
            return Ok(());
        }
        // Nothing was done: another instance is at work on this run.
        if before.as_ref() == Some(&after) {
            return Ok(());
        }
        before = Some(after);
    }
    Ok(())
}

async fn show_figures(store: &Store) -> Result<(), StoreError> {
    let kinds: Vec<_> = RetentionKind::ALL
        .iter()
        .map(|kind| (*kind, schedule_name(*kind)))
        .collect();
    for figures in retention::figures(store, &kinds).await? {
        let kind = figures.kind.as_str();
        metrics::gauge!("helpline_retention_waiting", "kind" => kind).set(figures.waiting as f64);
        metrics::gauge!("helpline_retention_done_age_seconds", "kind" => kind).set(figures.age_s);
    }
    Ok(())
}

/// Logs a run that was planned or is done.
fn show(run: &RetentionRun) {
    let RetentionRun {
        id,
        kind,
        due,
        total,
        changed,
        ..
    } = run;
    match run.state {
        RetentionState::Waiting => tracing::warn!(
            run = %id, %kind, due, total,
            "a run of retention waits for an admin, because it would change too large a share"
        ),
        RetentionState::Acting => {
            tracing::info!(run = %id, %kind, due, total, "a run of retention begins");
        }
        RetentionState::Done => {
            tracing::info!(run = %id, %kind, changed, "a run of retention is done");
        }
        RetentionState::Stopped => tracing::warn!(
            run = %id, %kind, changed, reason = run.reason.as_deref(),
            "a run of retention was stopped"
        ),
        RetentionState::Expired => {}
    }
}
