//! The benchmark report as Markdown, which is also printed to the terminal.

use std::fmt::Write as _;

use super::results::{METRICS, Metric, Results, Scenario, spread};
use super::targets::{self, Judged};

/// Renders the whole benchmark report as Markdown.
pub fn markdown(results: &Results) -> String {
    let mut text = String::new();
    let judged = targets::judge(results);
    if !judged.is_empty() {
        text.push_str("## Targets\n\n");
        text.push_str(&targets_table(&judged));
    }
    for scenario in &results.scenarios {
        let _ = write!(
            text,
            "\n## {}\n\n{}\n\n{}",
            scenario.name,
            scenario.about,
            figures_table(scenario)
        );
    }
    text.push_str("\n## What stands beside the figures\n\n");
    for (subject, lacks) in results.lacks.iter().filter(|(_, lacks)| !lacks.is_empty()) {
        let _ = writeln!(text, "- **{subject}**: {lacks}");
    }
    for (peer, why) in &results.skipped {
        let _ = writeln!(text, "- **{peer}** was skipped: {why}");
    }
    text
}

fn targets_table(judged: &[Judged]) -> String {
    let mut rows = vec![
        ["scenario", "figure", "target", "median", "spread", ""]
            .map(str::to_owned)
            .to_vec(),
    ];
    for one in judged {
        let (median, least, most) = one.measured;
        rows.push(vec![
            one.target.scenario.to_owned(),
            one.target.words(),
            one.target.bound.words(),
            format!("{median:.2}"),
            format!("{least:.2} … {most:.2}"),
            if one.met { "met" } else { "missed" }.to_owned(),
        ]);
    }
    aligned(&rows)
}

fn figures_table(scenario: &Scenario) -> String {
    let shown: Vec<Metric> = METRICS
        .iter()
        .copied()
        .filter(|metric| {
            scenario
                .subjects
                .iter()
                .any(|(_, figures)| figures.contains_key(metric.name))
        })
        .collect();
    let mut head = vec![String::new()];
    head.extend(shown.iter().map(|metric| metric.title.to_owned()));
    let mut rows = vec![head];
    for (subject, figures) in &scenario.subjects {
        let mut row = vec![subject.clone()];
        row.extend(shown.iter().map(|metric| {
            figures
                .get(metric.name)
                .map(|values| cell(values, *metric))
                .unwrap_or_default()
        }));
        rows.push(row);
    }
    aligned(&rows)
}

/// Formats the median of the values, followed by minimum and maximum if there are several values.
pub fn cell(values: &[f64], metric: Metric) -> String {
    let (median, least, most) = spread(values);
    let digits = metric.digits;
    let shown = |value: f64| format!("{value:.digits$}");
    if values.len() == 1 || shown(least) == shown(most) {
        return shown(median);
    }
    format!("{} ({} … {})", shown(median), shown(least), shown(most))
}

/// Formats a Markdown table whose columns are also aligned in a terminal.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..columns)
        .map(|at| {
            rows.iter()
                .map(|row| row[at].chars().count())
                .max()
                .unwrap_or(0)
                .max(1)
        })
        .collect();
    let mut text = String::new();
    for (n, row) in rows.iter().enumerate() {
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(text, "| {cell:<width$} ");
        }
        text.push_str("|\n");
        if n == 0 {
            for width in &widths {
                let _ = write!(text, "|{}", "-".repeat(width + 2));
            }
            text.push_str("|\n");
        }
    }
    text
}
