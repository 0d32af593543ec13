//! Logs to stderr, figures to Prometheus.

use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, LogSettings};

/// Upper ends of the buckets of every `*_seconds` histogram: from a local round trip to a stuck database.
const SECONDS_BUCKETS: [f64; 14] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];

/// Says what is wrong with a log filter.
///
/// # Errors
/// A sentence, when it cannot be read.
pub fn check_filter(filter: &str) -> Result<(), String> {
    EnvFilter::try_new(filter).map(drop).map_err(|_| "is not a filter such as info or helpline_gateway=debug".to_owned())
}

/// Sends this process's logs to stderr. Fails silently when a subscriber stands already (tests).
pub fn install_logs(settings: &LogSettings) {
    let filter = EnvFilter::try_new(&settings.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let installed = match settings.log_format {
        // Plain text without colours: an escape sequence in a log is a forged line.
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    drop(installed);
}

/// Installs the recorder of every `metrics::…!` of this process; the handle renders them.
///
/// # Errors
/// When another recorder stands already.
pub fn install_metrics() -> Result<PrometheusHandle, BuildError> {
    builder()?.install_recorder()
}

/// A handle that renders nothing that is recorded: for a second instance in one process (tests).
pub fn detached_metrics() -> PrometheusHandle {
    PrometheusBuilder::new().build_recorder().handle()
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    let seconds = metrics_exporter_prometheus::Matcher::Suffix("_seconds".to_owned());
    PrometheusBuilder::new().set_buckets_for_metric(seconds, &SECONDS_BUCKETS)
}
