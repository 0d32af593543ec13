//! The report of an adoption as one page that needs no other file.

use std::fmt::Write as _;

use helpline_core::adopt::{Mapping, Table, meaning};
use helpline_persistence::adopt::Report;

const BEGINNING: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Adoption report</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}
th,td{border:1px solid #ccc;padding:.25rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}th{overflow-wrap:normal}table{display:block;overflow-x:auto}</style>
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
    let (began, ended) = (report.began_at.format(TIME), report.ended_at.format(TIME));
    write!(
        html,
        "<p>Step: {}, from {began} to {ended} UTC. ",
        report.step
    )
    .expect("text takes text");
    let done = [
        (report.copied, "tickets copied"),
        (report.replaced, "copied again"),
        (report.appended, "appended to"),
        (report.privileges, "privileges revoked or granted"),
    ];
    for (count, what) in done {
        write!(html, "{what}: {count}. ").expect("text takes text");
    }
    html.push_str("</p>");
    html.push_str("<table><tr><th></th><th>tickets</th><th>messages</th><th>history</th></tr>");
    for (name, counts) in [("platform", report.source), ("Helpline", report.adopted)] {
        let cells = [counts.tickets, counts.messages, counts.activity].map(|n| n.to_string());
        row(&mut html, &[name, &cells[0], &cells[1], &cells[2]]);
    }
    html.push_str("</table><h2>Differences</h2>");
    if !report.is_compared {
        html.push_str("<p>This step compared nothing. <code>--verify</code> and <code>--cut-over</code> do.</p>");
    } else if report.differences.rows == 0 {
        html.push_str("<p>None.</p>");
    } else {
        html.push_str("<table><tr><th>check</th><th>ticket</th><th>row</th><th>platform</th><th>Helpline</th></tr>");
        for d in &report.differences.first {
            row(
                &mut html,
                &[d.check, &d.ticket, &d.row, &d.source, &d.adopted],
            );
        }
        html.push_str("</table>");
        left(
            &mut html,
            report.differences.rows,
            report.differences.first.len(),
        );
    }
    html.push_str("<h2>Findings</h2><p>What was not taken over as it was, or deserves a look.</p>");
    for (rule, rows) in &report.findings {
        let (name, count) = (escaped(rule), rows.rows);
        write!(html, "<h3>{name}: {count}</h3><p>{}</p><table><tr><th>ticket</th><th>row</th><th>field</th><th>was</th><th>became</th></tr>", escaped(meaning(rule)))
            .expect("text takes text");
        for sample in &rows.first {
            row(
                &mut html,
                &[
                    &sample.ticket,
                    &sample.row.to_string(),
                    sample.field,
                    &sample.was,
                    &sample.became,
                ],
            );
        }
        html.push_str("</table>");
        left(&mut html, rows.rows, rows.first.len());
    }
    if let Some(own) = &report.mapping {
        mapping(&mut html, own);
    }
    html
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
