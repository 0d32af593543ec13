//! Which other instances serve the same database. Without a relay between them people still get their messages, by the sweep, but see no one typing
//! and no one present: easily overlooked, so it is logged, once when it begins and once when it ends.

use helpline_persistence::instances::{self, Others};
use helpline_persistence::{Store, StoreError};
use uuid::Uuid;

/// What this instance knows of the others.
pub(super) struct Neighbours {
    instance: Uuid,
    has_relay: bool,
    /// Whether the log says that one of them is not joined.
    is_told: bool,
}

impl Neighbours {
    /// Knows of none yet. `has_relay`: this instance is joined to others.
    pub(super) fn new(has_relay: bool) -> Self {
        Self {
            instance: Uuid::now_v7(),
            has_relay,
            is_told: false,
        }
    }

    /// Says that this instance serves, and looks who else does.
    pub(super) async fn run(&mut self, store: &Store) -> Result<(), StoreError> {
        let others = instances::record(store, self.instance, self.has_relay).await?;
        metrics::gauge!("helpline_instances").set((others.instances + 1) as f64);
        match (self.fault(others), self.is_told) {
            (Some(fault), false) => {
                tracing::warn!(
                    others = others.instances,
                    "{fault}: typing and presence do not cross, and messages take up to two seconds; give every instance the same --redis-url"
                );
                self.is_told = true;
            }
            (None, true) => {
                tracing::info!(
                    others = others.instances,
                    "no instance is without a relay to the others any more"
                );
                self.is_told = false;
            }
            (Some(_), true) | (None, false) => {}
        }
        Ok(())
    }

    fn fault(&self, others: Others) -> Option<&'static str> {
        if others.instances == 0 {
            None
        } else if !self.has_relay {
            Some("other instances serve this database, and this one has no Redis")
        } else if others.alone > 0 {
            Some("another instance serves this database and has no Redis")
        } else {
            None
        }
    }

    /// This instance is leaving.
    pub(super) async fn leave(&self, store: &Store) -> Result<(), StoreError> {
        instances::forget(store, self.instance).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_alone_is_no_fault_and_neither_are_several_that_are_joined() {
        let fault = |has_relay, instances, alone| {
            Neighbours::new(has_relay).fault(Others { instances, alone })
        };
        assert_eq!(fault(false, 0, 0), None);
        assert_eq!(fault(true, 3, 0), None);
        assert!(fault(false, 1, 0).expect("a fault").contains("this one"));
        assert!(fault(true, 2, 1).expect("a fault").contains("another"));
    }
}
