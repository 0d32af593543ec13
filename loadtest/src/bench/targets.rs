//! Helpline's performance targets. Each target is a measured value or a ratio of two servers'
//! values, with its bound.

use super::results::{self, Metric, Results, spread};

#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// The scenario that measures this target.
    pub scenario: &'static str,
    /// The subject (a server or a way of writing) to judge.
    pub of: &'static str,
    /// The subject whose value is the divisor; `None` judges the value of `of` itself.
    pub over: Option<&'static str>,
    pub metric: Metric,
    pub bound: Bound,
}

/// Whether the bound is a maximum or a minimum.
#[derive(Debug, Clone, Copy)]
pub enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

/// A performance target with its measured values.
#[derive(Debug)]
pub struct Judged {
    pub target: Target,
    /// Median, minimum and maximum over all rounds.
    pub measured: (f64, f64, f64),
    /// Whether the median of the measured values satisfies the target's bound.
    pub met: bool,
}

const fn ratio(scenario: &'static str, metric: Metric, over: &'static str, bound: Bound) -> Target {
    Target {
        scenario,
        of: "Helpline",
        over: Some(over),
        metric,
        bound,
    }
}

const fn figure(scenario: &'static str, metric: Metric, bound: Bound) -> Target {
    Target {
        scenario,
        of: "Helpline",
        over: None,
        metric,
        bound,
    }
}

/// The memory of an idle connection in one of the states of the scenario `idle`, in KiB.
const fn idle(of: &'static str, kib_max: f64) -> Target {
    Target {
        scenario: "idle",
        of,
        over: None,
        metric: results::KIB,
        bound: AtMost(kib_max),
    }
}

/// A ratio of two subjects of the scenario `rates`.
const fn rates(metric: Metric, of: &'static str, over: &'static str, most: f64) -> Target {
    Target {
        scenario: "rates",
        of,
        over: Some(over),
        metric,
        bound: AtMost(most),
    }
}

use Bound::{AtLeast, AtMost};

