//! The benchmark report as a self-contained HTML page with plots. The page loads no files and runs
//! no script.

use std::fmt::Write as _;

use super::results::{self, Curve, Metric, Results, Scenario, spread};
use super::tables;
use super::targets;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1c1c1e;background:#fff}\
table{border-collapse:collapse;margin:1rem 0;font-size:13px}td,th{padding:.25rem .6rem;border-bottom:1px solid #ddd;text-align:left}\
.met{color:#146c2e}.missed{color:#b3261e;font-weight:600}svg{display:block;margin:.5rem 0 1.5rem}svg text{font:12px system-ui,sans-serif;fill:#1c1c1e}";
const WIDTH: f64 = 760.0;
const LABELS: f64 = 170.0;
const BAR: f64 = 22.0;
const COLOURS: [&str; 8] = [
    "#0b57d0", "#b3261e", "#146c2e", "#9a5b00", "#6a1b9a", "#00796b", "#5d4037", "#455a64",
];

/// Renders the whole benchmark report as HTML.
pub fn page(results: &Results, when: &str) -> String {
    let mut html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Helpline bench</title><style>{STYLE}</style><h1>Helpline beside its peers</h1>\
         <p>{}. Medians over the rounds, servers by turns within each round. CPU is user and system time of every server process.</p>",
        escaped(when)
    );
    html.push_str(&targets_table(results));
    for scenario in &results.scenarios {
        let _ = write!(
            html,
            "<h2>{}</h2><p>{}</p>",
            escaped(scenario.name),
            escaped(&scenario.about)
        );
        for metric in [results::CPU, results::KIB, results::RATE, results::P99] {
            html.push_str(&bars(scenario, metric));
        }
    }
    let mut plots: Vec<&str> = results.curves.iter().map(|curve| curve.plot).collect();
    plots.dedup();
    for plot in plots {
        let curves: Vec<&Curve> = results
            .curves
            .iter()
            .filter(|curve| curve.plot == plot)
            .collect();
        let _ = write!(html, "<h2>{}</h2>{}", escaped(plot), lines(&curves));
    }
    let _ = write!(
        html,
        "<h2>Every figure</h2><pre>{}</pre></html>",
        escaped(&tables::markdown(results))
    );
    html
}

fn targets_table(results: &Results) -> String {
    let mut html =
        String::from("<table><tr><th>scenario<th>figure<th>target<th>median<th>spread<th>");
    for one in targets::judge(results) {
        let (median, least, most) = one.measured;
        let word = if one.met { "met" } else { "missed" };
        let _ = write!(
            html,
            "<tr><td>{}<td>{}<td>{}<td>{median:.2}<td>{least:.2} … {most:.2}<td class=\"{word}\">{word}",
            one.target.scenario,
            escaped(&one.target.words()),
            escaped(&one.target.bound.words())
        );
    }
    html + "</table>"
}

/// Draws one bar per measured server for its median, with a thin line from minimum to maximum.
fn bars(scenario: &Scenario, metric: Metric) -> String {
    let subjects: Vec<(&str, (f64, f64, f64))> = scenario
        .subjects
        .iter()
        .filter_map(|(name, figures)| Some((name.as_str(), spread(figures.get(metric.name)?))))
        .filter(|(_, (median, ..))| median.is_finite())
        .collect();
    if subjects.len() < 2 {
        return String::new();
    }
    let most = subjects
        .iter()
        .map(|(_, (_, _, most))| *most)
        .fold(f64::MIN_POSITIVE, f64::max);
    let scale = |value: f64| value / most * (WIDTH - LABELS - 90.0);
    let height = BAR * subjects.len() as f64 + 26.0;
    let mut svg = format!(
        "<svg width=\"{WIDTH}\" height=\"{height}\" role=\"img\" aria-label=\"{title}\"><text x=\"0\" y=\"14\">{title}</text>",
        title = escaped(metric.title)
    );
    for (n, (name, (median, least, most))) in subjects.iter().enumerate() {
        let y = 22.0 + BAR * n as f64;
        let colour = if name.starts_with("Helpline") {
            COLOURS[0]
        } else {
            "#9aa0a6"
        };
        let _ = write!(
            svg,
            "<text x=\"0\" y=\"{ty}\">{name}</text><rect x=\"{LABELS}\" y=\"{y}\" width=\"{width:.1}\" height=\"15\" fill=\"{colour}\"/>\
             <line x1=\"{x1:.1}\" x2=\"{x2:.1}\" y1=\"{middle}\" y2=\"{middle}\" stroke=\"#1c1c1e\"/><text x=\"{tx:.1}\" y=\"{ty}\">{median:.digits$}</text>",
            ty = y + 12.0,
            middle = y + 7.5,
            name = escaped(name),
            width = scale(*median),
            x1 = LABELS + scale(*least),
            x2 = LABELS + scale(*most),
            tx = LABELS + scale(*most) + 6.0,
            digits = metric.digits
        );
    }
    svg + "</svg>"
}

/// Draws lines through the points of all curves. Each axis starts at zero. The horizontal axis is
/// logarithmic if its values differ by more than a factor of 50.
fn lines(curves: &[&Curve]) -> String {
    const HEIGHT: f64 = 300.0;
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let (least, most) = points().fold((f64::INFINITY, 0.0_f64), |(least, most), (x, _)| {
        (least.min(*x), most.max(*x))
    });
    let top = points().map(|(_, y)| *y).fold(f64::MIN_POSITIVE, f64::max);
    let logarithmic = most > least * 50.0 && least > 0.0;
    let across = |x: f64| {
        let share = if logarithmic {
            (x / least).ln() / (most / least).ln()
        } else {
            x / most.max(f64::MIN_POSITIVE)
        };
        50.0 + share * (WIDTH - 260.0)
    };
    let up = |y: f64| HEIGHT - 30.0 - y / top * (HEIGHT - 60.0);
    let mut svg = format!("<svg width=\"{WIDTH}\" height=\"{HEIGHT}\" role=\"img\">");
    let base = up(0.0);
    let _ = write!(
        svg,
        "<line x1=\"50\" x2=\"{}\" y1=\"{base}\" y2=\"{base}\" stroke=\"#9aa0a6\"/><text x=\"0\" y=\"{}\">{top:.1}</text><text x=\"30\" y=\"{base}\">0</text>",
        WIDTH - 210.0,
        up(top) + 4.0
    );
    let mut marks: Vec<f64> = points().map(|(x, _)| *x).collect();
    marks.sort_by(f64::total_cmp);
    marks.dedup();
    for x in marks {
        let _ = write!(
            svg,
            "<text x=\"{:.0}\" y=\"{}\" text-anchor=\"middle\">{x:.0}</text>",
            across(x),
            HEIGHT - 12.0
        );
    }
    for (n, curve) in curves.iter().enumerate() {
        let colour = COLOURS[n % COLOURS.len()];
        let path: Vec<String> = curve
            .points
            .iter()
            .map(|(x, y)| format!("{:.1},{:.1}", across(*x), up(*y)))
            .collect();
        let _ = write!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/><text x=\"{}\" y=\"{}\" style=\"fill:{colour}\">{}</text>",
            path.join(" "),
            WIDTH - 200.0,
            24.0 + 16.0 * n as f64,
            escaped(&curve.name)
        );
    }
    svg + "</svg>"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_fetches_nothing_and_shows_every_subject() {
        let mut results = Results::default();
        results.scenario("fanout", "one room <1,000>");
        for subject in ["Helpline", "baseline"] {
            results.record("fanout", subject, results::CPU, 5.0);
        }
        results.curves.push(Curve {
            plot: "growth",
            name: "search".into(),
            points: vec![(10_000.0, 2.0), (1_000_000.0, 3.0)],
        });
        let page = page(&results, "now");
        assert!(
            page.contains("&lt;1,000&gt;")
                && page.contains(">baseline</text>")
                && page.contains("polyline"),
            "{page}"
        );
        assert!(
            !page.contains("http") && !page.contains("<script"),
            "{page}"
        );
    }
}
