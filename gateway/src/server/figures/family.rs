//! A metric family (all series with one metric name), and the label values for which its series
//! exist from the start.

use crate::http;

/// The Prometheus type of a metric family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number that only increases, from 0 at the start of the process.
    Counter,
    /// A number that can increase and decrease.
    Gauge,
    /// Counts observations in buckets.
    Histogram,
}

/// A metric family: all series with one metric name.
pub struct Family {
    /// The metric name. It ends in the unit, and in `_total` for a counter.
    pub name: &'static str,
    /// The Prometheus type of the metric.
    pub kind: Kind,
    /// The help text: one sentence without a full stop.
    pub help: &'static str,
    /// The names of the labels.
    pub labels: &'static [&'static str],
    /// The label values for which a series exists from the start. Each inner list is one series,
    /// with its values in the order of `labels`.
    pub known: fn() -> Vec<Vec<String>>,
}

/// The single series of a metric family without labels.
pub(super) fn one() -> Vec<Vec<String>> {
    vec![Vec::new()]
}

/// No series from the start, for labels whose values are unknown or too many.
pub(super) const fn none() -> Vec<Vec<String>> {
    Vec::new()
}

pub(super) fn each(values: impl IntoIterator<Item = impl ToString>) -> Vec<Vec<String>> {
    values
        .into_iter()
        .map(|value| vec![value.to_string()])
        .collect()
}

/// The label values of every route with the status codes 500 and 503. Counters with these labels
/// start at 0, so that the first error is already visible as an increase.
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

/// Returns the combinations of label values that are known from the start.
type Known = fn() -> Vec<Vec<String>>;

pub(super) const fn counter(
    name: &'static str,
    labels: &'static [&'static str],
    known: Known,
    help: &'static str,
) -> Family {
    Family {
        name,
        kind: Kind::Counter,
        help,
        labels,
        known,
    }
}

pub(super) const fn gauge(
    name: &'static str,
    labels: &'static [&'static str],
    known: Known,
    help: &'static str,
) -> Family {
    Family {
        name,
        kind: Kind::Gauge,
        help,
        labels,
        known,
    }
}

pub(super) const fn histogram(
    name: &'static str,
    labels: &'static [&'static str],
    known: Known,
    help: &'static str,
) -> Family {
    Family {
        name,
        kind: Kind::Histogram,
        help,
        labels,
        known,
    }
}
