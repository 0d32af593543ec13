//! `access_log` on its way to the record: rows of many callers share a commit, and whoever must not go on unrecorded waits for it.

use std::sync::Arc;

use helpline_core::limits;
use helpline_core::reject::Reject;
use helpline_persistence::audit::{self, AccessRow};
use tokio::sync::{mpsc, oneshot};

use crate::database::errors;
use crate::server::app::App;

/// Rows of one commit.
const BATCH_ROWS_MAX: usize = 256;

type Written = oneshot::Sender<Result<(), Reject>>;

/// The lane's entrance.
pub struct AuditLane(mpsc::Sender<(AccessRow, Option<Written>)>);

/// The lane's exit.
pub struct AuditEnd(mpsc::Receiver<(AccessRow, Option<Written>)>);

impl AuditLane {
    /// A lane.
    pub fn new() -> (Self, AuditEnd) {
        let (entrance, exit) = mpsc::channel(limits::AUDIT_ROWS_MAX);
        (Self(entrance), AuditEnd(exit))
    }

    /// Records a row; returns when it is committed. A full lane makes the caller wait.
    ///
    /// # Errors
    /// `unavailable` when it could not be written.
    pub async fn record(&self, row: AccessRow) -> Result<(), Reject> {
        let (written, done) = oneshot::channel();
        self.0.send((row, Some(written))).await.map_err(|_| errors::unavailable())?;
        done.await.unwrap_or_else(|_| Err(errors::unavailable()))
    }

    /// Records a row without waiting; a full lane loses it, counted: only for refusals, which stand by themselves.
    pub fn note(&self, row: AccessRow) {
        if self.0.try_send((row, None)).is_err() {
            metrics::counter!("helpline_audit_rows_lost_total").increment(1);
        }
    }
}

/// Writes what comes until the lane is closed or the instance stops; what waits then is still written.
pub async fn run(app: Arc<App>, mut end: AuditEnd) {
    let mut batch = Vec::with_capacity(BATCH_ROWS_MAX);
    loop {
        // Cancel-safe: recv_many takes nothing unless it completes.
        tokio::select! {
            biased;
            taken = end.0.recv_many(&mut batch, BATCH_ROWS_MAX) => if taken == 0 { return },
            () = app.stop.cancelled() => return,
        }
        let (rows, waiting): (Vec<_>, Vec<_>) = batch.drain(..).unzip();
        let result = audit::record(&app.store, &rows).await.map_err(|error| {
            metrics::counter!("helpline_audit_rows_lost_total").increment(rows.len() as u64);
            errors::reject_of(&error)
        });
        for written in waiting.into_iter().flatten() {
            let _ = written.send(result.clone());
        }
    }
}
