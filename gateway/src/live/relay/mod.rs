//! News between instances. Best effort by design: an ack never waits for it, and the sweep finds in the database what it loses.
//!
//! - [`handle`]: what the other parts hold. [`Relay::alone`] is the embedded default, for the one instance that has no others;
//!   [`Relay::redis`] publishes and listens through Redis pub/sub, by two tasks: [`publisher`] and [`subscriber`]
//! - [`events`]: what the subscriber's news are handed to; [`channels`]: names and payloads

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

/// Starts publisher and subscriber; both end when the instance stops.
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
