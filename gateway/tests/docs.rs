//! Checks the claims of the documents that a test can check: the table of transitions, links,
//! settings and log lines. The test `commands` runs the documents' commands.

#![allow(clippy::unwrap_used, reason = "tests say what they expect")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use helpline_core::actor::ActorType;
use helpline_core::ticket::Status;
use helpline_core::transitions;

#[path = "kit/documents.rs"]
mod documents;

use documents::{documents, root};

/// Maximum length of the README. People who compare products do not read a longer README.
const README_LINES_MAX: usize = 130;

/// Returns the lines of the code blocks in this language. A line that ends in a backslash is joined
/// with the next line.
fn code(text: &str, language: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match line.trim_start().strip_prefix("```") {
            Some(opened) => inside = !inside && opened == language,
            None if inside => lines.push(line.to_owned()),
            None => {}
        }
    }
    let joined = lines.join("\n").replace("\\\n", " ");
    joined.lines().map(str::to_owned).collect()
}

fn words(cell: &str) -> Vec<String> {
    let mut words: Vec<String> = cell
        .split_whitespace()
        .map(|word| word.trim_matches('`').to_owned())
        .collect();
    words.sort();
    words
}

fn sorted(statuses: impl IntoIterator<Item = Status>) -> Vec<String> {
    let mut words: Vec<String> = statuses
        .into_iter()
        .map(|status| status.to_string())
        .collect();
    words.sort();
    words
}

#[test]
fn the_table_of_transitions_is_cores() {
    let tickets = fs::read_to_string(root().join("docs/tickets.md")).unwrap();
    let table = tickets
        .split_once("<!-- transitions")
        .and_then(|(_, rest)| rest.split_once("<!-- end of transitions -->"))
        .expect("the table is marked")
        .0;
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), Status::ALL.len());
    for cells in rows {
        let from: Status = cells[1].trim_matches('`').parse().expect("a status");
        assert_eq!(
            words(cells[2]),
            sorted(transitions::allowed(ActorType::Customer, from)),
            "{from}, by the customer"
        );
        assert_eq!(
            words(cells[3]),
            sorted(transitions::allowed(ActorType::Admin, from)),
            "{from}, by staff"
        );
        assert_eq!(
            words(cells[4]),
            sorted(transitions::on_message(ActorType::Customer, from)),
            "{from}, by a customer's message"
        );
        assert_eq!(
            words(cells[5]),
            sorted(transitions::on_message(ActorType::Admin, from)),
            "{from}, by an agent's message"
        );
    }
}

#[test]
fn the_readme_is_short() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let lines = readme.lines().count();
    assert!(lines <= README_LINES_MAX, "{lines} lines");
}

/// The anchor that GitHub generates for a heading.
fn anchor(heading: &str) -> String {
    heading
        .trim()
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// The targets of the links and images in a document, outside code.
fn links(text: &str) -> Vec<String> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        }
        if inside {
            continue;
        }
        for (at, _) in line.match_indices("](") {
            if let Some((target, _)) = line[at + 2..].split_once(')') {
                found.push(target.to_owned());
            }
        }
        for mark in ["src=\"", "srcset=\""] {
            if let Some((_, rest)) = line.split_once(mark) {
                found.extend(rest.split_once('"').map(|(target, _)| target.to_owned()));
            }
        }
    }
    found
}

