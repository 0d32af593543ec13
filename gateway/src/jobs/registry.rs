//! The background work of this build: consumers of the history, kinds of timers and deliveries, and
//! schedules. A capability that needs background work adds it to the registry that
//! `server/build.rs` starts.

use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use futures_util::future::BoxFuture;
use helpline_core::limits;
use helpline_core::schedule::Rule;
use helpline_persistence::deliveries::Leased;
use helpline_persistence::follow::{Event, Handler, Start};
use helpline_persistence::timers::{Action, Timer};
use helpline_persistence::{HandlerError, Store, StoreError, Transaction};
use serde_json::Value;

use super::background::Effect;
use super::run::{Interrupted, RunInProgress};
use crate::services::BackgroundNames;

/// The background work that an instance does. The names must be unique, also across releases,
/// because the database keeps the state of each under its name.
#[derive(Default)]
pub struct Registry {
    pub(super) consumers: Vec<Consumer>,
    pub(super) timers: Vec<TimerKind>,
    pub(super) deliveries: Vec<DeliveryKind>,
    pub(super) schedules: Vec<ScheduledWork>,
}

impl Registry {
    /// Adds a consumer. It starts with the history's first or next event when the database first
    /// meets it, and afterwards goes on where it was.
    #[must_use]
    pub fn consumer(
        mut self,
        name: &'static str,
        start: Start,
        handler: impl Handler + 'static,
    ) -> Self {
        let handler = Box::new(handler);
        self.consumers.push(Consumer {
            name,
            start,
            handler,
        });
        self
    }

    /// Adds a kind of timer.
    #[must_use]
    pub fn timer(
        mut self,
        kind: &'static str,
        effect: Effect,
        action: impl Action + 'static,
    ) -> Self {
        let action = Box::new(action);
        self.timers.push(TimerKind {
            kind,
            effect,
            action,
        });
        self
    }

    /// Adds a kind of delivery.
    #[must_use]
    pub fn delivery(mut self, kind: &'static str, deliver: impl Deliver + 'static) -> Self {
        self.deliveries.push(DeliveryKind {
            kind,
            limits: DeliveryLimits::default(),
            deliver: Box::new(deliver),
        });
        self
    }

    /// Adds a kind of delivery with limits of its own.
    #[must_use]
    pub(super) fn delivery_within(
        mut self,
        kind: &'static str,
        limits: DeliveryLimits,
        deliver: impl Deliver + 'static,
    ) -> Self {
        self.deliveries.push(DeliveryKind {
            kind,
            limits,
            deliver: Box::new(deliver),
        });
        self
    }

    /// Adds a schedule.
    #[must_use]
    pub fn schedule(
        mut self,
        name: &'static str,
        effect: Effect,
        work: impl Work + 'static,
    ) -> Self {
        self.schedules.push(ScheduledWork {
            name,
            effect,
            work: Box::new(work),
        });
        self
    }
}

impl Registry {
    /// The names of what the registry contains.
    pub fn names(&self) -> BackgroundNames {
        BackgroundNames {
            consumers: self.consumers.iter().map(|it| it.name).collect(),
            timers: self.timers.iter().map(|it| it.kind).collect(),
            deliveries: self.deliveries.iter().map(|it| it.kind).collect(),
        }
    }
}

pub(super) struct Consumer {
    pub(super) name: &'static str,
    pub(super) start: Start,
    pub(super) handler: Box<dyn AnyHandler>,
}

pub(super) struct TimerKind {
    pub(super) kind: &'static str,
    pub(super) effect: Effect,
    pub(super) action: Box<dyn AnyAction>,
}

pub(super) struct DeliveryKind {
    pub(super) kind: &'static str,
    pub(super) limits: DeliveryLimits,
    pub(super) deliver: Box<dyn AnyDeliver>,
}

pub(super) struct ScheduledWork {
    pub(super) name: &'static str,
    pub(super) effect: Effect,
    pub(super) work: Box<dyn AnyWork>,
}

/// How many deliveries of one kind are attempted at the same time, and how long an attempt may
/// take.
#[derive(Debug, Clone, Copy)]
pub(super) struct DeliveryLimits {
    pub(super) slots: u32,
    pub(super) retry_slots: u32,
    pub(super) per_receiver: u32,
    pub(super) attempt: Duration,
    pub(super) lease: Duration,
    /// If set, a failed delivery is never given up: it is attempted again after the usual times, but
    /// at most after this one.
    pub(super) again_after: Option<Duration>,
}

impl Default for DeliveryLimits {
    fn default() -> Self {
        Self {
            slots: limits::DELIVERY_SLOTS,
            retry_slots: limits::DELIVERY_RETRY_SLOTS,
            per_receiver: limits::DELIVERY_PER_RECEIVER_MAX,
            attempt: Duration::from_millis(limits::DELIVERY_ATTEMPT_MS),
            lease: Duration::from_millis(limits::DELIVERY_LEASE_MS),
            again_after: None,
        }
    }
}

