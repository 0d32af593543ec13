//! The group commit. What waits while the last round is in flight (no timer) makes the next one: one statement and one commit, or several
//! side by side when it is much. A full queue answers `overloaded`: nothing is queued without bound, nothing accepted is forgotten.
//!
//! - [`job`]: one send and where its answer goes; [`commit_loop`]: round after round; [`batch`]: one batch to its commit
//! - [`locked_tickets`]: sends of tickets that another transaction holds locked

mod batch;
mod commit_loop;
mod job;
mod locked_tickets;

use std::sync::Arc;

use helpline_core::limits;
use helpline_core::reject::{Reject, RejectCode};
use helpline_persistence::Store;
use helpline_persistence::messages::NewMessage;
use tokio::sync::mpsc;

use crate::database::AuditLog;
use crate::live::Hub;
use crate::runtime::byte_budget::ByteBudget;
use crate::runtime::failpoint::sabotaged;
use crate::runtime::lifecycle::Lifecycle;
use crate::runtime::queue_depth::QueueDepth;
use batch::Committer;
use commit_loop::CommitLoop;
use job::Job;

pub(crate) use job::log_refusal;
pub use job::{Reply, Stored};

/// The queue's entrance.
pub struct Writer {
    entrance: mpsc::Sender<Job>,
    bytes: Arc<ByteBudget>,
}

impl Writer {
    /// Starts the task that writes, with so many lanes. It ends when the writer is dropped, with the queue drained, or when the instance
    /// stops.
    pub fn start(
        store: Store,
        hub: Arc<Hub>,
        audit_log: Arc<AuditLog>,
        lanes_max: usize,
        lifecycle: &Lifecycle,
    ) -> Self {
        let (entrance, exit) = mpsc::channel(limits::WRITER_MESSAGES_MAX);
        let committer = Committer {
            store,
            hub,
            audit_log,
            lifecycle: lifecycle.clone(),
        };
        lifecycle.spawn(CommitLoop::new(committer, lanes_max).run(exit));
        Self {
            entrance,
            bytes: ByteBudget::new(limits::WRITER_BYTES_MAX),
        }
    }

    /// How many messages wait to be committed.
    pub fn waiting(&self) -> QueueDepth {
        QueueDepth::of(&self.entrance)
    }

    /// Enqueues a message. The reply comes when it is committed or refused.
    ///
    /// # Errors
    /// `overloaded` when the queue is full; the message is not stored and will not be.
    pub fn submit(&self, message: NewMessage, reply: Reply) -> Result<(), Reject> {
        let Some(held) = self.bytes.take(Job::bytes_of(&message)) else {
            return Err(overloaded(reply));
        };
        let job = Job {
            message,
            reply,
            _held: held,
        };
        if sabotaged("ack-before-commit") {
            job.foretell();
        }
        self.entrance
            .try_send(job)
            .map_err(|refused| overloaded(refused.into_inner().reply))
    }
}

/// The caller answers.
fn overloaded(reply: Reply) -> Reject {
    metrics::counter!("helpline_sends_overloaded_total").increment(1);
    reply.forget();
    Reject::new(
        RejectCode::Overloaded,
        "too many messages are waiting; retry later",
    )
    .retry_after_ms(1_000)
}
