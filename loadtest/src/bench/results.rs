//! What was measured, by scenario, subject and metric; a value for each round.

use std::collections::BTreeMap;

use serde::Serialize;

use super::traffic::Sample;
use crate::report::median;

/// A metric's name, its unit and what it means.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// As in `results.json`.
    pub name: &'static str,
    /// As in tables.
    pub title: &'static str,
    /// Digits behind the point.
    pub digits: usize,
}

/// CPU of every server process, user and system.
pub const CPU: Metric = Metric {
    name: "cpu",
    title: "CPU s / million",
    digits: 2,
};
/// The same of the processes that hold connections.
pub const HOLDER_CPU: Metric = Metric {
    name: "holder_cpu",
    title: "of it servers",
    digits: 2,
};
/// The same of Postgres.
pub const POSTGRES_CPU: Metric = Metric {
    name: "postgres_cpu",
    title: "of it Postgres",
    digits: 2,
};
/// Median latency.
pub const P50: Metric = Metric {
    name: "p50_ms",
    title: "p50 ms",
    digits: 2,
};
/// Latency of the slowest in a hundred.
pub const P99: Metric = Metric {
    name: "p99_ms",
    title: "p99 ms",
    digits: 2,
};
/// The slowest of all.
pub const MAX: Metric = Metric {
    name: "max_ms",
    title: "max ms",
    digits: 1,
};
/// Latency of the way to the other instance.
pub const SEEN_P99: Metric = Metric {
    name: "seen_p99_ms",
    title: "seen p99 ms",
    digits: 2,
};
/// What the disk itself takes to make 8 KiB durable, in the same seconds: no commit is faster.
pub const DISK_P99: Metric = Metric {
    name: "disk_sync_p99_ms",
    title: "disk sync p99 ms",
    digits: 2,
};
/// The generator's own lateness.
pub const LATE: Metric = Metric {
    name: "generator_late_p99_ms",
    title: "generator late p99 ms",
    digits: 2,
};
/// Deliveries lost, doubled or out of order.
pub const WRONG: Metric = Metric {
    name: "wrong",
    title: "wrong",
    digits: 0,
};
/// Memory of one connection.
pub const KIB: Metric = Metric {
    name: "kib",
    title: "KiB / connection",
    digits: 2,
};
/// Share of one core.
pub const CORE: Metric = Metric {
    name: "core_percent",
    title: "% of a core",
    digits: 1,
};
/// Events per second.
pub const RATE: Metric = Metric {
    name: "per_second",
    title: "per second",
    digits: 0,
};
/// Messages that shared a commit.
pub const BATCH: Metric = Metric {
    name: "batch",
    title: "per commit",
    digits: 1,
};
/// Seconds until done.
pub const SECONDS: Metric = Metric {
    name: "seconds",
    title: "s",
    digits: 2,
};
/// Reads of the database.
pub const READS: Metric = Metric {
    name: "reads",
    title: "reads / ticket",
    digits: 2,
};
/// Frames per second and console.
pub const FRAMES: Metric = Metric {
    name: "frames",
    title: "frames / s and console",
    digits: 1,
};

/// How many times slower than at the smallest size.
pub const GROWTH: Metric = Metric {
    name: "growth",
    title: "times the smallest",
    digits: 1,
};

/// All of them, in the order of tables.
pub const METRICS: &[Metric] = &[
    CPU,
    HOLDER_CPU,
    POSTGRES_CPU,
    RATE,
    BATCH,
    KIB,
    CORE,
    FRAMES,
    SECONDS,
    READS,
    P50,
    P99,
    SEEN_P99,
    MAX,
    GROWTH,
    DISK_P99,
    LATE,
    WRONG,
];

/// One row of a scenario's table.
pub type Figures = BTreeMap<&'static str, Vec<f64>>;

