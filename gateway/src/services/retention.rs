//! Retention: its settings and schedules, its runs, and legal holds.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use helpline_core::ids::{LegalHoldId, RetentionRunId};
use helpline_core::protocol::{
    LegalHold, RetentionKind, RetentionNext, RetentionPlan, RetentionRun, RetentionSettings,
};
use helpline_core::reject::{Reject, RejectCode};
use helpline_core::retention::InvalidSetting;
use helpline_persistence::background;
use helpline_persistence::legal_holds::{self, NewHold};
use helpline_persistence::retention::{self, PortionSize};
use helpline_persistence::schedules::{self, Schedule};
use helpline_persistence::{Caller, IfMatch, Store, StoreError, Transaction};
use tokio::sync::Notify;

use super::hold::Hold;
use super::opening_hours::zone_of;
use crate::live::Hub;

/// What admins change about retention.
pub struct Retention {
    store: Store,
    hub: Arc<Hub>,
    signal: RetentionSignal,
    /// Held while a dry run counts, which reads whole tables.
    counting: tokio::sync::Mutex<()>,
}

/// Lets the job act on planned and approved runs before its interval is over.
#[derive(Debug, Clone, Default)]
pub struct RetentionSignal(Arc<Notify>);

impl RetentionSignal {
    /// Requests an immediate check.
    pub fn wake(&self) {
        self.0.notify_one();
    }

    /// Waits until a check is requested.
    pub async fn wanted(&self) {
        self.0.notified().await;
    }
}

impl Retention {
    /// `hub` publishes the events that the changes write; `signal` wakes the job.
    pub fn new(store: Store, hub: Arc<Hub>, signal: RetentionSignal) -> Self {
        Self {
            store,
            hub,
            signal,
            counting: tokio::sync::Mutex::default(),
        }
    }

    /// Stores the settings, which [`checked`] has checked, and changes the schedules accordingly.
    ///
    /// # Errors
    /// When the database refuses the change.
    pub async fn set_settings(
        &self,
        caller: &Caller,
        settings: &RetentionSettings,
        expected: &IfMatch,
    ) -> Result<(), StoreError> {
        retention::set_settings(&self.store, caller, settings, expected).await?;
        put_schedules(&self.store, settings).await?;
        self.signal.wake();
        Ok(())
    }

    /// Counts what runs would do now. Changes nothing. One dry run counts at a time, because it
    /// reads whole tables.
    ///
    /// # Errors
    /// `overloaded` while another dry run counts; `unavailable` if the database cannot count in
    /// time.
    pub async fn dry_run(&self) -> Result<Vec<RetentionPlan>, Reject> {
        let Ok(_counting) = self.counting.try_lock() else {
            let why = "another dry run is counting; try again later";
            return Err(Reject::new(RejectCode::Overloaded, why));
        };
        let plans = retention::dry_run(&self.store).await;
        plans.map_err(|error| crate::database::errors::reject_of(&error))
    }

    /// Lets a run act that waits for an admin. It begins at once.
    ///
    /// # Errors
    /// When the database refuses the change.
    pub async fn approve(&self, caller: &Caller, run: RetentionRunId) -> Result<(), StoreError> {
        retention::approve(&self.store, caller, run).await?;
        self.signal.wake();
        Ok(())
    }

    /// Ends a run that waits for an admin, without any change.
    ///
    /// # Errors
    /// When the database refuses the change.
    pub async fn refuse(&self, caller: &Caller, run: RetentionRunId) -> Result<(), StoreError> {
        retention::refuse(&self.store, caller, run).await
    }

    /// Sets a legal hold.
    ///
    /// # Errors
    /// When the database refuses the change.
    pub async fn set_hold(&self, caller: &Caller, new: NewHold) -> Result<LegalHold, StoreError> {
        let (hold, events) = legal_holds::set(&self.store, caller, new).await?;
        self.hub.publish(&events);
        Ok(hold)
    }

    /// Releases a legal hold.
    ///
    /// # Errors
    /// When the database refuses the change.
    pub async fn release_hold(&self, caller: &Caller, id: LegalHoldId) -> Result<(), StoreError> {
        let events = legal_holds::release(&self.store, caller, id).await?;
        self.hub.publish(&events);
        Ok(())
    }
}

