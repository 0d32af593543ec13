//! One send, and where its answer goes.

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

/// A message that is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Its place in the sender's numbering.
    pub seq: Seq,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether an earlier send of the same key had stored it.
    pub duplicate: bool,
}

/// Where the answer to a send goes.
pub enum Reply {
    /// To a connection, as `ack` or `error`.
    Socket(Awaited),
    /// To a caller that waits (REST).
    Once(oneshot::Sender<Result<Stored, Reject>>),
}

/// An answer that a connection waits for, and stays open for while the instance drains. Dropped unanswered, because the task that should
/// have answered crashed, it answers `unavailable`.
pub struct Awaited {
    connection: Arc<Connection>,
    /// The frame's.
    id: u64,
    is_answered: bool,
}

/// One send on its way.
pub(super) struct Job {
    pub message: NewMessage,
    pub reply: Reply,
    /// Given back when the job is done, wherever it waits until then.
    pub _held: HeldBytes,
}

impl Job {
    /// What it takes in memory, and on the way to the database: its texts above all.
    pub(super) fn bytes(&self) -> usize {
        Self::bytes_of(&self.message)
    }

    /// The same of one that has not been accepted yet.
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

    /// The message as the database gets it.
    pub(super) fn to_store(&self) -> NewMessage {
        let mut message = self.message.clone();
        if sabotaged("no-idempotency") {
            message.key = Key::parse(uuid::Uuid::now_v7().to_string()).expect("a UUID is a key");
        }
        message
    }

    /// Acks what is not committed, at a number that is a guess: only sabotage does that.
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

    /// Answers with where the message was appended.
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

    /// Answers with a refusal.
    pub(super) fn refused(self, reject: Reject) {
        self.reply
            .answer(self.message.key, Err(reject), &mut WakeList::default());
    }
}

impl Reply {
    /// To a connection, under this id.
    pub(crate) fn socket(connection: &Arc<Connection>, id: u64) -> Self {
        connection.awaited_acks.fetch_add(1, Ordering::AcqRel);
        Self::Socket(Awaited {
            connection: Arc::clone(connection),
            id,
            is_answered: false,
        })
    }

    /// Lets it go unanswered: the caller answers.
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
            // The caller may have gone; the message is stored all the same.
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

/// Tells of a send that was not stored, at debug level: a client that loses its connection first never learns of it, and `prove` must know
/// why its message may stand behind later ones.
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
