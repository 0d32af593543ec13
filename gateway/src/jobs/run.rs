//! A run of a schedule, as the schedule's work sees it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use helpline_core::limits;
use helpline_persistence::schedules::{self, Progress, Run};
use helpline_persistence::{HandlerError, Store, StoreError, Transaction};
use serde_json::Value;

use super::background::{Background, Effect};
use crate::live::Hub;
use crate::services;

/// How long a run is leased from each of its commits on.
pub(super) const LEASE: Duration = Duration::from_millis(limits::SCHEDULE_LEASE_MS);

/// Why a run stopped before it was done. It is continued later.
#[derive(Debug, thiserror::Error)]
pub enum Interrupted {
    /// The instance is stopping. Another one continues the run at once.
    #[error("the instance is stopping")]
    Stopping,
    /// The schedule was paused, or work that cannot be undone is held. The run is continued
    /// afterwards.
    #[error("the schedule is paused or held")]
    Held,
    /// Another instance has taken the run over, because this one was too slow.
    #[error("another instance has taken the run over")]
    LeaseLost,
    /// The work failed.
    #[error(transparent)]
    Failed(#[from] HandlerError),
}

impl From<StoreError> for Interrupted {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// A run that this instance has leased. The work divides it into portions: each portion is written
/// in a transaction that [`Self::begin`] opens and [`Self::commit`] ends. A portion must take less
/// than half of [`limits::SCHEDULE_LEASE_MS`].
pub struct RunInProgress<'a> {
    parts: &'a Background,
    effect: Effect,
    run: &'a mut Run,
}

impl<'a> RunInProgress<'a> {
    pub(super) const fn new(parts: &'a Background, effect: Effect, run: &'a mut Run) -> Self {
        Self { parts, effect, run }
    }

    /// The database, for reads and for work that has transactions of its own.
    pub const fn store(&self) -> &Store {
        &self.parts.store
    }

    /// Fan-out to the people who are connected, for services that need it.
    pub const fn hub(&self) -> &Arc<Hub> {
        &self.parts.hub
    }

    /// The occurrence for which the run was made.
    pub const fn period(&self) -> DateTime<Utc> {
        self.run.period
    }

    /// What the last commit recorded; null or an empty object if there was none.
    pub const fn progress(&self) -> &Value {
        &self.run.progress
    }

    /// How often an instance has begun or continued the run; 1 for a run that was never
    /// interrupted.
    pub const fn attempts(&self) -> u32 {
        self.run.attempts
    }

    /// Begins a transaction under the service's role.
    ///
    /// # Errors
    /// [`Interrupted::Stopping`], [`Interrupted::Held`]; [`Interrupted::Failed`] when the database
    /// cannot be used.
    pub async fn begin(&self) -> Result<Transaction, Interrupted> {
        if self.parts.lifecycle.is_draining() {
            return Err(Interrupted::Stopping);
        }
        let (transaction, held) = self.parts.hold.begin().await?;
        let must_wait = self.effect == Effect::Irreversible && held.holds();
        if must_wait || schedules::is_paused(&self.parts.store, &self.run.schedule).await? {
            transaction.roll_back().await?;
            return Err(Interrupted::Held);
        }
        Ok(transaction)
    }

    /// Commits a portion together with the run's progress (at most
    /// [`limits::SCHEDULE_PROGRESS_BYTES_MAX`]), publishes the events that it wrote, and renews the
    /// lease.
    ///
    /// # Errors
    /// [`Interrupted::LeaseLost`], and nothing was committed. If the commit itself fails, it is
    /// unknown whether the portion was committed; the run is continued from what is in the database.
    pub async fn commit(
        &mut self,
        mut transaction: Transaction,
        progress: Value,
    ) -> Result<(), Interrupted> {
        let going = Progress::Going(progress, LEASE);
        if !schedules::record(&mut transaction, self.run, &going).await? {
            return Err(Interrupted::LeaseLost);
        }
        services::commit(transaction, &self.parts.hub).await?;
        if let Progress::Going(progress, _) = going {
            self.run.progress = progress;
        }
        Ok(())
    }
}
