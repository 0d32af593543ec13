//! The group commit. Whatever waits while the last round is in flight (no timer) makes the next one: one statement and one commit, or
//! several side by side when it is much. A full queue says `overloaded`: nothing is queued without bound, nothing accepted is forgotten.

mod batch;
mod parked;
mod rounds;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use helpline_core::actor::Audience;
use helpline_core::ids::{Key, Seq};
use helpline_core::limits;
use helpline_core::protocol::CommonFrame;
use helpline_core::reject::{Reject, RejectCode};
use helpline_persistence::messages::{NewMessage, Place};
use tokio::sync::{mpsc, oneshot};

use crate::connections::registry::Connection;
use crate::connections::send_queue::Wakes;
use crate::live::frames::frame;
use crate::runtime::failpoint::sabotaged;
use crate::server::app::{App, Stored};

/// Where the answer to a send goes.
pub enum Reply {
    /// To a connection's outbox, as `ack` or `error`.
    Socket(Awaited),
    /// To whoever waits (REST).
    Once(oneshot::Sender<Result<Stored, Reject>>),
}

/// An answer that a connection waits for, and stays open for while the instance drains. Dropped without one, because what should have given
/// it crashed, it says `unavailable`.
pub struct Awaited {
    connection: Arc<Connection>,
    /// The frame's.
    id: u64,
    is_answered: bool,
}

/// One send on its way.
pub(crate) struct Job {
    pub message: NewMessage,
    pub reply: Reply,
}

/// The queue's entrance.
pub struct Writer(mpsc::Sender<Job>);

/// The queue's exit, for the task that works it off.
pub struct QueueEnd(mpsc::Receiver<Job>);

impl Writer {
    /// An empty queue.
    pub fn new() -> (Self, QueueEnd) {
        let (entrance, exit) = mpsc::channel(limits::WRITER_MESSAGES_MAX);
        (Self(entrance), QueueEnd(exit))
    }

    /// Hands a message in. The reply comes when it is committed or refused.
    ///
    /// # Errors
    /// `overloaded` when the queue is full; the message is not stored and will not be.
    pub fn submit(&self, message: NewMessage, reply: Reply) -> Result<(), Reject> {
        let job = Job { message, reply };
        if sabotaged("ack-before-commit") {
            job.foretell();
        }
        self.0.try_send(job).map_err(|refused| {
            metrics::counter!("helpline_sends_overloaded_total").increment(1);
            // Whoever asks answers.
            if let Reply::Socket(mut awaited) = refused.into_inner().reply {
                awaited.is_answered = true;
            }
            Reject::new(RejectCode::Overloaded, "too many messages wait already").retry_after_ms(1_000)
        })
    }
}

/// Starts the task that writes. It ends when the writer is dropped or `stop` is cancelled, with the queue worked off.
pub fn start(app: &Arc<App>, end: QueueEnd) {
    app.tasks.spawn(rounds::Rounds::new(Arc::clone(app)).run(end.0));
}

impl Job {
    /// The message as the record gets it.
    fn to_store(&self) -> NewMessage {
        let mut message = self.message.clone();
        if sabotaged("no-idempotency") {
            message.key = Key::parse(uuid::Uuid::now_v7().to_string()).expect("a UUID is a key");
        }
        message
    }

    /// Acks what is not committed, at a number that is a guess: sabotage alone does that.
    fn foretell(&self) {
        if let Reply::Socket(Awaited { connection, id, .. }) = &self.reply {
            let ack = CommonFrame::Ack { id: *id, key: self.message.key.clone(), seq: Seq::ZERO, at: chrono::Utc::now(), duplicate: false };
            connection.outbox.push(frame(&ack));
        }
    }

    /// Answers with the committed place.
    fn stored(self, place: &Place, duplicate: bool, wakes: &mut Wakes) {
        let seq = match place.audience {
            Audience::Staff => place.seq,
            // A customer's message is never a note, so it has a public number.
            Audience::Customer => place.public_seq.unwrap_or(Seq::ZERO),
        };
        let stored = Stored { seq, at: place.at, duplicate };
        self.reply.answer(self.message.key, Ok(stored), wakes);
    }

    /// Answers with a refusal.
    fn refused(self, reject: Reject) {
        self.reply.answer(self.message.key, Err(reject), &mut Wakes::default());
    }
}

impl Reply {
    /// To a connection, under this id.
    pub(crate) fn socket(connection: &Arc<Connection>, id: u64) -> Self {
        connection.awaited_acks.fetch_add(1, Ordering::AcqRel);
        Self::Socket(Awaited { connection: Arc::clone(connection), id, is_answered: false })
    }

    fn answer(self, key: Key, result: Result<Stored, Reject>, wakes: &mut Wakes) {
        match self {
            Self::Socket(awaited) => awaited.answer(
                |id| match result {
                    Ok(Stored { seq, at, duplicate }) => CommonFrame::Ack { id, key, seq, at, duplicate },
                    Err(reject) => CommonFrame::error(Some(id), reject),
                },
                wakes,
            ),
            // Whoever waited may have gone; the message is stored all the same.
            Self::Once(reply) => drop(reply.send(result)),
        }
    }
}

impl Awaited {
    fn answer(mut self, by_id: impl FnOnce(u64) -> CommonFrame, wakes: &mut Wakes) {
        self.connection.outbox.push_before(frame(&by_id(self.id)), wakes);
        self.is_answered = true;
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        if !self.is_answered {
            self.connection.outbox.push(frame(&CommonFrame::error(Some(self.id), crate::database::errors::unavailable())));
        }
        self.connection.awaited_acks.fetch_sub(1, Ordering::AcqRel);
    }
}
