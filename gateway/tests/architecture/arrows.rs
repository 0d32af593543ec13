//! Checks the layers of `gateway/src`. No module may use a module of a higher layer, however the
//! path is written, and no files may depend on each other in a cycle.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::modules::{ModulePath, Modules};

/// The top-level modules, from the top layer to the bottom layer. Modules of the same layer do not
/// use each other.
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

fn src() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Returns a message for each use of a module that the layers forbid.
fn faults(modules: &Modules) -> Vec<String> {
    let mut found = BTreeSet::new();
    for (place, module) in &modules.0 {
        let Some(room) = place.first() else {
            if !["main.rs", "lib.rs"].contains(&module.file.as_str()) {
                found.insert(format!("{} stands in no room", module.file));
            }
            continue;
        };
        if place.len() == 1 && !module.file.contains('/') {
            found.insert(format!("{} stands in no room", module.file));
            continue;
        }
        let Some(from) = floor(room) else {
            found.insert(format!("{}: the room {room} is on no floor", module.file));
            continue;
        };
        for named in &module.named {
            let by_name = named.first().map(String::as_str);
            if by_name == Some("*") {
                found.insert(format!("{}: a glob of the whole crate", module.file));
            }
            let by_way = modules.leads_to(named);
            let rooms = by_way.iter().filter_map(|place| place.first());
            for to in rooms
                .map(String::as_str)
                .chain(by_name.filter(|name| floor(name).is_some()))
            {
                if to != room && floor(to).is_none_or(|to| to <= from) {
                    found.insert(format!(
                        "{}: the arrow {room} -> {to} points up, or to the room beside",
                        module.file
                    ));
                }
            }
        }
    }
    found.into_iter().collect()
}

#[test]
fn rooms_use_only_rooms_below_them() {
    let modules = Modules::read(&src());
    assert!(modules.0.len() > 80, "the files are found");
    let found = faults(&modules);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn texts(files: &[(&str, &str)]) -> Modules {
    let owned = |(file, text): &(&str, &str)| ((*file).to_owned(), (*text).to_owned());
    Modules::parse(files.iter().map(owned))
}

#[test]
fn an_arrow_that_points_up_is_named_however_it_is_written() {
    let rooms = [
        ("lib.rs", "pub mod live;"),
        ("services/mod.rs", "pub struct Messages;"),
        ("http/mod.rs", ""),
        ("websocket/mod.rs", ""),
        ("websocket/wire.rs", "pub struct Wire;"),
        ("connections/mod.rs", ""),
        ("cli/mod.rs", ""),
        ("live/mod.rs", ""),
        ("live/rooms/mod.rs", "pub(crate) use crate::http::router;"),
    ];
    for (file, text, arrow) in [
        (
            "live/file.rs",
            "use crate::services::Messages;",
            "live -> services",
        ),
        (
            "live/file.rs",
            "fn f() { crate::http::router() }",
            "live -> http",
        ),
        (
            "live/file.rs",
            "use super::super::services::Messages;",
            "live -> services",
        ),
        (
            "live/rooms/file.rs",
            "use super::super::super::services;",
            "live -> services",
        ),
        (
            "live/file.rs",
            "mod tests { use super::super::super::services::Messages; }",
            "live -> services",
        ),
        (
            "live/file.rs",
            "fn f() { super::super::http::router() }",
            "live -> http",
        ),
        (
            "live/file.rs",
            "fn f() { log!(crate::http::router()) }",
            "live -> http",
        ),
        (
            "live/file.rs",
            "use crate :: http :: router;",
            "live -> http",
        ),
        ("live/file.rs", "use super::rooms::router;", "live -> http"),
        (
            "http/file.rs",
            "use crate::{config::Config, websocket::{upgrade, wire}};",
            "http -> websocket",
        ),
        (
            "database/file.rs",
            "use crate::connections::Connection;",
            "database -> connections",
        ),
        ("dev/file.rs", "use crate::cli;", "dev -> cli"),
        ("live/file.rs", "use crate::*;", "a glob of the whole crate"),
        ("app/file.rs", "", "the room app is on no floor"),
        ("app.rs", "", "app.rs stands in no room"),
    ] {
        let found = faults(&texts(&[&rooms[..], &[(file, text)]].concat()));
        let named = found.iter().filter(|fault| fault.starts_with(file));
        assert!(
            named.clone().any(|fault| fault.contains(arrow)),
            "{text}: {found:?}"
        );
    }
    let good = (
        "cli/file.rs",
        "use crate::{config::{self, Config}, dev};\n// crate::nothing\nuse super::x;",
    );
    let found = faults(&texts(&[good]));
    assert_eq!(found, Vec::<String>::new());
}

/// Returns the cycles of files that depend on each other: for each file that is part of a cycle,
/// the shortest such cycle.
fn circles(modules: &Modules) -> Vec<String> {
    let needs = modules.needs();
    let mut found = BTreeSet::new();
    for &start in needs.keys() {
        // A test file may use all files of its directory, so cycles through a test file are
        // allowed.
        if start.last().is_some_and(|name| name == "tests") {
            continue;
        }
        if let Some(way) = way_back(&needs, start) {
            let names: Vec<_> = way
                .iter()
                .map(|place| modules.0[*place].file.as_str())
                .collect();
            found.insert(names.join(" -> "));
        }
    }
    found.into_iter().collect()
}

/// Returns the shortest path from a file through its dependencies back to the same file.
fn way_back<'a>(
    needs: &BTreeMap<&'a ModulePath, BTreeSet<&'a ModulePath>>,
    start: &'a ModulePath,
) -> Option<Vec<&'a ModulePath>> {
    let mut ways = std::collections::VecDeque::from([vec![start]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for &next in needs.get(way.last()?)? {
            if next == start {
                return Some(way);
            }
            if seen.insert(next) {
                ways.push_back([&way[..], &[next]].concat());
            }
        }
    }
    None
}

#[test]
fn no_files_need_each_other_in_a_circle() {
    let found = circles(&Modules::read(&src()));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_circle_is_named_through_re_exports_too() {
    let modules = texts(&[
        (
            "live/mod.rs",
            "mod a; mod b; pub use a::A; pub use b::B; pub struct Own;",
        ),
        ("live/a.rs", "use super::B; pub struct A;"),
        ("live/b.rs", "pub struct B; fn f() { crate::live::A }"),
    ]);
    assert_eq!(
        circles(&modules),
        ["live/a.rs -> live/b.rs", "live/b.rs -> live/a.rs"]
    );
    let child = texts(&[
        ("live/mod.rs", "mod a; use a::A; pub struct Own;"),
        ("live/a.rs", "use super::Own; pub struct A;"),
    ]);
    assert_eq!(circles(&child).len(), 2);
    let facade = texts(&[
        ("live/mod.rs", "mod a; mod b; pub use a::A;"),
        ("live/a.rs", "pub struct A;"),
        ("live/b.rs", "use super::A;"),
    ]);
    assert_eq!(circles(&facade), Vec::<String>::new());
}
