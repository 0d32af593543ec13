//! The evidence about one ticket: what was sent, what the database holds, and what every observer
//! saw.

use std::collections::{BTreeMap, HashSet};

use helpline_core::actor::Audience;
use helpline_core::history::Kind;

/// The part of an event that must be the same for all observers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub kind: Kind,
    /// The key of the message.
    pub key: Option<String>,
    /// The text of the message.
    pub body: Option<String>,
}

/// A part of a ticket's state that events change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Facet {
    /// `status`.
    Status,
    /// `priority`.
    Priority,
    /// `category`.
    Category,
    /// `assigned_to`; customers receive a name instead.
    Assignee,
    /// `satisfaction_rating`.
    Rating,
}

impl Facet {
    /// The part of the state that an event of this kind changes, if any.
    pub const fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::StatusChanged
            | Kind::Resolved
            | Kind::Closed
            | Kind::Reopened
            | Kind::Escalated => Some(Self::Status),
            Kind::PriorityChanged => Some(Self::Priority),
            Kind::CategoryChanged => Some(Self::Category),
            Kind::Assigned | Kind::Unassigned => Some(Self::Assignee),
            Kind::Rated => Some(Self::Rating),
            Kind::Created
            | Kind::MessageAdded
            | Kind::InternalNoteAdded
            | Kind::MessageEdited
            | Kind::MessageRedacted
            | Kind::NoteEdited
            | Kind::NoteRedacted
            | Kind::Logged
            | Kind::Archived
            | Kind::Unreadable => None,
        }
    }
}

/// An event as the database holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrueRow {
    /// Position among all events.
    pub seq: u64,
    /// Position among the events that customers may see.
    pub public_seq: Option<u64>,
    pub row: Row,
}

/// The author of a send. Each ticket of a run has one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sender {
    /// The ticket's owner.
    Customer,
    /// The member of staff who replies.
    Agent,
}

/// The result of a send, as its sender knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Acked at this position, in the sender's numbering.
    Acked(u64),
    /// Acked, but a promotion or a restore may have undone it. The message may be gone, or may be
    /// stored at another position if a copy in flight was stored afterwards.
    Void,
    /// Refused permanently.
    Refused,
    /// Not answered until the end of the run.
    Unknown,
}

/// One send. Sends are listed in the order in which their sender sent them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub key: String,
    pub body: String,
    pub sender: Sender,
    pub fate: Fate,
}

/// What an observer held before a reset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// The position before its first event.
    pub base: u64,
    /// The events in the order in which they were applied.
    pub rows: Vec<(u64, Row)>,
    /// This many events from the start must be in the database. A primary that died may have taken
    /// the rest with it.
    pub sure: usize,
}

/// Everything that one observer of a ticket saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// The name in the report.
    pub name: String,
    /// The audience as which it reads, which selects the numbering.
    pub audience: Audience,
    /// The position before its first event: 0 unless it was reset.
    pub base: u64,
    /// Positions and events from there, in the order in which they were applied.
    pub rows: Vec<(u64, Row)>,
    /// What it held before each reset.
    pub earlier: Vec<Life>,
    /// This many events from the start arrived before any promotion or restore. The rest must be in
    /// the database too, because no reset told the observer to drop them.
    pub sure: usize,
    /// Number of live events that skipped a position: gaps that the server did not report.
    pub holes: u64,
    /// Frames about a ticket that the observer did not subscribe to.
    pub foreign: Vec<String>,
    /// Frames with a note's canary, or of a type that is not for customers, that a customer
    /// received.
    pub leaks: Vec<String>,
    /// The ticket's state according to the observer's events.
    pub state: BTreeMap<Facet, Option<String>>,
}

/// All evidence about one ticket.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// The name in the report.
    pub ticket: String,
    /// The ticket's history in the database.
    pub truth: Vec<TrueRow>,
    /// The ticket's state in the database; an empty map is not compared.
    pub state: BTreeMap<Facet, Option<String>>,
    /// The sends, in order for each sender.
    pub sent: Vec<Sent>,
    /// Senders whom the server asked to retry a send later. Only their messages may be stored in
    /// another order.
    pub asked_to_retry: Vec<Sender>,
    /// Keys of sends that an instance refused, according to its log. This includes refusals that
    /// the client never received because it lost the connection. Each of these messages may be
    /// stored after later ones.
    pub refused_at_first: HashSet<String>,
    pub observed: Vec<Observed>,
}
