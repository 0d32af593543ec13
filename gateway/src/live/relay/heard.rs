//! Records when the last message of each other instance was received through the relay.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use helpline_core::limits;
use parking_lot::Mutex;
use uuid::Uuid;

/// When the last message of each instance was received. At most [`limits::INSTANCES_HEARD_MAX`]
/// instances are kept; beyond that, the oldest entry is dropped.
#[derive(Default)]
pub(super) struct HeardInstances {
    last: Mutex<HashMap<Uuid, Instant>>,
}

impl HeardInstances {
    pub(super) fn record(&self, id: Uuid) {
        let mut last = self.last.lock();
        last.insert(id, Instant::now());
        if last.len() > limits::INSTANCES_HEARD_MAX {
            let oldest = last.iter().min_by_key(|(_, at)| **at).map(|(id, _)| *id);
            oldest.and_then(|id| last.remove(&id));
        }
    }

    /// Whether a message from this instance was received within the last
    /// [`limits::INSTANCE_LATELY_MS`].
    pub(super) fn lately(&self, id: Uuid) -> bool {
        let lately = Duration::from_millis(limits::INSTANCE_LATELY_MS);
        self.last
            .lock()
            .get(&id)
            .is_some_and(|at| at.elapsed() < lately)
    }
}
