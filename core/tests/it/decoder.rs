//! Feeds arbitrary bytes to the frame decoder: it must return quickly and never panic. The fuzz
//! target in `core/fuzz` tests the same property without a time limit.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use helpline_core::limits;
use helpline_core::protocol::ClientFrame;
use helpline_core::reject::RejectCode;
use proptest::prelude::*;
use serde_json::Value;

/// Time limit for decoding the largest frame, in a debug build on a busy machine.
const SOON: Duration = Duration::from_secs(5);

/// The reject codes that an unreadable frame may get.
const REFUSALS: [RejectCode; 4] = [
    RejectCode::Malformed,
    RejectCode::UnknownType,
    RejectCode::UnknownField,
    RejectCode::InvalidField,
];

/// Decodes the text of a frame. Asserts that decoding is fast, that an accepted frame survives
/// serialization and a second parse, and that a refusal has a short message.
fn take(text: &str) -> Result<ClientFrame, RejectCode> {
    let started = Instant::now();
    let taken = ClientFrame::parse(text);
    let took = started.elapsed();
    let start: String = text.chars().take(60).collect();
    assert!(took < SOON, "{} bytes took {took:?}: {start:?}", text.len());
    match taken {
        Ok(frame) => {
            let again = serde_json::to_string(&frame).unwrap();
            assert_eq!(
                ClientFrame::parse(&again),
                Ok(frame.clone()),
                "an accepted frame does not survive a round trip"
            );
            Ok(frame)
        }
        Err(malformed) => {
            assert!(
                REFUSALS.contains(&malformed.reject.code),
                "{:?}",
                malformed.reject
            );
            assert!(
                malformed.reject.message.len() < 1_000,
                "a refusal repeats what was sent: {start:?}"
            );
            Err(malformed.reject.code)
        }
    }
}

fn goldens() -> Vec<String> {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden");
    let files = ClientFrame::TYPES
        .iter()
        .map(|word| dir.join(format!("client.{word}.json")));
    let samples = files.flat_map(|file| {
        serde_json::from_str::<Vec<Value>>(&std::fs::read_to_string(file).unwrap()).unwrap()
    });
    samples.map(|sample| sample.to_string()).collect()
}

#[test]
fn every_piece_of_every_sample_is_answered() {
    for golden in goldens() {
        assert!(take(&golden).is_ok(), "{golden}");
        for (at, _) in golden.char_indices() {
            assert_eq!(
                take(&golden[..at]),
                Err(RejectCode::Malformed),
                "{}",
                &golden[..at]
            );
            let _ = take(&golden[at..]);
            // Delete, duplicate or replace one character of the sample. None of the results may
            // panic.
            let (before, after) = (&golden[..at], &golden[at..]);
            let rest = &after[after.chars().next().map_or(0, char::len_utf8)..];
            let _ = take(&format!("{before}{rest}"));
            for other in [
                "\"", "{", "]", "\\", "0", ",", "\u{0}", "\u{feff}", "\u{202e}",
            ] {
                let _ = take(&format!("{before}{other}{after}"));
                let _ = take(&format!("{before}{other}{rest}"));
            }
        }
    }
}

