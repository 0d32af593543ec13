//! Which other instances were heard through the relay, and when last.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use helpline_core::limits;
use parking_lot::Mutex;
use uuid::Uuid;

/// When each was last heard. Bounded: beyond [`limits::INSTANCES_HEARD_MAX`] those of longest ago are forgotten.
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

    /// Whether this one was heard within [`limits::INSTANCE_LATELY_MS`].
    pub(super) fn lately(&self, id: Uuid) -> bool {
        let lately = Duration::from_millis(limits::INSTANCE_LATELY_MS);
        self.last
            .lock()
            .get(&id)
            .is_some_and(|at| at.elapsed() < lately)
    }
}
