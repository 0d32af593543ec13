//! The group commit. Messages that arrive during a round are committed in the next round; there is
//! no timer. A round is one SQL statement and one commit, or several in parallel if many messages
//! wait. If the queue is full, new messages are refused with `overloaded`. The queue is thus
//! bounded, and every message in it is committed or answered with an error.
//!
//! - [`job`]: one message and the destination of its reply
//! - [`commit_loop`]: runs the rounds
//! - [`batch`]: commits one batch
//! - [`locked_tickets`]: messages for tickets that another transaction has locked

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

/// Accepts messages, for the task that commits them.
pub struct Writer {
    entrance: mpsc::Sender<Job>,
    bytes: Arc<ByteBudget>,
}

impl Writer {
    /// Starts the task that commits messages, with at most `lanes_max` parallel batches per round.
    /// The task ends when the `Writer` is dropped and the queue is empty, or when the instance
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

    /// The number of messages that wait to be committed.
    pub fn waiting(&self) -> QueueDepth {
        QueueDepth::of(&self.entrance)
    }

    /// Puts a message into the queue. The reply is sent when the message is committed or refused.
    ///
    /// # Errors
    /// `overloaded` if the queue is full. The message is not stored, now or later.
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

/// Makes the rejection for a full queue. Drops the reply without sending it, because the caller of
/// `submit` answers the sender.
fn overloaded(reply: Reply) -> Reject {
    metrics::counter!("helpline_sends_overloaded_total").increment(1);
    reply.forget();
    Reject::new(
        RejectCode::Overloaded,
        "too many messages are waiting; retry later",
    )
    .retry_after_ms(1_000)
}
