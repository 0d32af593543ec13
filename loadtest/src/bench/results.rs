//! Measured values by scenario, subject (a server or a way of writing) and metric. Each metric has
//! one value per round.

use std::collections::BTreeMap;

use serde::Serialize;

use super::traffic::Sample;
use crate::report::median;

/// How a metric is named and formatted.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// The metric's name in `results.json`.
    pub name: &'static str,
    /// The metric's column title in tables, with the unit.
    pub title: &'static str,
    /// Number of digits after the decimal point.
    pub digits: usize,
}

/// User and system CPU of all server processes, in seconds per million deliveries or messages.
pub const CPU: Metric = Metric {
    name: "cpu",
    title: "CPU s / million",
    digits: 2,
};
/// The part of [`CPU`] that is used by the processes with client connections.
pub const HOLDER_CPU: Metric = Metric {
    name: "holder_cpu",
    title: "of it servers",
    digits: 2,
};
/// The part of [`CPU`] that Postgres uses.
pub const POSTGRES_CPU: Metric = Metric {
    name: "postgres_cpu",
    title: "of it Postgres",
    digits: 2,
};
/// Median latency in milliseconds.
pub const P50: Metric = Metric {
    name: "p50_ms",
    title: "p50 ms",
    digits: 2,
};
/// 99th percentile of the latency: one in a hundred is slower.
pub const P99: Metric = Metric {
    name: "p99_ms",
    title: "p99 ms",
    digits: 2,
};
/// The highest latency, in milliseconds.
pub const MAX: Metric = Metric {
    name: "max_ms",
    title: "max ms",
    digits: 1,
};
/// Median of the time from sending a message to its arrival at another member.
pub const SEEN_P50: Metric = Metric {
    name: "seen_p50_ms",
    title: "seen p50 ms",
    digits: 2,
};
/// 99th percentile of the time from sending a message to its arrival at another member. In
/// `latency`, the other member is connected to the second instance.
pub const SEEN_P99: Metric = Metric {
    name: "seen_p99_ms",
    title: "seen p99 ms",
    digits: 2,
};
/// 99th percentile of the time from writing an event until a consumer has handled it.
pub const LAG_P99: Metric = Metric {
    name: "lag_p99_ms",
    title: "lag p99 ms",
    digits: 0,
};
/// Background work that is left at the end: events, timers and deliveries.
pub const BACKLOG: Metric = Metric {
    name: "backlog",
    title: "backlog",
    digits: 0,
};
/// By how many MiB the memory of the gateways grew during a run, at its most.
pub const MEMORY_GROWTH: Metric = Metric {
    name: "memory_growth_mib",
    title: "memory growth MiB",
    digits: 1,
};
/// 99th percentile of the time in which the disk syncs 8 KiB, measured during the same run. No
/// commit can be faster than the disk.
pub const DISK_P99: Metric = Metric {
    name: "disk_sync_p99_ms",
    title: "disk sync p99 ms",
    digits: 2,
};
/// 99th percentile of the delay between the intended time of a frame and the load generator's
/// write.
pub const LATE: Metric = Metric {
    name: "generator_late_p99_ms",
    title: "generator late p99 ms",
    digits: 2,
};
/// Number of deliveries that were lost, duplicated or out of order.
pub const WRONG: Metric = Metric {
    name: "wrong",
    title: "wrong",
    digits: 0,
};
pub const KIB: Metric = Metric {
    name: "kib",
    title: "KiB / connection",
    digits: 2,
};
/// CPU in percent of one core.
pub const CORE: Metric = Metric {
    name: "core_percent",
    title: "% of a core",
    digits: 1,
};
/// Events per second. Each scenario defines which events it counts.
pub const RATE: Metric = Metric {
    name: "per_second",
    title: "per second",
    digits: 0,
};
/// Mean number of messages per commit.
pub const BATCH: Metric = Metric {
    name: "batch",
    title: "per commit",
    digits: 1,
};
/// A duration in seconds.
pub const SECONDS: Metric = Metric {
    name: "seconds",
    title: "s",
    digits: 2,
};
/// Number of database reads per ticket.
pub const READS: Metric = Metric {
    name: "reads",
    title: "reads / ticket",
    digits: 2,
};
pub const FRAMES: Metric = Metric {
    name: "frames",
    title: "frames / s and console",
    digits: 1,
};

/// Latency at the largest database size divided by latency at the smallest size.
pub const GROWTH: Metric = Metric {
    name: "growth",
    title: "times the smallest",
    digits: 1,
};

/// All metrics, in the order of the report's table columns.
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
    SEEN_P50,
    SEEN_P99,
    LAG_P99,
    BACKLOG,
    MAX,
    GROWTH,
    DISK_P99,
    LATE,
    WRONG,
];

/// One row of a scenario's table: from metric name to one value per round.
pub type Figures = BTreeMap<&'static str, Vec<f64>>;

/// Everything that one run of `bench` measured.
#[derive(Debug, Default, Serialize)]
pub struct Results {
    /// The scenarios in the order in which they were measured.
    pub scenarios: Vec<Scenario>,
    /// Servers that were not available, each with the reason.
    pub skipped: BTreeMap<String, String>,
    /// The features of Helpline that each server lacks, shown next to its figures.
    pub lacks: BTreeMap<String, String>,
    /// Data for plots: values over database sizes or sending rates.
    pub curves: Vec<Curve>,
}

#[derive(Debug, Serialize)]
pub struct Scenario {
    pub name: &'static str,
    /// How the scenario was run, in one sentence.
    pub about: String,
    /// The measured values of each server or way of writing.
    pub subjects: Vec<(String, Figures)>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Curve {
    /// The title of the plot that contains this line.
    pub plot: &'static str,
    pub name: String,
    /// The points of the plotted line, as pairs of x and y.
    pub points: Vec<(f64, f64)>,
}

impl Results {
    /// Adds a scenario to the results, unless it already exists.
    pub fn scenario(&mut self, name: &'static str, about: impl Into<String>) {
        if !self.scenarios.iter().any(|scenario| scenario.name == name) {
            self.scenarios.push(Scenario {
                name,
                about: about.into(),
                subjects: Vec::new(),
            });
        }
    }

    /// Records one measured value. Does nothing if the scenario was not added before.
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

    /// Records the results of one benchmark run with sending and receiving connections.
    pub fn sample(&mut self, scenario: &str, subject: &str, sample: &Sample) {
        self.record(scenario, subject, CPU, sample.cpu_micros);
        self.record(scenario, subject, HOLDER_CPU, sample.holder_cpu_micros);
        self.record(scenario, subject, P50, sample.latency_ms.p50);
        self.record(scenario, subject, P99, sample.latency_ms.p99);
        self.record(scenario, subject, LATE, sample.lateness_ms.p99);
        self.record(scenario, subject, WRONG, sample.wrong as f64);
    }

    /// The values of a metric, one per round; `None` if there are none.
    pub fn values(&self, scenario: &str, subject: &str, metric: Metric) -> Option<&[f64]> {
        let scenario = self.scenarios.iter().find(|of| of.name == scenario)?;
        let (_, figures) = scenario.subjects.iter().find(|(name, _)| name == subject)?;
        figures.get(metric.name).map(Vec::as_slice)
    }

    /// Divides two subjects' values round by round, because a disturbance of the machine usually
    /// affects both subjects in a round.
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

    /// Total number of wrong (lost, duplicated or reordered) deliveries by Helpline in all
    /// scenarios.
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

/// Returns the median, the minimum and the maximum, in this order.
pub fn spread(values: &[f64]) -> (f64, f64, f64) {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (median(values), least, most)
}
