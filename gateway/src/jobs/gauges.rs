//! Updates the metrics gauges that operators watch.

use std::sync::Arc;

use helpline_persistence::Store;

use crate::connections::Admission;
use crate::live::relay::Relay;
use crate::live::rooms::Rooms;
use crate::runtime::queue_depth::QueueDepth;

/// The parts of the server from which the metrics gauges take their values.
pub struct Gauges {
    /// The database pool that requests and the writer share.
    pub store: Store,
    /// Has the number of open connections.
    pub admission: Arc<Admission>,
    /// Has the number of rooms with members.
    pub rooms: Arc<Rooms>,
    /// Has the state of the relay, which connects the instances through Redis.
    pub relay: Arc<Relay>,
    /// The queues whose depth is measured, with their names.
    pub queues: Vec<(&'static str, QueueDepth)>,
}

impl Gauges {
    pub(super) fn show(&self) {
        let (used, idle, waiting) = self.store.pool_status();
        metrics::gauge!("helpline_sockets").set(f64::from(self.admission.count()));
        metrics::gauge!("helpline_rooms").set(self.rooms.count() as f64);
        metrics::gauge!("helpline_pool_used").set(used as f64);
        metrics::gauge!("helpline_pool_idle").set(idle as f64);
        metrics::gauge!("helpline_pool_waiting").set(waiting as f64);
        metrics::gauge!("helpline_relay_up").set(match self.relay.is_up() {
            Some(true) | None => 1.0,
            Some(false) => 0.0,
        });
        for (queue, depth) in &self.queues {
            metrics::gauge!("helpline_queue_depth", "queue" => *queue).set(depth.now() as f64);
        }
    }
}
