//! Finds in the database what the relay lost. Every 750 ms, and immediately when the relay
//! reconnects, it reads which tickets have events that became visible since the last sweep, no
//! matter how they were written. While Redis is down, all delivery between instances depends on it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use helpline_core::ids::{Seq, TicketId};
use helpline_core::limits;
use helpline_persistence::epoch::Epoch;
use helpline_persistence::history::{self, Heads};
use helpline_persistence::sweep::{self, RollbackProof, Snapshot, SweepResult};
use helpline_persistence::{Store, StoreError};
use tokio_util::sync::CancellationToken;

use super::epoch::CurrentEpoch;
use super::frames::EncodedEvent;
use super::gaps::GapFiller;
use super::hub::Hub;
use super::inbox::Inbox;
use super::relay::Relay;
use super::rooms::Rooms;
use super::sweep_signal::SweepSignal;
use crate::connections::WakeList;
use crate::database::in_parts::{Parts, in_parts};
use crate::database::outage::OutageLog;
use crate::runtime::failpoint::sabotaged;

/// The parts that the sweep reads, compares and updates.
pub struct Sweep {
    /// The database that is swept.
    pub store: Store,
    /// Delivers lost events and resets rooms.
    pub hub: Arc<Hub>,
    /// The rooms whose positions are compared with the database.
    pub rooms: Arc<Rooms>,
    /// Receives every ticket that changed.
    pub inbox: Arc<Inbox>,
    /// Receives the epoch and the identity of the database that answered.
    pub relay: Arc<Relay>,
    /// The last known epoch, compared with the database's.
    pub epoch: Arc<CurrentEpoch>,
    /// Reads the lost events.
    pub gaps: GapFiller,
    /// Wakes the sweep before the interval is over.
    pub signal: SweepSignal,
    /// Logs when sweeps begin to fail and when they succeed again.
    pub outage: Arc<OutageLog>,
}

impl Sweep {
    /// Sweeps until the instance stops, starting from this snapshot.
    pub async fn run(self, since: Snapshot, stop: CancellationToken) {
        let mut sweeper = Sweeper {
            parts: self,
            since,
            rotation: Vec::new(),
        };
        let interval = Duration::from_millis(limits::SWEEP_INTERVAL_MS);
        // The initial snapshot came from a sweep, so it counts as a success.
        show_success();
        let outage = Arc::clone(&sweeper.parts.outage);
        loop {
            // Cancel-safe: a timer, a notification that may be lost harmlessly, a token.
            tokio::select! {
                () = tokio::time::sleep(interval) => {}
                () = sweeper.parts.signal.wanted() => {}
                () = stop.cancelled() => return,
            }
            if sabotaged("publish-without-sweep") {
                continue;
            }
            let swept = sweeper.sweep().await;
            outage.observe(&swept);
            match swept {
                Ok(()) => show_success(),
                Err(_) => metrics::counter!("helpline_sweeps_failed_total").increment(1),
            }
        }
    }
}

fn show_success() {
    let now = Utc::now().timestamp_millis() as f64 / 1_000.0;
    metrics::gauge!("helpline_sweep_success_timestamp_seconds").set(now);
}

struct Sweeper {
    parts: Sweep,
    /// The snapshot of the last successful sweep. It does not change while the database is down, so
    /// that the next sweep covers the outage.
    since: Snapshot,
    /// Rooms whose heads are still to be compared in this rotation.
    rotation: Vec<TicketId>,
}

impl Sweeper {
    async fn sweep(&mut self) -> Result<(), StoreError> {
        let Sweep {
            store,
            rooms,
            inbox,
            relay,
            epoch: known,
            ..
        } = &self.parts;
        let SweepResult {
            snapshot,
            epoch,
            origin,
            moved,
            is_complete,
        } = sweep::sweep(store, Some(&self.since)).await?;
        relay.observe(&epoch, &origin);
        if *known.get() != epoch {
            return self.begin_anew(&epoch, snapshot).await;
        }
        if snapshot.is_before(&self.since) {
            // The epoch is the same, but the snapshot is older: the database's files were restored.
            // Record it, so that disconnected clients learn of it too.
            let raised =
                sweep::record_rollback(store, &epoch, RollbackProof::Snapshot(&self.since)).await?;
            return self.begin_anew(&raised, snapshot).await;
        }
        for (ticket, seq) in &moved {
            inbox.mark_changed(*ticket, *seq);
        }
        let swept = self.catch_up(&rooms.behind(&moved)).await?;
        if swept > 0 {
            metrics::counter!("helpline_swept_rows_total").increment(swept as u64);
        }
        // Advance only now: a sweep whose events could not be read must be repeated.
        let by_number = sabotaged("cursor-by-identity");
        self.since = if by_number {
            snapshot.forgetting_those_in_flight()
        } else {
            snapshot
        };
        if !is_complete {
            // More events than one sweep reads, such as after an import: compare all open rooms
            // instead, a few at a time.
            tracing::info!(
                "more new events than one sweep reads; comparing all open tickets with the database"
            );
            self.rotation = self.parts.rooms.tickets();
            while self.rotation.len() > limits::SWEEP_ROTATION_ROOMS {
                self.rotate().await?;
            }
        }
        if by_number {
            Ok(())
        } else {
            self.rotate().await
        }
    }

