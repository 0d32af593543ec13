//! The history checker: given what was sent, what the database holds and what every observer saw, it says what is wrong. Pure.
//!
//! It knows nothing of connections or time; the scenarios bring it their logs. Its own tests show that it fails on each violation.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

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

/// Everything that is wrong with one ticket; empty when all promises held.
pub fn check(evidence: &Evidence) -> Vec<Violation> {
    let mut found = Vec::new();
    check_numbers(evidence, &mut found);
    check_sends(evidence, &mut found);
    check_order(evidence, &mut found);
    check_texts(evidence, &mut found);
    for observed in &evidence.observed {
        check_observer(evidence, observed, &mut found);
        check_state(evidence, observed, &mut found);
    }
    found
}

/// No sent text stands twice, under whatever keys: texts of a run are unique.
fn check_texts(evidence: &Evidence, found: &mut Vec<Violation>) {
    let mut places: HashMap<&str, u64> = evidence
        .sent
        .iter()
        .map(|sent| (sent.body.as_str(), 0))
        .collect();
    for row in evidence
        .truth
        .iter()
        .filter(|row| matches!(row.row.kind, Kind::MessageAdded | Kind::InternalNoteAdded))
    {
        if let Some(seen) = row
            .row
            .body
            .as_deref()
            .and_then(|body| places.get_mut(body))
        {
            *seen += 1;
            if *seen == 2 {
                found.push(Violation::Doubled(format!(
                    "{}: row {} has a text that stands above it already",
                    evidence.ticket, row.seq
                )));
            }
        }
    }
}

/// The state that an observer's events add up to is the state that the database shows.
fn check_state(evidence: &Evidence, observed: &Observed, found: &mut Vec<Violation>) {
    for (facet, told) in &observed.state {
        let customer = observed.audience == Audience::Customer;
        let Some(fresh) = evidence
            .state
            .get(facet)
            .filter(|_| !(customer && *facet == Facet::Assignee))
        else {
            continue;
        };
        if told != fresh {
            found.push(Violation::Forged(format!(
                "{}: {} was told that {facet:?} is {told:?}; the database has {fresh:?}",
                evidence.ticket, observed.name
            )));
        }
    }
}

/// Both numberings of the database are 1, 2, 3 … and a number is public exactly when its kind is.
fn check_numbers(evidence: &Evidence, found: &mut Vec<Violation>) {
    let ticket = &evidence.ticket;
    let mut public = 0;
    for (n, row) in (1..).zip(&evidence.truth) {
        if row.seq != n {
            found.push(Violation::Hole(format!(
                "{ticket}: the database's row {n} bears {}",
                row.seq
            )));
            return;
        }
        if row.row.kind.is_public() != row.public_seq.is_some() {
            found.push(Violation::Leaked(format!(
                "{ticket}: row {n} ({}) has public number {:?}",
                row.row.kind, row.public_seq
            )));
        }
        if let Some(seq) = row.public_seq {
            public += 1;
            if seq != public {
                found.push(Violation::Hole(format!(
                    "{ticket}: public row {public} bears {seq}"
                )));
                return;
            }
        }
    }
}

/// Every acked key stands exactly once, where the ack said; no refused one does; nothing else does.
fn check_sends(evidence: &Evidence, found: &mut Vec<Violation>) {
    let ticket = &evidence.ticket;
    let mut places: HashMap<&str, Vec<&TrueRow>> = HashMap::new();
    for row in evidence
        .truth
        .iter()
        .filter(|row| matches!(row.row.kind, Kind::MessageAdded | Kind::InternalNoteAdded))
    {
        places
            .entry(row.row.key.as_deref().unwrap_or(""))
            .or_default()
            .push(row);
    }
    for sent in &evidence.sent {
        let key = &sent.key;
        let rows = places.remove(key.as_str()).unwrap_or_default();
        if rows.len() > 1 {
            found.push(Violation::Doubled(format!(
                "{ticket}: {key} stands {} times in the database",
                rows.len()
            )));
        }
        let place = rows.first().map(|row| match sent.sender {
            Sender::Agent => row.seq,
            Sender::Customer => row.public_seq.unwrap_or(0),
        });
        match (sent.fate, place) {
            (Fate::Acked(seq), None) => {
                found.push(Violation::AckedAndLost {
                    ticket: ticket.clone(),
                    key: key.clone(),
                    seq,
                });
            }
            (Fate::Acked(seq), Some(place)) if seq != place => {
                found.push(Violation::Reordered(format!(
                    "{ticket}: {key} was acked at {seq} and stands at {place}"
                )));
            }
            (Fate::Refused, Some(place)) => found.push(Violation::Forged(format!(
                "{ticket}: {key} was refused and stands at {place}"
            ))),
            (Fate::Refused, None) => found.push(Violation::Refused(format!("{ticket}: {key}"))),
            (Fate::Unknown, _) => found.push(Violation::Lost(format!(
                "{ticket}: {key} was never answered"
            ))),
            (Fate::Acked(_), Some(_)) | (Fate::Void, _) => {}
        }
        if rows
            .first()
            .is_some_and(|row| row.row.body.as_deref() != Some(&sent.body))
        {
            found.push(Violation::Forged(format!(
                "{ticket}: {key} has another text in the database"
            )));
        }
    }
    for key in places.keys() {
        found.push(Violation::Forged(format!(
            "{ticket}: {key:?} was never sent"
        )));
    }
}

