//! Checks that the tables of `PROTOCOL.md` list exactly what the types define.

use std::collections::{BTreeMap, BTreeSet};

use helpline_core::history::Kind;
use helpline_core::limits;
use helpline_core::protocol::{ClientFrame, Feature, SUBPROTOCOL};
use helpline_core::reject::{CloseCode, RejectCode};
use serde_json::Value;

use crate::words;

const PAGE: &str = include_str!("../../PROTOCOL.md");

/// The rows of all tables in a section of `PROTOCOL.md`, with trimmed cells and without header and
/// separator rows.
fn rows(section: &str) -> Vec<Vec<&'static str>> {
    let start = PAGE
        .find(&format!("\n## {section}\n"))
        .unwrap_or_else(|| panic!("no section {section:?}"));
    let body = &PAGE[start + 4..];
    let body = &body[..body.find("\n## ").unwrap_or(body.len())];
    body.lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect()
}

/// The words in backticks in a table cell.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The words in the first column of a section's table. Asserts that no word occurs twice.
fn first_column(section: &str) -> BTreeSet<String> {
    let words: Vec<String> = rows(section)
        .iter()
        .map(|row| quoted(row[0])[0].to_owned())
        .collect();
    let set: BTreeSet<String> = words.iter().cloned().collect();
    assert_eq!(set.len(), words.len(), "{section} has a row twice");
    set
}

fn set<T: ToString>(words: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    words.into_iter().map(|word| word.to_string()).collect()
}

#[test]
fn every_frame_stands_in_the_table_of_those_who_get_it() {
    assert_eq!(first_column("Client frames"), set(ClientFrame::TYPES));
    assert_eq!(first_column("Frames to everybody"), set(words::COMMON));
    assert_eq!(first_column("Frames to staff"), set(words::STAFF));
    assert_eq!(first_column("Frames to customers"), set(words::CUSTOMER));
    assert!(PAGE.contains(SUBPROTOCOL));
}

/// Compares `PROTOCOL.md` with the golden samples. These contain every field, and every optional
/// field both present and absent.
#[test]
fn every_frame_has_exactly_the_fields_that_the_page_names() {
    for (section, direction) in [
        ("Client frames", "client"),
        ("Frames to everybody", "common"),
        ("Frames to staff", "staff"),
        ("Frames to customers", "customer"),
    ] {
        for row in rows(section) {
            let word = quoted(row[0])[0];
            let file = format!(
                "{}/golden/{direction}.{word}.json",
                env!("CARGO_MANIFEST_DIR")
            );
            let samples: Vec<Value> =
                serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
            assert_eq!(
                fields_shown(&samples),
                set(quoted(row[1])),
                "{direction} {word}"
            );
            if direction == "client" {
                let named = quoted(row[1])
                    .into_iter()
                    .map(|field| field.trim_end_matches('?'));
                assert_eq!(
                    set(named),
                    set(ClientFrame::fields(word)),
                    "{word}: what the code reads"
                );
            }
        }
    }
}

/// The names of the fields in the golden samples, with a question mark after those that are missing
/// from some samples.
fn fields_shown(samples: &[Value]) -> BTreeSet<String> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for field in samples
        .iter()
        .flat_map(|sample| sample.as_object().unwrap().keys())
        .filter(|field| *field != "type")
    {
        *count.entry(field).or_default() += 1;
    }
    set(count.into_iter().map(|(field, n)| {
        if n == samples.len() {
            field.to_owned()
        } else {
            format!("{field}?")
        }
    }))
}

#[test]
fn every_kind_says_who_sees_it_and_what_it_carries() {
    assert_eq!(first_column("Numbers"), set(Kind::ALL));
    for row in rows("Numbers") {
        let kind: Kind = quoted(row[0])[0].parse().unwrap();
        let yes = |fact: bool| if fact { "yes" } else { "no" };
        assert_eq!(
            (row[1], row[2]),
            (yes(kind.is_public()), yes(kind.has_message())),
            "{kind}"
        );
    }
}

#[test]
fn every_code_says_what_to_do_and_retries_are_the_passing_ones() {
    assert_eq!(first_column("Error codes"), set(RejectCode::ALL));
    for row in rows("Error codes") {
        let code: RejectCode = quoted(row[0])[0].parse().unwrap();
        assert_eq!(row[2].starts_with("retry"), code.is_passing(), "{code}");
        assert_eq!(
            row[2].contains("next `welcome`"),
            code.ends_with_connection(),
            "{code}"
        );
        assert!(
            !(code.is_passing() && code.ends_with_connection()),
            "{code}"
        );
    }
}

