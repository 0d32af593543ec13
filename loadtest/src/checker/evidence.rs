//! What is known of one ticket: what was sent, what the database holds, and what every observer saw.

use std::collections::{BTreeMap, HashSet};

use helpline_core::actor::Audience;
use helpline_core::history::Kind;

/// What a history row says, as far as all observers must agree on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What happened.
    pub kind: Kind,
    /// The key of its message.
    pub key: Option<String>,
    /// The text of its message.
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
    /// `assigned_to`; customers are told a name instead.
    Assignee,
    /// `satisfaction_rating`.
    Rating,
}

impl Facet {
    /// What a row of this kind changes.
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

/// A row as the database holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrueRow {
    /// Its place among all.
    pub seq: u64,
    /// Its place among those that customers see.
    pub public_seq: Option<u64>,
    /// What it says.
    pub row: Row,
}

/// Who sends: each ticket of a run has one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sender {
    /// The ticket's owner.
    Customer,
    /// The member of staff who answers.
    Agent,
}

/// What became of a send, as its sender knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Acked, with this number (the sender's numbering).
    Acked(u64),
    /// Acked, and then perhaps taken back by a promotion or a restore: it may be gone, or stand elsewhere, where a copy that was still on its
    /// way was stored afterwards.
    Void,
    /// Refused, and not to be repeated.
    Refused,
    /// Neither, to the end of the run.
    Unknown,
}

/// One send, in the order in which its sender sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Its key.
    pub key: String,
    /// Its text.
    pub body: String,
    /// Who sent it.
    pub sender: Sender,
    /// What became of it.
    pub fate: Fate,
}

/// What an observer held when it was told to start over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// The number before its first row.
    pub base: u64,
    /// As they were applied.
    pub rows: Vec<(u64, Row)>,
    /// So many of the first rows must be in the database; the rest may have gone with a primary that died.
    pub sure: usize,
}

/// What one observer of a ticket has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// For the report.
    pub name: String,
    /// Which numbering they read.
    pub audience: Audience,
    /// The number before the first row that they hold: 0, unless they were told to start over.
    pub base: u64,
    /// The rows from there, as they were applied, with their numbers.
    pub rows: Vec<(u64, Row)>,
    /// What they held before each time that they were told to start over.
    pub earlier: Vec<Life>,
    /// So many of the first rows were there before anything took the database back; the rest must be in it all the same,
    /// because no reset said otherwise.
    pub sure: usize,
    /// Events that came with a number beyond the next one on a live connection: silent holes.
    pub holes: u64,
    /// Frames about a ticket that was not asked for.
    pub foreign: Vec<String>,
    /// Frames in which a note's canary, or a frame type that is not for customers, came to a customer.
    pub leaks: Vec<String>,
    /// The ticket's state as their events tell it.
    pub state: BTreeMap<Facet, Option<String>>,
}

/// Everything about one ticket.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// Its name in the report.
    pub ticket: String,
    /// The database's history.
    pub truth: Vec<TrueRow>,
    /// The ticket's state, read afresh; empty: not compared.
    pub state: BTreeMap<Facet, Option<String>>,
    /// What was sent, in order, per sender.
    pub sent: Vec<Sent>,
    /// Senders whom the server asked to send something again later: then, and only then, their order may differ.
    pub asked_to_retry: Vec<Sender>,
    /// Keys of sends that an instance refused, as its log tells: also those whose client had lost the connection before the refusal came.
    /// Each may stand behind what was sent after it.
    pub refused_at_first: HashSet<String>,
    /// What was seen.
    pub observed: Vec<Observed>,
}
