//! Checks that names and texts use the project's vocabulary: one word for one thing, and the
//! standard term if one exists. For a former word, the test reports the file, the line and the
//! replacement. Identifiers are compared as a whole, so the name of a test may contain a former
//! word.

#![allow(clippy::unwrap_used, reason = "tests say what they expect")]

use std::fs;
use std::path::{Path, PathBuf};

/// Pairs of a former word (which the project no longer uses) and its replacement.
type Words = &'static [(&'static str, &'static str)];

/// The sources of one crate, and the identifiers that they must not use.
struct Crate {
    roots: &'static [&'static str],
    identifiers: &'static [Words],
}

const CRATES: &[Crate] = &[
    Crate {
        roots: &["core/src", "core/tests"],
        identifiers: &[EVERYWHERE, CORE],
    },
    Crate {
        roots: &["persistence/src", "persistence/tests"],
        identifiers: &[EVERYWHERE, PERSISTENCE],
    },
    Crate {
        roots: &["gateway/src", "gateway/tests"],
        identifiers: &[EVERYWHERE, GATEWAY],
    },
    Crate {
        roots: &["gateway/mail/src", "gateway/mail/tests"],
        identifiers: &[EVERYWHERE],
    },
    Crate {
        roots: &["loadtest/src", "loadtest/rig/src", "loadtest/tests"],
        identifiers: &[EVERYWHERE, LOADTEST],
    },
];

const EVERYWHERE: Words = &[
    ("Doer", "Caller"),
    ("doer", "caller"),
    ("Opened", "TicketAccess"),
    ("PlaceFor", "TicketPositionKey"),
    ("Standing", "AccessStatus"),
    ("Aside", "Ephemeral"),
    ("Look", "SweepResult or KeyLookup"),
    ("moves", "transitions"),
    ("InvalidMove", "InvalidTransition"),
    ("STATUS_MOVES", "STATUS_TRANSITIONS"),
    ("MESSAGE_MOVES", "MESSAGE_TRANSITIONS"),
    ("note_seen", "record_seen"),
    ("note_rollback", "record_rollback"),
    ("announce", "publish"),
    ("hear", "receive"),
    ("heal", "fill"),
    ("farewell", "disconnect"),
    ("nobody", "no one, or what it is: unassigned, unknown"),
    ("Nobody", "Unassigned, Unknown"),
    ("somebody", "the caller, the client, a person"),
    ("Somebody", "Caller, Client, Person"),
];

const CORE: Words = &[
    ("CROWD_KEYS_MAX", "LOADER_KEYS_MAX"),
    ("CROWD_FLIGHTS", "LOADER_BATCHES_MAX"),
    ("CROWD_LOCKED_MAX", "LOADER_LOCKED_MAX"),
    ("CROWD_WAITING_MAX", "LOADER_PENDING_MAX"),
    ("CROWDS", "LOADERS"),
    ("OUTBOX_BYTES_MAX", "SEND_QUEUE_BYTES_MAX"),
    ("OUTBOX_FRAMES_MAX", "SEND_QUEUE_FRAMES_MAX"),
    ("OUTBOX_DRAIN_FRAMES", "SEND_QUEUE_DRAIN_FRAMES"),
    ("PARKED_LOOK_MS", "LOCKED_TICKET_RETRY_MS"),
    ("HEAL_ROOMS", "GAP_ROOMS"),
    ("STANDING_INTERVAL_MS", "ACCESS_CHECK_INTERVAL_MS"),
];

const PERSISTENCE: Words = &[
    ("Desk", "TestDb"),
    ("desk", "db, or test_db for the module"),
    ("Place", "AppendedAt or TicketPosition"),
    ("places", "ticket_positions"),
    ("open_all", "access_of_all"),
];

