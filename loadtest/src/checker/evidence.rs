//! The evidence about one ticket: what was sent, what the database contains, and what every
//! observer (a connected client) saw.

use std::collections::{BTreeMap, HashSet};

use helpline_core::actor::Audience;
use helpline_core::history::Kind;

/// The part of an event that must be equal for all observers (connected clients).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub kind: Kind,
    /// The idempotency key of the event's message, if it has one.
    pub key: Option<String>,
    /// The text of the event's message, if it has one.
    pub body: Option<String>,
}

/// A part of a ticket's state (such as its status) that events change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Facet {
    /// The ticket's `status`.
    Status,
    /// The ticket's `priority`.
    Priority,
    /// The ticket's `category`.
    Category,
    /// The ticket's `assigned_to`. Customers receive the assignee's name instead.
    Assignee,
    /// The ticket's `satisfaction_rating`.
    Rating,
}

impl Facet {
    /// The part of a ticket's state that an event of this kind changes; `None` if it changes none.
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
            | Kind::AttachmentChecked
            | Kind::InternalAttachmentChecked
            | Kind::Unreadable => None,
        }
    }
}

/// An event as the database contains it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrueRow {
    /// The event's position among all events of its ticket.
    pub seq: u64,
    /// The event's position among the events that customers may see; `None` if the event is only
    /// for staff.
    pub public_seq: Option<u64>,
    pub row: Row,
}

/// The author of a message. Each ticket of a load test run has one customer and one agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sender {
    /// The customer who owns the ticket.
    Customer,
    /// The member of staff who replies.
    Agent,
}

/// The result of sending a message, as its sender knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Acknowledged with this event number, in the numbering that the sender sees.
    Acked(u64),
    /// Acknowledged, but a database promotion or restore may have undone the message. The message
    /// may be missing. It may also be stored at a different position in the history, if a retry was
    /// stored after the promotion or restore.
    Void,
    /// The server refused the message permanently.
    Refused,
    /// The server did not answer before the end of the load test run.
    Unknown,
}

/// One sent message. Each sender's messages are listed in the order in which they were sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub key: String,
    pub body: String,
    pub sender: Sender,
    pub fate: Fate,
}

/// What an observer had received before the server told it to discard its events (a reset).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// The event number before the first received event.
    pub base: u64,
    /// The events in the order in which they were applied.
    pub rows: Vec<(u64, Row)>,
    /// Number of events, counted from the first, that must be in the database. The events after
    /// these may be lost, because the primary database may have died before it replicated them.
    pub sure: usize,
}

/// Everything that one observer of a ticket saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// The observer's name in the report.
    pub name: String,
    /// Whether the observer reads as customer or staff. This selects the numbering of events.
    pub audience: Audience,
    /// The event number before the observer's first event. It is 0 unless the server told the
    /// observer to discard earlier events.
    pub base: u64,
    /// The observer's events with their numbers, in the order in which they were applied.
    pub rows: Vec<(u64, Row)>,
    /// What the observer had received before each reset (when the server told it to discard its
    /// events).
    pub earlier: Vec<Life>,
    /// Number of events, counted from the first, that arrived before any database promotion or
    /// restore. The events that arrived afterwards must be in the database too, because no reset
    /// told the observer to discard them.
    pub sure: usize,
    /// How often an event arrived although an earlier event was still missing. The server did not
    /// report these gaps.
    pub holes: u64,
    /// Frames about tickets that the observer did not subscribe to.
    pub foreign: Vec<String>,
    /// Frames that a customer must not receive: they contain a note's canary (a marker text in
    /// internal notes), or have a type that is only for staff.
    pub leaks: Vec<String>,
    /// The ticket's state, computed from the events that the observer received.
    pub state: BTreeMap<Facet, Option<String>>,
}

/// All evidence about one ticket: what was sent, stored and received.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// The ticket's name in the report.
    pub ticket: String,
    /// The ticket's history in the database.
    pub truth: Vec<TrueRow>,
    /// The ticket's state in the database. An empty map means that the state is not compared.
    pub state: BTreeMap<Facet, Option<String>>,
    /// All messages that members sent to the ticket. Each sender's messages are in the order in
    /// which they were sent.
    pub sent: Vec<Sent>,
    /// Senders whom the server asked to retry a message later. Only the messages of these senders
    /// may be stored in a different order than they were sent.
    pub asked_to_retry: Vec<Sender>,
    /// Idempotency keys of messages that an instance refused at the first attempt, according to its
    /// log. The log also has refusals that the client never received because its connection broke.
    /// Each of these messages may be stored after messages that were sent later.
    pub refused_at_first: HashSet<String>,
    pub observed: Vec<Observed>,
}
