//! Events that consumers of this instance have read lately. Most consumers read the same events
//! within a second, and reading an event costs more than finding out that it is new.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use helpline_core::ids::{Seq, TicketId};
use helpline_core::limits;
use tokio::sync::Mutex;

use super::{Event, event};
use crate::transaction::Transaction;
use crate::{StoreError, rows};

const EVENTS: &str = include_str!("../../sql/follow/events.sql");
const KEPT: Duration = Duration::from_millis(limits::CONSUMER_EVENTS_KEPT_MS);

/// Identifies an event. A restored database may have another event with the same ticket and `seq`,
/// which another transaction has written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) ticket: TicketId,
    pub(super) seq: Seq,
    /// The number of the transaction that has written the event.
    pub(super) transaction: i64,
}

/// Events that the consumers of an instance share, for at most twice
/// [`limits::CONSUMER_EVENTS_KEPT_MS`]. Clones share their content.
#[derive(Clone, Default)]
pub struct RecentEvents(Arc<Mutex<Generations<Arc<Event>>>>);

/// Instead of a time for each event, there are two generations, of which the older one is dropped as
/// a whole.
struct Generations<T> {
    young: HashMap<Key, T>,
    old: HashMap<Key, T>,
    /// When the younger generation was begun.
    begun: Option<Instant>,
}

impl<T> Default for Generations<T> {
    fn default() -> Self {
        Self {
            young: HashMap::new(),
            old: HashMap::new(),
            begun: None,
        }
    }
}

impl RecentEvents {
    /// Returns these events in their order. Those that are not kept are read from the database;
    /// consumers that need the same events at the same time wait for the first one. Events that do
    /// not exist any more are left out, unless they are kept.
    pub(super) async fn get(
        &self,
        transaction: &mut Transaction,
        keys: &[Key],
    ) -> Result<Vec<Arc<Event>>, StoreError> {
        let mut kept = self.0.lock().await;
        kept.age(Instant::now());
        let missing: Vec<Key> = keys
            .iter()
            .filter(|key| kept.get(key).is_none())
            .copied()
            .collect();
        if !missing.is_empty() {
            kept.read(transaction, &missing).await?;
        }
        Ok(keys.iter().filter_map(|key| kept.get(key)).collect())
    }
}

impl<T: Clone> Generations<T> {
    fn get(&self, key: &Key) -> Option<T> {
        self.young.get(key).or_else(|| self.old.get(key)).cloned()
    }

    /// Drops what was read too long ago, or what is too much.
    fn age(&mut self, now: Instant) {
        let age = self.begun.map(|begun| now.duration_since(begun));
        if age.is_some_and(|age| age >= KEPT * 2) {
            self.young.clear();
        }
        let is_full = self.young.len() >= limits::CONSUMER_EVENTS_KEPT_MAX;
        if is_full || age.is_none_or(|age| age >= KEPT) {
            self.old = std::mem::take(&mut self.young);
            self.begun = Some(now);
        }
    }
}

impl Generations<Arc<Event>> {
    async fn read(
        &mut self,
        transaction: &mut Transaction,
        missing: &[Key],
    ) -> Result<(), StoreError> {
        let tickets: Vec<_> = missing.iter().map(|key| key.ticket.uuid()).collect();
        let seqs: Vec<_> = missing.iter().map(|key| rows::bigint(key.seq)).collect();
        let answer = transaction.query(EVENTS, &[&tickets, &seqs]).await?;
        let keys: HashMap<_, _> = missing
            .iter()
            .map(|key| ((key.ticket, key.seq), *key))
            .collect();
        for row in &answer {
            let event = event(transaction, row)?;
            if let Some(key) = keys.get(&(event.row.ticket, event.row.seq)) {
                self.young.insert(*key, Arc::new(event));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seq: u64) -> Key {
        Key {
            ticket: TicketId::new(uuid::Uuid::nil()),
            seq: Seq::new(seq),
            transaction: 1,
        }
    }

    #[test]
    fn what_was_read_is_kept_for_one_to_two_periods() {
        let start = Instant::now();
        let mut kept = Generations::default();
        kept.age(start);
        kept.young.insert(key(1), ());
        kept.age(start + KEPT - Duration::from_millis(1));
        kept.young.insert(key(2), ());
        kept.age(start + KEPT);
        assert!(kept.get(&key(1)).is_some() && kept.get(&key(2)).is_some());
        kept.young.insert(key(3), ());
        kept.age(start + KEPT * 2);
        assert!(kept.get(&key(1)).is_none() && kept.get(&key(2)).is_none());
        assert!(kept.get(&key(3)).is_some());
        // No consumer has asked for a long time.
        kept.age(start + KEPT * 9);
        assert!(kept.get(&key(3)).is_none());
    }

    #[test]
    fn of_many_events_only_the_latest_are_kept() {
        let start = Instant::now();
        let mut kept = Generations::default();
        let max = limits::CONSUMER_EVENTS_KEPT_MAX as u64;
        for seq in 0..3 * max {
            kept.age(start);
            kept.young.insert(key(seq), ());
        }
        assert!(kept.young.len() + kept.old.len() <= 2 * limits::CONSUMER_EVENTS_KEPT_MAX);
        assert!(kept.get(&key(3 * max - 1)).is_some());
        assert!(kept.get(&key(0)).is_none());
    }
}
