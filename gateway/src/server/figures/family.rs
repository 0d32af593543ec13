//! What is said of a family of series.

/// The type of a family, as Prometheus has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only rises, from 0 at the start.
    Counter,
    /// Stands at what was last looked at.
    Gauge,
    /// Counts by upper ends.
    Histogram,
}

/// One family of series.
pub struct Family {
    /// Its name; unit and, for a counter, `_total` are its end.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// What it says, in a sentence.
    pub help: &'static str,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// The values of these labels for which a series is there from the start.
    pub known: fn() -> Vec<Vec<String>>,
}
