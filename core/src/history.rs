//! A ticket's history: the kinds of its events, which audience may see each kind, and a reader's
//! position in it.

use chrono::{DateTime, Utc};

use crate::actor::{ActorType, Audience};
use crate::attachment::Attachment;
use crate::ids::{Key, MessageId, Seq, TicketId, UserId};
use crate::text_enum::text_enum;

text_enum!(
    /// The kind of an event (`support_ticket_activity.kind`).
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
        /// An edit or redaction of an internal note has its own kind, so that the kind decides
        /// whether customers may see the event.
        NoteEdited = "note_edited",
        NoteRedacted = "note_redacted",
        /// An event that the SQL function `log_ticket_activity()` recorded for staff.
        Logged = "logged",
        Archived = "archived",
        /// A file of a message was checked: scanned for viruses, and looked at for a preview. The
        /// message has its attachments as they are now.
        AttachmentChecked = "attachment_checked",
        /// Like `attachment_checked`, for a file of an internal note.
        InternalAttachmentChecked = "internal_attachment_checked",
        /// Replaces a row that this version of Helpline cannot decode because a newer version wrote
        /// it. This kind is never stored.
        Unreadable = "unreadable",
    }
);

impl Kind {
    /// Whether customers may see events of this kind. The table `support_activity_kinds` in
    /// Postgres has the same rows (a test compares them).
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
            | Self::AttachmentChecked
            // An unreadable event carries no content. Whether a customer sees it depends on its
            // `public_seq`.
            | Self::Unreadable => true,
            Self::InternalNoteAdded
            | Self::NoteEdited
            | Self::NoteRedacted
            | Self::InternalAttachmentChecked
            | Self::Logged
            | Self::Archived => false,
        }
    }

    /// Whether an event of this kind contains a message.
    pub const fn has_message(self) -> bool {
        match self {
            Self::MessageAdded
            | Self::InternalNoteAdded
            | Self::MessageEdited
            | Self::MessageRedacted
            | Self::NoteEdited
            | Self::NoteRedacted
            | Self::AttachmentChecked
            | Self::InternalAttachmentChecked => true,
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

    /// Whether the database stores events of this kind.
    pub const fn is_stored(self) -> bool {
        !matches!(self, Self::Unreadable)
    }
}

/// One row of `support_ticket_activity` with its message, as staff see it. The protocol's frames
/// are built from it.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryRow {
    pub ticket: TicketId,
    /// Position among all events of the ticket.
    pub seq: Seq,
    /// Position among the events that a customer may see; `None` if customers must not see this
    /// event.
    pub public_seq: Option<Seq>,
    /// When the event was written (`created_at`).
    pub at: DateTime<Utc>,
    pub kind: Kind,
    /// Who caused the event; `None` for the system.
    pub actor: Option<UserId>,
    /// Whether `actor` acted as a customer, as staff or as the system.
    pub actor_type: ActorType,
    /// The actor's display name at the time when this event is read.
    pub actor_name: Option<String>,
    /// The actor's name as customers see it, stored when the event is written: for staff, one word
    /// of their name (the database chooses it); for a customer, the full name.
    pub public_actor_name: Option<String>,
    /// The value of the changed field before the event.
    pub old_value: Option<String>,
    /// The value of the changed field after the event.
    pub new_value: Option<String>,
    /// `old_value` as a customer may see it.
    pub public_old_value: Option<String>,
    /// `new_value` as a customer may see it. If the event assigned an agent, it is one word of the
    /// agent's name.
    pub public_new_value: Option<String>,
    /// A description, if events of this kind have one.
    pub description: Option<String>,
    /// The message in its current state, if events of this kind have one.
    pub message: Option<Message>,
}

/// One row of `support_messages`: a message, or a note when `is_internal`.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    pub id: MessageId,
    /// The message's author; `None` for the system.
    pub sender: Option<UserId>,
    /// Whether `sender` wrote as a customer, as staff or as the system.
    pub sender_type: ActorType,
    /// The message's text; empty after a redaction, and in a message that has only files.
    pub body: String,
    /// Whether this is an internal note.
    pub is_internal: bool,
    pub attachments: Vec<Attachment>,
    /// The idempotency key that the sender's client chose for this message. The sender's other
    /// devices recognize the message by this key.
    pub key: Option<Key>,
    pub created_at: DateTime<Utc>,
    /// Time of the last edit.
    pub edited_at: Option<DateTime<Utc>>,
    /// Time at which the text was permanently removed.
    pub redacted_at: Option<DateTime<Utc>>,
}

impl HistoryRow {
    /// Whether this event records that other events or fields of the ticket were redacted. A client
    /// that has cached those events or fields must then read them again. The check compares
    /// `description` with the texts that the database functions write. If an administrator's SQL
    /// writes such a text, the only effect is that clients read the ticket once more.
    pub fn is_redaction_receipt(&self) -> bool {
        let words = self.description.as_deref().unwrap_or_default();
        let is_receipt = matches!(words, "subject redacted" | "rating comment redacted")
            || (words.starts_with("event ") && words.ends_with(" redacted"));
        self.kind == Kind::Logged && is_receipt
    }

    /// The event's position in the numbering of `audience`, or `None` if `audience` must not see
    /// the event.
    pub fn seq_for(&self, audience: Audience) -> Option<Seq> {
        match audience {
            Audience::Staff => Some(self.seq),
            Audience::Customer => self.public_seq,
        }
    }
}

/// A reader's position in one history. Events advance the position only in order and without gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position(Seq);

/// The result of comparing an event with a reader's [`Position`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observed {
    /// The event directly follows the position, which has advanced to the event.
    InOrder,
    /// The reader has already seen the event; drop it.
    Duplicate,
    /// Events from `missing_from` up to the observed event are missing. Keep the observed event,
    /// and fetch the missing ones.
    Gap {
        /// The first missing position.
        missing_from: Seq,
    },
}

impl Position {
    /// The position of a reader who has seen every event up to and including `seq`.
    pub const fn at(seq: Seq) -> Self {
        Self(seq)
    }

    /// The number of the last event that the reader has seen.
    pub const fn seq(self) -> Seq {
        self.0
    }

    /// Compares the event at `seq` with the position, and advances the position if `seq` follows
    /// it.
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
        /// Events may arrive in any order and any number of times. The position must be the number
        /// of the last event that arrived in order, without a gap before it.
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