#[test]
fn every_feature_says_what_a_client_may_send_to_a_server_that_names_it() {
    assert_eq!(first_column("Features"), set(Feature::ALL));
}

#[test]
fn every_close_code_stands_there_with_its_reason() {
    assert_eq!(
        first_column("Close codes"),
        set(CloseCode::ALL.iter().map(|code| code.code()))
    );
    for row in rows("Close codes") {
        let code = CloseCode::ALL
            .iter()
            .find(|code| code.code().to_string() == quoted(row[0])[0])
            .unwrap();
        assert_eq!(row[1], code.reason());
        assert!(code.code() < 4000 || (4000..5000).contains(&code.code()));
    }
}

macro_rules! limits_by_name {
    ($($name:ident)+) => { &[$((stringify!($name), limits::$name as u64)),+] };
}

/// The limits that `PROTOCOL.md` lists. A test fails if a name in this list has no row in
/// `PROTOCOL.md`, or a row has no name in this list.
const QUOTED: &[(&str, u64)] = limits_by_name!(
    BODY_BYTES_MAX EXACT_NUMBER_MAX ATTACHMENTS_MAX ATTACHMENT_NAME_CHARS_MAX UPLOAD_BYTES_MAX UPLOADS_OPEN_MAX ATTACHMENT_LINK_S UPLOAD_KEPT_MS KEY_CHARS_MAX FRAME_BYTES_MAX HELLO_BYTES_MAX PAGE_FRAME_BYTES_MAX
    HELLO_TIMEOUT_MS HEARTBEAT_INTERVAL_MS PONG_TIMEOUT_MS SUBSCRIPTIONS_MAX PENDING_REQUESTS_MAX FRAMES_PER_SECOND FRAMES_BURST
    FRAMES_USER_FACTOR FRAMES_ADDRESS_FACTOR MESSAGE_TIMEOUT_MS RATE_STRIKES_MAX CONNECTIONS_PER_USER_MAX REPLAY_EVENTS_MAX PAGE_EVENTS TYPING_INTERVAL_MS TYPING_FADE_MS INBOX_INTERVAL_MS
    INBOX_TICKETS_MAX INBOX_KNOWN_MAX INBOX_FRAME_BYTES_MAX VIEWERS_MAX READERS_MAX BYE_SPREAD_MS
);

#[test]
fn every_limit_has_the_value_that_the_code_has() {
    let page: BTreeMap<String, u64> = rows("Limits")
        .iter()
        .map(|row| (quoted(row[0])[0].to_owned(), row[1].parse().unwrap()))
        .collect();
    let code: BTreeMap<String, u64> = QUOTED
        .iter()
        .map(|(name, value)| ((*name).to_owned(), *value))
        .collect();
    assert_eq!(page, code);
}

/// The prose of `PROTOCOL.md` repeats some limits in words. Update the sentences below when a limit
/// changes.
#[test]
fn the_running_text_quotes_the_same_values() {
    let said = [
        (limits::HELLO_TIMEOUT_MS / 1000, "within 10 s"),
        (limits::HELLO_BYTES_MAX as u64 / 1024, "at most 17 KiB"),
        (limits::PAGE_EVENTS.into(), "latest page of 50 events"),
        (
            limits::REPLAY_EVENTS_MAX / 1000,
            "more than 5,000 events behind",
        ),
        (limits::BODY_BYTES_MAX as u64 / 1024, "at most 16 KiB"),
        (
            limits::FRAME_BYTES_MAX as u64 / 1024,
            "a frame beyond 64 KiB",
        ),
    ];
    for (value, sentence) in said {
        assert!(
            PAGE.contains(sentence),
            "the page no longer says {sentence:?}"
        );
        assert!(
            sentence.contains(&value.to_string()),
            "{sentence:?} should say {value}"
        );
    }
    assert_eq!(
        limits::PONG_TIMEOUT_MS * 2,
        limits::HEARTBEAT_INTERVAL_MS * 3,
        "1.5 heartbeats"
    );
    assert_eq!(
        limits::HEARTBEAT_JITTER_MS * 10,
        limits::HEARTBEAT_INTERVAL_MS,
        "a tenth"
    );
}
