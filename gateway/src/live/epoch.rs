//! The epoch that this instance last saw in the database.

use std::sync::Arc;

use helpline_core::actor::Audience;
use helpline_persistence::epoch::Epoch;
use parking_lot::RwLock;

/// The epoch, read at startup and at every sweep.
pub struct CurrentEpoch(RwLock<Arc<Epoch>>);

impl CurrentEpoch {
    /// Starts with this epoch.
    pub fn new(epoch: Epoch) -> Self {
        Self(RwLock::new(Arc::new(epoch)))
    }

    /// The current epoch.
    pub fn get(&self) -> Arc<Epoch> {
        Arc::clone(&self.0.read())
    }

    /// The epoch value for frames to this audience.
    pub fn for_audience(&self, audience: Audience) -> String {
        self.get().for_audience(audience)
    }

    /// Stores the epoch that the database returned. Returns true if it changed; all sequence
    /// numbers of the old epoch are then invalid.
    pub fn observe(&self, seen: &Epoch) -> bool {
        if *self.0.read().as_ref() == *seen {
            return false;
        }
        *self.0.write() = Arc::new(seen.clone());
        true
    }
}
