//! The report of an adoption as one page that needs no other file.

use std::fmt::Write as _;

use helpline_core::adopt::{Mapping, Table, meaning};
use helpline_persistence::adopt::Report;

const BEGINNING: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Adoption report</title>
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;display:block;overflow-x:auto}th,td{border:1px solid color-mix(in srgb,currentColor 25%,transparent);padding:.25rem .5rem;text-align:left;vertical-align:top}
td{overflow-wrap:anywhere;min-width:7rem}td:first-child,.rows td:nth-child(2){white-space:nowrap}.count{text-align:right;min-width:4rem}
@media(max-width:40rem){td,.count{min-width:3.5rem}table:not(.rows) td:first-child{white-space:normal}}
.good{color:light-dark(#0a6b2d,#5fd38a)}.bad{color:light-dark(#b3141f,#ff8a8f)}</style>
<h1>Adoption report</h1>";

/// How the page writes times.
const TIME: &str = "%Y-%m-%d %H:%M:%S";

/// Text as HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

fn row(html: &mut String, cells: &[&str]) {
    html.push_str("<tr>");
    for cell in cells {
        write!(html, "<td>{}</td>", escaped(cell)).expect("text takes text");
    }
    html.push_str("</tr>");
}

/// How the platform's tables were read: for each table and field its column, or that it has none.
fn mapping(html: &mut String, mapping: &Mapping) {
    html.push_str("<h2>Mapping</h2><table><tr><th>table</th><th>field</th><th>column</th></tr>");
    let tables = [Some(&mapping.tickets), Some(&mapping.messages)];
    for table in tables.into_iter().chain([mapping.activity.as_ref()]) {
        let Some(Table { name, columns, .. }) = table else {
            continue;
        };
        for (field, column) in columns {
            row(html, &[name, field, column]);
        }
    }
    html.push_str("</table>");
    for (table, columns) in mapping.unused.iter().filter(|(_, own)| !own.is_empty()) {
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let columns = escaped(&columns.join(", "));
        write!(
            html,
            "<p>Columns of {} without a field, whose values are kept aside: {columns}.</p>",
            escaped(table)
        )
        .expect("text takes text");
    }
}

/// Builds the page of a step.
pub fn render(report: &Report) -> String {
    let mut html = BEGINNING.to_owned();
    summary(&mut html, report);
    differences(&mut html, report);
    findings(&mut html, report);
    if let Some(own) = &report.mapping {
        mapping(&mut html, own);
    }
    html
}

/// What the step did, whether it found a difference, and the numbers of rows on both sides.
fn summary(html: &mut String, report: &Report) {
    let (began, ended) = (report.began_at.format(TIME), report.ended_at.format(TIME));
    let step = report.step.to_string().replace('_', "-");
    write!(
        html,
        "<p>Step: <code>--{step}</code>, from {began} to {ended} UTC. "
    )
    .expect("text takes text");
    let done = [
        (report.copied, "Tickets copied"),
        (report.replaced, "copied again"),
        (report.appended, "appended to"),
    ];
    let done = done.map(|(count, what)| format!("{what}: {count}"));
    let privileges = report.privileges;
    write!(
        html,
        "{}. Privileges revoked or granted: {privileges}.</p>",
        done.join(", ")
    )
    .expect("text takes text");
    html.push_str(match (report.is_compared, report.differences.rows) {
        (false, _) => "<p>This step compared nothing. <code>--verify</code> and <code>--cut-over</code> do.</p>",
        (true, 0) => "<p class=\"good\"><strong>No difference that the findings do not explain.</strong></p>",
        (true, _) => "<p class=\"bad\"><strong>There are <a href=\"#differences\">differences</a> that no finding explains.</strong></p>",
    });
    html.push_str("<table><tr><th></th><th>tickets</th><th>messages</th><th>history</th></tr>");
    for (name, counts) in [("platform", report.source), ("Helpline", report.adopted)] {
        let cells = [counts.tickets, counts.messages, counts.activity].map(|n| n.to_string());
        row(html, &[name, &cells[0], &cells[1], &cells[2]]);
    }
    html.push_str("</table>");
    if report.adopted.activity > report.source.activity {
        html.push_str("<p>Helpline's history also has the events that the platform's lacks (<code>event_synthesized</code>).</p>");
    }
}

fn differences(html: &mut String, report: &Report) {
    if !report.is_compared || report.differences.rows == 0 {
        return;
    }
    html.push_str("<h2 id=\"differences\">Differences</h2><table class=\"rows\"><tr><th>check</th><th>ticket</th><th>row</th><th>platform</th><th>Helpline</th></tr>");
    for d in &report.differences.first {
        row(html, &[d.check, &d.ticket, &d.row, &d.source, &d.adopted]);
    }
    html.push_str("</table>");
    left(
        html,
        report.differences.rows,
        report.differences.first.len(),
    );
}

/// All rules with the numbers of their rows, then the first rows of each.
fn findings(html: &mut String, report: &Report) {
    html.push_str("<h2>Findings</h2><p>What was not taken over as it was, or deserves a look.</p>");
    if report.findings.is_empty() {
        html.push_str("<p>None.</p>");
        return;
    }
    html.push_str("<table><tr><th>rule</th><th>rows</th><th>meaning</th></tr>");
    for (rule, rows) in &report.findings {
        let (name, count, means) = (escaped(rule), rows.rows, escaped(meaning(rule)));
        write!(html, "<tr><td><a href=\"#{name}\">{name}</a></td><td class=\"count\">{count}</td><td>{means}</td></tr>")
            .expect("text takes text");
    }
    html.push_str("</table>");
    for (rule, rows) in &report.findings {
        let (name, count) = (escaped(rule), rows.rows);
        write!(html, "<h3 id=\"{name}\">{name}: {count}</h3><p>{}</p><table class=\"rows\"><tr><th>ticket</th><th>row</th><th>field</th><th>was</th><th>became</th></tr>", escaped(meaning(rule)))
            .expect("text takes text");
        for sample in &rows.first {
            let id = sample.row.to_string();
            row(
                html,
                &[
                    &sample.ticket,
                    &id,
                    sample.field,
                    &sample.was,
                    &sample.became,
                ],
            );
        }
        html.push_str("</table>");
        left(html, rows.rows, rows.first.len());
    }
}

/// Says how many rows the page does not show.
fn left(html: &mut String, rows: usize, shown: usize) {
    let left = rows - shown;
    if left > 0 {
        write!(
            html,
            "<p>And {left} more, which the report as JSON has.</p>"
        )
        .expect("text takes text");
    }
}
