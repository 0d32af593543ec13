//! One send, and the destination of its reply.

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

/// A committed message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Its number in the sender's numbering.
    pub seq: Seq,
    /// When it was stored.
    pub at: DateTime<Utc>,
    /// Whether an earlier send with the same key had stored it.
    pub duplicate: bool,
}

/// The destination of the reply to a send.
pub enum Reply {
    /// To a connection, as `ack` or `error`.
    Socket(Awaited),
    /// A REST caller that waits.
    Once(oneshot::Sender<Result<Stored, Reject>>),
}

/// A reply that a connection waits for; while the instance drains, the connection stays open for
/// it. If it is dropped unanswered because the responsible task crashed, it answers `unavailable`.
pub struct Awaited {
    connection: Arc<Connection>,
    /// The `id` of the client's frame.
    id: u64,
    is_answered: bool,
}

/// A send that is being processed.
pub(super) struct Job {
    pub message: NewMessage,
    pub reply: Reply,
    /// The job's share of the byte budget, released when the job is done.
    pub _held: HeldBytes,
}

impl Job {
    /// Approximate size in memory and in the statement to the database.
    pub(super) fn bytes(&self) -> usize {
        Self::bytes_of(&self.message)
    }

    /// Like [`Self::bytes`], for a message that is not accepted yet.
    pub(super) fn bytes_of(message: &NewMessage) -> usize {
        let NewMessage {
            key,
            body,
            attachments,
            user_agent,
            ..
        } = message;
        let attachments: usize = attachments
            .iter()
            .map(|attachment| {
                size_of_val(attachment) + attachment.name.len() + attachment.content_type.len()
            })
            .sum();
        size_of::<Self>()
            + key.as_str().len()
            + body.as_str().len()
            + attachments
            + user_agent.as_ref().map_or(0, String::len)
    }

    /// The message as passed to the database.
    pub(super) fn to_store(&self) -> NewMessage {
        let mut message = self.message.clone();
        if sabotaged("no-idempotency") {
            message.key = Key::parse(uuid::Uuid::now_v7().to_string()).expect("a UUID is a key");
        }
        message
    }

    /// Acks a message before it is committed, with a made-up number. Only the sabotage mode does
    /// that.
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

    /// Answers that the message is stored.
    pub(super) fn stored(self, at: &AppendedAt, duplicate: bool, wakes: &mut WakeList) {
        let seq = match at.audience {
            Audience::Staff => at.seq,
            // A customer's message is never a note, so it has a public number.
            Audience::Customer => at.public_seq.unwrap_or(Seq::ZERO),
        };
        let stored = Stored {
            seq,
            at: at.at,
            duplicate,
        };
        self.reply.answer(self.message.key, Ok(stored), wakes);
    }

    /// Answers that the message was refused.
    pub(super) fn refused(self, reject: Reject) {
        self.reply
            .answer(self.message.key, Err(reject), &mut WakeList::default());
    }
}

impl Reply {
    /// A reply to this connection, under this frame id.
    pub(crate) fn socket(connection: &Arc<Connection>, id: u64) -> Self {
        connection.awaited_acks.fetch_add(1, Ordering::AcqRel);
        Self::Socket(Awaited {
            connection: Arc::clone(connection),
            id,
            is_answered: false,
        })
    }

    /// Drops the reply without an answer, because the caller answers.
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
            // The caller may be gone; the message is stored nevertheless.
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

/// Logs at debug level that a send was not stored. A client that loses its connection may never
/// learn of the refusal, and `prove` needs it to explain why a message comes after later ones.
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
