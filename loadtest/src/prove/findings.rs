//! What a run found: violations, samples, counts.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::lost_commits::Cause;
use super::outcome::Done;
use super::plan::Plan;
use super::samples::{Outage, Sample};
use crate::checker::{Evidence, Fate, Violation};
use crate::client::{Member, Record, Run};

/// Who took part, and what each of them knows at the end.
pub(super) type Records = [(Member, Record)];

/// What a run found.
#[derive(Debug)]
pub struct Findings {
    /// Its options, for a table of runs.
    pub label: String,
    /// The plan.
    pub plan: Plan,
    /// What was done.
    pub log: Vec<Done>,
    /// What is wrong.
    pub violations: Vec<Violation>,
    /// Acked messages that promotions and restores cost: told, not counted.
    pub void: Void,
    /// Acks and events with their times, from the first send.
    pub samples: Vec<Sample>,
    /// Times without service.
    pub outages: Vec<Outage>,
    /// From the end of all faults until every member had seen everything; none: never.
    pub converged: Option<Duration>,
    /// Counts, for the report.
    pub counts: Vec<(&'static str, String)>,
    /// Those of them that a table of runs has.
    pub tally: Tally,
}

/// Acked messages that are gone, as they must be expected to be.
#[derive(Debug, Clone, Copy, Default)]
pub struct Void {
    /// An asynchronous standby had not received them.
    pub by_promotion: usize,
    /// They were committed after the dump that was restored.
    pub by_restore: usize,
}

impl Void {
    /// Takes acks out of the checker's hands that may be void, and counts those whose message is gone.
    pub(super) fn set_apart(
        &mut self,
        evidence: &mut Evidence,
        void_acks: &HashMap<String, Cause>,
    ) {
        let stored: HashSet<&str> = evidence
            .truth
            .iter()
            .filter_map(|row| row.row.key.as_deref())
            .collect();
        for sent in evidence
            .sent
            .iter_mut()
            .filter(|sent| matches!(sent.fate, Fate::Acked(_)))
        {
            let Some(cause) = void_acks.get(&sent.key) else {
                continue;
            };
            sent.fate = Fate::Void;
            let is_gone = usize::from(!stored.contains(sent.key.as_str()));
            match cause {
                Cause::Promotion => self.by_promotion += is_gone,
                Cause::Restore => self.by_restore += is_gone,
            }
        }
    }
}

/// The counts by which runs are compared.
#[derive(Debug, Clone, Copy)]
pub struct Tally {
    /// What was sent.
    pub sends: u64,
    /// Connections beyond each member's first.
    pub reconnects: u64,
    /// Sends written more than once.
    pub repeated: u64,
}

/// Members that stopped before the end.
pub(super) fn gave_up(records: &Records) -> impl Iterator<Item = Violation> {
    let gave_up = records
        .iter()
        .filter_map(|(member, record)| Some((member, record.gave_up.as_ref()?)));
    gave_up.map(|(member, why)| Violation::Stuck(format!("{} gave up: {why}", member.name)))
}

/// The counts by which this run is compared.
pub(super) fn tally(records: &Records, sends: u64) -> Tally {
    let sum = |of: fn(&Record) -> u64| records.iter().map(|(_, record)| of(record)).sum();
    Tally {
        sends,
        reconnects: sum(|record| record.connections.saturating_sub(1)),
        repeated: sum(|record| record.retries),
    }
}

/// Counts, for the report.
pub(super) fn counts(run: &Run, records: &Records, sent: u64) -> Vec<(&'static str, String)> {
    let sum = |of: fn(&Record) -> u64| {
        records
            .iter()
            .map(|(_, record)| of(record))
            .sum::<u64>()
            .to_string()
    };
    let resetted = records
        .iter()
        .filter(|(_, record)| record.resets > 0)
        .count();
    vec![
        ("sends", sent.to_string()),
        (
            "events applied",
            sum(|record| {
                (record.rows.len()
                    + record
                        .earlier
                        .iter()
                        .map(|seen| seen.rows.len())
                        .sum::<usize>()) as u64
            }),
        ),
        ("connections", sum(|record| record.connections)),
        ("sends repeated", sum(|record| record.retries)),
        (
            "started over",
            format!(
                "{} times, {} of {} members",
                sum(|record| record.resets),
                resetted,
                records.len()
            ),
        ),
        ("events repeated", sum(|record| record.repeats)),
        ("to ack", run.to_ack.line()),
    ]
}
