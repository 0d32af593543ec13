//! The results of a load test run: violations, latency samples and counts.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::lost_commits::Cause;
use super::outcome::Done;
use super::plan::Plan;
use super::samples::{Outage, Sample};
use crate::checker::{Evidence, Fate, Violation};
use crate::client::{Member, Record, Run};

/// The members (test clients) of a load test run, each with what it recorded.
pub(super) type Records = [(Member, Record)];

/// The results of a run of `prove`.
#[derive(Debug)]
pub struct Findings {
    /// The load test run's options, as text for a table that compares several runs.
    pub label: String,
    pub plan: Plan,
    /// The fault plan's operations, and how each operation ended.
    pub log: Vec<Done>,
    pub violations: Vec<Violation>,
    /// Number of acknowledged messages that database promotions and restores undid. The report
    /// shows the numbers, but does not count them as violations.
    pub void: Void,
    /// The time and latency of every ack and event since the first message.
    pub samples: Vec<Sample>,
    /// Periods in which a member had no working connection.
    pub outages: Vec<Outage>,
    /// Time from the end of all faults until every member had received every event; `None` if that
    /// did not happen.
    pub converged: Option<Duration>,
    /// Counts for the report.
    pub counts: Vec<(&'static str, String)>,
    /// The counts for a table that compares several runs.
    pub tally: Tally,
}

/// Number of acknowledged messages that are missing because of operations that may lose messages.
#[derive(Debug, Clone, Copy, Default)]
pub struct Void {
    /// Messages that the asynchronous standby had not received before its promotion.
    pub by_promotion: usize,
    /// Messages that were committed after the dump that was restored.
    pub by_restore: usize,
}

impl Void {
    /// Sets [`Fate::Void`] for acknowledged messages that a database promotion or restore may have
    /// undone, so that the checker does not report them. Counts those that are missing.
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

/// The counts for comparing several runs.
#[derive(Debug, Clone, Copy)]
pub struct Tally {
    /// Number of sent messages.
    pub sends: u64,
    /// Number of reconnections of all members.
    pub reconnects: u64,
    /// Number of messages that clients sent again.
    pub repeated: u64,
}

/// Returns a violation for each member that stopped before the end of the load test run.
pub(super) fn gave_up(records: &Records) -> impl Iterator<Item = Violation> {
    let gave_up = records
        .iter()
        .filter_map(|(member, record)| Some((member, record.gave_up.as_ref()?)));
    gave_up.map(|(member, why)| Violation::Stuck(format!("{} gave up: {why}", member.name)))
}

/// Computes the counts for comparing this load test run with other runs.
pub(super) fn tally(records: &Records, sends: u64) -> Tally {
    let sum = |of: fn(&Record) -> u64| records.iter().map(|(_, record)| of(record)).sum();
    Tally {
        sends,
        reconnects: sum(|record| record.connections.saturating_sub(1)),
        repeated: sum(|record| record.retries),
    }
}

/// Computes the counts for the report.
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