#[test]
fn every_link_leads_somewhere() {
    let documents = documents();
    let mut broken = Vec::new();
    for (document, text) in &documents {
        for link in links(text) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (path, place) = link.split_once('#').unwrap_or((&link, ""));
            let target = if path.is_empty() {
                root().join(document)
            } else {
                root().join(document).parent().unwrap().join(path)
            };
            let has_place = |text: &str| {
                text.lines()
                    .filter_map(|line| line.strip_prefix('#'))
                    .any(|line| anchor(line.trim_start_matches('#')) == place)
            };
            let is_there = target.exists()
                && (place.is_empty()
                    || fs::read_to_string(&target).is_ok_and(|text| has_place(&text)));
            if !is_there {
                broken.push(format!("{}: {link}", document.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Returns the names in the text that directly follow the string `mark`. A name consists of
/// characters that `of` accepts.
fn after<'t>(text: &'t str, mark: &str, of: fn(char) -> bool) -> BTreeSet<&'t str> {
    text.match_indices(mark)
        .map(|(at, _)| {
            let rest = &text[at + mark.len()..];
            &rest[..rest.find(|c| !of(c)).unwrap_or(rest.len())]
        })
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn every_setting_exists() {
    let mut missing = Vec::new();
    for (document, text) in documents() {
        for variable in after(&text, "HELPLINE_", |c| {
            c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit()
        }) {
            if !is_setting(variable) {
                missing.push(format!("{}: HELPLINE_{variable}", document.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Whether `name` is a setting of the program or of its tests.
fn is_setting(name: &str) -> bool {
    if name.starts_with("E2E_") || name.starts_with("TEST_") {
        return true;
    }
    // `REVISION` is set when the program is built, so it is not a setting of the running program.
    if name == "REVISION" {
        return true;
    }
    let known = fs::read_to_string(root().join("docs/configuration.md")).unwrap();
    let base = name.strip_suffix("_FILE").unwrap_or(name);
    [name, base]
        .iter()
        .any(|name| known.contains(&format!("`HELPLINE_{name}`")))
}

/// Returns all Rust sources of the service. A string literal that a backslash continues on the next
/// line is joined.
fn sources() -> String {
    let mut folders: Vec<PathBuf> = ["gateway/src", "persistence/src", "core/src"]
        .map(|folder| root().join(folder))
        .into();
    let mut all = String::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                all.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut parts = all.split("\\\n");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |joined, part| joined + part.trim_start())
}

/// The constant parts of a log line's message, without the level, the fields and the values that
/// the program inserts.
fn fixed_parts(line: &str) -> Vec<String> {
    let is_field = |word: &&str| {
        word.split_once('=')
            .is_some_and(|(name, _)| name.starts_with(|c: char| c.is_ascii_lowercase()))
    };
    let message: Vec<&str> = line
        .split_whitespace()
        .skip(1)
        .take_while(|word| !is_field(word))
        .collect();
    message
        .join(" ")
        .replace(": ", "…")
        .split(|c: char| c == '…' || c.is_ascii_digit())
        .map(|part| part.trim().to_owned())
        .filter(|part| part.len() > 6)
        .collect()
}

#[test]
fn every_quoted_log_line_is_one_of_the_programs() {
    let sources = sources();
    let mut lines = 0;
    let mut unknown = Vec::new();
    for (document, text) in documents() {
        for line in code(&text, "log") {
            lines += 1;
            let parts = fixed_parts(&line);
            let is_level = ["INFO ", "WARN ", "ERROR "]
                .iter()
                .any(|level| line.trim_start().starts_with(level));
            if !is_level
                || parts.is_empty()
                || parts.iter().any(|part| !sources.contains(part.as_str()))
            {
                unknown.push(format!("{}: {line}", document.display()));
            }
        }
    }
    assert!(lines > 15, "{lines} log lines are found");
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn every_quoted_answer_of_readiness_has_its_words() {
    let health = fs::read_to_string(root().join("gateway/src/http/site/health.rs")).unwrap();
    let mut answers = 0;
    for (document, text) in documents() {
        let lines = code(&text, "json");
        for line in lines
            .iter()
            .filter(|line| line.trim_start().starts_with("{\"ready\""))
        {
            answers += 1;
            let answer: serde_json::Value = serde_json::from_str(line).unwrap();
            let names: Vec<&String> = answer.as_object().unwrap().keys().collect();
            assert_eq!(
                names,
                [
                    "background",
                    "background_lag_s",
                    "database",
                    "draining",
                    "ready",
                    "relay"
                ],
                "{line}"
            );
            // Convert the spelling of the health response to that of the enum's variant:
            // `read_only` is `ReadOnly`.
            let database: String = answer["database"]
                .as_str()
                .unwrap()
                .split('_')
                .map(|word| word[..1].to_uppercase() + &word[1..])
                .collect();
            let [relay, background] =
                ["relay", "background"].map(|name| answer[name].as_str().unwrap());
            for word in [
                format!("    {database},\n"),
                format!("\"{relay}\""),
                format!("\"{background}\""),
            ] {
                assert!(
                    health.contains(&word),
                    "{}: {line}: {word}",
                    document.display()
                );
            }
        }
    }
    assert!(answers > 2, "{answers} answers are found");
}
