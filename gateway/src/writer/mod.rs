//! The group commit. A message goes to the lane of its ticket; a lane takes whatever waits while its last batch is in flight (no timer),
//! as one statement and one commit. A full lane says `overloaded`: nothing is queued without bound, nothing accepted is forgotten.

mod batch;
mod lane;
mod parked;

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use helpline_core::actor::Audience;
use helpline_core::ids::{Key, Seq};
use helpline_core::limits;
use helpline_core::protocol::CommonFrame;
use helpline_core::reject::{Reject, RejectCode};
use helpline_persistence::messages::{NewMessage, Place};
use tokio::sync::{mpsc, oneshot};

use crate::app::{App, Stored};
use crate::directory::Connection;
use crate::encoded::frame;
use crate::failpoint::sabotaged;
use crate::outbox::Wakes;

/// Where the answer to a send goes.
pub enum Reply {
    /// To a connection's outbox, as `ack` or `error` under this id.
    Socket {
        /// Whose.
        connection: Arc<Connection>,
        /// The frame's.
        id: u64,
    },
    /// To whoever waits (REST).
    Once(oneshot::Sender<Result<Stored, Reject>>),
}

/// One send on its way.
pub(crate) struct Job {
    pub message: NewMessage,
    pub reply: Reply,
}

/// The lanes' entrances.
pub struct Writer {
    lanes: Vec<mpsc::Sender<Job>>,
    /// Tickets choose their lane by this hash; the same for the instance's life.
    hasher: RandomState,
}

/// The lanes' exits, for the tasks that work them off.
pub struct LaneEnds(Vec<mpsc::Receiver<Job>>);

impl Writer {
    /// This many lanes.
    pub fn new(lanes: usize) -> (Self, LaneEnds) {
        let (entrances, exits) = (0..lanes.max(1)).map(|_| mpsc::channel(limits::LANE_MESSAGES_MAX)).unzip();
        (Self { lanes: entrances, hasher: RandomState::new() }, LaneEnds(exits))
    }

    /// Hands a message to its lane. The reply comes when it is committed or refused.
    ///
    /// # Errors
    /// `overloaded` when the lane is full; the message is not stored and will not be.
    pub fn submit(&self, message: NewMessage, reply: Reply) -> Result<(), Reject> {
        let lane = self.hasher.hash_one(message.ticket) as usize % self.lanes.len();
        let job = Job { message, reply };
        if sabotaged("ack-before-commit") {
            job.foretell();
        }
        self.lanes[lane].try_send(job).map_err(|refused| {
            metrics::counter!("helpline_sends_overloaded_total").increment(1);
            if let Reply::Socket { connection, .. } = refused.into_inner().reply {
                connection.awaited_acks.fetch_sub(1, Ordering::AcqRel);
            }
            Reject::new(RejectCode::Overloaded, "too many messages wait already").retry_after_ms(1_000)
        })
    }
}

/// Starts the lanes' tasks. They end when the writer is dropped or `stop` is cancelled, with their queues worked off.
pub fn start(app: &Arc<App>, ends: LaneEnds) {
    for exit in ends.0 {
        let lane = lane::Lane::new(Arc::clone(app));
        app.tasks.spawn(lane.run(exit));
    }
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
        if let Reply::Socket { connection, id } = &self.reply {
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
    /// To a connection, which stays open for it while the instance drains.
    pub(crate) fn socket(connection: &Arc<Connection>, id: u64) -> Self {
        connection.awaited_acks.fetch_add(1, Ordering::AcqRel);
        Self::Socket { connection: Arc::clone(connection), id }
    }

    fn answer(self, key: Key, result: Result<Stored, Reject>, wakes: &mut Wakes) {
        match self {
            Self::Socket { connection, id } => {
                let answer = match result {
                    Ok(Stored { seq, at, duplicate }) => CommonFrame::Ack { id, key, seq, at, duplicate },
                    Err(reject) => CommonFrame::error(Some(id), reject),
                };
                connection.outbox.push_before(frame(&answer), wakes);
                connection.awaited_acks.fetch_sub(1, Ordering::AcqRel);
            }
            // Whoever waited may have gone; the message is stored all the same.
            Self::Once(reply) => drop(reply.send(result)),
        }
    }
}
