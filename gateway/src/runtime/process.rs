//! Metrics of the process, with the names that Prometheus' client libraries use. They are read from
//! `/proc/self` at each scrape. On systems without `/proc`, only the start time and the limit of
//! file descriptors are available.

use std::fmt::Write as _;
use std::fs;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};

/// `USER_HZ`: clock ticks per second in `/proc`, the same on every architecture of Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// Name, type and help text of each metric.
pub const FAMILIES: [(&str, &str, &str); 6] = [
    (
        "process_cpu_seconds_total",
        "counter",
        "CPU time of the process, user and system together",
    ),
    (
        "process_resident_memory_bytes",
        "gauge",
        "Resident memory of the process",
    ),
    (
        "process_virtual_memory_bytes",
        "gauge",
        "Virtual memory of the process",
    ),
    (
        "process_open_fds",
        "gauge",
        "Open file descriptors; every connection needs one",
    ),
    ("process_max_fds", "gauge", "Maximum open file descriptors"),
    (
        "process_start_time_seconds",
        "gauge",
        "Start time of the process, in seconds since 1970",
    ),
];

/// The start time of the process, which [`remember_start`] sets.
static START: LazyLock<DateTime<Utc>> = LazyLock::new(Utc::now);

/// Sets the start time of the process to now. Only the first call has an effect.
pub fn remember_start() {
    LazyLock::force(&START);
}

/// All metrics of the process in Prometheus' text format. A metric that cannot be read is left out.
pub fn figures() -> String {
    let values = [
        cpu_seconds(),
        status_bytes("VmRSS:"),
        status_bytes("VmSize:"),
        open_fds(),
        max_fds(),
        Some(start_time_seconds()),
    ];
    let mut text = String::new();
    for ((name, kind, help), value) in FAMILIES.into_iter().zip(values) {
        if let Some(value) = value {
            let _ = writeln!(
                text,
                "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n"
            );
        }
    }
    text
}

/// The fields of `/proc/self/stat` from the third field on. The second field, the program's name in
/// parentheses, can contain any character.
fn stat() -> Option<Vec<f64>> {
    let text = fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    let fields = fields.split_whitespace();
    Some(
        fields
            .map(|field| field.parse().unwrap_or_default())
            .collect(),
    )
}

fn cpu_seconds() -> Option<f64> {
    let stat = stat()?;
    Some((stat.get(11)? + stat.get(12)?) / TICKS_PER_SECOND)
}

/// The time at which [`remember_start`] was called. The exact start time depends on the machine's
/// boot time, which is outside `/proc/self`, and systemd's `ProcSubset=pid` hides it.
fn start_time_seconds() -> f64 {
    START.timestamp_millis() as f64 / 1_000.0
}

fn status_bytes(name: &str) -> Option<f64> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024.0)
}

/// The number of open file descriptors, without the descriptor with which this function reads
/// `/proc/self/fd`.
fn open_fds() -> Option<f64> {
    let open = fs::read_dir("/proc/self/fd").ok()?.count();
    Some(open.saturating_sub(1) as f64)
}

/// The soft limit of open file descriptors, read from a file, because a supervisor may forbid the
/// system call that returns this limit.
fn max_fds() -> Option<f64> {
    let text = fs::read_to_string("/proc/self/limits").ok()?;
    let limit = text
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    limit.split_whitespace().next()?.parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_process_is_the_one_that_asks() {
        let text = figures();
        let of = |name: &str| -> f64 {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|value| value.trim().parse().ok())
                .expect("a figure")
        };
        let now = chrono::Utc::now().timestamp() as f64;
        let age = now - of("process_start_time_seconds ");
        assert!((-2.0..600.0).contains(&age), "{age}");
        let mib = of("process_resident_memory_bytes ") / f64::from(1 << 20);
        assert!((1.0..4_096.0).contains(&mib), "{mib}");
        assert!(of("process_virtual_memory_bytes ") >= of("process_resident_memory_bytes "));
        assert!((0.0..600.0).contains(&of("process_cpu_seconds_total ")));
        let open = of("process_open_fds ");
        assert!(open >= 3.0 && of("process_max_fds ") > open, "{open}");
    }

    /// `process.rs` may read only files under `/proc/self`. `ProcSubset=pid` in
    /// deploy/helpline.service hides all other files in `/proc`.
    #[test]
    fn only_what_is_of_this_process_is_read() {
        let own = include_str!("process.rs");
        let (own, _) = own.split_once("\n#[cfg(all(test").expect("tests");
        let mut paths = own.split("\"/proc/").skip(1);
        assert!(paths.all(|path| path.starts_with("self/")));
    }
}
