//! What admins see of background work, and what they do about it.

use std::collections::HashMap;
use std::sync::Arc;

use helpline_core::ids::{DeliveryId, Seq, TicketId};
use helpline_core::protocol::{
    ConsumerView, DeadDelivery, DeadDeliveryPage, Decision, DeliveriesReplayed, DeliveryKindView,
    FailedEvent, HeldTimer, JobsHold, JobsView, ScheduleDays, ScheduleRun, ScheduleView,
    TimerKindView,
};
use helpline_core::schedule::Every;
use helpline_persistence::deliveries::{self, Replay};
use helpline_persistence::{
    Caller, Store, StoreError, TimeCursor, background, follow, schedules, tickets, timers,
};
use serde_json::{Map, Value};

use super::Hold;

/// The background work of this build. The database may know more, from other builds.
#[derive(Debug, Clone, Default)]
pub struct BackgroundNames {
    /// Consumers of the history.
    pub consumers: Vec<&'static str>,
    /// Kinds of timers.
    pub timers: Vec<&'static str>,
    /// Kinds of deliveries.
    pub deliveries: Vec<&'static str>,
}

/// Reads the state of background work, and carries out what admins decide about it. The database
/// checks each decision, and records it in the access log.
pub struct Jobs {
    store: Store,
    hold: Arc<Hold>,
    names: BackgroundNames,
}

impl Jobs {
    /// `store` is the pool of requests. `hold` knows whether work is held on this instance, and
    /// `names` are the kinds of work that this build does.
    pub const fn new(store: Store, hold: Arc<Hold>, names: BackgroundNames) -> Self {
        Self { store, hold, names }
    }

    /// The public address of this instance, which [`Self::confirm`] confirms. Empty if none is set.
    pub fn public_url(&self) -> &str {
        self.hold.public_url()
    }

    /// The state of all background work.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn view(&self) -> Result<JobsView, StoreError> {
        let store = &self.store;
        let hold = background::hold(store, self.public_url()).await?;
        let mut deliveries = Vec::with_capacity(self.names.deliveries.len());
        for kind in &self.names.deliveries {
            let state = deliveries::state(store, kind).await?;
            deliveries.push(delivery_kind(kind, &state));
        }
        let timers = match self.names.timers.as_slice() {
            [] => Vec::new(),
            kinds => timers::states(store, kinds).await?,
        };
        let faults = follow::faults(store).await?;
        let held_timers = timers::held(store).await?;
        let of_faults = faults.iter().map(|fault| fault.ticket);
        let of_timers = held_timers.iter().map(|held| held.timer.ticket);
        let ids: Vec<_> = of_faults.chain(of_timers).collect();
        let numbers = tickets::numbers(store, &ids).await?;
        Ok(JobsView {
            at: hold.now,
            hold: JobsHold {
                unconfirmed: hold.is_unconfirmed,
                public_url: self.public_url().to_owned(),
                confirmed_public_url: hold.public_url,
                confirmed_at: hold.confirmed_at,
                clock_jump_ms: hold.clock.map(|jump| jump.by_ms as f64),
                clock_jumped_at: hold.clock.map(|jump| jump.since),
            },
            consumers: all(follow::states(store).await?, consumer),
            failed_events: all(faults, |fault| failed_event(fault, &numbers)),
            timers: all(timers, timer_kind),
            held_timers: all(held_timers, |held| held_timer(held, &numbers)),
            deliveries,
            schedules: all(schedules::list(store).await?, schedule),
        })
    }

    /// A page of the dead deliveries of one kind, the latest first. `before` is the cursor of the
    /// previous page.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn dead_deliveries(
        &self,
        kind: &str,
        before: Option<TimeCursor>,
    ) -> Result<DeadDeliveryPage, StoreError> {
        let page = deliveries::dead(&self.store, kind, before).await?;
        let events = page.dead.iter().filter_map(|dead| dead.event);
        let ids: Vec<_> = events.map(|(ticket, _)| ticket).collect();
        let numbers = tickets::numbers(&self.store, &ids).await?;
        Ok(DeadDeliveryPage {
            next_cursor: page.next_cursor.map(|cursor| cursor.to_string()),
            deliveries: all(page.dead, |dead| dead_delivery(dead, &numbers)),
        })
    }

    /// Makes dead deliveries due again.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn replay(
        &self,
        caller: &Caller,
        which: Replay<'_>,
    ) -> Result<DeliveriesReplayed, StoreError> {
        let replayed = count(deliveries::replay(&self.store, caller, which).await?);
        Ok(DeliveriesReplayed { replayed })
    }

    /// Pauses or resumes a consumer.
    ///
    /// # Errors
    /// When the database refuses it: `not_found`.
    pub async fn pause_consumer(
        &self,
        caller: &Caller,
        name: &str,
        paused: bool,
    ) -> Result<(), StoreError> {
        if paused {
            follow::pause(&self.store, caller, name).await
        } else {
            follow::resume(&self.store, caller, name).await
        }
    }

    /// Decides about an event that a consumer could not handle.
    ///
    /// # Errors
    /// When the database refuses it: `not_found`; `conflict` if another event of the ticket has
    /// failed by now.
    pub async fn decide_event(
        &self,
        caller: &Caller,
        consumer: &str,
        event: (TicketId, Seq),
        decision: Decision,
    ) -> Result<(), StoreError> {
        let resolution = match decision {
            Decision::Retry => follow::Resolution::Retry,
            Decision::Skip => follow::Resolution::Skip,
        };
        follow::resolve(&self.store, caller, consumer, event, resolution).await
    }

    /// Decides about a held timer.
    ///
    /// # Errors
    /// When the database refuses it: `not_found`.
    pub async fn decide_timer(
        &self,
        caller: &Caller,
        id: i64,
        decision: Decision,
    ) -> Result<(), StoreError> {
        let resolution = match decision {
            Decision::Retry => timers::Resolution::Retry,
            Decision::Skip => timers::Resolution::Remove,
        };
        timers::resolve(&self.store, caller, id, resolution).await
    }

    /// Pauses or resumes a schedule.
    ///
    /// # Errors
    /// When the database refuses it: `not_found`.
    pub async fn pause_schedule(
        &self,
        caller: &Caller,
        name: &str,
        paused: bool,
    ) -> Result<(), StoreError> {
        if paused {
            schedules::pause(&self.store, caller, name).await
        } else {
            schedules::unpause(&self.store, caller, name).await
        }
    }

    /// Makes a schedule due now.
    ///
    /// # Errors
    /// When the database refuses it: `not_found`.
    pub async fn run_schedule(&self, caller: &Caller, name: &str) -> Result<(), StoreError> {
        schedules::run_now(&self.store, caller, name).await
    }

    /// Confirms that this database, with the public address of this instance, is production.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn confirm(&self, caller: &Caller) -> Result<(), StoreError> {
        background::confirm(&self.store, caller, self.public_url()).await?;
        self.hold.check().await.map(drop)
    }

    /// Lets work go on that was held because of the database's clock.
    ///
    /// # Errors
    /// When the database refuses it: `not_found` if it is not held.
    pub async fn resume_clock(&self, caller: &Caller) -> Result<(), StoreError> {
        background::resume_clock(&self.store, caller).await?;
        self.hold.check().await.map(drop)
    }
}

