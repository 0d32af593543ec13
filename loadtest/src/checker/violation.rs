//! Kinds of violations, and the word under which the report counts each.

use std::fmt;

/// A promise of the server that was broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Violation {
    /// An acknowledged message is not in the database.
    AckedAndLost {
        ticket: String,
        key: String,
        /// The event number that the server acknowledged.
        seq: u64,
    },
    /// An observer did not receive an event, or a message was neither acknowledged nor refused.
    Lost(String),
    /// A message is stored twice, or an observer applied an event twice.
    Doubled(String),
    /// A message is not at its acknowledged position in the history, or a sender's messages are not
    /// in the order in which they were sent. This applies to the database and to the events that an
    /// observer received.
    Reordered(String),
    /// A customer received something that is only for staff.
    Leaked(String),
    /// A number is missing in a ticket's numbering of events.
    Hole(String),
    /// An observer or the database has an event that no member wrote, or a text or value that
    /// differs from what was written.
    Forged(String),
    /// An answer or an event is about a different ticket than the client requested.
    Foreign(String),
    /// An observer still has events that a database restore or the promotion of a standby undid,
    /// because the server did not tell it to discard them.
    FalseHistory(String),
    /// A stored message's file is missing, incomplete or changed.
    Damaged(String),
    /// An event arrived too late because a different ticket has a row that the server cannot
    /// decode.
    Starved(String),
    /// The server refused a valid message.
    Refused(String),
    /// A component did not recover, or an operation failed, although all injected faults had ended.
    Stuck(String),
    /// A planned fault was not injected because the machine or the fault plan lacks something that
    /// the fault needs. The run proves nothing about this fault.
    Unplayed(String),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = self.word();
        match self {
            Self::AckedAndLost { ticket, key, seq } => write!(
                f,
                "{word}: {ticket}: {key} was acked at {seq} and is not in the database"
            ),
            Self::Lost(what)
            | Self::Doubled(what)
            | Self::Reordered(what)
            | Self::Leaked(what)
            | Self::Hole(what)
            | Self::Forged(what)
            | Self::Foreign(what)
            | Self::FalseHistory(what)
            | Self::Damaged(what)
            | Self::Starved(what)
            | Self::Refused(what)
            | Self::Stuck(what)
            | Self::Unplayed(what) => write!(f, "{word}: {what}"),
        }
    }
}

impl Violation {
    /// All words under which the report counts violations. The report shows zero for a word without
    /// violations.
    pub const WORDS: [&str; 13] = [
        "lost",
        "doubled",
        "reordered",
        "leaked",
        "hole",
        "forged",
        "foreign",
        "false history",
        "damaged",
        "starved",
        "refused",
        "stuck",
        "unplayed",
    ];

    /// The word under which the report counts this violation.
    pub fn word(&self) -> &'static str {
        match self {
            Self::AckedAndLost { .. } | Self::Lost(_) => "lost",
            Self::Doubled(_) => "doubled",
            Self::Reordered(_) => "reordered",
            Self::Leaked(_) => "leaked",
            Self::Hole(_) => "hole",
            Self::Forged(_) => "forged",
            Self::Foreign(_) => "foreign",
            Self::FalseHistory(_) => "false history",
            Self::Damaged(_) => "damaged",
            Self::Starved(_) => "starved",
            Self::Refused(_) => "refused",
            Self::Stuck(_) => "stuck",
            Self::Unplayed(_) => "unplayed",
        }
    }
}
