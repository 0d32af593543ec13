//! Writes audit rows to `access_log`. Rows of many callers share a commit. A caller that must not
//! act without an audit row waits for the commit.

use helpline_core::limits;
use helpline_core::reject::Reject;
use helpline_persistence::Store;
use helpline_persistence::audit::{self, AccessRow};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::errors::reject_of;
use super::in_parts::{Parts, in_parts};
use crate::runtime::errors::unavailable;
use crate::runtime::lifecycle::Lifecycle;
use crate::runtime::queue_depth::QueueDepth;

/// Maximum number of audit rows in one commit.
const BATCH_ROWS_MAX: usize = 256;

type Pending = (AccessRow, Option<oneshot::Sender<Result<(), Reject>>>);

/// Queues audit rows for the task that writes them.
pub struct AuditLog(mpsc::Sender<Pending>);

impl AuditLog {
    /// Starts the task that writes the rows. The task ends when the `AuditLog` is dropped or the
    /// instance stops, after writing the rows that it has already taken from the queue.
    pub fn start(store: Store, lifecycle: &Lifecycle) -> Self {
        let (entrance, exit) = mpsc::channel(limits::AUDIT_ROWS_MAX);
        lifecycle.spawn(run(store, exit, lifecycle.stop.clone()));
        Self(entrance)
    }

    /// The number of audit rows that wait to be written.
    pub fn waiting(&self) -> QueueDepth {
        QueueDepth::of(&self.0)
    }

    /// Records a row, and returns when it is committed. Waits while the queue is full.
    ///
    /// # Errors
    /// `unavailable` if the row could not be written. If the row records a read, the caller must
    /// then refuse the read.
    pub async fn record(&self, row: AccessRow) -> Result<(), Reject> {
        let (written, done) = oneshot::channel();
        self.0
            .send((row, Some(written)))
            .await
            .map_err(|_| unavailable())?;
        done.await.unwrap_or_else(|_| Err(unavailable()))
    }

    /// Records a row without waiting. If the queue is full, the row is lost and counted in a
    /// metric. Use it only for refused requests, which are refused even if their row is lost.
    pub fn enqueue(&self, row: AccessRow) {
        if self.0.try_send((row, None)).is_err() {
            metrics::counter!("helpline_audit_rows_lost_total").increment(1);
        }
    }
}

async fn run(store: Store, mut exit: mpsc::Receiver<Pending>, stop: CancellationToken) {
    let mut batch = Vec::with_capacity(BATCH_ROWS_MAX);
    loop {
        // Cancel-safe: `recv_many` takes no rows unless it completes.
        tokio::select! {
            biased;
            taken = exit.recv_many(&mut batch, BATCH_ROWS_MAX) => if taken == 0 { return },
            () = stop.cancelled() => return,
        }
        write(&store, batch.drain(..)).await;
    }
}

/// Writes the rows and reports the result to the callers that wait. A row that the database rejects
/// does not prevent the other rows from being written.
async fn write(store: &Store, batch: impl Iterator<Item = Pending>) {
    let mut waiting = Vec::new();
    let rows = batch.enumerate().map(|(n, (row, written))| {
        waiting.push(written);
        (n, row)
    });
    let rows: Vec<_> = rows.collect();
    let record = |some: Vec<(usize, AccessRow)>| async {
        let (places, rows): (Vec<_>, Vec<_>) = some.into_iter().unzip();
        audit::record(store, &rows).await.map(|()| places)
    };
    let Parts {
        answers,
        failed,
        untried,
    } = in_parts(rows, record).await;
    let mut answer = |n: usize, result: Result<(), Reject>| {
        if result.is_err() {
            metrics::counter!("helpline_audit_rows_lost_total").increment(1);
        }
        if let Some(written) = waiting[n].take() {
            let _ = written.send(result);
        }
    };
    answers
        .into_iter()
        .flatten()
        .for_each(|n| answer(n, Ok(())));
    for ((n, _), error) in failed {
        answer(n, Err(reject_of(&error)));
    }
    if let Some((rest, error)) = untried {
        let reject = reject_of(&error);
        rest.into_iter()
            .for_each(|(n, _)| answer(n, Err(reject.clone())));
    }
}
