//! The sweep: finds events in the database that the relay has lost. It runs every 750 ms, and
//! immediately when the relay reconnects. It queries which tickets have events that were committed
//! since the last sweep, even events written with SQL. While Redis is down, events of other
//! instances are delivered only by the sweep.

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

/// The parts of the server that the sweep works with.
pub struct Sweep {
    /// The database in which the sweep looks for events.
    pub store: Store,
    /// Delivers the events that were found, and resets rooms.
    pub hub: Arc<Hub>,
    /// The rooms whose positions (last events passed on) the sweep compares with the database.
    pub rooms: Arc<Rooms>,
    /// Informed of every ticket that changed, for the ticket lists of agent consoles.
    pub inbox: Arc<Inbox>,
    /// Informed of the epoch and the identity of the database server.
    pub relay: Arc<Relay>,
    /// The last known epoch. If the database has another epoch, it was restored or failed over.
    pub epoch: Arc<CurrentEpoch>,
    /// Reads from the database the events that a room is missing.
    pub gaps: GapFiller,
    /// Starts a sweep before the interval between two sweeps is over.
    pub signal: SweepSignal,
    /// Logs when sweeps begin to fail and when they work again.
    pub outage: Arc<OutageLog>,
}

impl Sweep {
    /// Sweeps periodically until the instance stops. The first sweep finds the events that were
    /// committed after the database snapshot `since`.
    pub async fn run(self, since: Snapshot, stop: CancellationToken) {
        let mut sweeper = Sweeper {
            parts: self,
            since,
            rotation: Vec::new(),
        };
        let interval = Duration::from_millis(limits::SWEEP_INTERVAL_MS);
        // A sweep at startup took the snapshot `since`, so record that sweep's success in the
        // metric.
        show_success();
        let outage = Arc::clone(&sweeper.parts.outage);
        loop {
            // Cancel-safe: a timer, a notification that may be lost without harm, and a
            // cancellation token.
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
    /// The database snapshot of the last successful sweep. It is kept while sweeps fail, so that
    /// the next successful sweep also finds the events that were committed during the failures.
    since: Snapshot,
    /// Rooms that are still to be compared with the database, a few at each sweep. When the list is
    /// empty, it is filled with all rooms again.
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
            // The epoch is unchanged but the database's snapshot is older than that of the last
            // sweep, so the database's files were restored from a backup. Record a new epoch in the
            // database, so that clients that are disconnected now start over when they reconnect.
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
        // Store the new snapshot only after the events were delivered. If reading the events fails,
        // the next sweep must find them again.
        let by_number = sabotaged("cursor-by-identity");
        self.since = if by_number {
            snapshot.forgetting_those_in_flight()
        } else {
            snapshot
        };
        if !is_complete {
            // There are more new events than one sweep reads, for example after an import. Compare
            // all open rooms with the database instead, a few at a time.
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

    /// Reads the missing events of these rooms from the database and delivers them, with one query
    /// for many rooms. If the events of one room cannot be decoded, other rooms are not delayed.
    ///
    /// # Errors
    /// If the database does not respond. Some rooms may then still be missing events.
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
            // `reset_unreadable` reads the heads of the ticket. If the database itself is at fault,
            // that read also fails and the sweep is repeated.
            for ((ticket, _), error) in failed {
                self.parts.gaps.reset_unreadable(ticket, &error).await?;
            }
        }
        Ok(read)
    }

    /// Reads the missing events of these rooms from the database and delivers them. Queries again
    /// for each room that is missing more events than one query returns.
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

    /// Handles a new epoch, which means that the database was restored or failed over. All rooms
    /// are reset.
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
        // Store the new epoch only after the heads were read. If that read fails, the next sweep
        // must detect the new epoch again.
        known.observe(epoch);
        hub.reset_all(&heads);
        self.since = snapshot;
        Ok(())
    }

    /// A safety net: compares the positions (last events passed on) of a few rooms with the
    /// database at each sweep. If a room is ahead of the database, the database has lost events
    /// that were already delivered.
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
                // The room may have advanced since the heads were read, so check again before
                // resetting anything.
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
                // Record in the database that it has lost events (a rollback), so that clients that
                // are disconnected now start over when they reconnect.
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
