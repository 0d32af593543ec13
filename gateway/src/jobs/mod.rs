//! What an instance does now and then, through a pool of its own: requests that hold every connection of theirs delay no job, and a slow job
//! delays no request. What runs today:
//!
//! - [`gauges`]: figures for operators; every 5 s
//! - [`roll_up`]: the statistics' deltas; every 60 s, on whichever instance comes first
//! - [`follow_people`]: what tickets keep of people who changed; every [`limits::FOLLOW_INTERVAL_MS`], on one instance at a time
//! - [`neighbours`]: which other instances serve; every [`limits::INSTANCE_RENEW_MS`]
//! - [`role_checks`]: that the database's roles keep customers and staff apart; every [`limits::ROLE_CHECK_INTERVAL_MS`]
//! - [`last_seen`]: that the connected staff are there; every [`limits::SEEN_RENEW_MS`]

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

/// Between two updates of the gauges.
const GAUGES: Duration = Duration::from_secs(5);
/// Between two roll-ups of the statistics' deltas; any number of instances may try, one at a time succeeds.
const ROLL_UP: Duration = Duration::from_secs(60);

/// Runs them until the instance stops.
pub async fn run(
    store: Store,
    registry: Arc<ConnectionRegistry>,
    figures: Gauges,
    outage: Arc<OutageLog>,
    lifecycle: Lifecycle,
) {
    // Before the first request: the first tick may have to wait for a job that asks the database.
    figures.show();
    let mut gauges = tokio::time::interval(GAUGES);
    let mut roll_ups = tokio::time::interval(ROLL_UP);
    let mut role_checks =
        tokio::time::interval(Duration::from_millis(limits::ROLE_CHECK_INTERVAL_MS));
    let mut follow = tokio::time::interval(Duration::from_millis(limits::FOLLOW_INTERVAL_MS));
    // After a slow one: one, not all that were missed.
    follow.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut roles = RoleChecks::default();
    let mut neighbours = Neighbours::new(Arc::clone(&figures.relay));
    let mut looks = tokio::time::interval(Duration::from_millis(limits::INSTANCE_RENEW_MS));
    let mut has_left = false;
    let mut seen = tokio::time::interval(Duration::from_millis(limits::SEEN_RENEW_MS));
    loop {
        // Cancel-safe: intervals and a token.
        let done = tokio::select! {
            _ = gauges.tick() => {
                figures.show();
                continue;
            }
            _ = roll_ups.tick() => roll_up::run(&store).await,
            _ = follow.tick() => follow_people::run(&store).await,
            _ = role_checks.tick() => roles.run(&store).await,
            _ = seen.tick() => last_seen::run(&store, &registry).await,
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