/// All performance targets, in the order of the report.
pub const TARGETS: &[Target] = &[
    ratio("fanout", results::CPU, "baseline", AtMost(1.15)),
    ratio("fanout", results::CPU, "nchan", AtMost(0.9)),
    ratio("fanout", results::CPU, "Socket.IO", AtMost(0.75)),
    ratio("fanout", results::CPU, "ws", AtMost(1.0)),
    ratio("bursts", results::CPU, "baseline", AtMost(1.3)),
    ratio("bursts", results::CPU, "nchan", AtMost(0.125)),
    ratio("bursts", results::CPU, "Socket.IO", AtMost(0.125)),
    ratio("rooms", results::CPU, "baseline", AtMost(1.2)),
    ratio("rooms", results::CPU, "Socket.IO", AtMost(0.5)),
    figure("rooms", results::P99, AtMost(5.0)),
    ratio("relay", results::CPU, "Socket.IO", AtMost(0.5)),
    ratio("relay", results::CPU, "nchan", AtMost(0.7)),
    ratio("relay-bursts", results::CPU, "Socket.IO", AtMost(0.125)),
    ratio("relay-bursts", results::CPU, "nchan", AtMost(0.125)),
    figure("idle", results::KIB, AtMost(8.0)),
    idle("Helpline, staff", 8.0),
    idle("Helpline, after a page", 9.0),
    idle("Helpline, staff after a page", 9.0),
    figure("idle", results::CORE, AtMost(5.0)),
    ratio(
        "commit-rate",
        results::RATE,
        "pgbench, one each",
        AtLeast(10.0),
    ),
    ratio(
        "commit-rate",
        results::POSTGRES_CPU,
        "same SQL, no gateway",
        AtMost(1.3),
    ),
    Target {
        scenario: "commit-rate",
        of: "gateway CPU",
        over: Some("Postgres CPU"),
        metric: results::CPU,
        bound: AtMost(1.0),
    },
    rates(
        results::POSTGRES_CPU,
        "support_append_one, 500/s",
        "pgbench, 500/s",
        1.3,
    ),
    rates(
        results::HOLDER_CPU,
        "Helpline, 500/s",
        "baseline, 500/s",
        2.0,
    ),
    rates(results::P50, "Helpline, 500/s", "pgbench, 500/s", 1.5),
    rates(
        results::SEEN_P99,
        "Helpline, 5000/s",
        "Helpline, 500/s",
        3.0,
    ),
    figure("latency", results::P99, AtMost(10.0)),
    figure("latency", results::SEEN_P99, AtMost(15.0)),
    ratio(
        "background-500",
        results::P99,
        "without consumers",
        AtMost(1.25),
    ),
    ratio(
        "background-2000",
        results::P99,
        "without consumers",
        AtMost(1.25),
    ),
    figure("background-500", results::LAG_P99, AtMost(2_000.0)),
    figure("background-2000", results::LAG_P99, AtMost(2_000.0)),
    figure("background-500", results::BACKLOG, AtMost(0.0)),
    figure("background-2000", results::BACKLOG, AtMost(0.0)),
    ratio("uploads", results::P99, "without uploads", AtMost(1.25)),
    figure("uploads", results::MEMORY_GROWTH, AtMost(64.0)),
    figure("inbox", results::FRAMES, AtMost(10.5)),
    figure("inbox", results::CORE, AtMost(100.0)),
    figure("inbox", results::MAX, AtMost(300.0)),
    figure("storm", results::SECONDS, AtMost(10.0)),
    figure("storm", results::READS, AtMost(1.0)),
    ratio("storm", results::P99, "before the storm", AtMost(3.0)),
    Target {
        scenario: "growth",
        of: "the one that grew most",
        over: None,
        metric: results::GROWTH,
        bound: AtMost(2.0),
    },
    Target {
        scenario: "growth",
        of: "slowest at the largest",
        over: None,
        metric: results::P99,
        bound: AtMost(50.0),
    },
];

/// Compares each target with its measured values. Targets without measured values are left out.
pub fn judge(results: &Results) -> Vec<Judged> {
    TARGETS
        .iter()
        .filter_map(|target| judge_one(results, *target))
        .collect()
}

fn judge_one(results: &Results, target: Target) -> Option<Judged> {
    let values = match target.over {
        Some(over) => results.ratios(target.scenario, target.metric, target.of, over)?,
        None => results
            .values(target.scenario, target.of, target.metric)?
            .to_vec(),
    };
    let measured = spread(&values);
    let met = match target.bound {
        AtMost(most) => measured.0 <= most,
        AtLeast(least) => measured.0 >= least,
    };
    Some(Judged {
        target,
        measured,
        met,
    })
}

impl Target {
    /// The target in words, for example `CPU s / million: Helpline ÷ baseline`.
    pub fn words(&self) -> String {
        match self.over {
            Some(over) => format!("{}: {} ÷ {over}", self.metric.title, self.of),
            None => format!("{}: {}", self.metric.title, self.of),
        }
    }
}

impl Bound {
    /// The bound in words, for example `≤ 1.15`.
    pub fn words(self) -> String {
        match self {
            AtMost(most) => format!("≤ {most}"),
            AtLeast(least) => format!("≥ {least}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_judged_by_its_median_round_by_round() {
        let mut results = Results::default();
        results.scenario("fanout", "");
        for (ours, baseline) in [(5.0, 5.0), (11.0, 10.0), (30.0, 10.0)] {
            results.record("fanout", "Helpline", results::CPU, ours);
            results.record("fanout", "baseline", results::CPU, baseline);
        }
        let judged = judge(&results);
        assert_eq!(judged.len(), 1);
        assert!(judged[0].met, "{judged:?}");
        assert_eq!(judged[0].measured, (1.1, 1.0, 3.0));
    }
}
