//! Checks `/metrics` of an instance that has just started. Every metric family must be documented,
//! and counters must start at 0. The dashboard and the alert rules for operators may use only
//! existing metrics.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use helpline_rig::{Gateway, GatewaySpec, Postgres};

use crate::kit::rest::RestClient;
use crate::kit::test_server as kit;
use crate::test_server::{PASSWORD, SECRET, database, postgres};

/// One metric family, as `/metrics` shows it.
#[derive(Debug, Default)]
struct Told {
    kind: String,
    help: String,
    /// The labels of the family's series, except `le`, each with its values.
    labels: BTreeMap<String, BTreeSet<String>>,
    values: Vec<f64>,
}

async fn spec() -> GatewaySpec {
    let url = postgres()
        .await
        .url_for("helpline_service", PASSWORD, &database().await);
    Gateway::spec()
        .binary(env!("CARGO_BIN_EXE_helpline"))
        .env("HELPLINE_DATABASE_URL", url)
        .env("HELPLINE_JWT_SECRET", SECRET)
}

async fn fresh() -> Gateway {
    spec().await.with_metrics().start().await.unwrap()
}

async fn get(gateway: &Gateway, path: &str) -> String {
    let request = axum::http::Request::get(format!("{}{path}", gateway.http_url()));
    let answer = RestClient::default()
        .send(request.body(Vec::new()).unwrap())
        .await;
    answer.expect_text(200)
}

/// Parses the metric families of a `/metrics` page. Panics if a series is not below the header of
/// its family.
fn told(page: &str) -> BTreeMap<String, Told> {
    let mut families = BTreeMap::<String, Told>::new();
    let mut now = String::new();
    for line in page.lines().filter(|line| !line.is_empty()) {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap();
            help.clone_into(&mut families.entry(name.to_owned()).or_default().help);
            continue;
        }
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            now = name.to_owned();
            let family = families.entry(name.to_owned()).or_default();
            assert!(family.kind.is_empty(), "{name} occurs twice");
            kind.clone_into(&mut family.kind);
            continue;
        }
        let (series, value) = line.rsplit_once(' ').unwrap();
        let (name, labels) = series.split_once('{').unwrap_or((series, ""));
        let family = families.get_mut(&now).unwrap();
        let suffixes: &[&str] = if family.kind == "histogram" {
            &["_bucket", "_sum", "_count"]
        } else {
            &[""]
        };
        assert!(
            suffixes
                .iter()
                .any(|suffix| name == format!("{now}{suffix}")),
            "{line} belongs to no family"
        );
        for pair in labels.trim_end_matches('}').split("\",") {
            let Some((label, value)) = pair.split_once("=\"") else {
                continue;
            };
            if label != "le" {
                let values = family.labels.entry(label.to_owned()).or_default();
                values.insert(value.trim_end_matches('"').to_owned());
            }
        }
        family.values.push(value.parse().unwrap());
    }
    families
}

/// Metrics of the page `docs/metrics.md`, each with its kind and its labels.
type Described = BTreeMap<String, (String, Vec<String>)>;

/// The metrics that every instance exports, and those of background work, which appear when a build
/// contains such work.
fn described() -> (Described, Described) {
    let page = std::fs::read_to_string(from_root("docs/metrics.md")).unwrap();
    const OF_WORK: [&str; 5] = [
        "consumer_",
        "timers_",
        "deliveries_",
        "delivery_attempts_",
        "schedule_runs_",
    ];
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let all = rows.map(|line| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let labels = cells[3].split("; ").filter_map(|label| {
            let (name, _) = label.strip_prefix('`')?.split_once('`')?;
            Some(name.to_owned())
        });
        (
            cells[1].trim_matches('`').to_owned(),
            (cells[2].to_owned(), labels.collect()),
        )
    });
    all.partition(|(name, _)| {
        let word = name.strip_prefix("helpline_").unwrap_or(name);
        !OF_WORK.iter().any(|start| word.starts_with(start))
    })
}

