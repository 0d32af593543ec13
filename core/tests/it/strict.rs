//! Checks that a valid request with an additional field in any of its objects is refused, and that
//! the refusal names that field.

use std::path::PathBuf;

use helpline_core::protocol::{self as wire, ClientFrame, strict};
use helpline_core::reject::{Reject, RejectCode};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

type Read = fn(&str) -> Result<(), Reject>;

/// A kind of request: its golden samples, and the function with which the gateway decodes it.
struct Input {
    name: &'static str,
    read: Read,
}

fn body<T: DeserializeOwned>(text: &str) -> Result<(), Reject> {
    strict::read::<T>(text.as_bytes())
        .map(drop)
        .map_err(|error| match error {
            strict::Unreadable::NotJson(why) => panic!("{why}: {text}"),
            strict::Unreadable::Field(error) => error.into(),
        })
}

fn frame(text: &str) -> Result<(), Reject> {
    ClientFrame::parse(text)
        .map(drop)
        .map_err(|refused| refused.reject)
}

fn inputs() -> Vec<Input> {
    let bodies: [(&'static str, Read); 12] = [
        ("rest.NewTicket", body::<wire::NewTicket>),
        ("rest.TicketPatch", body::<wire::TicketPatch>),
        ("rest.NewMessage", body::<wire::NewMessage>),
        ("rest.MessageEdit", body::<wire::MessageEdit>),
        ("rest.NewRating", body::<wire::NewRating>),
        ("rest.RoleGrant", body::<wire::RoleGrant>),
        ("rest.SavedReplyChange", body::<wire::SavedReplyChange>),
        ("rest.BulkPatch", body::<wire::BulkPatch>),
        // The following types are values of a `SettingChange`. The setting's name decides which
        // type applies.
        ("rest.OpeningHours", body::<wire::OpeningHours>),
        ("rest.OpeningHours.holidays", body::<wire::OpeningHours>),
        ("rest.WidgetSettings", body::<wire::WidgetSettings>),
        ("rest.SettingChange", body::<wire::SettingChange>),
    ];
    let names = [
        "hello",
        "subscribe",
        "unsubscribe",
        "send",
        "typing",
        "read",
        "inbox",
        "token",
        "pong",
    ];
    assert_eq!(
        names.as_slice(),
        ClientFrame::TYPES,
        "a new frame needs its name here"
    );
    let frames = ClientFrame::TYPES.iter().map(|word| Input {
        name: format!("client.{word}").leak(),
        read: frame,
    });
    bodies
        .into_iter()
        .map(|(name, read)| Input { name, read })
        .chain(frames)
        .collect()
}

fn samples(name: &str) -> Vec<Value> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("golden/{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// Collects the JSON pointers of all objects whose field names the protocol defines.
fn places(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            found.push(pointer.to_owned());
            let ours = fields
                .iter()
                .filter(|(name, _)| *name != "metadata" && *name != "value");
            ours.for_each(|(name, inner)| places(inner, &format!("{pointer}/{name}"), found));
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(n, item)| places(item, &format!("{pointer}/{n}"), found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Any JSON value that a client might send in a field.
fn any_value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    scalar.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map(".{0,6}", inner, 0..3)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_further_field_is_refused_by_name(name in "\\PC{0,40}", value in any_value(), pick in any::<prop::sample::Index>()) {
        for input in inputs() {
            for sample in samples(input.name) {
                prop_assert_eq!((input.read)(&sample.to_string()), Ok(()), "{} {}", input.name, sample);
                let mut found = Vec::new();
                places(&sample, "", &mut found);
                let pointer = pick.get(&found);
                let mut wrong = sample.clone();
                let fields = wrong.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
                if name == "type" || known(&input, pointer).contains(&name.as_str()) {
                    continue;
                }
                fields.insert(name.clone(), value.clone());
                let refused = (input.read)(&wrong.to_string()).expect_err("refused");
                prop_assert_eq!(refused.code, RejectCode::UnknownField, "{} {}: {}", input.name, wrong, refused.message);
                prop_assert!(refused.message.contains(&name), "{} names it: {}", input.name, refused.message);
            }
        }
    }
}

/// The field names that are allowed in the object at `pointer`.
fn known(input: &Input, pointer: &str) -> &'static [&'static str] {
    match pointer
        .rsplit('/')
        .find(|part| part.parse::<usize>().is_err())
        .unwrap_or("")
    {
        "" => match input.name.trim_end_matches(".holidays") {
            "rest.NewTicket" => strict::fields_of::<wire::NewTicket>(),
            "rest.TicketPatch" => strict::fields_of::<wire::TicketPatch>(),
            "rest.NewMessage" => strict::fields_of::<wire::NewMessage>(),
            "rest.NewUpload" => strict::fields_of::<wire::NewUpload>(),
            "rest.MessageEdit" => strict::fields_of::<wire::MessageEdit>(),
            "rest.NewRating" => strict::fields_of::<wire::NewRating>(),
            "rest.RoleGrant" => strict::fields_of::<wire::RoleGrant>(),
            "rest.SavedReplyChange" => strict::fields_of::<wire::SavedReplyChange>(),
            "rest.BulkPatch" => strict::fields_of::<wire::BulkPatch>(),
            "rest.OpeningHours" => strict::fields_of::<wire::OpeningHours>(),
            "rest.WidgetSettings" => strict::fields_of::<wire::WidgetSettings>(),
            "rest.SettingChange" => strict::fields_of::<wire::SettingChange>(),
            frame => ClientFrame::fields(frame.trim_start_matches("client.")),
        },
        "filter" => strict::fields_of::<wire::InboxFilter>(),
        "patch" => strict::fields_of::<wire::TicketPatch>(),
        "days" => strict::fields_of::<wire::WeekHours>(),
        "holidays" => strict::fields_of::<wire::Holiday>(),
        other => panic!("{other}: list its allowed fields here"),
    }
}

#[test]
fn the_place_of_a_fault_is_told_as_a_path_and_never_at_length() {
    let refused = |text: &str| body::<wire::BulkPatch>(text).expect_err(text);
    let id = "01990000-0000-7000-8000-000000000001";
    for (text, code, message) in [
        (
            r#"{"tickets":[],"patch":{"priorty":"high"}}"#.to_owned(),
            RejectCode::UnknownField,
            "patch.priorty: no such field",
        ),
        (
            r#"{"tickets":[],"patch":{"priority":null}}"#.to_owned(),
            RejectCode::InvalidField,
            "patch.priority: must not be null",
        ),
        (
            r#"{"tickets":["x"],"patch":{}}"#.to_owned(),
            RejectCode::InvalidField,
            "tickets[0]: ",
        ),
        (
            r#"{"tickets":[7],"patch":{}}"#.to_owned(),
            RejectCode::InvalidField,
            "tickets[0]: ",
        ),
        (
            r#"{"tickets":{"0":1},"patch":{}}"#.to_owned(),
            RejectCode::InvalidField,
            "tickets: ",
        ),
        (
            r#"{"patch":{}}"#.to_owned(),
            RejectCode::InvalidField,
            "tickets: is missing",
        ),
        (
            format!(r#"{{"tickets":["{id}"],"tickets":[],"patch":{{}}}}"#),
            RejectCode::InvalidField,
            "tickets: given twice",
        ),
        (
            r#"{"tickets":[],"patch":[]}"#.to_owned(),
            RejectCode::InvalidField,
            "patch: must be an object",
        ),
        (
            r#"{"tickets":[],"patch":{"status":"asleep"}}"#.to_owned(),
            RejectCode::InvalidField,
            "patch.status: must be one of open, ",
        ),
        (
            "[]".to_owned(),
            RejectCode::InvalidField,
            "body: must be an object",
        ),
        (
            "null".to_owned(),
            RejectCode::InvalidField,
            "body: must not be null",
        ),
    ] {
        let reject = refused(&text);
        assert_eq!(reject.code, code, "{text}: {}", reject.message);
        assert!(
            reject.message.starts_with(message),
            "{text}: {}",
            reject.message
        );
    }
    let long = "x".repeat(60_000);
    for text in [
        format!(r#"{{"{long}":1}}"#),
        format!(r#"{{"tickets":["{long}"],"patch":{{}}}}"#),
        format!(r#"{{"tickets":[],"patch":{{"assigned_to":{{"{long}":1}}}}}}"#),
    ] {
        assert!(
            refused(&text).message.len() < 600,
            "{}",
            refused(&text).message
        );
    }
}

#[test]
fn null_means_nobody_no_comment_or_no_setting_and_nothing_elsewhere() {
    let patch = |text: &str| strict::read::<wire::TicketPatch>(text.as_bytes());
    assert_eq!(
        patch(r#"{"assigned_to":null}"#)
            .unwrap()
            .assigned_to
            .as_deref(),
        Some("nobody")
    );
    assert_eq!(patch("{}").unwrap().assigned_to, None);
    let rating = strict::read::<wire::NewRating>(
        br#"{"satisfaction_rating":4,"satisfaction_comment":null}"#,
    )
    .unwrap();
    assert_eq!(rating.satisfaction_comment, None);
    assert_eq!(
        strict::read::<wire::SettingChange>(br#"{"value":null}"#)
            .unwrap()
            .value,
        Value::Null
    );
    assert!(strict::read::<wire::SettingChange>(b"{}").is_err());
    // Clients choose the contents of `metadata` freely, so any field is allowed there.
    let own = json!({"subject": "S", "category": "general", "description": "D", "metadata": {"a": null, "b": [null, {"c": null}]}});
    let read = strict::read::<wire::NewTicket>(own.to_string().as_bytes()).unwrap();
    assert_eq!(Value::from(read.metadata.unwrap()), own["metadata"]);
}

#[test]
fn a_notes_flag_has_one_name() {
    let read = |flags: &str| {
        strict::read::<wire::NewMessage>(format!(r#"{{"body":"x"{flags}}}"#).as_bytes())
    };
    for (flags, internal) in [
        ("", None),
        (r#","internal":true"#, Some(true)),
        (r#","internal":false"#, Some(false)),
    ] {
        assert_eq!(read(flags).unwrap().internal, internal, "{flags}");
    }
    for flags in [
        r#","is_internal":true"#,
        r#","is_internal":false"#,
        r#","internal":true,"is_internal":true"#,
    ] {
        let refused = format!("{:?}", read(flags).unwrap_err());
        assert!(refused.contains("is_internal"), "{flags}: {refused}");
    }
}
