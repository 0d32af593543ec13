//! Checks which other instances use the same database, and whether the relay (Redis) connects them.
//! Without the relay, the sweep still delivers messages from the database, but typing and presence
//! are missing. Operators can easily overlook that, so the fault is logged when it begins and when
//! it ends.
//!
//! The check finds two faults. In the first, an instance has no Redis, which the database shows. In
//! the second, two instances have Redis but receive nothing from each other, because their Redis
//! servers or channel prefixes differ. To detect the second fault, each instance publishes its id
//! over the relay at every check. The fault is logged if an instance is registered in the database,
//! but its id does not arrive for some time. It is not logged while the relay of the checking
//! instance is down.

use std::collections::HashMap;
use std::sync::Arc;

use helpline_core::limits;
use helpline_persistence::instances::{self, Others};
use helpline_persistence::{Store, StoreError};
use uuid::Uuid;

use crate::live::relay::Relay;

/// What this instance knows about the other instances of the desk.
pub(super) struct Neighbours {
    instance: Uuid,
    relay: Arc<Relay>,
    has_relay: bool,
    /// Whether the warning about an instance without a relay has been logged.
    is_told: bool,
    unheard: Unheard,
}

impl Neighbours {
    /// Creates the state before the first check, in which no other instance is known.
    pub(super) fn new(relay: Arc<Relay>) -> Self {
        Self {
            instance: new_id(),
            has_relay: relay.is_up().is_some(),
            relay,
            is_told: false,
            unheard: Unheard::default(),
        }
    }

    /// The id of this instance among the others.
    pub(super) const fn instance(&self) -> Uuid {
        self.instance
    }

    /// Registers this instance in the database, and checks which other instances are registered.
    pub(super) async fn run(&mut self, store: &Store) -> Result<(), StoreError> {
        self.relay.introduce(self.instance);
        let others = instances::record(store, self.instance, self.has_relay).await?;
        metrics::gauge!("helpline_instances").set((others.instances + 1) as f64);
        self.log_missing(others);
        if self.has_relay {
            let joined = instances::joined(store, self.instance).await?;
            self.listen(joined);
        }
        Ok(())
    }

    fn log_missing(&mut self, others: Others) {
        match (fault(self.has_relay, others), self.is_told) {
            (Some(fault), false) => {
                tracing::warn!(
                    others = others.instances,
                    "{fault}: typing and presence are not shared between instances, and messages take up to two seconds; set the same --redis-url on every instance"
                );
                self.is_told = true;
            }
            (None, true) => {
                tracing::info!(
                    others = others.instances,
                    "no instance lacks Redis any more"
                );
                self.is_told = false;
            }
            (Some(_), true) | (None, false) => {}
        }
    }

    fn listen(&mut self, joined: Vec<Uuid>) {
        let names_itself = joined.into_iter().filter(|id| names_itself(*id));
        let relay = &self.relay;
        let is_up = relay.is_up() == Some(true);
        match self
            .unheard
            .look(is_up, names_itself, |id| relay.has_heard(id))
        {
            Some(Turn::Begins { instances }) => tracing::warn!(
                instances,
                "instances of this database do not hear each other through Redis: typing and presence are not shared between them, and messages take up to two \
                 seconds; set the same --redis-url, --redis-prefix and --redis-pubsub on all of them"
            ),
            Some(Turn::Ends) => {
                tracing::info!("instances hear each other through Redis again");
            }
            None => {}
        }
    }

    /// Removes this instance's registration from the database.
    pub(super) async fn leave(&self, store: &Store) -> Result<(), StoreError> {
        instances::forget(store, self.instance).await
    }
}

/// A new instance id. It is a version 4 UUID, which shows other instances that this program
/// publishes its id over the relay. Older releases use version 7 UUIDs and do not publish their id.
fn new_id() -> Uuid {
    Uuid::new_v4()
}

fn names_itself(id: Uuid) -> bool {
    id.get_version() == Some(uuid::Version::Random)
}

fn fault(has_relay: bool, others: Others) -> Option<&'static str> {
    if others.instances == 0 {
        None
    } else if !has_relay {
        Some("other instances serve this database, and this one has no Redis")
    } else if others.alone > 0 {
        Some("another instance serves this database and has no Redis")
    } else {
        None
    }
}

/// For each registered instance whose id does not arrive over the relay, the number of consecutive
/// checks without it.
#[derive(Default)]
struct Unheard {
    looks: HashMap<Uuid, u32>,
    is_told: bool,
}

/// Whether the fault (ids of other instances do not arrive) begins or ends with a check.
#[derive(Debug, PartialEq, Eq)]
enum Turn {
    Begins { instances: usize },
    Ends,
}

impl Unheard {
    fn look(
        &mut self,
        is_up: bool,
        there: impl Iterator<Item = Uuid>,
        is_heard: impl Fn(Uuid) -> bool,
    ) -> Option<Turn> {
        if !is_up {
            // While this instance's own relay is down, nothing can be received from other
            // instances. The fault therefore neither begins nor ends.
            self.looks.clear();
            return None;
        }
        self.looks = there
            .filter(|id| !is_heard(*id))
            .map(|id| {
                (
                    id,
                    self.looks
                        .get(&id)
                        .map_or(1, |looks| looks.saturating_add(1)),
                )
            })
            .collect();
        let at_fault = |looks: &&u32| **looks >= limits::INSTANCE_UNHEARD_LOOKS;
        let instances = self.looks.values().filter(at_fault).count();
        if instances > 0 && !self.is_told {
            self.is_told = true;
            return Some(Turn::Begins { instances });
        }
        // The fault ends only when the ids of all registered instances arrive. A count of missed
        // checks that is below the limit does not prove that an id arrives, because the counts are
        // cleared while this instance's relay is down.
        if self.is_told && self.looks.is_empty() {
            self.is_told = false;
            return Some(Turn::Ends);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_alone_is_no_fault_and_neither_are_several_that_are_joined() {
        let fault = |has_relay, instances, alone| fault(has_relay, Others { instances, alone });
        assert_eq!(fault(false, 0, 0), None);
        assert_eq!(fault(true, 3, 0), None);
        assert!(fault(false, 1, 0).expect("a fault").contains("this one"));
        assert!(fault(true, 2, 1).expect("a fault").contains("another"));
    }

    #[test]
    fn one_that_is_not_heard_for_long_is_told_once_and_its_end_too() {
        let (mut unheard, deaf) = (Unheard::default(), new_id());
        let there = || std::iter::once(deaf);
        let mut look = |is_up, is_heard| unheard.look(is_up, there(), |_| is_heard);
        // The instance is missing for fewer checks than the limit, as at startup or while Redis
        // restarts: no fault is logged.
        for _ in 1..limits::INSTANCE_UNHEARD_LOOKS {
            assert_eq!(look(true, false), None);
        }
        assert_eq!(look(false, false), None);
        for _ in 1..limits::INSTANCE_UNHEARD_LOOKS {
            assert_eq!(look(true, false), None);
        }
        assert_eq!(look(true, false), Some(Turn::Begins { instances: 1 }));
        assert_eq!(look(true, false), None);
        assert_eq!(look(false, false), None);
        assert_eq!(look(true, false), None, "the fault is not over yet");
        assert_eq!(look(true, true), Some(Turn::Ends));
        assert_eq!(look(true, true), None);
    }

    #[test]
    fn an_instance_of_a_build_before_is_not_judged() {
        assert!(!names_itself(Uuid::now_v7()));
        assert!(names_itself(new_id()));
    }
}
