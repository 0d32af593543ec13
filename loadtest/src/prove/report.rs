//! The certificate: a short text with the load test run's results, and the measurements that are
//! compared with the targets.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use tokio::time::Instant;

use super::outcome::Outcome;
use super::plan::Op;
use super::samples::{Measure, Outage, Sample};
use super::windows::{self, Kind, Window};
use super::{Findings, Settings, Void};
use crate::checker::Violation;
use crate::client::Run;

/// Maximum number of violations of each kind that are printed. Further violations are only counted.
const DETAILS_MAX: usize = 12;
/// Target for the 99th percentile of the time from commit to delivery, in milliseconds, while Redis
/// or an instance is down.
const RELAY_DEAD_MS: f64 = 2_000.0;
/// Target for the 99th percentile of the time from commit to delivery, in milliseconds, while Redis
/// and all instances are up.
const OTHERWISE_MS: f64 = 250.0;
/// In a rolling restart, a client's outage may exceed the delay that the server's `bye` asked for
/// by this much.
const ROLL_MARGIN: Duration = Duration::from_secs(1);

/// A load test run's results, compared with the targets.
#[derive(Debug)]
pub struct Judged {
    /// Periods in which faults were active.
    pub windows: Vec<Window>,
    /// The certificate (a summary of the load test run's results) as text, for the terminal and the
    /// file.
    pub certificate: String,
    /// A Markdown table with one row for this load test run.
    pub row: String,
}

/// A performance target and its measured value.
struct Target {
    what: &'static str,
    /// The measured value; `None` if the load test run has no matching sample.
    measured: Option<f64>,
    most: f64,
}

/// Compares the findings with the targets and writes the certificate (a text summary).
pub fn judge(findings: &Findings, settings: &Settings) -> Judged {
    let windows = windows::of(&findings.log);
    let mut text = String::new();
    let mut line = |word: &str, rest: String| {
        let _ = writeln!(text, "{word:10} {rest}");
    };
    line(
        "run",
        format!(
            "{} · {} operations",
            findings.label,
            findings.plan.steps.len()
        ),
    );
    for (word, count) in &findings.counts {
        line(word, format!(" {count}"));
    }
    let converged = findings
        .converged
        .map_or("NOT in time".to_owned(), |after| {
            format!("{:.1} s after the end", after.as_secs_f64())
        });
    line("converged", converged);
    if findings.plan.may_lose() {
        let Void {
            by_promotion,
            by_restore,
        } = findings.void;
        line(
            "promotion",
            format!(
                "{by_promotion} acked messages were not on the asynchronous standby, and are gone"
            ),
        );
        line(
            "restore",
            format!("{by_restore} acked messages were committed after the dump, and are gone"),
        );
    }
    for done in findings
        .log
        .iter()
        .filter(|done| matches!(done.op, Op::Storm(_)))
    {
        line("storm", done.outcome.to_string());
    }
    if settings.allow_unplayed {
        for done in findings
            .log
            .iter()
            .filter(|done| matches!(done.outcome, Outcome::Unplayed(_)))
        {
            line(
                "allowed",
                format!("{:.1} s {} {}", done.at, done.op, done.outcome),
            );
        }
    }
    let targets = targets(findings, &windows);
    for target in &targets {
        let verdict = match target.measured {
            None => "nothing to measure it by".to_owned(),
            Some(ms) if ms <= target.most => format!("{ms:.0} ms, at most {:.0}: met", target.most),
            // Latency also depends on this machine. A missed target is therefore reported, but is
            // not a violation.
            Some(ms) => format!("{ms:.0} ms, at most {:.0}: MISSED", target.most),
        };
        line("target", format!("{} {verdict}", target.what));
    }
    let mut counts: BTreeMap<&str, usize> = Violation::WORDS.map(|word| (word, 0)).into();
    for violation in &findings.violations {
        *counts.entry(violation.word()).or_default() += 1;
    }
    line(
        "verdict",
        counts
            .iter()
            .map(|(word, n)| format!("{n} {word}"))
            .collect::<Vec<_>>()
            .join(" · "),
    );
    let mut printed: BTreeMap<&str, usize> = BTreeMap::new();
    for violation in &findings.violations {
        let nth = printed.entry(violation.word()).or_default();
        *nth += 1;
        if *nth <= DETAILS_MAX {
            let _ = writeln!(text, "  {violation}");
        }
    }
    for (word, count) in printed.iter().filter(|(_, count)| **count > DETAILS_MAX) {
        let _ = writeln!(text, "  … and {} more {word}", count - DETAILS_MAX);
    }
    let row = row(findings, &targets);
    Judged {
        windows,
        certificate: text,
        row,
    }
}

