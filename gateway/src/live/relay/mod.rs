//! Messages between instances, without a delivery guarantee. An ack to a client never waits for the
//! relay. Events that the relay loses are found by the sweep, which polls the database.
//!
//! - [`handle`]: the interface for other modules. [`Relay::alone`], the default, is for a single
//!   instance. [`Relay::redis`] publishes and subscribes through Redis pub/sub, in two tasks:
//!   [`publisher`] and [`subscriber`]
//! - [`events`]: the interface to which the subscriber delivers messages; [`channels`]: channel
//!   names and payloads

mod backoff;
mod cause;
mod channels;
mod events;
mod handle;
mod heard;
mod probes;
mod publisher;
mod sharded_publishing;
mod sharded_subscription;
mod subscriber;
mod subscription;

use std::sync::Arc;

use crate::runtime::lifecycle::Lifecycle;

pub use events::RelayEvents;
pub(crate) use handle::InboxWatch;
pub use handle::{Relay, RelayEnds};

/// Starts the publisher task and the subscriber task. Both end when the instance stops.
pub fn start(
    relay: &Arc<Relay>,
    ends: RelayEnds,
    events: Arc<dyn RelayEvents>,
    lifecycle: &Lifecycle,
) {
    let RelayEnds {
        source,
        outgoing,
        commands,
        up,
    } = ends;
    let publish_fault = Arc::default();
    lifecycle.spawn(publisher::run(
        Arc::clone(&source),
        outgoing,
        Arc::clone(&publish_fault),
        lifecycle.stop.clone(),
    ));
    let relay = Arc::clone(relay);
    let subscriber =
        subscriber::Subscriber::new(relay, events, lifecycle.clone(), up, publish_fault);
    lifecycle.spawn(subscriber.run(source, commands));
}
