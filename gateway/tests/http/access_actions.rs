//! Checks that the access log can be filtered by exactly those action names that the sources
//! record.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::test_server::{TestServer, ada, katherine};

fn files(under: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(under).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn texts(under: &str) -> impl Iterator<Item = String> {
    let mut paths = Vec::new();
    files(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join(under),
        &mut paths,
    );
    paths
        .into_iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
}

fn is_action(word: &str) -> bool {
    word.contains('_')
        && word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.chars().all(|c| c.is_ascii_lowercase() || c == '_')
}

/// The actions that the database's functions record in the access log.
fn recorded_by_the_database() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for text in texts("../migrations/functions") {
        for insert in text.split("insert into access_log").skip(1) {
            let statement = insert.split(';').next().unwrap_or_default();
            let words = statement.split('\'').skip(1).step_by(2);
            found.extend(words.filter(|word| is_action(word)).map(str::to_owned));
        }
    }
    found
}

/// The actions that the gateway records in the access log, found by the suffixes of their names. A
/// few other words with the same suffixes are excluded.
fn recorded_by_the_program() -> BTreeSet<String> {
    let ends = [
        "_refused",
        "_watched",
        "_searched",
        "_opened",
        "_listed",
        "_exported",
        "_found",
        "_downloaded",
    ];
    let mut found = BTreeSet::new();
    for text in texts("src") {
        let words = text
            .split('"')
            // `code_refused` and `token_refused` are not actions: `code_refused` is a reason for a
            // refusal, and `token_refused` is a label of a metric.
            .filter(|word| is_action(word) && !["code_refused", "token_refused"].contains(word));
        let actions = words.filter(|word| ends.iter().any(|end| word.ends_with(end)));
        found.extend(
            actions
                .filter(|word| *word != "not_found")
                .map(str::to_owned),
        );
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn the_names_for_the_filter_are_those_that_the_sources_record() {
    let server = TestServer::start().await;
    let answer = server.get(katherine(), "/v1/access-log/actions").await;
    let answer = answer.expect(200);
    let listed: Vec<_> = answer["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap().to_owned())
        .collect();
    assert!(listed.is_sorted_by(|a, b| a < b), "{listed:?}");
    let listed: BTreeSet<_> = listed.into_iter().collect();
    let (database, program) = (recorded_by_the_database(), recorded_by_the_program());
    assert!(
        database.len() >= 10 && program.len() >= 40,
        "{database:?} {program:?}"
    );
    let missing: Vec<_> = database
        .union(&program)
        .filter(|name| !listed.contains(*name))
        .collect();
    assert!(missing.is_empty(), "recorded and not listed: {missing:?}");
    let of_routes: BTreeSet<_> = helpline_gateway::http::routes()
        .flat_map(|route| [Some(route.refused), route.read])
        .flatten()
        .collect();
    let recorded = |name: &String| {
        database.contains(name) || program.contains(name) || of_routes.contains(name.as_str())
    };
    let invented: Vec<_> = listed.iter().filter(|name| !recorded(name)).collect();
    assert!(
        invented.is_empty(),
        "listed and recorded nowhere: {invented:?}"
    );
    let config = server.get(ada(), "/v1/config").await.expect(200);
    assert!(
        config["features"]
            .as_array()
            .unwrap()
            .contains(&json!("access_log"))
    );
}
