//! Checks what `docs/architecture.md` promises: layers, no cycles, who may write and publish, file
//! sizes, and packages. Also checks that the names in that document exist.

#![allow(clippy::unwrap_used, reason = "tests say what they expect")]

mod arrows;
mod doors;
mod modules;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Collects the files under a directory that have one of these extensions. Skips build output,
/// installed packages and hidden files.
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

/// Maximum number of lines in a source file.
const LINES_MAX: usize = 500;
/// Generated files, which may have more lines.
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

/// Whether the gateway links this package if it is built with these features.
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
