//! Periodic jobs. They have their own database pool, so that busy requests do not delay the jobs,
//! and a slow job does not delay requests. The jobs are:
//!
//! - [`gauges`]: updates metrics gauges; every 5 s
//! - [`roll_up`]: adds new changes to the statistics; every 60 s, on one instance at a time
//! - [`follow_people`]: copies changed personal data into tickets; every
//!   [`limits::FOLLOW_INTERVAL_MS`], on one instance at a time
//! - [`neighbours`]: checks which other instances are running; every [`limits::INSTANCE_RENEW_MS`]
//! - [`role_checks`]: checks that the database roles keep customers and staff apart; every
//!   [`limits::ROLE_CHECK_INTERVAL_MS`]
//! - [`last_seen`]: records which staff members are connected; every [`limits::SEEN_RENEW_MS`]

mod follow_people;
mod gauges;
mod last_seen;
mod neighbours;
mod role_checks;
mod roll_up;

use std::sync::Arc;
use std::time::Duration;

use helpline_core::limits;
use helpline_persistence::Store;

use crate::connections::ConnectionRegistry;
use crate::database::outage::OutageLog;
use crate::runtime::lifecycle::Lifecycle;
use neighbours::Neighbours;
use role_checks::RoleChecks;

pub use gauges::Gauges;

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
