//! Finds in the database what the relay lost: every 750 ms, and at once when the relay comes back, the tickets with events that became
//! visible since the last sweep, however they were written. While Redis is down this is the whole delivery path.

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

/// What the sweep reads, compares and updates.
pub struct Sweep {
    /// Asked what has become visible.
    pub store: Store,
    /// Told what was lost, and what was reset.
    pub hub: Arc<Hub>,
    /// Compared with the database.
    pub rooms: Arc<Rooms>,
    /// Told of every ticket that changed.
    pub inbox: Arc<Inbox>,
    /// Told which database answers.
    pub relay: Arc<Relay>,
    /// Compared with the database's.
    pub epoch: Arc<CurrentEpoch>,
    /// Reads the lost events.
    pub gaps: GapFiller,
    /// Wakes it before its time.
    pub signal: SweepSignal,
    /// Told how each sweep went.
    pub outage: Arc<OutageLog>,
}

impl Sweep {
    /// Sweeps, until the instance stops, what became visible after this snapshot.
    pub async fn run(self, since: Snapshot, stop: CancellationToken) {
        let mut sweeper = Sweeper {
            parts: self,
            since,
            rotation: Vec::new(),
        };
        let interval = Duration::from_millis(limits::SWEEP_INTERVAL_MS);
        // The snapshot that it begins with is a sweep's.
        show_success();
        let outage = Arc::clone(&sweeper.parts.outage);
        loop {
            // Cancel-safe: a timer, a notification that is only a hint, a token.
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
    /// The snapshot of the last sweep; kept while the database is away, so that the next one covers the outage.
    since: Snapshot,
    /// Rooms whose heads are still to be compared in this round.
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
            // The same database by its epoch, and yet in its own past: its files were put back. Clients that are away must learn of it too.
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
        // Only now: a sweep whose events could not be read is repeated.
        let by_number = sabotaged("cursor-by-identity");
        self.since = if by_number {
            snapshot.forgetting_those_in_flight()
        } else {
            snapshot
        };
        if !is_complete {
            // More than a sweep reads, as of an import: the open rooms are compared instead, all of them, a few at a time.
            tracing::info!("more events than one sweep reads; comparing all rooms");
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

    /// Brings rooms up to the database, many in one read. A room whose events the database cannot read does not hold up the others.
    ///
    /// # Errors
    /// When the database does not answer now: they may be behind still.
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
            // Asks the database for their heads: where the fault is the database's and not theirs, that fails, and the sweep is repeated.
            for ((ticket, _), error) in failed {
                self.parts.gaps.reset_unreadable(ticket, &error).await?;
            }
        }
        Ok(read)
    }

    /// Rooms further behind than one read come again.
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

    /// Another history answers: a restored or promoted database. Every member starts over.
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
        // Only now: had the read failed, the next sweep must see the difference again.
        known.observe(epoch);
        hub.reset_all(&heads);
        self.since = snapshot;
        Ok(())
    }

    /// The backstop: some rooms' heads against the database, a few at a time. A room that is ahead: the database lost what was delivered.
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
                // The position may have moved since the read: ask again before any member is reset.
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
                tracing::warn!(%ticket, "the database is behind what was delivered from it; resetting all rooms");
                // Clients that are away must learn of it too.
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
