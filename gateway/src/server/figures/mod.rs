//! The metric families of `/metrics`, in a table: type, help text, and the label values that are
//! known from the start. The series of known label values start at 0. `docs/metrics.md` is
//! generated from the table, and a test checks that the code records exactly these metrics.

mod family;
mod files;
#[cfg(test)]
mod page;
mod table;

use metrics::Label;

use helpline_core::limits;

use crate::config::Config;
use crate::runtime::process;
use family::{Family, Kind};

/// Registers every metric family at the metrics recorder of this process. Creates the known series
/// of counters and histograms.
pub fn describe() {
    process::remember_start();
    for family in families() {
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
                // A gauge appears only when its value is known. A gauge that started at 0 would say
                // that Redis is down or that there are no instances.
                Kind::Gauge => {}
                Kind::Histogram => drop(metrics::histogram!(name, labels)),
            }
        }
    }
    metrics::gauge!("helpline_connections").set(0.0);
    metrics::gauge!("helpline_ready").set(0.0);
    let revision = option_env!("HELPLINE_REVISION").unwrap_or_default();
    metrics::gauge!("helpline_build_info", "version" => env!("CARGO_PKG_VERSION"), "revision" => revision).set(1.0);
}

/// All metric families except those of the process.
fn families() -> impl Iterator<Item = &'static Family> {
    table::FAMILIES.iter().chain(files::FAMILIES)
}

/// Sets the gauges that show limits, from the settings and from `helpline_core::limits`.
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
