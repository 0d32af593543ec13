//! What `/metrics` says: every family with its type, its help and the values of its labels that are known beforehand, so that a counter stands at 0
//! before it first counts. `docs/metrics.md` is written from this, and the sources are held to it.

#[cfg(test)]
mod page;
mod table;

use metrics::Label;

use crate::config::Config;
use crate::http;
use helpline_core::limits;

pub use table::FAMILIES;

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
    known: fn() -> Vec<Vec<String>>,
}

/// Describes every family to this process's recorder, and has its known series begin.
pub fn describe() {
    for family in FAMILIES {
        let Family {
            name, kind, help, ..
        } = *family;
        match kind {
            Kind::Counter => metrics::describe_counter!(name, help),
            Kind::Gauge => metrics::describe_gauge!(name, help),
            Kind::Histogram => metrics::describe_histogram!(name, help),
        }
        for values in (family.known)() {
            let labels = family.labels.iter().zip(values);
            let labels: Vec<_> = labels
                .map(|(name, value)| Label::new(*name, value))
                .collect();
            match kind {
                Kind::Counter => drop(metrics::counter!(name, labels)),
                Kind::Gauge => drop(metrics::gauge!(name, labels)),
                Kind::Histogram => drop(metrics::histogram!(name, labels)),
            }
        }
    }
    metrics::gauge!("helpline_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
}

/// Shows the bounds that these settings and the program set.
pub(super) fn show_limits(config: &Config) {
    metrics::gauge!("helpline_connections_max").set(f64::from(config.limits.connections_max));
    metrics::gauge!("helpline_pool_connections_max")
        .set(config.backing.pool_connections_max as f64);
    metrics::gauge!("helpline_writer_lanes").set(config.backing.writer_lanes as f64);
    for (queue, max) in [
        ("writer", limits::WRITER_MESSAGES_MAX),
        ("access_log", limits::AUDIT_ROWS_MAX),
        ("relay", limits::RELAY_QUEUE_MAX),
    ] {
        metrics::gauge!("helpline_queue_max", "queue" => queue).set(max as f64);
    }
}

/// A family without labels: one series.
fn one() -> Vec<Vec<String>> {
    vec![Vec::new()]
}

/// None beforehand: its labels have too many values.
const fn none() -> Vec<Vec<String>> {
    Vec::new()
}

fn each(values: impl IntoIterator<Item = impl ToString>) -> Vec<Vec<String>> {
    values
        .into_iter()
        .map(|value| vec![value.to_string()])
        .collect()
}

/// Every route with the statuses of faults: the first fault is a rise.
fn faults_of_routes() -> Vec<Vec<String>> {
    let routes = http::routes().flat_map(|route| {
        ["500", "503"].map(|status| {
            [route.path, route.method, status]
                .map(str::to_owned)
                .to_vec()
        })
    });
    routes.collect()
}
