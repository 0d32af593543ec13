//! Finds in the record what the relay lost: every 750 ms, and at once when the relay comes back, the tickets with rows that became visible
//! since the last look, whatever wrote them. While Redis is down this is the whole delivery path.

use std::sync::Arc;
use std::time::Duration;

use helpline_core::limits;
use helpline_persistence::StoreError;
use helpline_persistence::epoch::Epoch;
use helpline_persistence::history::{self, Heads};
use helpline_persistence::sweep::{self, Look, RollbackProof, Snapshot};

use crate::database::errors::reject_of;
use crate::live::gaps;
use crate::runtime::failpoint::sabotaged;
use crate::server::app::App;

/// Sweeps until the instance stops, what became visible after this snapshot.
pub async fn run(app: Arc<App>, since: Snapshot) {
    let mut sweeper = Sweeper { app: Arc::clone(&app), since, rotation: Vec::new() };
    let interval = Duration::from_millis(limits::SWEEP_INTERVAL_MS);
    loop {
        // Cancel-safe: a timer, a notification that is only a hint, a token.
        tokio::select! {
            () = tokio::time::sleep(interval) => {}
            () = app.sweep_wanted.notified() => {}
            () = app.stop.cancelled() => return,
        }
        if sabotaged("publish-without-sweep") {
            continue;
        }
        if let Err(error) = sweeper.sweep().await {
            metrics::counter!("helpline_sweeps_failed_total").increment(1);
            reject_of(&error);
        }
    }
}

struct Sweeper {
    app: Arc<App>,
    /// The last look; kept while the record is away, so that the next one covers the outage.
    since: Snapshot,
    /// Rooms whose heads are still to be compared in this round.
    rotation: Vec<helpline_core::ids::TicketId>,
}

impl Sweeper {
    async fn sweep(&mut self) -> Result<(), StoreError> {
        let Look { snapshot, epoch, origin, moved } = sweep::look(&self.app.store, Some(&self.since)).await?;
        self.app.relay.observe(&epoch, &origin);
        if *self.app.epoch.get() != epoch {
            return self.begin_anew(&epoch, snapshot).await;
        }
        if snapshot.is_before(&self.since) {
            // The same database by its epoch, and yet in its own past: its files were put back. Those who are away must learn of it too.
            let raised = sweep::note_rollback(&self.app.store, &epoch, RollbackProof::Snapshot(&self.since)).await?;
            return self.begin_anew(&raised, snapshot).await;
        }
        for (ticket, seq) in &moved {
            self.app.inbox.touch(*ticket, *seq);
        }
        let behind = self.app.rooms.behind(&moved);
        let healed = gaps::behind(&self.app, &behind).await?;
        if healed > 0 {
            metrics::counter!("helpline_swept_rows_total").increment(healed as u64);
        }
        // Only now: a look whose rows could not be read is repeated.
        let by_number = sabotaged("cursor-by-identity");
        self.since = if by_number { snapshot.forgetting_those_in_flight() } else { snapshot };
        if by_number { Ok(()) } else { self.rotate().await }
    }

    /// Another history answers: a restored or promoted database. Everybody starts over.
    async fn begin_anew(&mut self, epoch: &Epoch, snapshot: Snapshot) -> Result<(), StoreError> {
        tracing::warn!("database epoch changed (restore or failover); resetting all rooms");
        let heads = history::heads(&self.app.store, &self.app.rooms.tickets()).await?;
        // Only now: had the read failed, the next look must see the difference again.
        self.app.epoch.observe(epoch);
        self.app.rooms.reset_all(&self.app, |ticket| heads.iter().find(|heads| heads.ticket == ticket).copied());
        self.app.inbox.touch_all();
        self.since = snapshot;
        Ok(())
    }

    /// The backstop: some rooms' heads against the database, a few at a time. Ahead of it: the database lost what we had shown.
    async fn rotate(&mut self) -> Result<(), StoreError> {
        if self.rotation.is_empty() {
            self.rotation = self.app.rooms.tickets();
        }
        let rest = self.rotation.len().saturating_sub(limits::SWEEP_ROTATION_ROOMS);
        let some = self.rotation.split_off(rest);
        if some.is_empty() {
            return Ok(());
        }
        let heads: Vec<Heads> = history::heads(&self.app.store, &some).await?;
        for ticket in some {
            let now = heads.iter().find(|heads| heads.ticket == ticket);
            let head = now.map_or(helpline_core::ids::Seq::ZERO, |heads| heads.seq);
            if self.app.rooms.get(ticket).is_some_and(|room| room.position() > head) {
                // The position may have moved since the read: ask again before anybody is told to start over.
                self.confirm_lower(ticket).await?;
            }
        }
        let moved: Vec<_> = heads.iter().map(|heads| (heads.ticket, heads.seq)).collect();
        gaps::behind(&self.app, &self.app.rooms.behind(&moved)).await?;
        Ok(())
    }

    async fn confirm_lower(&mut self, ticket: helpline_core::ids::TicketId) -> Result<(), StoreError> {
        let Some(position) = self.app.rooms.get(ticket).map(|room| room.position()) else { return Ok(()) };
        let now = history::heads(&self.app.store, &[ticket]).await?.first().copied();
        match now {
            Some(heads) if heads.seq < position => {
                tracing::warn!(%ticket, "the database is behind what was delivered from it; resetting all rooms");
                // Those who are away must learn of it too.
                let proof = RollbackProof::Row(ticket, position);
                let raised = sweep::note_rollback(&self.app.store, &self.app.epoch.get(), proof).await?;
                self.begin_anew(&raised, self.since.clone()).await
            }
            Some(_) => Ok(()),
            None => {
                self.app.rooms.reset(&self.app, ticket, None);
                self.app.inbox.touch_anew(ticket);
                Ok(())
            }
        }
    }
}
