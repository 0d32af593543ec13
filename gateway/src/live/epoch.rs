//! The epoch as this instance last saw it.

use std::sync::Arc;

use helpline_core::actor::Audience;
use helpline_persistence::epoch::Epoch;
use parking_lot::RwLock;

/// The database's part of the epoch, read at start and with every sweep.
pub struct CurrentEpoch(RwLock<Arc<Epoch>>);

impl CurrentEpoch {
    /// The epoch at start.
    pub fn new(epoch: Epoch) -> Self {
        Self(RwLock::new(Arc::new(epoch)))
    }

    /// The epoch now.
    pub fn get(&self) -> Arc<Epoch> {
        Arc::clone(&self.0.read())
    }

    /// What a frame to this audience bears.
    pub fn for_audience(&self, audience: Audience) -> String {
        self.get().for_audience(audience)
    }

    /// Takes the epoch that the database answered with; true when it is another one, and every number of the old one is void.
    pub fn observe(&self, seen: &Epoch) -> bool {
        if *self.0.read().as_ref() == *seen {
            return false;
        }
        *self.0.write() = Arc::new(seen.clone());
        true
    }
}
