//! What can be wrong with a ticket, and the word by which it is counted.

use std::fmt;

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Violation {
    /// An acked key is not in the database.
    AckedAndLost {
        /// Whose ticket.
        ticket: String,
        /// The key.
        key: String,
        /// Where the ack placed it.
        seq: u64,
    },
    /// A row of the database never reached an observer.
    Lost(String),
    /// A key stands twice in the database, or a row was applied twice by an observer.
    Doubled(String),
    /// Something stands in another place than it should.
    Reordered(String),
    /// A customer got what is for staff.
    Leaked(String),
    /// Numbers with a hole.
    Hole(String),
    /// An observer saw, or the database holds, what was never written, or a changed text.
    Forged(String),
    /// An answer or an event is about another ticket than the one asked for.
    Foreign(String),
    /// An observer holds what a restore or a promotion took back, and was not told to start over.
    FalseHistory(String),
    /// Something did not come in time because of another ticket that holds what cannot be decoded.
    Starved(String),
    /// A send that should have been taken was refused.
    Refused(String),
    /// Something did not come back, or could not be done, though nothing stood in its way any more.
    Stuck(String),
    /// A fault of the plan was not played, because the machine or the plan lacks what it needs: nothing is proved about it.
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
    /// Every word, for counting those that did not occur.
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

    /// The word for counting.
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
