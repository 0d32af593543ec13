//! The history checker. It compares three things: what was sent, what the database contains, and
//! what every observer (a connected client) saw. It returns the violations.
//!
//! It has no side effects and knows nothing about connections or time: the scenarios provide the
//! evidence. The checker's own tests show that it reports each kind of violation.

mod evidence;
mod violation;

use std::collections::{BTreeMap, HashMap, HashSet};

use helpline_core::actor::Audience;
use helpline_core::history::Kind;

pub use evidence::{Evidence, Facet, Fate, Life, Observed, Row, Sender, Sent, TrueRow};
pub use violation::Violation;

/// Returns every violation (such as a lost or duplicated event) on one ticket. The list is empty if
/// the server behaved correctly.
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

/// No message text may be stored twice, even under different idempotency keys: every message of a
/// load test run has a unique text.
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

/// The ticket state computed from an observer's events must equal the state in the database.
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

/// Both numberings in the database (all events, and the public events) must be 1, 2, 3 … without
/// gaps. An event must have a public number exactly if its kind is public.
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

/// Every acknowledged message must be stored exactly once, at the acknowledged position in the
/// history. Refused messages, and messages that no member sent, must not be stored. Idempotency
/// keys identify the messages.
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

/// The database must contain each sender's messages in the order in which they were sent.
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

/// An observer must have exactly the database's events for its audience (customer or staff), in
/// order. They must begin after the event number at which the observer started, and end at the head
/// (the newest event).
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
        // When the server reset the observer, the observer discarded all events of `life`,
        // including events that a database restore may have undone.
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

/// The idempotency keys of all messages that members sent to this ticket.
fn own_keys(evidence: &Evidence) -> HashSet<&str> {
    evidence.sent.iter().map(|sent| sent.key.as_str()).collect()
}

/// What an observer saw, and the database's events to compare with.
struct Seen<'a> {
    who: &'a str,
    audience: Audience,
    truth: &'a BTreeMap<u64, &'a Row>,
    own: &'a HashSet<&'a str>,
}

/// What an observer did with events that a database promotion or restore may have undone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AfterSure {
    /// The server told the observer to discard the events, and the observer did.
    Forgotten,
    /// The observer still has the events.
    Kept,
}

/// Checks that the observer's events are in order, without gaps, and equal to the database's
/// events. Returns the number of the observer's last event.
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

/// Whether an event belongs to a different ticket: the idempotency key of its message was used by
/// no member of this ticket, and it is not in this ticket's history.
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
