//! Fires timers that are due. All kinds share one loop. Several instances may try the same timer;
//! the database lets one of them act.

use std::collections::HashMap;

use helpline_core::limits;
use helpline_persistence::StoreError;
use helpline_persistence::timers::{self, DueTimer, Fired};

use super::background::{Background, Effect, Next, Pace};
use super::registry::{BoxedAction, TimerKind};
use crate::database::outage::OutageLog;
use crate::live::commit_signal::CommitSignal;
#[cfg(debug_assertions)]
use crate::runtime::failpoint;
use crate::services;

/// Fires timers of these kinds until the instance drains. `acted` is woken when a timer has acted,
/// because deliveries may have been planned.
pub(super) async fn run(kinds: Vec<TimerKind>, parts: Background, acted: CommitSignal) {
    let mut kinds: HashMap<_, _> = kinds.into_iter().map(|it| (it.kind, it)).collect();
    let outage = OutageLog::new("timers");
    let mut pace = Pace::new(limits::TIMER_POLL_MS, None, &parts.lifecycle);
    loop {
        let round = fire_all(&mut kinds, &parts, &acted);
        // An action that is interrupted is rolled back, and the timer stays due.
        let Some(result) = parts.lifecycle.stop.run_until_cancelled(round).await else {
            return;
        };
        outage.observe(&result);
        let next = if result.is_ok() {
            Next::Later
        } else {
            parts.hub.sweep.wake();
            Next::AfterFailure
        };
        if !pace.wait(next).await {
            return;
        }
    }
}

/// Tries every timer that is due once.
async fn fire_all(
    kinds: &mut HashMap<&'static str, TimerKind>,
    parts: &Background,
    acted: &CommitSignal,
) -> Result<(), StoreError> {
    let held = parts.hold.check().await?;
    let allowed = kinds
        .values()
        .filter(|it| it.effect == Effect::Reversible || !held.holds());
    let names: Vec<_> = allowed.map(|it| it.kind).collect();
    if names.is_empty() {
        return Ok(());
    }
    let mut last: Option<DueTimer> = None;
    loop {
        let page = timers::due(&parts.store, &names, last.as_ref()).await?;
        for due in &page {
            if parts.lifecycle.is_draining() {
                return Ok(());
            }
            fire(kinds, due, parts, acted).await?;
        }
        let is_full = page.len() as i64 >= limits::TIMERS_DUE_MAX;
        last = page.into_iter().next_back();
        if !is_full {
            return Ok(());
        }
    }
}

async fn fire(
    kinds: &mut HashMap<&'static str, TimerKind>,
    due: &DueTimer,
    parts: &Background,
    acted: &CommitSignal,
) -> Result<(), StoreError> {
    let Some(TimerKind {
        kind,
        effect,
        action,
    }) = kinds.get_mut(due.kind.as_str())
    else {
        return Ok(());
    };
    #[cfg(debug_assertions)]
    if failpoint::sabotaged("timer-before-effect") {
        super::sabotage::fire_in_two(&parts.store, due, action.as_mut()).await?;
        return Ok(());
    }
    let transaction = match effect {
        Effect::Reversible => parts.store.begin().await?,
        // Asked for each timer: a round may have many, and the clock may jump meanwhile.
        Effect::Irreversible => match parts.hold.begin().await? {
            (transaction, held) if held.holds() => return transaction.roll_back().await,
            (transaction, _) => transaction,
        },
    };
    let outcome = match timers::fire(transaction, due, &mut BoxedAction(action.as_mut())).await? {
        Fired::Done(written) => {
            services::publish(&written, &parts.hub);
            acted.wake();
            "done"
        }
        Fired::Failed => "failed",
        Fired::Gone | Fired::Taken => return Ok(()),
    };
    metrics::counter!("helpline_timers_fired_total", "kind" => *kind, "outcome" => outcome)
        .increment(1);
    Ok(())
}
