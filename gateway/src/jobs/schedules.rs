//! Runs scheduled work. Each schedule has a loop of its own on every instance; the database gives
//! each period to one of them. A run that was interrupted is continued.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use helpline_core::limits;
use helpline_persistence::StoreError;
use helpline_persistence::schedules::{self, DueSchedule, Listed, Progress, Run, Schedule};
use serde_json::Value;

use super::background::{Background, Effect, Next, Pace};
use super::registry::{ScheduledWork, When};
use super::run::{Interrupted, LEASE, RunInProgress};
use crate::database::outage::OutageLog;
use crate::runtime::errors::chain;

/// Does the work of one schedule until the instance drains.
pub(super) async fn run(mut schedule: ScheduledWork, parts: Background) {
    let outage = OutageLog::new(schedule.name);
    let mut pace = Pace::new(limits::SCHEDULE_POLL_MS, None, &parts.lifecycle);
    show_late(schedule.name, TimeDelta::zero());
    loop {
        let looking = look(&mut schedule, &parts);
        // A run that is interrupted here is continued by another instance after its lease.
        let Some(result) = parts.lifecycle.stop.run_until_cancelled(looking).await else {
            return;
        };
        outage.observe(&result);
        let next = match result {
            Ok(true) => Next::AtOnce,
            Ok(false) => Next::Later,
            Err(_) => Next::AfterFailure,
        };
        if !pace.wait(next).await {
            return;
        }
    }
}

/// Looks whether a run is due or was interrupted, and works on it. Returns whether there was one.
async fn look(schedule: &mut ScheduledWork, parts: &Background) -> Result<bool, StoreError> {
    let Some(when) = schedule.work.when_any(&parts.store).await? else {
        show_late(schedule.name, TimeDelta::zero());
        return Ok(false);
    };
    let (held, stored) = parts.hold.read().await?;
    put(schedule.name, when, stored.now, parts).await?;
    let listed = schedules::list(&parts.store).await?;
    let listed = listed.iter().find(|it| it.schedule.name == schedule.name);
    let late = listed.map_or_else(TimeDelta::zero, |it| late(it, stored.now));
    show_late(schedule.name, late);
    if schedule.effect == Effect::Irreversible && held.holds() {
        return Ok(false);
    }
    let names = [schedule.name];
    let run = match schedules::resume(&parts.store, &names, LEASE).await? {
        Some(run) => Some(run),
        None => begin(&names, when, parts).await?,
    };
    match run {
        None => Ok(false),
        Some(run) => work(schedule, run, parts).await.map(|()| true),
    }
}

/// How long ago the earliest occurrence was that no run has completed.
fn late(listed: &Listed, now: DateTime<Utc>) -> TimeDelta {
    if listed.paused_at.is_some() {
        return TimeDelta::zero();
    }
    let unfinished = listed.last.as_ref().filter(|run| run.done_at.is_none());
    let since = unfinished.map_or(listed.schedule.next_at, |run| run.period);
    (now - since).max(TimeDelta::zero())
}

fn show_late(name: &'static str, late: TimeDelta) {
    metrics::gauge!("helpline_schedule_late_seconds", "schedule" => name)
        .set(late.as_seconds_f64());
}

/// Stores when the schedule occurs, if that is new.
async fn put(
    name: &str,
    When { rule, zone }: When,
    now: DateTime<Utc>,
    parts: &Background,
) -> Result<(), StoreError> {
    let Some(next_at) = rule.next_after(now, &zone) else {
        return Ok(());
    };
    let schedule = Schedule {
        name: name.to_owned(),
        zone: zone.name().to_owned(),
        rule,
        next_at,
    };
    schedules::put(&parts.store, &schedule).await.map(drop)
}

async fn begin(
    names: &[&str],
    When { rule, zone }: When,
    parts: &Background,
) -> Result<Option<Run>, StoreError> {
    let due = schedules::due(&parts.store, names).await?;
    let Some(due) = due.into_iter().next() else {
        return Ok(None);
    };
    let DueSchedule { schedule, now } = &due;
    let period = rule.last_until(schedule.next_at, *now, &zone);
    let Some(next_at) = rule.next_after((*now).max(period), &zone) else {
        return Ok(None);
    };
    schedules::begin(&parts.store, &due, period, next_at, LEASE).await
}

/// Does the work of a run, and records how it ended.
async fn work(
    schedule: &mut ScheduledWork,
    mut run: Run,
    parts: &Background,
) -> Result<(), StoreError> {
    let name = schedule.name;
    show_late(name, TimeDelta::zero());
    tracing::info!(schedule = name, period = %run.period, attempt = run.attempts, "a scheduled run begins");
    let ended = schedule
        .work
        .run_any(RunInProgress::new(parts, schedule.effect, &mut run))
        .await;
    let (outcome, progress) = match ended {
        Ok(result) => ("done", Progress::Done(result)),
        Err(Interrupted::LeaseLost) => {
            tracing::warn!(
                schedule = name,
                "another instance has taken a scheduled run over"
            );
            return Ok(());
        }
        Err(Interrupted::Stopping | Interrupted::Held) => {
            let given_back = Progress::Going(progress_of(&run), Duration::ZERO);
            ("interrupted", given_back)
        }
        Err(Interrupted::Failed(error)) => {
            let (why, wait) = (
                chain(&error),
                Duration::from_millis(limits::SCHEDULE_RETRY_MS),
            );
            tracing::warn!(schedule = name, cause = why, "a scheduled run has failed");
            ("failed", Progress::Failed(progress_of(&run), why, wait))
        }
    };
    metrics::counter!("helpline_schedule_runs_total", "schedule" => name, "outcome" => outcome)
        .increment(1);
    let mut transaction = parts.store.begin().await?;
    if schedules::record(&mut transaction, &run, &progress).await? {
        transaction.commit().await?;
    }
    tracing::info!(schedule = name, period = %run.period, outcome, "a scheduled run has ended");
    Ok(())
}

/// The progress to record again. A run that has recorded nothing yet has an empty object, as the
/// table's default.
fn progress_of(run: &Run) -> Value {
    match &run.progress {
        Value::Null => Value::Object(serde_json::Map::new()),
        progress => progress.clone(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;
    use helpline_core::schedule::{Every, Rule};
    use helpline_persistence::schedules::LastRun;

    use super::*;

    #[test]
    fn a_schedule_is_late_until_a_run_of_its_earliest_occurrence_is_done() {
        let (now, hour) = (DateTime::UNIX_EPOCH, TimeDelta::hours(1));
        let run = |done_at| LastRun {
            period: now - hour * 3,
            started_at: now - hour * 3,
            done_at,
            error: None,
            progress: Value::Null,
        };
        let listed = |next_at, last, paused_at| Listed {
            schedule: Schedule {
                name: "a".to_owned(),
                zone: "UTC".to_owned(),
                rule: Rule {
                    every: Every::Day,
                    at: NaiveTime::MIN,
                },
                next_at,
            },
            paused_at,
            last,
        };
        for (case, expected_h) in [
            (listed(now + hour, None, None), 0),
            (listed(now - hour, None, None), 1),
            (listed(now - hour, Some(run(Some(now))), None), 1),
            (listed(now + hour, Some(run(Some(now))), None), 0),
            (listed(now + hour, Some(run(None)), None), 3),
            (listed(now - hour, Some(run(None)), Some(now)), 0),
        ] {
            assert_eq!(late(&case, now), hour * expected_h, "{case:?}");
        }
    }
}