/// Attempts deliveries of one kind.
pub trait Deliver: Send + Sync {
    /// Attempts a delivery. No transaction is open meanwhile. The future is dropped when
    /// [`limits::DELIVERY_ATTEMPT_MS`] have passed, and when the instance stops. The delivery may be
    /// attempted again under the same id, also after the receiver has taken it: the result may have
    /// been lost.
    fn attempt(&self, leased: &Leased) -> impl Future<Output = Result<(), DeliveryFault>> + Send;
}

/// Why a delivery failed. The texts are shown to admins, so they contain no message body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryFault {
    /// It may succeed later.
    #[error("{0}")]
    Temporary(String),
    /// The receiver asks for another attempt after this time, at most
    /// [`limits::DELIVERY_RETRY_AFTER_MAX_S`].
    #[error("{1}")]
    RetryAfter(Duration, String),
    /// Another attempt would fail too. The delivery waits for an admin.
    #[error("{0}")]
    Permanent(String),
}

/// When a schedule occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct When {
    /// The time of day and the days.
    pub rule: Rule,
    /// The time zone in which the rule is meant.
    pub zone: Tz,
}

/// The work of a schedule.
pub trait Work: Send {
    /// Returns when the work is to be done, for example from the desk's settings. `None` if it is
    /// switched off. It is asked before each look at the schedule.
    ///
    /// # Errors
    /// When the database cannot be read.
    fn when(
        &mut self,
        store: &Store,
    ) -> impl Future<Output = Result<Option<When>, StoreError>> + Send;

    /// Does the work of one period, or continues it after an interruption. Returns the result,
    /// which admins see.
    ///
    /// # Errors
    /// [`Interrupted`]. The run is continued later, from the progress of its last commit.
    fn run(
        &mut self,
        run: RunInProgress<'_>,
    ) -> impl Future<Output = Result<Value, Interrupted>> + Send;
}

/// [`Handler`] for a list of different handlers.
pub(super) trait AnyHandler: Send {
    fn handle_any<'a>(
        &'a mut self,
        transaction: &'a mut Transaction,
        events: &'a [Arc<Event>],
    ) -> BoxFuture<'a, Result<(), HandlerError>>;
}

impl<H: Handler> AnyHandler for H {
    fn handle_any<'a>(
        &'a mut self,
        transaction: &'a mut Transaction,
        events: &'a [Arc<Event>],
    ) -> BoxFuture<'a, Result<(), HandlerError>> {
        Box::pin(self.handle(transaction, events))
    }
}

/// The handler of a [`Consumer`], as [`helpline_persistence::follow::poll`] takes it.
pub(super) struct BoxedHandler<'a>(pub(super) &'a mut dyn AnyHandler);

impl Handler for BoxedHandler<'_> {
    async fn handle(
        &mut self,
        transaction: &mut Transaction,
        events: &[Arc<Event>],
    ) -> Result<(), HandlerError> {
        self.0.handle_any(transaction, events).await
    }
}

/// [`Action`] for a list of different actions.
pub(super) trait AnyAction: Send {
    fn act_any<'a>(
        &'a mut self,
        transaction: &'a mut Transaction,
        timer: &'a Timer,
    ) -> BoxFuture<'a, Result<(), HandlerError>>;
}

impl<A: Action> AnyAction for A {
    fn act_any<'a>(
        &'a mut self,
        transaction: &'a mut Transaction,
        timer: &'a Timer,
    ) -> BoxFuture<'a, Result<(), HandlerError>> {
        Box::pin(self.act(transaction, timer))
    }
}

/// The action of a [`TimerKind`], as [`helpline_persistence::timers::fire`] takes it.
pub(super) struct BoxedAction<'a>(pub(super) &'a mut dyn AnyAction);

impl Action for BoxedAction<'_> {
    async fn act(
        &mut self,
        transaction: &mut Transaction,
        timer: &Timer,
    ) -> Result<(), HandlerError> {
        self.0.act_any(transaction, timer).await
    }
}

/// [`Deliver`] for a list of different kinds.
pub(super) trait AnyDeliver: Send + Sync {
    fn attempt_any<'a>(&'a self, leased: &'a Leased) -> BoxFuture<'a, Result<(), DeliveryFault>>;
}

impl<D: Deliver> AnyDeliver for D {
    fn attempt_any<'a>(&'a self, leased: &'a Leased) -> BoxFuture<'a, Result<(), DeliveryFault>> {
        Box::pin(self.attempt(leased))
    }
}

/// [`Work`] for a list of different schedules.
pub(super) trait AnyWork: Send {
    fn when_any<'a>(
        &'a mut self,
        store: &'a Store,
    ) -> BoxFuture<'a, Result<Option<When>, StoreError>>;
    fn run_any<'a>(
        &'a mut self,
        run: RunInProgress<'a>,
    ) -> BoxFuture<'a, Result<Value, Interrupted>>;
}

impl<W: Work> AnyWork for W {
    fn when_any<'a>(
        &'a mut self,
        store: &'a Store,
    ) -> BoxFuture<'a, Result<Option<When>, StoreError>> {
        Box::pin(self.when(store))
    }

    fn run_any<'a>(
        &'a mut self,
        run: RunInProgress<'a>,
    ) -> BoxFuture<'a, Result<Value, Interrupted>> {
        Box::pin(self.run(run))
    }
}
