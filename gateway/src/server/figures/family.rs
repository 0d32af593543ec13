//! What a family of series is, and which values of labels are known beforehand.

use crate::http;

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

/// A family without labels: one series.
pub(super) fn one() -> Vec<Vec<String>> {
    vec![Vec::new()]
}

/// None beforehand: its labels have too many values.
pub(super) const fn none() -> Vec<Vec<String>> {
    Vec::new()
}

pub(super) fn each(values: impl IntoIterator<Item = impl ToString>) -> Vec<Vec<String>> {
    values
        .into_iter()
        .map(|value| vec![value.to_string()])
        .collect()
}

/// Every route with the statuses of faults: the first fault is a rise.
pub(super) fn faults_of_routes() -> Vec<Vec<String>> {
    let routes = http::routes().flat_map(|route| {
        ["500", "503"].map(|status| {
            [route.path, route.method, status]
                .map(str::to_owned)
                .to_vec()
        })
    });
    routes.collect()
}
