//! One lane: takes what waits, commits it, takes what came meanwhile. Tickets that somebody else has locked step aside into
//! [`super::parked`], so that they stall nobody.

use std::sync::Arc;

use helpline_core::limits;
use helpline_persistence::messages;
use tokio::sync::mpsc;

use super::parked::Parked;
use super::{Job, batch};
use crate::app::App;

pub(super) struct Lane {
    app: Arc<App>,
    parked: Arc<Parked>,
}

impl Lane {
    pub(super) fn new(app: Arc<App>) -> Self {
        Self { app, parked: Arc::default() }
    }

    pub(super) async fn run(self, mut exit: mpsc::Receiver<Job>) {
        let mut jobs = Vec::with_capacity(limits::BATCH_MESSAGES_MAX);
        loop {
            // Cancel-safe: recv_many takes nothing unless it completes.
            tokio::select! {
                biased;
                taken = exit.recv_many(&mut jobs, limits::BATCH_MESSAGES_MAX) => if taken == 0 { return },
                () = self.app.stop.cancelled() => return,
            }
            self.commit(&mut jobs).await;
        }
    }

    async fn commit(&self, jobs: &mut Vec<Job>) {
        // A ticket that is parked keeps its order: what comes for it queues up behind.
        let ready = self.parked.divert(std::mem::take(jobs));
        if ready.is_empty() {
            return;
        }
        metrics::histogram!("helpline_batch_messages").record(ready.len() as f64);
        let busy = batch::commit(&self.app, ready, |app, batch| Box::pin(async move { messages::append(&app.store, batch).await })).await;
        for ticket in self.parked.park(busy) {
            let (app, parked) = (Arc::clone(&self.app), Arc::clone(&self.parked));
            self.app.tasks.spawn(async move { parked.work_off(&app, ticket).await });
        }
    }
}
