//! One ticket's history: its kinds, who may see which, and a reader's place in it.

use chrono::{DateTime, Utc};

use crate::actor::{ActorType, Audience};
use crate::body::Attachment;
use crate::ids::{Key, MessageId, Seq, TicketId, UserId};
use crate::text_enum::text_enum;

text_enum!(
    /// What happened (`support_ticket_activity.kind`).
    Kind {
        Created = "created",
        StatusChanged = "status_changed",
        MessageAdded = "message_added",
        InternalNoteAdded = "internal_note_added",
        Assigned = "assigned",
        Unassigned = "unassigned",
        PriorityChanged = "priority_changed",
        CategoryChanged = "category_changed",
        Resolved = "resolved",
        Closed = "closed",
        Reopened = "reopened",
        Escalated = "escalated",
        Rated = "rated",
        MessageEdited = "message_edited",
        MessageRedacted = "message_redacted",
        /// A note's edit or redaction. Separate from a message's, so that the kind shows who may see it.
        NoteEdited = "note_edited",
        NoteRedacted = "note_redacted",
        /// Something that `log_ticket_activity()` recorded for the team.
        Logged = "logged",
        Archived = "archived",
        /// Stands in for a row that the server cannot read (a newer version wrote it). Never stored.
        Unreadable = "unreadable",
    }
);

impl Kind {
    /// The one table of what a customer may see. `support_activity_kinds` in Postgres is this table (a test compares them).
    pub const fn is_public(self) -> bool {
        match self {
            Self::Created
            | Self::StatusChanged
            | Self::MessageAdded
            | Self::Assigned
            | Self::Unassigned
            | Self::PriorityChanged
            | Self::CategoryChanged
            | Self::Resolved
            | Self::Closed
            | Self::Reopened
            | Self::Escalated
            | Self::Rated
            | Self::MessageEdited
            | Self::MessageRedacted
            // Says nothing, and its number decides.
            | Self::Unreadable => true,
            Self::InternalNoteAdded | Self::NoteEdited | Self::NoteRedacted | Self::Logged | Self::Archived => false,
        }
    }

    /// Whether a row of this kind carries its message.
    pub const fn has_message(self) -> bool {
        match self {
            Self::MessageAdded
            | Self::InternalNoteAdded
            | Self::MessageEdited
            | Self::MessageRedacted
            | Self::NoteEdited
            | Self::NoteRedacted => true,
            Self::Created
            | Self::StatusChanged
            | Self::Assigned
            | Self::Unassigned
            | Self::PriorityChanged
            | Self::CategoryChanged
            | Self::Resolved
            | Self::Closed
            | Self::Reopened
            | Self::Escalated
            | Self::Rated
            | Self::Logged
            | Self::Archived
            | Self::Unreadable => false,
        }
    }

    /// Whether rows of this kind stand in the database.
    pub const fn is_stored(self) -> bool {
        !matches!(self, Self::Unreadable)
    }
}

/// One row of `support_ticket_activity` with its message, as staff may see it. The protocol's frames are made from it.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryRow {
    /// Which ticket.
    pub ticket: TicketId,
    /// Its place among all rows.
    pub seq: Seq,
    /// Its place among those that a customer may see; none on the rest.
    pub public_seq: Option<Seq>,
    /// When it was written (`created_at`).
    pub at: DateTime<Utc>,
    /// What happened.
    pub kind: Kind,
    /// Who did it; none for the system.
    pub actor: Option<UserId>,
    /// As which side.
    pub actor_type: ActorType,
    /// Their display name at the time of reading.
    pub actor_name: Option<String>,
    /// What customers see of it, as it was at the time of writing: of staff what the database's one rule gives, of the customer all of it.
    pub public_actor_name: Option<String>,
    /// The value before.
    pub old_value: Option<String>,
    /// The value after.
    pub new_value: Option<String>,
    /// `old_value` as a customer may see it.
    pub public_old_value: Option<String>,
    /// `new_value` as a customer may see it: of an assigned agent one word of the name.
    pub public_new_value: Option<String>,
    /// In words, for kinds that need some.
    pub description: Option<String>,
    /// The message as it stands now, for kinds that have one.
    pub message: Option<Message>,
}

/// One row of `support_messages`: a message, or a note when `is_internal`.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Who wrote it; none for the system.
    pub sender: Option<UserId>,
    /// As which side.
    pub sender_type: ActorType,
    /// The text; empty when redacted.
    pub body: String,
    /// Whether it is a note.
    pub is_internal: bool,
    /// What hangs on it.
    pub attachments: Vec<Attachment>,
    /// The sender's key, by which their other devices know it again.
    pub key: Option<Key>,
    /// When it was stored.
    pub created_at: DateTime<Utc>,
    /// When its text was last changed.
    pub edited_at: Option<DateTime<Utc>>,
    /// When its text was permanently removed.
    pub redacted_at: Option<DateTime<Utc>>,
}

impl HistoryRow {
    /// Whether it is the receipt of a redaction that changed earlier rows or the ticket, in the words of the database's functions: who holds them
    /// must read them again. An administrator's SQL can log the same words; then it is read again in vain.
    pub fn is_redaction_receipt(&self) -> bool {
        let words = self.description.as_deref().unwrap_or_default();
        let is_receipt = matches!(words, "subject redacted" | "rating comment redacted")
            || (words.starts_with("event ") && words.ends_with(" redacted"));
        self.kind == Kind::Logged && is_receipt
    }

    /// The row's place in this audience's numbering; none when that audience must not see it.
    pub fn seq_for(&self, audience: Audience) -> Option<Seq> {
        match audience {
            Audience::Staff => Some(self.seq),
            Audience::Customer => self.public_seq,
        }
    }
}

/// A reader's place in one history. It moves only by contiguous rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position(Seq);

/// What a row is to a reader at a [`Position`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observed {
    /// The next one: the position has moved to it.
    InOrder,
    /// Already seen: drop it.
    Duplicate,
    /// The rows between `missing_from` and it are not there yet: hold it and fetch them.
    Gap {
        /// The first missing place.
        missing_from: Seq,
    },
}

impl Position {
    /// A reader who has seen everything up to and including `seq`.
    pub const fn at(seq: Seq) -> Self {
        Self(seq)
    }

    /// The last row seen.
    pub const fn seq(self) -> Seq {
        self.0
    }

    /// Observes the row at `seq`, and moves when it is the next one.
    pub fn observe(&mut self, seq: Seq) -> Observed {
        if seq <= self.0 {
            Observed::Duplicate
        } else if seq == self.0.next() {
            self.0 = seq;
            Observed::InOrder
        } else {
            Observed::Gap {
                missing_from: self.0.next(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever comes, in whatever order and however often: the position has seen exactly the contiguous prefix that came in order.
        #[test]
        fn a_position_never_skips(arrivals in proptest::collection::vec(1u64..40, 0..200)) {
            let mut position = Position::at(Seq::ZERO);
            let mut seen = 0;
            for arrival in arrivals {
                match position.observe(Seq::new(arrival)) {
                    Observed::InOrder => { prop_assert_eq!(arrival, seen + 1); seen = arrival; }
                    Observed::Duplicate => prop_assert!(arrival <= seen),
                    Observed::Gap { missing_from } => { prop_assert!(arrival > seen + 1); prop_assert_eq!(missing_from.get(), seen + 1); }
                }
                prop_assert_eq!(position.seq().get(), seen);
            }
        }
    }
}