/// The numbers of tickets, for people.
type Numbers = HashMap<TicketId, String>;

fn all<T, V>(rows: Vec<T>, view: impl FnMut(T) -> V) -> Vec<V> {
    rows.into_iter().map(view).collect()
}

/// A count for clients; the database stops counting long before the maximum.
fn count(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn consumer(state: follow::State) -> ConsumerView {
    ConsumerView {
        name: state.name,
        paused_at: state.paused_at,
        handled: state.events,
        handled_at: state.moved_at,
        waiting: count(state.waiting),
        oldest_at: state.oldest_at,
        failed: count(state.faults),
        held: count(state.held),
    }
}

fn failed_event(fault: follow::Fault, numbers: &Numbers) -> FailedEvent {
    FailedEvent {
        consumer: fault.consumer,
        ticket_id: fault.ticket,
        ticket_number: numbers.get(&fault.ticket).cloned(),
        seq: fault.seq,
        attempts: fault.attempts,
        error: fault.error,
        failed_at: fault.failed_at,
        held_at: fault.held_at,
    }
}

fn timer_kind(state: timers::State) -> TimerKindView {
    TimerKindView {
        kind: state.kind,
        due: count(state.due),
        oldest_at: state.oldest_at,
        held: count(state.held),
    }
}

fn held_timer(held: timers::Held, numbers: &Numbers) -> HeldTimer {
    HeldTimer {
        id: held.id.unsigned_abs(),
        kind: held.timer.kind,
        ticket_id: held.timer.ticket,
        ticket_number: numbers.get(&held.timer.ticket).cloned(),
        key: held.timer.key,
        due_at: held.timer.due_at,
        attempts: held.attempts,
        error: held.error,
        held_at: held.held_at,
    }
}

fn delivery_kind(kind: &str, state: &deliveries::State) -> DeliveryKindView {
    DeliveryKindView {
        kind: kind.to_owned(),
        due: count(state.due),
        oldest_at: state.oldest_at,
        in_flight: count(state.in_flight),
        dead: count(state.dead),
    }
}

fn dead_delivery(dead: deliveries::Dead, numbers: &Numbers) -> DeadDelivery {
    let number = |(ticket, _)| numbers.get(&ticket).cloned();
    DeadDelivery {
        id: DeliveryId::new(dead.id),
        receiver: dead.receiver,
        ticket_id: dead.event.map(|(ticket, _)| ticket),
        ticket_number: dead.event.and_then(number),
        seq: dead.event.map(|(_, seq)| seq),
        attempts: dead.attempts,
        error: dead.error,
        created_at: dead.created_at,
        dead_at: dead.dead_at,
    }
}

fn schedule(listed: schedules::Listed) -> ScheduleView {
    let schedule = listed.schedule;
    let (days, on_day) = match schedule.rule.every {
        Every::Day => (ScheduleDays::Daily, None),
        Every::Week(day) => (ScheduleDays::Weekly, Some(day)),
        Every::Month(day) => (ScheduleDays::Monthly, Some(day)),
        Every::Quarter(day) => (ScheduleDays::Quarterly, Some(day)),
    };
    ScheduleView {
        name: schedule.name,
        zone: schedule.zone,
        time: schedule.rule.at.format("%H:%M").to_string(),
        days,
        on_day,
        next_at: schedule.next_at,
        paused_at: listed.paused_at,
        last_run: listed.last.map(|run| ScheduleRun {
            period: run.period,
            started_at: run.started_at,
            done_at: run.done_at,
            error: run.error,
            progress: fields(run.progress),
        }),
    }
}

/// A run's progress as an object. Anything else is its field `value`.
fn fields(progress: Value) -> Map<String, Value> {
    match progress {
        Value::Object(fields) => fields,
        Value::Null => Map::new(),
        other => Map::from_iter([("value".to_owned(), other)]),
    }
}
