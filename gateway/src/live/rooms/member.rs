//! A member of a room, and its position in the event order.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use helpline_core::actor::Audience;
use helpline_core::history::Position;
use helpline_core::ids::{Seq, UserId};

use crate::connections::Connection;
use crate::live::frames::EncodedEvent;

/// State shared between a room and the holder of a membership. The allocation is the member's
/// identity: a connection that subscribes again is a new member, and the old membership cannot
/// remove it.
#[derive(Debug, Default)]
pub struct MemberPosition {
    handed: AtomicU64,
    is_out: AtomicBool,
}

impl MemberPosition {
    /// The number of the last event delivered to the member, in its own numbering.
    pub fn handed(&self) -> Seq {
        Seq::new(self.handed.load(Ordering::Relaxed))
    }

    /// Whether the room has removed the member: its history was reset, or the connection subscribed
    /// again.
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
    /// A copy of the connection's person id, so that a broadcast need not dereference each
    /// connection.
    pub person: UserId,
    pub audience: Audience,
    pub stage: Stage,
    pub position: Arc<MemberPosition>,
}

pub(super) enum Stage {
    /// The member reads the history, and delivered events wait in `buffer`. `overflowed` means that
    /// the buffer was full, so the history must be read again.
    Joining {
        buffer: Vec<Arc<EncodedEvent>>,
        overflowed: bool,
    },
    /// The member receives every event as it arrives.
    Live(Position),
}