const GATEWAY: Words = &[
    ("Place", "AppendedAt or TicketPosition"),
    ("Crowd", "BatchLoader"),
    ("flight", "batch"),
    ("flights", "batches"),
    ("board", "pending"),
    ("Openings", "TicketAccessLoader"),
    ("Places", "TicketPositionLoader"),
    ("SignIns", "SignInLoader"),
    ("Directory", "ConnectionRegistry"),
    ("Seat", "ConnectionPermit"),
    ("GuestPlace", "ConnectionPermit"),
    ("Bounds", "ConnectionLimits"),
    ("Outbox", "SendQueue"),
    ("outbox", "send_queue"),
    ("Wakes", "WakeList"),
    ("Encoded", "EncodedEvent"),
    ("Parked", "LockedTickets"),
    ("park", "defer"),
    ("divert", "route"),
    ("Rounds", "CommitLoop"),
    ("look_soon", "check_soon"),
    (
        "Wish",
        "SubscriptionCommand, SubscribeRequest or TokenRequest",
    ),
    ("tell", "broadcast, send or write"),
    ("Signed", "CurrentUser"),
    ("Attempt", "RequestAudit"),
    ("Ending", "Disconnect"),
    ("Due", "QueueEvent"),
    ("Rung", "Timer"),
    ("Came", "Received"),
    ("Life", "KeepAlive"),
    ("Caught", "GoLive"),
    ("Shape", "Fingerprint"),
    ("Side", "Cohort"),
    ("answer_apart", "serve_metrics"),
    ("leave_aside", "reset_unreadable"),
];

const LOADTEST: Words = &[
    ("Desk", "Target"),
    ("Door", "ClientHandle"),
    ("Stand", "TestCluster"),
    ("Book", "Results"),
    ("Line", "Connection"),
    ("Points", "Samples"),
    ("carry", "execute"),
    ("rewinds", "lost_commits"),
    ("twin", "differential"),
    ("floor", "baseline"),
];

/// Words that code, comments, logs, errors, `--help` and the [`DOCUMENTS`] must not use.
const TEXT: Words = &[
    ("whoever", "the caller, the client, a person who"),
    ("nobody", "no one, no client"),
    ("somebody", "a person, a client, another transaction"),
    ("anybody", "anyone, any client"),
    ("the record", "the database"),
    ("the record's", "the database's"),
    ("stands there already", "already exists"),
    ("cannot stand beside", "cannot be combined with"),
    ("mend", "fix"),
];

/// Paths of the documents, and of the protocol's samples.
const DOCUMENTS: &[&str] = &["README.md", "docs", "core/PROTOCOL.md", "core/golden"];
const WIRE: Words = &[("invalid_move", "invalid_transition")];

/// Where a former word is allowed: path, word ("" for all), and reason.
const EXEMPT: &[(&str, &str, &str)] = &[
    ("gateway/tests/words.rs", "", "the words themselves"),
    (
        "core/PROTOCOL.md",
        "invalid_move",
        "a server of the previous build says it",
    ),
    ("core/src/protocol/strict/", "Signed", "a signed integer"),
];

/// The protocol's value `nobody` of `assigned_to`, in the spellings that are allowed although
/// `nobody` is a former word.
const WIRE_VALUE: &[&str] = &["\"nobody\"", "`nobody`", "=nobody", "me or nobody"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    if dir.is_file() {
        return found.push(dir.to_owned());
    }
    for entry in fs::read_dir(dir).unwrap() {
        files(&entry.unwrap().path(), found);
    }
}

/// Replaces comments and the contents of literals in a Rust source by spaces. The line numbers stay
/// the same.
fn code_of(source: &str) -> String {
    let blank = |text: &str| {
        text.chars()
            .map(|c| if c == '\n' { '\n' } else { ' ' })
            .collect::<String>()
    };
    let (mut code, mut rest) = (String::new(), source);
    while let Some(c) = rest.chars().next() {
        let raw = rest
            .strip_prefix('r')
            .map(|after| after.len() - after.trim_start_matches('#').len());
        let is_raw = raw.is_some_and(|hashes| rest[1 + hashes..].starts_with('"'))
            && !code.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let length = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '"' => 1 + end_of_string(&rest[1..]),
            'r' if is_raw => {
                let open = 2 + raw.unwrap();
                let close = format!("\"{}", "#".repeat(raw.unwrap()));
                open + rest[open..]
                    .find(&close)
                    .map_or(rest.len() - open, |at| at + close.len())
            }
            // This quote begins a character literal, not a lifetime.
            '\'' if rest.starts_with("'\\") => {
                2 + rest[2..].find('\'').map_or(0, |at| at + 1).max(1)
            }
            '\'' if rest.chars().nth(2) == Some('\'') => {
                rest.char_indices().nth(3).map_or(rest.len(), |(at, _)| at)
            }
            _ => {
                code.push(c);
                rest = &rest[c.len_utf8()..];
                continue;
            }
        };
        code.push_str(&blank(&rest[..length]));
        rest = &rest[length..];
    }
    code
}

fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Whether the text contains this word or phrase as a whole.
fn has(text: &str, word: &str) -> bool {
    let joins = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(joins) && !text[at + word.len()..].starts_with(joins))
}

fn is_exempt(file: &str, word: &str, line: &str) -> bool {
    let listed = EXEMPT
        .iter()
        .any(|(path, exempt, _)| file.starts_with(path) && (exempt.is_empty() || *exempt == word));
    listed || (word == "nobody" && WIRE_VALUE.iter().any(|value| line.contains(value)))
}

/// Finds the former words (which the project no longer uses) in `text`, which is `source` itself or
/// `source` with some parts replaced by spaces.
fn faults(file: &str, source: &str, text: &str, words: Words) -> Vec<String> {
    let mut found = Vec::new();
    for (n, (line, original)) in text.lines().zip(source.lines()).enumerate() {
        for (former, better) in words {
            if has(line, former) && !is_exempt(file, former, original) {
                found.push(format!("{file}:{}: `{former}`; better: {better}", n + 1));
            }
        }
    }
    found
}

fn read(path: &Path) -> (String, String) {
    let file = path
        .strip_prefix(root())
        .unwrap()
        .to_string_lossy()
        .replace('\\', "/");
    (file, fs::read_to_string(path).unwrap())
}

#[test]
fn no_former_word_is_left_in_sources() {
    let mut found = Vec::new();
    for Crate { roots, identifiers } in CRATES {
        let mut paths = Vec::new();
        roots
            .iter()
            .for_each(|dir| files(&root().join(dir), &mut paths));
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
        assert!(
            roots.is_empty() || paths.len() > 20,
            "the sources of {roots:?} are found"
        );
        for path in paths {
            let (file, source) = read(&path);
            let code = code_of(&source);
            identifiers
                .iter()
                .for_each(|words| found.extend(faults(&file, &source, &code, words)));
            found.extend(faults(&file, &source, &source.to_lowercase(), TEXT));
        }
    }
    assert!(
        found.is_empty(),
        "{} former words:\n{}",
        found.len(),
        found.join("\n")
    );
}

#[test]
fn no_former_word_is_left_on_the_wire() {
    let mut paths = Vec::new();
    DOCUMENTS
        .iter()
        .for_each(|path| files(&root().join(path), &mut paths));
    assert!(paths.len() > 50, "the samples are found");
    let mut found = Vec::new();
    for path in paths {
        let (file, source) = read(&path);
        found.extend(faults(&file, &source, &source, WIRE));
        found.extend(faults(&file, &source, &source.to_lowercase(), TEXT));
    }
    assert!(
        found.is_empty(),
        "{} former words:\n{}",
        found.len(),
        found.join("\n")
    );
}

#[test]
fn a_former_word_is_named_with_its_file_its_line_and_the_better_word() {
    let source = "// Doer\nlet text = \"Doer\";\nfn f(doer: &Doer<'a>, c: char) { c == '\"' }\nfn the_doer_is_kept() { r#\"Doer \"q\" \"# }\n";
    let code = code_of(source);
    let expected = [
        "core/src/a.rs:3: `Doer`; better: Caller",
        "core/src/a.rs:3: `doer`; better: caller",
    ];
    assert_eq!(
        faults("core/src/a.rs", source, &code, EVERYWHERE),
        expected,
        "{code}"
    );
    for (line, count) in [
        ("/// Whoever asks.", 1),
        ("// Nobody, or somebody.", 2),
        ("\"the record failed\"", 1),
        ("/// `nobody` unassigns.", 0),
        ("fn it_costs_nobody_anything() {}", 0),
    ] {
        assert_eq!(
            faults("core/src/a.rs", line, &line.to_lowercase(), TEXT).len(),
            count,
            "{line}"
        );
    }
    assert_eq!(
        faults(
            "core/golden/a.json",
            "{\"code\":\"invalid_move\"}",
            "{\"code\":\"invalid_move\"}",
            WIRE
        )
        .len(),
        1
    );
}
