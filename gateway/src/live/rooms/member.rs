//! One member of a room.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use helpline_core::actor::Audience;
use helpline_core::history::Position;
use helpline_core::ids::{Seq, UserId};

use crate::connections::Connection;
use crate::live::frames::EncodedEvent;

/// What a room shares with the holder of a membership. The allocation is the member's identity: a connection that subscribes again is
/// another member, and the old membership cannot take the new one out.
#[derive(Debug, Default)]
pub struct MemberPosition {
    handed: AtomicU64,
    is_out: AtomicBool,
}

impl MemberPosition {
    /// The last number handed to the member, in its own numbering.
    pub fn handed(&self) -> Seq {
        Seq::new(self.handed.load(Ordering::Relaxed))
    }

    /// Whether the room has let the member go: its history was reset, or the connection subscribed again.
    pub fn is_out(&self) -> bool {
        self.is_out.load(Ordering::Acquire)
    }

    pub(super) fn hand(&self, seq: Seq) {
        self.handed.store(seq.get(), Ordering::Relaxed);
    }

    pub(super) fn put_out(&self) {
        self.is_out.store(true, Ordering::Release);
    }
}

pub(super) struct Member {
    pub connection: Arc<Connection>,
    /// The connection's, once more: the person to leave out is found without a visit to each connection.
    pub person: UserId,
    pub audience: Audience,
    pub stage: Stage,
    pub position: Arc<MemberPosition>,
}

pub(super) enum Stage {
    /// Reads the history; what is delivered meanwhile waits here. `overflowed`: more came than the buffer holds, so the history must be
    /// read once more.
    Joining {
        buffer: Vec<Arc<EncodedEvent>>,
        overflowed: bool,
    },
    /// Is handed every event as it comes.
    Live(Position),
}
