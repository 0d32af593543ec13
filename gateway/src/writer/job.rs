//! A message to store, and the destination of the reply to its sender.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use chrono::{DateTime, Utc};
use helpline_core::actor::Audience;
use helpline_core::ids::{Key, Seq};
use helpline_core::protocol::CommonFrame;
use helpline_core::reject::{Reject, RejectCode};
use helpline_persistence::messages::{AppendedAt, NewMessage};
use tokio::sync::oneshot;

use crate::connections::{Connection, WakeList};
use crate::live::frames::frame;
use crate::runtime::byte_budget::HeldBytes;
use crate::runtime::errors::unavailable;
use crate::runtime::failpoint::sabotaged;

/// The result that is reported to the sender of a committed message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// The message's number in the sender's view. Customers have their own numbering, without
    /// staff's internal notes.
    pub seq: Seq,
    /// When the message was stored.
    pub at: DateTime<Utc>,
    /// Whether the message had already been stored by an earlier request with the same idempotency
    /// key.
    pub duplicate: bool,
}

/// Where to send the reply to the sender of a message.
pub enum Reply {
    /// To a WebSocket connection, as an `ack` or `error` frame.
    Socket(Awaited),
    /// To a REST handler that waits for the reply.
    Once(oneshot::Sender<Result<Stored, Reject>>),
}

/// A reply that a WebSocket connection waits for. While the instance drains, the connection stays
/// open for the reply. If this value is dropped without a reply, because a task has panicked, the
/// client is answered with `unavailable`.
pub struct Awaited {
    connection: Arc<Connection>,
    /// The `id` of the client's frame, which the reply repeats.
    id: u64,
    is_answered: bool,
}

/// A message on its way to the database.
pub(super) struct Job {
    pub message: NewMessage,
    pub reply: Reply,
    /// The message's share of the writer's byte budget, released when this job (the message to
    /// store) is dropped.
    pub _held: HeldBytes,
}

impl Job {
    /// Approximate size of the message in bytes, in memory and in the SQL statement.
    pub(super) fn bytes(&self) -> usize {
        Self::bytes_of(&self.message)
    }

    /// Like [`Self::bytes`], for a message that has not been accepted yet.
    pub(super) fn bytes_of(message: &NewMessage) -> usize {
        let NewMessage {
            key,
            body,
            attachments,
            user_agent,
            ..
        } = message;
        size_of::<Self>()
            + key.as_str().len()
            + body.as_str().len()
            + size_of_val(attachments.as_slice())
            + user_agent.as_ref().map_or(0, String::len)
    }

    /// The message as it is passed to the database.
    pub(super) fn to_store(&self) -> NewMessage {
        let mut message = self.message.clone();
        if sabotaged("no-idempotency") {
            message.key = Key::parse(uuid::Uuid::now_v7().to_string()).expect("a UUID is a key");
        }
        message
    }

    /// Acks a message before it is committed, with a made-up number. Only sabotage does this: a
    /// test mode that breaks a promise on purpose.
    pub(super) fn foretell(&self) {
        if let Reply::Socket(Awaited { connection, id, .. }) = &self.reply {
            let ack = CommonFrame::Ack {
                id: *id,
                key: self.message.key.clone(),
                seq: Seq::ZERO,
                at: chrono::Utc::now(),
                duplicate: false,
            };
            connection.send_queue.push(frame(&ack));
        }
    }

    /// Answers the sender that the message is stored.
    pub(super) fn stored(self, at: &AppendedAt, duplicate: bool, wakes: &mut WakeList) {
        let seq = match at.audience {
            Audience::Staff => at.seq,
            // A customer cannot write internal notes, so a customer's message always has a public
            // number.
            Audience::Customer => at.public_seq.unwrap_or(Seq::ZERO),
        };
        let stored = Stored {
            seq,
            at: at.at,
            duplicate,
        };
        self.reply.answer(self.message.key, Ok(stored), wakes);
    }

    /// Answers the sender that the message was refused.
    pub(super) fn refused(self, reject: Reject) {
        self.reply
            .answer(self.message.key, Err(reject), &mut WakeList::default());
    }
}

impl Reply {
    /// Makes a reply to this connection, for the frame with this `id`.
    pub(crate) fn socket(connection: &Arc<Connection>, id: u64) -> Self {
        connection.awaited_acks.fetch_add(1, Ordering::AcqRel);
        Self::Socket(Awaited {
            connection: Arc::clone(connection),
            id,
            is_answered: false,
        })
    }

    /// Drops the reply without answering the sender, because the caller of
    /// [`Writer::submit`](super::Writer::submit) answers the sender.
    pub(super) fn forget(self) {
        if let Self::Socket(mut awaited) = self {
            awaited.is_answered = true;
        }
    }

    fn answer(self, key: Key, result: Result<Stored, Reject>, wakes: &mut WakeList) {
        match self {
            Self::Socket(awaited) => awaited.answer(
                |id| match result {
                    Ok(Stored { seq, at, duplicate }) => CommonFrame::Ack {
                        id,
                        key,
                        seq,
                        at,
                        duplicate,
                    },
                    Err(reject) => {
                        log_refusal(&key, reject.code);
                        CommonFrame::error(Some(id), reject)
                    }
                },
                wakes,
            ),
            // Ignore the error: the caller may no longer wait, but the message is stored.
            Self::Once(reply) => drop(reply.send(result)),
        }
    }
}

impl Awaited {
    fn answer(mut self, by_id: impl FnOnce(u64) -> CommonFrame, wakes: &mut WakeList) {
        self.connection
            .send_queue
            .push_with(frame(&by_id(self.id)), wakes);
        self.is_answered = true;
    }
}

/// Logs at debug level that a message was refused. A client that loses its connection before the
/// refusal arrives sends the message again, perhaps after newer messages. The history checker
/// (`prove`) would report the message as out of order, but it accepts a message with such a log
/// line.
pub(crate) fn log_refusal(key: &Key, code: RejectCode) {
    tracing::debug!(target: "helpline_gateway::refused_sends", key = key.as_str(), %code, "a send was refused");
}

impl Drop for Awaited {
    fn drop(&mut self) {
        if !self.is_answered {
            self.connection
                .send_queue
                .push(frame(&CommonFrame::error(Some(self.id), unavailable())));
        }
        self.connection.awaited_acks.fetch_sub(1, Ordering::AcqRel);
    }
}
