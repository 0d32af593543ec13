//! The arrows of `gateway/src`: a room uses only rooms below it (`docs/architecture.md`). Reads every `crate::…` path, also inside braces.
//! And the size of every source file of the project.

#![allow(clippy::unwrap_used, reason = "tests say what they expect")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The rooms from top to bottom. Rooms on one floor do not use each other.
const FLOORS: [&[&str]; 12] = [
    &["cli"],
    &["dev"],
    &["server"],
    &["http", "websocket", "jobs"],
    &["services"],
    &["writer"],
    &["live"],
    &["connections", "database"],
    &["auth"],
    &["integrations"],
    &["runtime"],
    &["config"],
];

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// The files below a directory with one of these extensions; what is built, installed or hidden is left out.
fn sources(dir: &Path, extensions: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        let skipped = name.starts_with('.') || ["target", "node_modules", "dist"].contains(&&*name);
        let extension = path
            .extension()
            .map(|extension| extension.to_string_lossy());
        if path.is_dir() && !skipped {
            sources(&path, extensions, found);
        } else if extension.is_some_and(|extension| extensions.contains(&&*extension)) {
            found.push(path);
        }
    }
}

/// The rooms that a text names: behind each `crate::`, or at each name of `crate::{…}` at the depth of the first brace.
fn rooms_named(text: &str) -> Vec<String> {
    let word = |text: &str| {
        text.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    let mut named = Vec::new();
    for rest in text.split("crate::").skip(1) {
        let Some(list) = rest.strip_prefix('{') else {
            named.push(word(rest));
            continue;
        };
        let (mut depth, mut item) = (0, String::new());
        for c in list.chars() {
            match c {
                '}' if depth == 0 => break,
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => named.push(word(std::mem::take(&mut item).trim())),
                _ if depth == 0 => item.push(c),
                _ => {}
            }
        }
        named.push(word(item.trim()));
    }
    named.retain(|room| !room.is_empty());
    named
}

/// What is wrong with a file's arrows.
fn faults(room: &str, file: &str, text: &str) -> Vec<String> {
    let Some(from) = floor(room) else {
        return vec![format!("{file}: the room {room} is on no floor")];
    };
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let named = rooms_named(&code).into_iter().filter(|to| to != room);
    named
        .filter(|to| floor(to).is_none_or(|to| to <= from))
        .map(|to| format!("{file}: the arrow {room} -> {to} points up, or to the room beside"))
        .collect()
}

#[test]
fn rooms_use_only_rooms_below_them() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &["rs"], &mut files);
    assert!(files.len() > 80, "the files are found");
    let mut found = Vec::new();
    for path in files {
        let file = path
            .strip_prefix(&src)
            .unwrap()
            .to_string_lossy()
            .replace('\\', "/");
        match file.split_once('/') {
            Some((room, _)) => {
                found.extend(faults(room, &file, &fs::read_to_string(&path).unwrap()))
            }
            None if ["main.rs", "lib.rs"].contains(&file.as_str()) => {}
            None => found.push(format!("{file} stands in no room")),
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn an_arrow_that_points_up_is_named_however_it_is_written() {
    for (room, text, to) in [
        ("live", "use crate::services::Messages;", "services"),
        ("live", "fn f() { crate::http::router() }", "http"),
        (
            "http",
            "use crate::{config::Config, websocket::{upgrade, wire}};",
            "websocket",
        ),
        (
            "database",
            "use crate::connections::Connection;",
            "connections",
        ),
        ("dev", "use crate::cli;", "cli"),
        ("jobs", "use crate::app::App;", "app"),
    ] {
        let found = faults(room, "file.rs", text);
        assert!(
            found.len() == 1 && found[0].contains(&format!("{room} -> {to} ")),
            "{text}: {found:?}"
        );
    }
    assert_eq!(
        faults(
            "cli",
            "file.rs",
            "use crate::{config::{self, Config}, dev};\n// crate::nothing"
        ),
        Vec::<String>::new()
    );
}

/// Lines of a source file.
const LINES_MAX: usize = 500;
/// Made from core's types.
const GENERATED: [&str; 1] = ["web-client/src/protocol/generated.ts"];

#[test]
fn no_source_file_is_longer_than_five_hundred_lines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for part in ["core", "persistence", "gateway", "loadtest", "web-client"] {
        sources(&root.join(part), &["rs", "ts", "tsx"], &mut files);
    }
    assert!(files.len() > 400, "the files are found");
    let mut found = Vec::new();
    for path in files {
        let file = path.strip_prefix(&root).unwrap().to_string_lossy();
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        if lines > LINES_MAX && !GENERATED.contains(&file.replace('\\', "/").as_str()) {
            found.push(format!("{file} has {lines} lines: split it by its ideas"));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_file_that_the_page_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = fs::read_to_string(root.join("docs/architecture.md")).unwrap();
    let named: Vec<_> = page
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| {
            word.contains('/') && !word.starts_with('/') && !word.contains([' ', '<', '{'])
        })
        .collect();
    assert!(named.len() > 30, "the page names its files");
    let missing = |name: &&&str| {
        ![root.join(name), root.join("gateway/src").join(name)]
            .iter()
            .any(|path| path.exists())
    };
    assert_eq!(
        named.iter().filter(missing).collect::<Vec<_>>(),
        Vec::<&&str>::new()
    );
}

/// Whether a build of the gateway with these features links this package.
fn links(package: &str, features: &[&str]) -> bool {
    let tree = [
        "tree",
        "--offline",
        "--locked",
        "--package",
        "helpline-gateway",
        "--edges",
        "normal",
        "--prefix",
        "none",
    ];
    let output = Command::new(env!("CARGO"))
        .args(tree)
        .args(features)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success() && text.starts_with("helpline-gateway"),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text.lines()
        .any(|line| line.split(' ').next() == Some(package))
}

#[test]
fn a_build_for_servers_does_not_link_the_test_rig() {
    assert!(
        links("helpline-rig", &[]),
        "`helpline dev` starts what the rig starts"
    );
    assert!(!links(
        "helpline-rig",
        &["--no-default-features", "--features", "embed"]
    ));
}