/// Everything measured in one `bench`.
#[derive(Debug, Default, Serialize)]
pub struct Results {
    /// Scenario, subject, metric → one value for each round. A list, to keep the order in which things were measured.
    pub scenarios: Vec<Scenario>,
    /// Peers that could not be had, with the reason.
    pub skipped: BTreeMap<String, String>,
    /// What stands beside a subject's figures.
    pub lacks: BTreeMap<String, String>,
    /// Lines through sizes or rates, for plots.
    pub curves: Vec<Curve>,
}

/// One scenario's figures.
#[derive(Debug, Serialize)]
pub struct Scenario {
    /// Its name.
    pub name: &'static str,
    /// How it was run, in words.
    pub about: String,
    /// By subject.
    pub subjects: Vec<(String, Figures)>,
}

/// One line of a plot.
#[derive(Debug, Clone, Serialize)]
pub struct Curve {
    /// Which plot.
    pub plot: &'static str,
    /// The line's name.
    pub name: String,
    /// Its points.
    pub points: Vec<(f64, f64)>,
}

impl Results {
    /// Begins a scenario, or goes on with it.
    pub fn scenario(&mut self, name: &'static str, about: impl Into<String>) {
        if !self.scenarios.iter().any(|scenario| scenario.name == name) {
            self.scenarios.push(Scenario {
                name,
                about: about.into(),
                subjects: Vec::new(),
            });
        }
    }

    /// Records a value; the scenario has begun.
    pub fn record(&mut self, scenario: &str, subject: &str, metric: Metric, value: f64) {
        let Some(scenario) = self.scenarios.iter_mut().find(|of| of.name == scenario) else {
            return;
        };
        let at = scenario
            .subjects
            .iter()
            .position(|(name, _)| name == subject)
            .unwrap_or_else(|| {
                scenario.subjects.push((subject.to_owned(), Figures::new()));
                scenario.subjects.len() - 1
            });
        scenario.subjects[at]
            .1
            .entry(metric.name)
            .or_default()
            .push(value);
    }

    /// Records a run of speakers and listeners.
    pub fn sample(&mut self, scenario: &str, subject: &str, sample: &Sample) {
        self.record(scenario, subject, CPU, sample.cpu_micros);
        self.record(scenario, subject, HOLDER_CPU, sample.holder_cpu_micros);
        self.record(scenario, subject, P50, sample.latency_ms.p50);
        self.record(scenario, subject, P99, sample.latency_ms.p99);
        self.record(scenario, subject, LATE, sample.lateness_ms.p99);
        self.record(scenario, subject, WRONG, sample.wrong as f64);
    }

    /// The values of a metric, one for each round.
    pub fn values(&self, scenario: &str, subject: &str, metric: Metric) -> Option<&[f64]> {
        let scenario = self.scenarios.iter().find(|of| of.name == scenario)?;
        let (_, figures) = scenario.subjects.iter().find(|(name, _)| name == subject)?;
        figures.get(metric.name).map(Vec::as_slice)
    }

    /// Quotients of two subjects' values, round by round: what disturbed a round disturbed both.
    pub fn ratios(&self, scenario: &str, metric: Metric, of: &str, over: &str) -> Option<Vec<f64>> {
        let (of, over) = (
            self.values(scenario, of, metric)?,
            self.values(scenario, over, metric)?,
        );
        let ratios: Vec<f64> = of
            .iter()
            .zip(over)
            .map(|(of, over)| of / over)
            .filter(|ratio| ratio.is_finite())
            .collect();
        (!ratios.is_empty()).then_some(ratios)
    }

    /// Deliveries that were lost or out of order, over everything.
    pub fn wrong(&self) -> f64 {
        let all = self
            .scenarios
            .iter()
            .flat_map(|scenario| &scenario.subjects);
        all.filter(|(name, _)| name.starts_with("Helpline"))
            .filter_map(|(_, figures)| figures.get(WRONG.name))
            .flatten()
            .sum()
    }
}

/// Median, least and most.
pub fn spread(values: &[f64]) -> (f64, f64, f64) {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (median(values), least, most)
}
