//! The report of `prove` as a self-contained HTML page with plots. The page loads no files and runs
//! no script.

use std::fmt::Write as _;

use super::Findings;
use super::report::Judged;
use super::samples::Measure;
use super::windows::Kind;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#1c1c1e;background:#fff}\
table{border-collapse:collapse;font-size:13px}td,th{padding:.2rem .6rem;border-bottom:1px solid #ddd;text-align:left;vertical-align:top}\
pre{background:#f5f5f7;padding:1rem;overflow:auto}svg{display:block;width:100%;height:auto}svg text{font:10px system-ui,sans-serif}\
.bad{color:#b3261e;font-weight:600}";
/// Size of a plot in SVG units.
const WIDTH: f64 = 1_120.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 50.0;
/// Upper end of the latency axis, which is logarithmic and starts at 1 ms.
const MOST_MS: f64 = 100_000.0;
/// Size of the plot's cells, in SVG units. All points in one cell are drawn as one point, so that a
/// browser can open a page with millions of points.
const CELL: f64 = 2.0;

/// Renders the whole report as an HTML page.
pub fn render(findings: &Findings, judged: &Judged) -> String {
    let mut page = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Proof</title><style>{STYLE}</style>"
    );
    let held = findings.violations.is_empty();
    let verdict = if held {
        "Every promise held"
    } else {
        "Promises were broken"
    };
    let _ = write!(
        page,
        "<h1{}>{verdict}</h1><pre>{}</pre>",
        if held { "" } else { " class=bad" },
        escaped(&judged.certificate)
    );
    for (title, measure) in [
        ("From the intended send to its ack", Measure::Ack),
        (
            "From commit to delivery on a standing connection",
            Measure::Delivery,
        ),
        (
            "From commit to sight by those who were away",
            Measure::CaughtUp,
        ),
    ] {
        let _ = write!(page, "<h2>{title}</h2>{}", plot(findings, judged, measure));
    }
    page.push_str("<p>Shaded: relay or an instance dead (blue), record or network away (grey), rolling restart (green), poisoned rows written (violet). Red: operations, as below.</p>");
    page.push_str("<h2>What was done</h2><table><tr><th>from<th>to<th>operation<th>outcome");
    for done in &findings.log {
        let class = if done.outcome.is_done() {
            ""
        } else {
            " class=bad"
        };
        let op = escaped(&done.op.to_string());
        let _ = write!(
            page,
            "<tr><td>{:.1} s<td>{:.1} s<td>{op}<td{class}>{}",
            done.at,
            done.until,
            escaped(&done.outcome.to_string())
        );
    }
    let _ = write!(
        page,
        "</table><h2>The plan</h2><pre>{}</pre>",
        escaped(&findings.plan.to_string())
    );
    page.push_str(
        "<h2>The longest times without service</h2><table><tr><th>at<th>lasted<th>told to wait",
    );
    let mut outages = findings.outages.clone();
    outages.sort_by_key(|outage| std::cmp::Reverse(outage.lasted));
    for outage in outages.iter().take(20) {
        let told = outage
            .told
            .map_or(String::new(), |told| format!("{:.2} s", told.as_secs_f64()));
        let _ = write!(
            page,
            "<tr><td>{:.1} s<td>{:.2} s<td>{told}",
            outage.at,
            outage.lasted.as_secs_f64()
        );
    }
    page.push_str("</table></html>");
    page
}

fn plot(findings: &Findings, judged: &Judged, measure: Measure) -> String {
    let end = findings
        .samples
        .iter()
        .map(|sample| sample.at)
        .chain(findings.log.iter().map(|done| done.until))
        .fold(1.0, f64::max);
    let x = |at: f64| LEFT + at.clamp(0.0, end) / end * (WIDTH - LEFT - 10.0);
    let y = |ms: f64| HEIGHT - 20.0 - ms.clamp(1.0, MOST_MS).ln() / MOST_MS.ln() * (HEIGHT - 30.0);
    let mut svg = format!("<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=img>");
    for window in &judged.windows {
        let colour = match window.kind {
            Kind::Relay => "#d6e4ff",
            Kind::Away => "#e8e8ea",
            Kind::Roll => "#d8f0dc",
            Kind::Poison => "#f3e5f5",
        };
        let width = x(window.to) - x(window.from);
        let _ = write!(
            svg,
            "<rect x={:.1} y=10 width={width:.1} height={:.0} fill=\"{colour}\"/>",
            x(window.from),
            HEIGHT - 30.0
        );
    }
    for (ms, label) in [
        (1.0, "1 ms"),
        (10.0, "10"),
        (100.0, "100"),
        (1_000.0, "1 s"),
        (10_000.0, "10 s"),
        (100_000.0, "100 s"),
    ] {
        let _ = write!(
            svg,
            "<line x1={LEFT} x2={WIDTH} y1={0:.1} y2={0:.1} stroke=\"#ccc\"/><text x=4 y={0:.1}>{label}</text>",
            y(ms)
        );
    }
    for done in &findings.log {
        let _ = write!(
            svg,
            "<line x1={0:.1} x2={0:.1} y1=10 y2={1:.0} stroke=\"#b3261e\" stroke-width=1><title>{2:.1} s {3}</title></line>",
            x(done.at),
            HEIGHT - 20.0,
            done.at,
            escaped(&done.op.to_string())
        );
    }
    let cells: std::collections::BTreeSet<(u32, u32)> = findings
        .samples
        .iter()
        .filter(|sample| sample.measure == measure)
        .map(|sample| ((x(sample.at) / CELL) as u32, (y(sample.ms) / CELL) as u32))
        .collect();
    svg.push_str("<g fill=\"#1c1c1e\" fill-opacity=0.55>");
    for (column, row) in cells {
        let _ = write!(
            svg,
            "<rect x={} y={} width=2 height=2 />",
            f64::from(column) * CELL,
            f64::from(row) * CELL
        );
    }
    let _ = write!(
        svg,
        "</g><text x={LEFT} y={0}>0 s</text><text x={1} y={0}>{end:.0} s</text></svg>",
        HEIGHT - 5.0,
        WIDTH - 50.0
    );
    svg
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
