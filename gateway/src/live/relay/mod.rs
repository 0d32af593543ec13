//! News between instances. Best effort by design: an ack never waits for it, and the sweep finds in the database what it loses.
//!
//! - [`handle`]: what the other parts hold. [`Relay::alone`] is the embedded default, for the one instance that has no others;
//!   [`Relay::redis`] publishes and listens through Redis pub/sub, by two tasks: [`publisher`] and [`subscriber`]
//! - [`events`]: what the subscriber's news are handed to; [`channels`]: names and payloads

mod backoff;
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
    lifecycle.spawn(publisher::run(
        Arc::clone(&source),
        outgoing,
        lifecycle.stop.clone(),
    ));
    let subscriber = subscriber::Subscriber::new(Arc::clone(relay), events, lifecycle.clone(), up);
    lifecycle.spawn(subscriber.run(source, commands));
}