/// Waits until the instance exports every metric family, and returns the families. A metric that
/// shows a state appears only when the instance first knows that state.
async fn whole(gateway: &Gateway) -> BTreeMap<String, Told> {
    let (expected, _) = described();
    kit::eventually("every family", Duration::from_secs(20), async || {
        let families = told(&get(gateway, "/metrics").await);
        let has_all = expected.keys().all(|name| families.contains_key(name));
        has_all.then_some(families)
    })
    .await
}

fn from_root(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_instance_tells_every_family_with_its_help_and_zeros() {
    let gateway = fresh().await;
    // The metric of response times appears with the first request to a route.
    get(&gateway, "/v1/widget").await;
    let (expected, _) = described();
    let families = whole(&gateway).await;
    let names: BTreeSet<_> = families.keys().collect();
    assert_eq!(names, expected.keys().collect());
    for (name, family) in &families {
        let (kind, labels) = &expected[name];
        assert_eq!(&family.kind, kind, "{name}");
        assert!(family.help.len() > 5, "{name} has no help");
        let has: BTreeSet<_> = family.labels.keys().collect();
        assert_eq!(has, labels.iter().collect(), "{name}");
        let may_have_counted = name.starts_with("process_")
            || name.contains("_http_request")
            || name.ends_with("accepts_refused_total");
        if kind == "counter" && !may_have_counted {
            assert!(family.values.iter().all(|value| *value == 0.0), "{name}");
        }
    }
    let of = |name: &str, label: &str| families[name].labels[label].clone();
    assert!(of("helpline_sign_ins_total", "outcome").contains("token_refused"));
    assert!(of("helpline_database_errors_total", "class").contains("53"));
    assert!(of("helpline_tokens_refused_total", "reason").contains("expired"));
    assert!(of("helpline_http_requests_total", "status").contains("503"));
    let value = |name: &str| families[name].values[0];
    assert_eq!(value("helpline_connections_max"), 16_000.0);
    assert!(value("helpline_sweep_success_timestamp_seconds") > 1e9);
    assert_eq!(value("helpline_build_info"), 1.0);
}

/// Collects the query expressions of the alert rules and of the dashboard.
fn asked() -> Vec<String> {
    let rules = std::fs::read_to_string(from_root("deploy/alerts.yml")).unwrap();
    let rules = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("expr: "));
    let mut asked: Vec<_> = rules.map(str::to_owned).collect();
    let panels = std::fs::read_to_string(from_root("deploy/grafana-dashboard.json")).unwrap();
    expressions(&serde_json::from_str(&panels).unwrap(), &mut asked);
    asked
}

fn expressions(value: &serde_json::Value, into: &mut Vec<String>) {
    match value {
        serde_json::Value::Array(all) => all.iter().for_each(|one| expressions(one, into)),
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                match value
                    .as_str()
                    .filter(|_| name == "expr" || name == "definition")
                {
                    Some(text) => into.push(text.to_owned()),
                    None => expressions(value, into),
                }
            }
        }
        _ => {}
    }
}

/// Returns the metrics in a query expression, each with its label matchers (the text in braces).
fn selectors(expression: &str) -> Vec<(&str, &str)> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(start) = rest.find(is_name) {
        rest = &rest[start..];
        let end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
        let (name, behind) = rest.split_at(end);
        let braces = behind
            .strip_prefix('{')
            .and_then(|inner| inner.split_once('}'));
        if name.starts_with("helpline_") || name.starts_with("process_") {
            found.push((name, braces.map_or("", |(inner, _)| inner)));
        }
        rest = braces.map_or(behind, |(_, behind)| behind);
    }
    found
}

