//! Work that no request waits for: periodic jobs, and background work that the database stores.
//!
//! Background work is one of four kinds, each with its own module: [`follow`] (consumers of the
//! history), [`timers`], [`deliveries`] and [`schedules`]. What a build does is in its [`Registry`];
//! [`loops`] returns a loop for each part of it, and two more: `watch` looks after the database's
//! identity, its clock and the metrics; `old_deliveries` deletes deliveries that were done more than
//! [`limits::DELIVERY_KEEP_MS`] ago.
//!
//! [`attachments`] checks files and deletes the bytes of those that are gone.
//!
//! [`retention`] has schedules that plan its runs, and a task of its own that acts on them.
//!
//! Periodic jobs share one task. They have their own database pool, so that busy requests do not
//! delay the jobs, and a slow job does not delay requests. The jobs are:
//!
//! - [`gauges`]: updates metrics gauges; every 5 s
//! - [`roll_up`]: adds new changes to the statistics; every 60 s, on one instance at a time
//! - [`follow_people`]: copies changed personal data into tickets; every
//!   [`limits::FOLLOW_INTERVAL_MS`], on one instance at a time
//! - [`follow_staff`]: keeps roles equal to those of the platform, if they come from there; every
//!   [`limits::FOLLOW_STAFF_INTERVAL_MS`], on one instance at a time
//! - [`follow_names`]: takes over names and addresses from the platform, if they come from there; every
//!   [`limits::FOLLOW_NAMES_INTERVAL_MS`], on one instance at a time
//! - [`neighbours`]: checks which other instances are running; every [`limits::INSTANCE_RENEW_MS`]
//! - [`role_checks`]: checks that the database roles keep customers and staff apart; every
//!   [`limits::ROLE_CHECK_INTERVAL_MS`]
//! - [`last_seen`]: records which staff members are connected; every [`limits::SEEN_RENEW_MS`]

pub mod attachments;
mod background;
mod deliveries;
mod follow;
mod follow_names;
mod follow_people;
mod follow_staff;
mod gauges;
mod last_seen;
mod neighbours;
mod old_deliveries;
#[cfg(debug_assertions)]
pub mod probe;
pub mod registry;
pub mod retention;
mod role_checks;
mod roll_up;
pub mod run;
#[cfg(debug_assertions)]
mod sabotage;
mod schedules;
mod timers;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use helpline_core::limits;
use helpline_persistence::Store;
use helpline_persistence::follow::RecentEvents;
use tokio::sync::Semaphore;

use crate::connections::ConnectionRegistry;
use crate::database::outage::OutageLog;
use crate::live::commit_signal::CommitSignal;
use crate::runtime::lifecycle::Lifecycle;
use follow_names::FollowNames;
use follow_staff::FollowStaff;
use neighbours::Neighbours;
use role_checks::RoleChecks;

pub use background::{Background, Effect};
pub use gauges::Gauges;
pub use registry::Registry;

/// Time between two updates of the gauges.
const GAUGES: Duration = Duration::from_secs(5);
/// Time between two roll-ups of the statistics. All instances try, but a database lock lets only
/// one run at a time.
const ROLL_UP: Duration = Duration::from_secs(60);

/// Runs the jobs until the instance stops.
pub async fn run(
    store: Store,
    registry: Arc<ConnectionRegistry>,
    figures: Gauges,
    outage: Arc<OutageLog>,
    lifecycle: Lifecycle,
) {
    // Update the gauges once before the loop, because a job that waits for the database may delay
    // the loop's first update.
    figures.show();
    let mut gauges = tokio::time::interval(GAUGES);
    let mut roll_ups = tokio::time::interval(ROLL_UP);
    let mut role_checks =
        tokio::time::interval(Duration::from_millis(limits::ROLE_CHECK_INTERVAL_MS));
    let mut follow = tokio::time::interval(Duration::from_millis(limits::FOLLOW_INTERVAL_MS));
    // If a run of `follow_people` takes longer than its interval, do not make up for the missed
    // ticks: the next tick is one interval later.
    follow.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut staff_looks =
        tokio::time::interval(Duration::from_millis(limits::FOLLOW_STAFF_INTERVAL_MS));
    staff_looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut staff = FollowStaff::default();
    let mut name_looks =
        tokio::time::interval(Duration::from_millis(limits::FOLLOW_NAMES_INTERVAL_MS));
    name_looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut names = FollowNames::default();
    let mut roles = RoleChecks::default();
    let mut neighbours = Neighbours::new(Arc::clone(&figures.relay));
    let mut looks = tokio::time::interval(Duration::from_millis(limits::INSTANCE_RENEW_MS));
    let mut has_left = false;
    let mut seen = tokio::time::interval(Duration::from_millis(limits::SEEN_RENEW_MS));
    loop {
        // Cancel-safe: the branches wait only for intervals and a cancellation token.
        let done = tokio::select! {
            _ = gauges.tick() => {
                figures.show();
                continue;
            }
            _ = roll_ups.tick() => roll_up::run(&store).await,
            _ = follow.tick() => follow_people::run(&store).await,
            _ = staff_looks.tick() => staff.run(&store).await,
            _ = name_looks.tick() => names.run(&store, neighbours.instance()).await,
            _ = role_checks.tick() => roles.run(&store).await,
            _ = seen.tick() => match last_seen::run(&store, &registry).await {
                Some(done) => done,
                None => continue,
            },
            _ = looks.tick(), if !has_left => neighbours.run(&store).await,
            () = lifecycle.leave.cancelled(), if !has_left => {
                has_left = true;
                neighbours.leave(&store).await
            }
            () = lifecycle.stop.cancelled() => return,
        };
        outage.observe(&done);
    }
}

/// The background work of every instance.
pub fn built_in() -> Registry {
    Registry::default()
}

/// Returns the loops of this background work, which run until the instance stops. Each is to be
/// spawned as a task of its own, so that slow work does not delay other work.
pub fn loops(registry: Registry, parts: &Background) -> Vec<BoxFuture<'static, ()>> {
    let names = registry.names();
    let Registry {
        consumers,
        timers: kinds,
        deliveries,
        schedules,
    } = registry;
    let mut loops: Vec<BoxFuture<'static, ()>> = vec![
        Box::pin(watch::run(names, parts.clone())),
        Box::pin(old_deliveries::run(parts.clone())),
    ];
    let turns = Arc::new(Semaphore::new(limits::CONSUMERS_AT_ONCE_MAX));
    let (recent, planned) = (RecentEvents::default(), CommitSignal::default());
    for kind in deliveries {
        loops.push(Box::pin(deliveries::run(
            kind,
            parts.clone(),
            planned.listen(),
        )));
    }
    for consumer in consumers {
        let (turns, recent, planned) = (Arc::clone(&turns), recent.clone(), planned.clone());
        let parts = parts.clone();
        loops.push(Box::pin(follow::run(
            consumer, parts, turns, recent, planned,
        )));
    }
    if !kinds.is_empty() {
        loops.push(Box::pin(timers::run(kinds, parts.clone(), planned)));
    }
    for schedule in schedules {
        loops.push(Box::pin(schedules::run(schedule, parts.clone())));
    }
    loops
}
