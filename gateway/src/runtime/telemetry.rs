//! Sets up logs on stderr and metrics for Prometheus.

use std::io::{self, Write};

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tracing::{Level, Metadata};
use tracing_subscriber::Registry;
use tracing_subscriber::filter::{EnvFilter, FilterExt, LevelFilter, filter_fn};
use tracing_subscriber::layer::{Filter, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{LogFormat, LogSettings};

/// Upper bounds of the buckets of every `*_seconds` histogram. They range from a local round trip
/// to a database that does not answer.
const SECONDS_BUCKETS: [f64; 14] = [
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0,
];

/// Upper bounds of the buckets of `helpline_batch_messages`, in messages.
const MESSAGES_BUCKETS: [f64; 9] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0];

/// Sends the logs of this process to stderr. Does nothing if a subscriber is already installed, as in tests.
pub fn install_logs(settings: &LogSettings) {
    let filter =
        discreet(EnvFilter::try_new(&settings.log).unwrap_or_else(|_| EnvFilter::new("info")));
    let layer = tracing_subscriber::fmt::layer().with_writer(|| OneLine(std::io::stderr().lock()));
    let layer = match settings.log_format {
        LogFormat::Text => layer.with_ansi(false).boxed(),
        LogFormat::Json => layer
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed(),
    };
    drop(
        tracing_subscriber::registry()
            .with(layer.with_filter(filter))
            .try_init(),
    );
}

/// The log filter from the settings, combined with [`is_discreet`]. Both filters have a maximum
/// level hint. Without the hint, every trace point of every library is evaluated several times per
/// frame. This took 9 % of the gateway's CPU time in small rooms.
fn discreet(asked_for: EnvFilter) -> impl Filter<Registry> {
    let level = Filter::<Registry>::max_level_hint(&asked_for).unwrap_or(LevelFilter::TRACE);
    // Check the level again, because a filter must not let through any level above its hint.
    asked_for.and(
        filter_fn(move |metadata| *metadata.level() <= level && is_discreet(metadata))
            .with_max_level_hint(level),
    )
}

/// Excludes debug and trace output of libraries, whatever filter is set. That output contains whole
/// frames and statement parameters, and so message bodies, tokens and addresses, which Helpline's
/// own crates never log. Also excludes the lines of the connection pool: they report lost
/// connections without a cause, and Helpline logs each outage with its cause.
fn is_discreet(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    (*metadata.level() <= Level::INFO || target.starts_with("helpline"))
        && !target.starts_with("deadpool")
}

/// Writes each log event as exactly one line. Control characters are escaped, so that text from a
/// client cannot forge a log line or change the output on a terminal.
struct OneLine<W>(W);

impl<W: Write> Write for OneLine<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let (line, end) = text
            .strip_suffix('\n')
            .map_or((&*text, ""), |line| (line, "\n"));
        let mut safe = String::with_capacity(text.len());
        for c in line.chars() {
            if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
                safe.extend(c.escape_default())
            } else {
                safe.push(c)
            }
        }
        safe.push_str(end);
        self.0.write_all(safe.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Installs the recorder for all `metrics::…!` macros of this process. The returned handle renders
/// the metrics for Prometheus.
///
/// # Errors
/// Another recorder is already installed.
pub fn install_metrics() -> Result<PrometheusHandle, BuildError> {
    builder()?.install_recorder()
}

/// The handle of a recorder that is not installed, so it renders no metrics. Tests use it for a
/// second instance in one process.
pub fn detached_metrics() -> PrometheusHandle {
    PrometheusBuilder::new().build_recorder().handle()
}

fn builder() -> Result<PrometheusBuilder, BuildError> {
    let ending = |text: &str| Matcher::Suffix(text.to_owned());
    PrometheusBuilder::new()
        .set_buckets_for_metric(ending("_seconds"), &SECONDS_BUCKETS)?
        .set_buckets_for_metric(ending("_messages"), &MESSAGES_BUCKETS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trace_points_beyond_what_was_asked_for_cost_nothing() {
        let hint = |asked_for: &str| discreet(EnvFilter::new(asked_for)).max_level_hint();
        assert_eq!(hint("warn"), Some(LevelFilter::WARN));
        assert_eq!(
            hint("info,helpline_gateway=debug"),
            Some(LevelFilter::DEBUG)
        );
    }

    #[test]
    fn an_event_is_one_line_whatever_it_quotes() {
        let mut written = Vec::new();
        OneLine(&mut written)
            .write_all("seen name=Eve\r\nINFO forged\u{1b}[2K\u{9b}1m\u{2028}x ü\n".as_bytes())
            .expect("a vector takes all");
        let text = String::from_utf8(written).expect("UTF-8");
        assert_eq!(
            text,
            "seen name=Eve\\r\\nINFO forged\\u{1b}[2K\\u{9b}1m\\u{2028}x ü\n"
        );
    }
}