/// The database has each sender's messages in the order sent.
fn check_order(evidence: &Evidence, found: &mut Vec<Violation>) {
    for sender in [Sender::Customer, Sender::Agent] {
        if evidence.asked_to_retry.contains(&sender) {
            continue;
        }
        let sent = evidence
            .sent
            .iter()
            .filter(|sent| sent.sender == sender)
            .enumerate();
        let nth: HashMap<&str, usize> = sent
            .filter(|(_, sent)| sent.fate != Fate::Void)
            .map(|(n, sent)| (sent.key.as_str(), n))
            .collect();
        let stored = evidence.truth.iter().filter_map(|row| {
            let key = row.row.key.as_deref()?;
            nth.get(key).map(|n| (*n, row.seq, key))
        });
        let mut last = None;
        for (n, seq, key) in stored {
            if last.is_some_and(|last| n < last) {
                if evidence.refused_at_first.contains(key) {
                    continue;
                }
                found.push(Violation::Reordered(format!(
                    "{}: row {seq} was sent before the one above it",
                    evidence.ticket
                )));
            }
            last = Some(n);
        }
    }
}

/// An observer holds exactly the database's rows for their audience, from their base to the head, in order.
fn check_observer(evidence: &Evidence, observed: &Observed, found: &mut Vec<Violation>) {
    let who = format!("{}: {}", evidence.ticket, observed.name);
    let truth: BTreeMap<u64, &Row> = evidence
        .truth
        .iter()
        .filter_map(|row| match observed.audience {
            Audience::Staff => Some((row.seq, &row.row)),
            Audience::Customer => row.public_seq.map(|seq| (seq, &row.row)),
        })
        .collect();
    if observed.holes > 0 {
        found.push(Violation::Hole(format!(
            "{who} got {} events beyond the next one",
            observed.holes
        )));
    }
    for leak in &observed.leaks {
        found.push(Violation::Leaked(format!("{who}: {leak}")));
    }
    for frame in &observed.foreign {
        found.push(Violation::Foreign(format!("{who}: {frame}")));
    }
    let seen = Seen {
        who: &who,
        audience: observed.audience,
        truth: &truth,
        own: &own_keys(evidence),
    };
    for life in &observed.earlier {
        // What came after those it was told to forget.
        check_rows(&seen, life, AfterSure::Forgotten, found);
    }
    let life = Life {
        base: observed.base,
        rows: observed.rows.clone(),
        sure: observed.sure,
    };
    let position = check_rows(&seen, &life, AfterSure::Kept, found);
    let head = truth.last_key_value().map_or(0, |(seq, _)| *seq);
    if position < head {
        found.push(Violation::Lost(format!(
            "{who} came to {position} of {head}"
        )));
    }
}

/// The keys of everything that was sent to this ticket.
fn own_keys(evidence: &Evidence) -> HashSet<&str> {
    evidence.sent.iter().map(|sent| sent.key.as_str()).collect()
}

/// An observer's view, and what it is compared with.
struct Seen<'a> {
    who: &'a str,
    audience: Audience,
    truth: &'a BTreeMap<u64, &'a Row>,
    own: &'a HashSet<&'a str>,
}

/// What became of the rows that a promotion or a restore may have taken back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AfterSure {
    /// The observer was told to start over.
    Forgotten,
    /// It still holds them.
    Kept,
}

/// Rows in order, without a hole, and as the database has them; gives how far they go.
fn check_rows(
    seen: &Seen<'_>,
    life: &Life,
    after_sure: AfterSure,
    found: &mut Vec<Violation>,
) -> u64 {
    let Seen { who, audience, .. } = seen;
    let mut position = life.base;
    for (n, (seq, row)) in life.rows.iter().enumerate() {
        if *seq <= position {
            found.push(Violation::Doubled(format!(
                "{who} applied {seq} after {position}"
            )));
            continue;
        }
        if *seq != position + 1 {
            found.push(Violation::Hole(format!(
                "{who} applied {seq} after {position}"
            )));
        }
        position = *seq;
        if *audience == Audience::Customer && !row.kind.is_public() {
            found.push(Violation::Leaked(format!(
                "{who} saw a row of kind {} at {seq}",
                row.kind
            )));
        } else if is_foreign(seen, row) {
            found.push(Violation::Foreign(format!(
                "{who} saw {row:?} at {seq}, which was not sent to this ticket"
            )));
        } else if n < life.sure || after_sure == AfterSure::Kept {
            check_row(seen, *seq, row, n >= life.sure, found);
        }
    }
    position
}

/// A message under a key that no member of this ticket used, and that is not in its history either.
fn is_foreign(seen: &Seen<'_>, row: &Row) -> bool {
    row.key
        .as_deref()
        .is_some_and(|key| !seen.own.contains(key))
        && !seen.truth.values().any(|own| *own == row)
}

fn check_row(
    seen: &Seen<'_>,
    seq: u64,
    row: &Row,
    may_be_undone: bool,
    found: &mut Vec<Violation>,
) {
    let Seen { who, truth, .. } = seen;
    let true_row = truth.get(&seq);
    if true_row.is_some_and(|true_row| *true_row == row) {
        return;
    }
    let key = row.key.as_deref();
    found.push(match true_row {
        _ if may_be_undone => Violation::FalseHistory(format!(
            "{who} holds {row:?} at {seq} and was not told to start over"
        )),
        Some(_) if key.is_some() && truth.values().any(|other| *other == row) => {
            Violation::Reordered(format!(
                "{who} saw {} at {seq}, the database has it elsewhere",
                key.unwrap_or("")
            ))
        }
        Some(true_row) => Violation::Forged(format!(
            "{who} saw {row:?} at {seq}, the database has {true_row:?}"
        )),
        None => Violation::Forged(format!("{who} saw {row:?} at {seq}, beyond the database")),
    });
}

#[cfg(test)]
#[path = "checker_tests.rs"]
mod tests;
