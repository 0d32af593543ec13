//! A member of a room, and up to which event the member has received the history.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use helpline_core::actor::Audience;
use helpline_core::history::Position;
use helpline_core::ids::{Seq, UserId};

use crate::connections::Connection;
use crate::live::frames::EncodedEvent;

/// The state that a room shares with the holder of a membership. Its memory address identifies the
/// member: a connection that subscribes again gets a new allocation, so the old membership cannot
/// remove the new member.
#[derive(Debug, Default)]
pub struct MemberPosition {
    handed: AtomicU64,
    is_out: AtomicBool,
}

impl MemberPosition {
    /// The number of the last event delivered to the member, in the numbering of its audience
    /// (staff or customer).
    pub fn handed(&self) -> Seq {
        Seq::new(self.handed.load(Ordering::Relaxed))
    }

    /// Whether the room has removed the member, because the history was reset or the connection
    /// subscribed again.
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
    /// The id of the connection's person. It is copied here, so that a broadcast need not read it
    /// from every connection.
    pub person: UserId,
    pub audience: Audience,
    pub stage: Stage,
    pub position: Arc<MemberPosition>,
}

pub(super) enum Stage {
    /// The member is still reading the history, and new events are kept in `buffer`. If the buffer
    /// was full (`overflowed`), the member must read the history again.
    Joining {
        buffer: Vec<Arc<EncodedEvent>>,
        overflowed: bool,
    },
    /// The member receives every new event immediately.
    Live(Position),
}