/// Checks settings that an admin has sent, and spells the time zone as the IANA database does.
///
/// # Errors
/// The first field whose value is not allowed.
pub fn checked(mut settings: RetentionSettings) -> Result<RetentionSettings, InvalidSetting> {
    let fault = || InvalidSetting {
        field: "zone",
        why: "is not the IANA name of a time zone".to_owned(),
    };
    let zone = zone_of(&settings.zone).ok_or_else(fault)?;
    zone.name().clone_into(&mut settings.zone);
    settings.check()?;
    Ok(settings)
}

/// The name of the schedule of this kind of run.
pub const fn schedule_name(kind: RetentionKind) -> &'static str {
    match kind {
        RetentionKind::Archive => "retention_archive",
        RetentionKind::Delete => "retention_delete",
        RetentionKind::AccessLog => "retention_access_log",
    }
}

/// Creates the schedules of retention, or changes them to the settings. Does nothing if they are as
/// they should be. Settings whose zone or time this build does not know leave them as they are.
///
/// # Errors
/// When the database cannot be used.
async fn put_schedules(store: &Store, settings: &RetentionSettings) -> Result<(), StoreError> {
    let Some(zone) = zone_of(&settings.zone) else {
        return Ok(());
    };
    // The database's time, as for everything that is due: this instance's clock may be wrong.
    let now = background::hold(store, "").await?.now;
    for kind in RetentionKind::ALL {
        let Some(rule) = settings.rule(*kind) else {
            continue;
        };
        let Some(next_at) = rule.next_after(now, &zone) else {
            continue;
        };
        let schedule = Schedule {
            name: schedule_name(*kind).to_owned(),
            zone: settings.zone.clone(),
            rule,
            next_at,
        };
        schedules::put(store, &schedule).await?;
    }
    Ok(())
}

/// When each kind of run is due next. Empty if retention is switched off; a paused schedule is left
/// out.
///
/// # Errors
/// When the database cannot be read.
pub async fn next_runs(
    store: &Store,
    settings: &RetentionSettings,
) -> Result<Vec<RetentionNext>, StoreError> {
    if !settings.enabled {
        return Ok(Vec::new());
    }
    let listed = schedules::list(store).await?;
    let next = RetentionKind::ALL.iter().filter_map(|kind| {
        let is_it = |one: &&schedules::Listed| one.schedule.name == schedule_name(*kind);
        let found = listed.iter().find(is_it)?;
        found.paused_at.is_none().then_some(RetentionNext {
            kind: *kind,
            at: found.schedule.next_at,
        })
    });
    Ok(next.collect())
}

/// Plans the run of a period, within the caller's transaction. Returns `None` if retention is
/// switched off.
///
/// # Errors
/// When the database cannot be used. Planning again is harmless.
pub async fn begin_in(
    transaction: &mut Transaction,
    kind: RetentionKind,
    period: DateTime<Utc>,
) -> Result<Option<RetentionRun>, StoreError> {
    retention::begin_in(transaction, kind, period).await
}

/// Does the next portion of a run and publishes what it changed: archived tickets leave the lists of
/// the consoles, and the members of deleted tickets' rooms learn that the tickets do not exist.
/// Returns the run after the portion, and `None` if work that cannot be undone is held: nothing is
/// then done.
///
/// # Errors
/// When the database cannot be used, or if it has decided otherwise than `core`. Nothing is then
/// changed, unless the commit itself was ambiguous. Then the sweep finds the events of archived
/// tickets. Deleted tickets leave no event: the members of their rooms learn of the deletion with
/// their next request.
pub async fn act(
    store: &Store,
    hub: &Hub,
    hold: &Hold,
    run: RetentionRunId,
) -> Result<Option<RetentionRun>, StoreError> {
    let mut transaction = store.begin().await?;
    if hold.check_in(&mut transaction).await?.holds() {
        return Ok(None);
    }
    let portion = retention::act_in(&mut transaction, run, PortionSize::default()).await?;
    super::commit(transaction, hub).await?;
    hub.publish_deleted(&portion.deleted);
    for (ticket, error) in &portion.refused {
        tracing::error!(
            run = %run, %ticket, error,
            "the database refuses to let retention change this ticket; the run leaves it out"
        );
    }
    Ok(Some(portion.run))
}
