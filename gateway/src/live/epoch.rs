//! The epoch that this instance last saw in the database. The epoch changes when the database is
//! restored or fails over.

use std::sync::Arc;

use helpline_core::actor::Audience;
use helpline_persistence::epoch::Epoch;
use parking_lot::RwLock;

/// The last known epoch of the database. It is read at startup and at every sweep.
pub struct CurrentEpoch(RwLock<Arc<Epoch>>);

impl CurrentEpoch {
    /// Creates the value with the epoch that was read at startup.
    pub fn new(epoch: Epoch) -> Self {
        Self(RwLock::new(Arc::new(epoch)))
    }

    /// Returns the last known epoch.
    pub fn get(&self) -> Arc<Epoch> {
        Arc::clone(&self.0.read())
    }

    /// The last known epoch in the form that frames for this audience contain.
    pub fn for_audience(&self, audience: Audience) -> String {
        self.get().for_audience(audience)
    }

    /// Stores the epoch that was just read from the database. Returns true if the epoch changed.
    /// The sequence numbers that clients know from the old epoch are then invalid.
    pub fn observe(&self, seen: &Epoch) -> bool {
        if *self.0.read().as_ref() == *seen {
            return false;
        }
        *self.0.write() = Arc::new(seen.clone());
        true
    }
}
