//! Kinds of violations, and the word under which each is counted.

use std::fmt;

/// A broken promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Violation {
    /// An acked message is not in the database.
    AckedAndLost {
        ticket: String,
        key: String,
        /// The acked position.
        seq: u64,
    },
    /// An observer did not receive an event, or a send was never answered.
    Lost(String),
    /// A message is stored twice, or an observer applied an event twice.
    Doubled(String),
    /// A message is at another position than it should be.
    Reordered(String),
    /// A customer received something that is only for staff.
    Leaked(String),
    /// A position is missing in a numbering.
    Hole(String),
    /// An observer saw, or the database holds, something that was never written, or a changed text.
    Forged(String),
    /// An answer or an event is about another ticket than the one requested.
    Foreign(String),
    /// An observer holds events that a restore or a promotion undid, and was not reset.
    FalseHistory(String),
    /// An event arrived too late because another ticket holds an undecodable row.
    Starved(String),
    /// A valid send was refused.
    Refused(String),
    /// Something did not recover or could not be done although all faults were over.
    Stuck(String),
    /// A fault of the plan was not played because the machine or the plan lacks a requirement. The
    /// run proves nothing about it.
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
            | Self::Starved(what)
            | Self::Refused(what)
            | Self::Stuck(what)
            | Self::Unplayed(what) => write!(f, "{word}: {what}"),
        }
    }
}

impl Violation {
    /// All words, so that kinds that did not occur are counted as zero.
    pub const WORDS: [&str; 12] = [
        "lost",
        "doubled",
        "reordered",
        "leaked",
        "hole",
        "forged",
        "foreign",
        "false history",
        "starved",
        "refused",
        "stuck",
        "unplayed",
    ];

    /// The word under which this violation is counted.
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
            Self::Starved(_) => "starved",
            Self::Refused(_) => "refused",
            Self::Stuck(_) => "stuck",
            Self::Unplayed(_) => "unplayed",
        }
    }
}
