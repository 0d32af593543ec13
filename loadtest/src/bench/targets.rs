//! What Helpline aims at, as a table: a figure or a ratio, and its bound.

use super::book::{self, Book, Metric, spread};

/// One aim.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Which scenario shows it.
    pub scenario: &'static str,
    /// What it is of.
    pub of: &'static str,
    /// What it is divided by; none: the figure itself counts.
    pub over: Option<&'static str>,
    /// Which figure.
    pub metric: Metric,
    /// The bound.
    pub bound: Bound,
}

/// Which side of a number is good.
#[derive(Debug, Clone, Copy)]
pub enum Bound {
    /// Not more.
    AtMost(f64),
    /// Not less.
    AtLeast(f64),
}

/// A target beside what was measured.
#[derive(Debug)]
pub struct Judged {
    /// The aim.
    pub target: Target,
    /// Median, least and most over the rounds.
    pub measured: (f64, f64, f64),
    /// Whether the median is on the good side.
    pub met: bool,
}

const fn ratio(scenario: &'static str, metric: Metric, over: &'static str, bound: Bound) -> Target {
    Target { scenario, of: "Helpline", over: Some(over), metric, bound }
}

const fn figure(scenario: &'static str, metric: Metric, bound: Bound) -> Target {
    Target { scenario, of: "Helpline", over: None, metric, bound }
}

use Bound::{AtLeast, AtMost};

/// All aims, in the order of the report.
pub const TARGETS: &[Target] = &[
    ratio("fanout", book::CPU, "floor", AtMost(1.15)),
    ratio("fanout", book::CPU, "nchan", AtMost(0.9)),
    ratio("fanout", book::CPU, "Socket.IO", AtMost(0.75)),
    ratio("fanout", book::CPU, "ws", AtMost(1.0)),
    ratio("bursts", book::CPU, "floor", AtMost(1.3)),
    ratio("bursts", book::CPU, "nchan", AtMost(0.125)),
    ratio("bursts", book::CPU, "Socket.IO", AtMost(0.125)),
    ratio("rooms", book::CPU, "floor", AtMost(1.2)),
    ratio("rooms", book::CPU, "Socket.IO", AtMost(0.5)),
    figure("rooms", book::P99, AtMost(5.0)),
    ratio("relay", book::CPU, "Socket.IO", AtMost(0.5)),
    ratio("relay", book::CPU, "nchan", AtMost(0.7)),
    ratio("relay-bursts", book::CPU, "Socket.IO", AtMost(0.125)),
    ratio("relay-bursts", book::CPU, "nchan", AtMost(0.125)),
    figure("idle", book::KIB, AtMost(8.0)),
    figure("idle", book::CORE, AtMost(5.0)),
    ratio("record", book::RATE, "pgbench, one each", AtLeast(3.0)),
    ratio("record", book::RECORD_CPU, "same SQL, no gateway", AtMost(1.3)),
    Target { scenario: "record", of: "gateway CPU", over: Some("Postgres CPU"), metric: book::CPU, bound: AtMost(1.0) },
    figure("latency", book::P99, AtMost(10.0)),
    figure("latency", book::SEEN_P99, AtMost(15.0)),
    figure("inbox", book::FRAMES, AtMost(10.5)),
    figure("inbox", book::CORE, AtMost(100.0)),
    figure("inbox", book::MAX, AtMost(300.0)),
    figure("storm", book::SECONDS, AtMost(10.0)),
    figure("storm", book::READS, AtMost(1.0)),
    ratio("storm", book::P99, "before the storm", AtMost(2.0)),
    Target { scenario: "growth", of: "the one that grew most", over: None, metric: book::GROWTH, bound: AtMost(2.0) },
    Target { scenario: "growth", of: "slowest at the largest", over: None, metric: book::P99, bound: AtMost(50.0) },
];

/// The targets whose figures were measured.
pub fn judge(book: &Book) -> Vec<Judged> {
    TARGETS.iter().filter_map(|target| judge_one(book, *target)).collect()
}

fn judge_one(book: &Book, target: Target) -> Option<Judged> {
    let values = match target.over {
        Some(over) => book.ratios(target.scenario, target.metric, target.of, over)?,
        None => book.values(target.scenario, target.of, target.metric)?.to_vec(),
    };
    let measured = spread(&values);
    let met = match target.bound {
        AtMost(most) => measured.0 <= most,
        AtLeast(least) => measured.0 >= least,
    };
    Some(Judged { target, measured, met })
}

impl Target {
    /// `CPU s / million: Helpline ÷ floor`.
    pub fn words(&self) -> String {
        match self.over {
            Some(over) => format!("{}: {} ÷ {over}", self.metric.title, self.of),
            None => format!("{}: {}", self.metric.title, self.of),
        }
    }
}

impl Bound {
    /// `≤ 1.15`.
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
        let mut book = Book::default();
        book.scenario("fanout", "");
        for (ours, floor) in [(5.0, 5.0), (11.0, 10.0), (30.0, 10.0)] {
            book.note("fanout", "Helpline", book::CPU, ours);
            book.note("fanout", "floor", book::CPU, floor);
        }
        let judged = judge(&book);
        assert_eq!(judged.len(), 1);
        assert!(judged[0].met, "{judged:?}");
        assert_eq!(judged[0].measured, (1.1, 1.0, 3.0));
    }
}