    /// Delivers to these rooms what the database has, reading many rooms in one query. A room whose
    /// events cannot be read does not delay the others.
    ///
    /// # Errors
    /// If the database does not answer; the rooms may then still be behind.
    async fn catch_up(&self, behind: &[(TicketId, Seq)]) -> Result<usize, StoreError> {
        let mut read = 0;
        for some in behind.chunks(limits::GAP_ROOMS) {
            if sabotaged("stops-at-unreadable") {
                read += self.catch_up_some(some.to_vec()).await?;
                continue;
            }
            let Parts {
                answers,
                failed,
                untried,
            } = in_parts(some.to_vec(), |some| self.catch_up_some(some)).await;
            read += answers.iter().sum::<usize>();
            if let Some((_, error)) = untried {
                return Err(error);
            }
            // This reads their heads. If the database is at fault and not these tickets, that read
            // fails too and the sweep is repeated.
            for ((ticket, _), error) in failed {
                self.parts.gaps.reset_unreadable(ticket, &error).await?;
            }
        }
        Ok(read)
    }

    /// Delivers to these rooms what the database has. Rooms that are further behind than one read
    /// are read again.
    async fn catch_up_some(&self, mut after: Vec<(TicketId, Seq)>) -> Result<usize, StoreError> {
        let Sweep {
            hub, rooms, gaps, ..
        } = &self.parts;
        let mut read = 0;
        while !after.is_empty() {
            let rows = gaps.read(&after).await?;
            if sabotaged("stops-at-unreadable")
                && rows
                    .iter()
                    .any(|row| row.kind.has_message() && row.message.is_none())
            {
                return Err(StoreError::Row("a row that cannot be read whole".into()));
            }
            read += rows.len();
            let mut count = HashMap::new();
            let mut wakes = WakeList::default();
            for row in &rows {
                *count.entry(row.ticket).or_insert(0u32) += 1;
                hub.deliver(&EncodedEvent::shared(row), &mut wakes);
            }
            drop(wakes);
            after = count
                .into_iter()
                .filter(|(_, read)| *read >= limits::PAGE_EVENTS_MAX)
                .filter_map(|(ticket, _)| rooms.get(ticket).map(|room| (ticket, room.position())))
                .collect();
        }
        Ok(read)
    }

    /// Handles a new epoch, after a restore or failover: all members start over.
    async fn begin_anew(&mut self, epoch: &Epoch, snapshot: Snapshot) -> Result<(), StoreError> {
        if sabotaged("epoch-ignored") {
            self.since = snapshot;
            return Ok(());
        }
        let Sweep {
            store,
            hub,
            rooms,
            epoch: known,
            ..
        } = &self.parts;
        tracing::warn!("database epoch changed (restore or failover); resetting all rooms");
        let heads = history::heads(store, &rooms.tickets()).await?;
        // Store the epoch only after the read: if the read fails, the next sweep must see the
        // difference again.
        known.observe(epoch);
        hub.reset_all(&heads);
        self.since = snapshot;
        Ok(())
    }

    /// A safety net: compares some rooms' heads with the database, a few at a time. If a room is
    /// ahead, the database has lost events that were already delivered.
    async fn rotate(&mut self) -> Result<(), StoreError> {
        if self.rotation.is_empty() {
            self.rotation = self.parts.rooms.tickets();
        }
        let rest = self
            .rotation
            .len()
            .saturating_sub(limits::SWEEP_ROTATION_ROOMS);
        let some = self.rotation.split_off(rest);
        if some.is_empty() {
            return Ok(());
        }
        let heads: Vec<Heads> = history::heads(&self.parts.store, &some).await?;
        let by_ticket: HashMap<_, _> = heads
            .iter()
            .map(|heads| (heads.ticket, heads.seq))
            .collect();
        for ticket in some {
            let head = by_ticket.get(&ticket).copied().unwrap_or(Seq::ZERO);
            if self
                .parts
                .rooms
                .get(ticket)
                .is_some_and(|room| room.position() > head)
            {
                // The room's position may have advanced since the read: check again before
                // resetting any member.
                self.confirm_lower(ticket).await?;
            }
        }
        let moved: Vec<_> = heads
            .iter()
            .map(|heads| (heads.ticket, heads.seq))
            .collect();
        self.catch_up(&self.parts.rooms.behind(&moved)).await?;
        Ok(())
    }

    async fn confirm_lower(&mut self, ticket: TicketId) -> Result<(), StoreError> {
        let Sweep {
            store,
            hub,
            rooms,
            epoch,
            ..
        } = &self.parts;
        let Some(position) = rooms.get(ticket).map(|room| room.position()) else {
            return Ok(());
        };
        let now = history::heads(store, &[ticket]).await?.first().copied();
        match now {
            Some(heads) if heads.seq < position => {
                tracing::warn!(%ticket, "the database lost events that were already delivered (restore or failover); resetting all rooms");
                // Disconnected clients must learn of it too.
                let proof = RollbackProof::Row(ticket, position);
                let raised = sweep::record_rollback(store, &epoch.get(), proof).await?;
                self.begin_anew(&raised, self.since.clone()).await
            }
            Some(_) => Ok(()),
            None => {
                hub.reset(ticket, None);
                Ok(())
            }
        }
    }
}