/// Column titles for the table that [`row`] formats.
const HEADS: &str = "| run | sends, all acked | reconnects | sends repeated | violations | delivery p99, relay dead | beside poisoned rows | otherwise \
                     | roll: without service beyond the told delay | storm: clients live in |";

/// Formats the load test run as a Markdown table with one row.
fn row(findings: &Findings, targets: &[Target]) -> String {
    let ms = |target: &Target| match target.measured {
        Some(ms) if ms > target.most => format!("{ms:.0} ms, missed"),
        Some(ms) => format!("{ms:.0} ms"),
        None => "–".to_owned(),
    };
    let mut storms = findings.log.iter().filter_map(|done| match done.op {
        Op::Storm(clients) if done.outcome.is_done() => {
            Some(format!("{clients} in {:.1} s", done.until - done.at))
        }
        Op::Storm(clients) => Some(format!("{clients}: not all")),
        _ => None,
    });
    let tally = &findings.tally;
    let mut cells = vec![
        findings.label.clone(),
        tally.sends.to_string(),
        tally.reconnects.to_string(),
        tally.repeated.to_string(),
    ];
    cells.push(findings.violations.len().to_string());
    cells.extend(targets.iter().map(ms));
    cells.push(storms.next().unwrap_or_else(|| "–".into()));
    let rule = "|---".repeat(cells.len());
    format!("{HEADS}\n{rule}|\n| {} |\n", cells.join(" | "))
}

fn targets(findings: &Findings, windows: &[Window]) -> [Target; 4] {
    let under = |kind: Kind, at: f64, lane: usize| {
        windows
            .iter()
            .any(|window| window.kind == kind && window.holds(at, lane))
    };
    let (mut dead, mut poisoned, mut otherwise) = (Vec::new(), Vec::new(), Vec::new());
    for sample in findings
        .samples
        .iter()
        .filter(|sample| sample.measure == Measure::Delivery)
    {
        // Assign a late event to the fault period of its commit and to the fault period of its
        // arrival.
        let committed = sample.at - sample.ms / 1000.0;
        if under(Kind::Away, sample.at, sample.lane) || under(Kind::Away, committed, sample.lane) {
            continue;
        }
        if under(Kind::Relay, sample.at, sample.lane) || under(Kind::Relay, committed, sample.lane)
        {
            dead.push(sample.ms);
        } else if under(Kind::Poison, sample.at, sample.lane) {
            poisoned.push(sample.ms);
        } else {
            otherwise.push(sample.ms);
        }
    }
    // Judge only restarts without simultaneous faults. If a fault breaks a second instance, clients
    // have nowhere to connect.
    let alone = |outage: &&Outage| {
        [Kind::Away, Kind::Relay]
            .iter()
            .all(|kind| !under(*kind, outage.at, outage.lane))
    };
    let beyond = |outage: &&Outage| under(Kind::Roll, outage.at, outage.lane) && alone(outage);
    let waits = findings.outages.iter().filter(beyond).map(|outage| {
        outage
            .lasted
            .saturating_sub(outage.told.unwrap_or_default())
    });
    [
        Target {
            what: "commit to delivery, p99, relay or an instance dead",
            measured: p99(dead),
            most: RELAY_DEAD_MS,
        },
        Target {
            what: "commit to delivery, p99, beside rows that cannot be decoded",
            measured: p99(poisoned),
            most: OTHERWISE_MS,
        },
        Target {
            what: "commit to delivery, p99, otherwise",
            measured: p99(otherwise),
            most: OTHERWISE_MS,
        },
        Target {
            what: "rolling restart, longest without service beyond the told delay",
            measured: waits.max().map(|wait| wait.as_secs_f64() * 1000.0),
            most: ROLL_MARGIN.as_secs_f64() * 1000.0,
        },
    ]
}

fn p99(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values
        .get((values.len() * 99 / 100).min(values.len().saturating_sub(1)))
        .copied()
}

/// Returns the load test run's samples and outages, with times counted from the first message.
/// Samples from before the first message are dropped.
pub fn from_first_send(run: &Run, begun: Instant) -> (Vec<Sample>, Vec<Outage>) {
    let offset = begun.saturating_duration_since(run.begun).as_secs_f64();
    let (mut samples, mut outages) = run.samples.take();
    samples.iter_mut().for_each(|sample| sample.at -= offset);
    outages.iter_mut().for_each(|outage| outage.at -= offset);
    samples.retain(|sample| sample.at >= 0.0);
    (samples, outages)
}
