//! Runs the WebSocket conformance suite `kosoku` against the debug build's echo endpoint, which
//! uses the same upgrade as the real socket endpoint.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::test_server::{Join, TestServer};

/// The conformance suite, with its pinned version.
const SUITE: &str = "kosoku==0.1.0";
/// Excludes the compression cases, because the gateway offers no compression on sockets.
const WITHOUT: [&str; 4] = ["-x", "12.*", "-x", "13.*"];

/// The directory in which the conformance suite is installed. All test runs share it.
fn home() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("conformance")
}

/// Installs the conformance suite if it is missing. The error says why this failed.
fn install() -> Result<PathBuf, String> {
    let program = home().join("bin/kosoku");
    if program.is_file() {
        return Ok(program);
    }
    run(Command::new("python3").args(["-m", "venv"]).arg(home()))?;
    run(Command::new(home().join("bin/pip")).args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--retries",
        "1",
        "--timeout",
        "20",
        SUITE,
    ]))?;
    Ok(program)
}

fn run(command: &mut Command) -> Result<String, String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{command:?}: {error}"))?;
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    if output.status.success() {
        Ok(text)
    } else {
        Err(text)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sockets_keep_to_the_standard() {
    let program = match tokio::task::spawn_blocking(install).await.unwrap() {
        Ok(program) => program,
        Err(why) => {
            let out_of_reach = [
                "onnection",
                "resolve",
                "timed out",
                "No matching distribution",
                "No such file",
                "ensurepip",
            ];
            assert!(
                out_of_reach.iter().any(|word| why.contains(word)),
                "the suite cannot be installed: {why}"
            );
            eprintln!(
                "SKIPPED: {SUITE} cannot be had from PyPI here, conformance was not tested: {why}"
            );
            return;
        }
    };
    let server = TestServer::start_with(1, Join::Alone, |spec| spec.arg("--echo")).await;
    let address = format!("ws://127.0.0.1:{}/debug/echo", server.gateways[0].port());
    let reports = home().join(format!("reports-{}", server.gateways[0].port()));
    let suite = move || {
        let run = run(Command::new(program)
            .args(["-p", "8", "-o"])
            .arg(&reports)
            .args(WITHOUT)
            .arg(address));
        let index = std::fs::read_to_string(reports.join("index.json")).unwrap_or_default();
        let _ = std::fs::remove_dir_all(&reports);
        (run, index)
    };
    let (run, index) = tokio::task::spawn_blocking(suite).await.unwrap();
    let said = run.unwrap_or_else(|failed| panic!("cases failed: {failed}\n{index}"));
    let passed = said.lines().find_map(|line| {
        line.strip_suffix(" cases passed")?
            .trim()
            .parse::<u32>()
            .ok()
    });
    assert!(
        passed.is_some_and(|passed| passed >= 240),
        "unexpected number of cases: {said}"
    );
}

#[tokio::test]
async fn there_is_no_echo_unless_it_is_asked_for() {
    let server = TestServer::start(1, Join::Alone).await;
    let answer = crate::raw::request(
        server.gateways[0].port(),
        "GET",
        "/debug/echo",
        &crate::raw::UPGRADE,
        None,
    )
    .await;
    assert_ne!(answer.status, 101);
}
