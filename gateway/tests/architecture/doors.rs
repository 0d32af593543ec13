//! Checks which modules may publish, write, register routes or start tasks, and which dependencies
//! each crate may have.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Returns the lines of `gateway/src` that contain one of `words`, as (file, line). Comments and
/// inline tests are skipped.
fn lines_with(words: &[&str]) -> Vec<(String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    crate::sources(&src, &["rs"], &mut files);
    let mut found = Vec::new();
    for path in files {
        let file = path
            .strip_prefix(&src)
            .unwrap()
            .to_string_lossy()
            .replace('\\', "/");
        let text = fs::read_to_string(&path).unwrap();
        let code = text
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default();
        if file.contains("tests") {
            continue;
        }
        for line in code
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with("//"))
        {
            if words.iter().any(|word| line.contains(word)) {
                found.push((file.clone(), line.to_owned()));
            }
        }
    }
    found
}

/// Returns the lines that are in none of the `allowed` files or directories, as `file: line`.
fn outside(found: Vec<(String, String)>, allowed: &[&str]) -> Vec<String> {
    let stands = |file: &str| {
        allowed
            .iter()
            .any(|place| file == *place || file.starts_with(&format!("{place}/")))
    };
    found
        .into_iter()
        .filter(|(file, _)| !stands(file))
        .map(|(file, line)| format!("{file}: {line}"))
        .collect()
}

#[test]
fn only_services_the_writer_and_the_live_part_publish() {
    let words = [".publish(", ".publish_", ".broadcast(", ".deliver("];
    assert_eq!(
        outside(lines_with(&words), &["services", "writer", "live"]),
        Vec::<String>::new()
    );
    assert!(
        lines_with(&words).len() > 5,
        "the searched words occur nowhere"
    );
}

#[test]
fn only_services_write_what_people_change() {
    let nouns = [
        "messages", "tickets", "people", "roles", "settings", "replies",
    ];
    let verbs = [
        "create", "change", "edit", "redact", "append", "rate", "save", "remove", "set", "grant",
        "revoke",
    ];
    let words: Vec<_> = nouns
        .iter()
        .flat_map(|noun| verbs.iter().map(move |verb| format!("{noun}::{verb}(")))
        .collect();
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    // `dev` may write, because `helpline dev` fills its private database before any instance serves
    // it.
    assert_eq!(
        outside(lines_with(&words), &["services", "writer", "dev"]),
        Vec::<String>::new()
    );
    assert!(
        !lines_with(&words).is_empty(),
        "the searched words occur nowhere"
    );
}

#[test]
fn routes_are_opened_where_the_guard_stands_before_them() {
    let allowed = [
        "http/router.rs",
        "http/site",
        "http/endpoint.rs",
        "dev/routes.rs",
        "server/build.rs",
        // In `commit_loop.rs`, `.route(` queues messages for locked tickets. It registers no HTTP
        // route.
        "writer/commit_loop.rs",
    ];
    assert_eq!(
        outside(
            lines_with(&[".route(", ".route_service(", ".nest("]),
            &allowed
        ),
        Vec::<String>::new()
    );
    let of_data: Vec<_> = lines_with(&["\"/v1/"])
        .into_iter()
        .filter(|(_, line)| line.contains(".route"))
        .collect();
    assert_eq!(of_data, []);
    // The WebSocket endpoint is not in the route table, because it authenticates at `hello`.
    let socket: Vec<_> = lines_with(&["\"/v1/ws\""])
        .into_iter()
        .map(|(file, _)| file)
        .collect();
    assert_eq!(socket, ["server/build.rs"]);
}

/// Checks that requests to other services go through the one client that checks their addresses.
/// `helpline health` asks its own instance, at the address of `--listen`.
#[test]
fn only_one_client_calls_other_services() {
    let libraries = ["ureq::", "reqwest", "hyper::client", "hyper_util::client"];
    // The store of attachments streams files, at an address that the operator set.
    let allowed = [
        "integrations/outgoing",
        "integrations/blobs/s3.rs",
        "cli/health.rs",
    ];
    assert_eq!(
        outside(lines_with(&libraries), &allowed),
        Vec::<String>::new()
    );
    assert!(
        lines_with(&["ureq::"]).len() > 5,
        "the searched words occur nowhere"
    );
}

/// Checks that only certain files start tasks. A task that runs on a timer is a job and belongs in
/// the list of jobs. The files in `allowed` start other kinds of tasks.
#[test]
fn tasks_are_started_where_they_are_known() {
    let allowed = [
        "cli/serve.rs",
        "database/audit_log.rs",
        "database/batch_loader.rs",
        "database/own_searches.rs",
        // Attempts at deliveries.
        "jobs/deliveries.rs",
        "live/access_check.rs",
        "live/gaps.rs",
        "live/relay",
        "runtime/lifecycle.rs",
        "runtime/tcp_stream.rs",
        "server",
        "websocket/requests.rs",
        "writer",
    ];
    assert_eq!(
        outside(
            lines_with(&["spawn("]),
            &[&allowed[..], &["runtime/signals.rs"]].concat()
        ),
        Vec::<String>::new()
    );
}

#[test]
fn nothing_gets_round_the_parser() {
    let around = lines_with(&["#[path", "include!(", "extern crate", "use crate as"]);
    // Allow two kinds of lines: `#[path]` of a separate test file, and `include!` of the build
    // script's output.
    let around: Vec<_> = around
        .into_iter()
        .filter(|(_, line)| !line.ends_with("tests.rs\"]") && !line.contains("OUT_DIR"))
        .collect();
    assert_eq!(around, []);
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let logic: Vec<_> = lib
        .lines()
        .filter(|line| {
            !line.is_empty()
                && !line.starts_with("//")
                && !line.starts_with("pub mod ")
                && !line.starts_with("mod ")
                && !line.starts_with("#[")
        })
        .collect();
    assert_eq!(logic, Vec::<&str>::new(), "lib.rs only names the rooms");
}

/// Checks each crate's dependencies on Helpline's own crates and on network and database libraries.
#[test]
fn the_crates_stand_on_what_is_below_them() {
    let of_ours = |name: &str| {
        name.starts_with("helpline-")
            || [
                "axum",
                "deadpool-postgres",
                "redis",
                "tokio",
                "tokio-postgres",
                "tokio-tungstenite",
                "ureq",
            ]
            .contains(&name)
    };
    for (part, allowed) in [
        ("core", &[][..]),
        (
            "persistence",
            &[
                "helpline-core",
                "deadpool-postgres",
                "tokio",
                "tokio-postgres",
            ],
        ),
        ("gateway/mail", &["helpline-core"]),
        ("loadtest/rig", &["tokio", "tokio-postgres"]),
        (
            "loadtest",
            &[
                "helpline-core",
                "helpline-rig",
                "tokio",
                "tokio-postgres",
                "tokio-tungstenite",
            ],
        ),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .join(part)
            .join("Cargo.toml");
        let text = fs::read_to_string(path).unwrap();
        let section = text
            .split("[dependencies]")
            .nth(1)
            .unwrap()
            .split("\n[")
            .next()
            .unwrap();
        let names: BTreeSet<_> = section
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split(['.', ' ', '=']).next())
            .filter(|name| of_ours(name))
            .collect();
        assert_eq!(names, allowed.iter().copied().collect(), "{part}");
    }
}