#[test]
fn json_a_hundred_thousand_levels_deep_is_refused() {
    const LEVELS: usize = 100_000;
    for (open, close) in [
        ("[", "]"),
        (r#"{"a":"#, "}"),
        (r#"[{"type":"#, "}]"),
        (r#"{"type":"send","id":"#, "}"),
    ] {
        let opened = open.repeat(LEVELS);
        assert_eq!(take(&opened), Err(RejectCode::Malformed));
        assert_eq!(
            take(&format!("{opened}1{}", close.repeat(LEVELS))),
            Err(RejectCode::Malformed)
        );
        for field in ["token", "filter", "unknown", "type", "id", "body"] {
            let deep = format!(
                r#"{{"type":"inbox","id":1,"on":true,"{field}":{opened}1{}}}"#,
                close.repeat(LEVELS)
            );
            assert_eq!(take(&deep), Err(RejectCode::Malformed), "{field}");
        }
    }
}

#[test]
fn numbers_keys_and_texts_beyond_reason_are_answered() {
    let long = |text: &str, n: usize| text.repeat(n);
    let of_id = |id: &str| {
        format!(
            r#"{{"type":"unsubscribe","id":{id},"ticket":"01990000-0000-7000-8000-000000000001"}}"#
        )
    };
    assert!(take(&of_id("18446744073709551615")).is_ok());
    for id in [
        "18446744073709551616",
        "-1",
        "1e400",
        "-1e400",
        "1e-400",
        "0.1",
        "1e999999999999",
        "-0",
        "00",
        "+1",
        "NaN",
        "0x1",
    ] {
        assert!(take(&of_id(id)).is_err(), "{id}");
    }
    assert!(take(&of_id(&long("9", 60_000))).is_err());
    assert!(take(&of_id(&format!("0.{}", long("1", 60_000)))).is_err());
    assert!(take(&of_id(&format!("1e{}", long("0", 60_000)))).is_err());
    // If a field name occurs twice, the decoder must refuse the frame instead of choosing one of
    // the values.
    for doubled in [
        r#""id":1,"id":2"#,
        r#""id":1,"id":1"#,
        r#""id":1,"type":"pong""#,
    ] {
        let frame = format!(
            r#"{{"type":"unsubscribe",{doubled},"ticket":"01990000-0000-7000-8000-000000000001"}}"#
        );
        assert_eq!(take(&frame), Err(RejectCode::Malformed), "{doubled}");
    }
    let _ = take(&format!(
        "{{{}\"type\":\"pong\"}}",
        long(r#""a":1,"#, 9_000)
    ));
    let _ = take(&format!(
        "{{{}\"type\":\"pong\"}}",
        (0..5_000)
            .map(|n| format!("\"{n}\":[],"))
            .collect::<String>()
    ));
    let _ = take(&format!(
        r#"{{"type":"pong","unknown":[{}0]}}"#,
        long("0,", 30_000)
    ));
    // Lone surrogates and incomplete escapes are refused.
    for escape in [
        r"\ud800",
        r"\udc00",
        r"\ud800\ud800",
        r"\udbff\u0041",
        r"\ud8",
        r"\u",
        r"\x41",
        r"\",
        "\u{1}",
    ] {
        assert!(
            take(&format!(r#"{{"type":"hello","id":1,"token":"{escape}"}}"#)).is_err(),
            "{escape}"
        );
        assert!(
            take(&format!(r#"{{"type":"{escape}","id":1}}"#)).is_err(),
            "{escape}"
        );
    }
    // The message of a refusal does not repeat a long input in full.
    assert!(
        take(&format!(
            r#"{{"type":"inbox","id":1,"on":true,"filter":{{"status":["{}"]}}}}"#,
            long("x", 60_000)
        ))
        .is_err()
    );
    assert!(take(&format!(r#"{{"type":"{}","id":1}}"#, long("x", 60_000))).is_err());
    assert!(
        take(&format!(
            r#"{{"type":"inbox","id":1,"on":"{}"}}"#,
            long("\u{1f600}", 10_000)
        ))
        .is_err()
    );
}

/// JSON that resembles a frame closely enough to pass the first checks.
fn frame_like() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|b| b.to_string()),
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f64>().prop_map(|n| format!("{n:e}")),
        any::<String>().prop_map(|text| Value::from(text).to_string()),
        Just(r#""01990000-0000-7000-8000-000000000001""#.to_owned()),
        prop::sample::select(ClientFrame::TYPES).prop_map(|word| format!("\"{word}\"")),
    ];
    let value = scalar.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5)
                .prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec((".{0,6}", inner), 0..5).prop_map(|fields| {
                let fields: Vec<_> = fields
                    .into_iter()
                    .map(|(name, value)| format!("{}:{value}", Value::from(name)))
                    .collect();
                format!("{{{}}}", fields.join(","))
            }),
        ]
    });
    let names = [
        "id",
        "type",
        "ticket",
        "token",
        "key",
        "body",
        "internal",
        "attachments",
        "based_on",
        "on",
        "seq",
        "filter",
        "after",
        "epoch",
    ];
    let field = (prop::sample::select(names.to_vec()), value)
        .prop_map(|(name, value)| format!("\"{name}\":{value}"));
    let kind =
        prop::sample::select(ClientFrame::TYPES).prop_map(|word| format!("\"type\":\"{word}\""));
    (kind, prop::collection::vec(field, 0..7))
        .prop_map(|(kind, fields)| format!("{{{kind},{}}}", fields.join(",")).replace(",}", "}"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered(text in ".{0,400}") {
        let _ = take(&text);
    }

    #[test]
    fn any_bytes_that_are_text_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = take(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn any_frame_like_json_is_answered(text in frame_like()) {
        prop_assume!(text.len() < limits::FRAME_BYTES_MAX);
        let _ = take(&text);
    }
}