/// Returns the labels by which a query expression groups.
fn grouped_by(expression: &str) -> Vec<&str> {
    let lists = ["by (", "on(", "by("]
        .iter()
        .flat_map(|word| expression.split(word).skip(1));
    lists
        .filter_map(|list| list.split_once(')'))
        .flat_map(|(list, _)| list.split(", "))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_and_the_alerts_ask_for_what_an_instance_tells() {
    const OF_PROMETHEUS: [&str; 3] = ["instance", "job", "le"];
    let gateway = fresh().await;
    get(&gateway, "/v1/widget").await;
    let families = whole(&gateway).await;
    let (_, of_work) = described();
    let asked = asked();
    assert!(asked.len() > 60, "{} expressions", asked.len());
    let mut seen = BTreeSet::new();
    for expression in &asked {
        let mut labels: BTreeSet<_> = OF_PROMETHEUS.map(str::to_owned).into();
        for (name, matchers) in selectors(expression) {
            let base = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|suffix| name.strip_suffix(suffix))
                .filter(|base| families.contains_key(*base))
                .unwrap_or(name);
            seen.insert(base.to_owned());
            if let Some((_, of_family)) = of_work.get(name) {
                labels.extend(of_family.iter().cloned());
                continue;
            }
            let family = families
                .get(base)
                .unwrap_or_else(|| panic!("no metric {name}: {expression}"));
            labels.extend(family.labels.keys().cloned());
            for matcher in matchers.split(", ").filter(|matcher| !matcher.is_empty()) {
                let (label, value) = matcher.split_once(['=', '!']).unwrap();
                let value = value.trim_start_matches(['=', '~']).trim_matches('"');
                if OF_PROMETHEUS.contains(&label) {
                    continue;
                }
                let values = family
                    .labels
                    .get(label)
                    .unwrap_or_else(|| panic!("{name} has no label {label}: {expression}"));
                // A value may also be a list of values, or the pattern `5..`. No other pattern is
                // used.
                let is_told = value.split('|').all(|one| values.contains(one))
                    || value == "5.." && values.iter().any(|one| one.starts_with('5'));
                assert!(is_told, "no {name} has {label} {value}: {expression}");
            }
        }
        for label in grouped_by(expression) {
            assert!(labels.contains(label), "no label {label}: {expression}");
        }
    }
    let left_out: Vec<_> = families
        .keys()
        .chain(of_work.keys())
        .filter(|name| !seen.contains(*name))
        .collect();
    let known = ["helpline_writer_lanes", "process_virtual_memory_bytes"];
    assert_eq!(left_out, known, "neither on the dashboard nor in an alert");
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_served_only_where_an_operator_wants_them() {
    let gateway = spec().await.start().await.unwrap();
    assert_eq!(gateway.get_status("/metrics").await, Some(404));
    drop(gateway);
    let beside = fresh().await;
    assert_eq!(beside.get_status("/metrics").await, Some(200));
}

/// The value of a series in a `/metrics` page; 0 if the series is absent.
fn value_of(page: &str, series: &str) -> f64 {
    let line = page
        .lines()
        .find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.and_then(|value| value.parse().ok()).unwrap_or(0.0)
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_deliveries_and_faults_of_the_database_are_counted() {
    let cluster = Postgres::start_temporary().await.unwrap();
    let server = kit::TestServer::start_behind_link(cluster, 1, kit::Join::Alone).await;
    let person = server.customer("Ada");
    let ticket = server.ticket(&person).await;
    let mut client = server.client(0, &person).await;
    client.subscribe(ticket, None).await;
    assert_eq!(client.send(ticket, "k1", "hello").await["type"], "ack");
    let stranger = kit::Person {
        token: "no.good.token".to_owned(),
        ..person.clone()
    };
    let refused = server
        .rest_without_body(0, &stranger, "GET", "/v1/me")
        .await;
    assert_eq!(refused.status, 401);
    let page = server.metrics(0).await;
    for (series, least) in [
        (
            r#"helpline_sign_ins_total{over="socket",outcome="accepted"}"#,
            1.0,
        ),
        (
            r#"helpline_sign_ins_total{over="rest",outcome="token_refused"}"#,
            1.0,
        ),
        ("helpline_delivery_seconds_count", 1.0),
        ("helpline_batch_messages_sum", 1.0),
    ] {
        assert!(value_of(&page, series) >= least, "{series}: {page}");
    }
    assert!(value_of(&page, "helpline_delivery_seconds_sum") < 20.0);
    let before = value_of(
        &page,
        r#"helpline_database_errors_total{class="connection"}"#,
    );
    server.link().refuse();
    server.link().cut();
    kit::eventually("a fault is counted", Duration::from_secs(20), async || {
        let page = server.metrics(0).await;
        let now = value_of(
            &page,
            r#"helpline_database_errors_total{class="connection"}"#,
        );
        (now > before).then_some(())
    })
    .await;
}
