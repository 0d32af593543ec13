//! Generates `docs/metrics.md` from the table of metric families. Tests check that the page is up
//! to date, and that the code records exactly the families in the table.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::families;
use super::family::{Family, Kind};
use crate::runtime::process;

const BEGINNING: &str = "# Metrics

The metrics of `/metrics`, in Prometheus' text format. [operations.md](operations.md#watching) says where it is served. A counter without labels, or with
labels whose values are known, is 0 from the start; a gauge appears once its value is known. Alert rules: [`deploy/alerts.yml`](../deploy/alerts.yml).
A dashboard for Grafana: [`deploy/grafana-dashboard.json`](../deploy/grafana-dashboard.json).

This page is generated from the program (`cargo test -p helpline-gateway --lib -- --ignored write_metrics_page`); a test checks that it is up to date.

| metric | type | labels | meaning |
|---|---|---|---|
";

fn document() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/metrics.md")
}

const fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
    }
}

fn page() -> String {
    let own = families().map(|family| {
        let labels: Vec<_> = family
            .labels
            .iter()
            .map(|name| format!("`{name}`{}", known(family, name)))
            .collect();
        (
            family.name,
            word(family.kind),
            labels.join("; "),
            family.help,
        )
    });
    let of_process = process::FAMILIES
        .into_iter()
        .map(|(name, kind, help)| (name, kind, String::new(), help));
    let mut text = BEGINNING.to_owned();
    for (name, kind, labels, help) in own.chain(of_process) {
        writeln!(text, "| `{name}` | {kind} | {labels} | {help} |").expect("text takes text");
    }
    text
}

/// The known values of a label, as text for `docs/metrics.md`. Empty for a metric with the label
/// `route`, whose list would be too long.
fn known(family: &Family, label: &str) -> String {
    if family.labels.contains(&"route") {
        return String::new();
    }
    let at = family.labels.iter().position(|one| *one == label);
    let at = at.expect("a label of the family");
    let mut values = Vec::new();
    for series in (family.known)() {
        if !values.contains(&series[at]) {
            values.push(series[at].clone());
        }
    }
    if values.is_empty() {
        String::new()
    } else {
        format!(": {}", values.join(", "))
    }
}

/// Every metric name in the source files, with the type of the macro that records it.
fn recorded() -> BTreeMap<String, Kind> {
    let mut found = BTreeMap::new();
    for root in ["src", "../persistence/src"] {
        let mut left = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(root)];
        while let Some(path) = left.pop() {
            if path.is_dir() {
                let entries = fs::read_dir(path).expect("a directory");
                left.extend(entries.map(|entry| entry.expect("an entry").path()));
                continue;
            }
            let text = fs::read_to_string(path).expect("a source");
            for (kind, start) in [
                (Kind::Counter, "counter!("),
                (Kind::Gauge, "gauge!("),
                (Kind::Histogram, "histogram!("),
            ] {
                let calls = text.split(start).skip(1);
                let names = calls.filter_map(|call| {
                    let name = call.trim_start().strip_prefix('"')?;
                    Some(name.split_once('"')?.0.to_owned())
                });
                // Skip strings that are not metric names, such as the strings in `page.rs`.
                let names = names.filter(|name| {
                    !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
                });
                found.extend(names.map(|name| (name, kind)));
            }
        }
    }
    found
}

#[test]
fn what_is_recorded_is_described_and_the_other_way_round() {
    let described: BTreeMap<_, _> = families()
        .map(|family| (family.name.to_owned(), family.kind))
        .collect();
    assert_eq!(
        described.len(),
        families().count(),
        "a family is listed twice"
    );
    assert_eq!(recorded(), described);
}

#[test]
fn names_follow_the_convention() {
    for Family {
        name, kind, help, ..
    } in families()
    {
        let is_counter = *kind == Kind::Counter;
        assert_eq!(name.ends_with("_total"), is_counter, "{name}");
        assert!(name.starts_with("helpline_"), "{name}");
        let has_odd_unit = [
            "_ms",
            "_milliseconds",
            "_kib",
            "_kb",
            "_mb",
            "_minutes",
            "_percent",
        ]
        .iter()
        .any(|unit| name.trim_end_matches("_total").ends_with(unit));
        assert!(!has_odd_unit, "{name} is not in seconds or bytes");
        assert!(
            !help.contains(['\n', '|']) && !help.ends_with('.'),
            "{name}: {help}"
        );
    }
}

#[test]
fn the_page_of_metrics_is_the_programs() {
    let written = fs::read_to_string(document()).expect("the page");
    assert!(
        written == page(),
        "docs/metrics.md is out of date; generate it again: cargo test -p helpline-gateway --lib -- --ignored write_metrics_page"
    );
}

#[test]
#[ignore = "writes the page"]
fn write_metrics_page() {
    fs::write(document(), page()).expect("the page");
}
