//! Checks that the types read and write exactly the samples in `core/golden`.
//!
//! A file is named `<direction>.<type>.json` and holds an array of frames. The TypeScript decoder
//! reads the same files.

use std::collections::BTreeSet;
use std::path::PathBuf;

use helpline_core::history::Kind;
use helpline_core::protocol::{
    self as wire, ClientFrame, CommonFrame, CustomerFrame, Feature, RelayFrame, StaffFrame, strict,
};
use helpline_core::reject::RejectCode;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::words;

fn dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden")
}

fn samples(name: &str) -> Vec<Value> {
    let file = dir().join(format!("{name}.json"));
    let text = std::fs::read_to_string(&file)
        .unwrap_or_else(|error| panic!("{name} has no golden: {error}"));
    let samples: Vec<Value> =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(!samples.is_empty(), "{name} has no sample");
    samples
}

/// Parses each sample as `T` from its text, and asserts that serializing it gives the same JSON: no
/// field is lost or added.
fn round_trip<T: Serialize + DeserializeOwned>(name: &str) -> Vec<T> {
    samples(name)
        .into_iter()
        .map(|sample| {
            let frame: T = serde_json::from_str(&sample.to_string())
                .unwrap_or_else(|error| panic!("{name}: {error} in {sample}"));
            assert_eq!(serde_json::to_value(&frame).unwrap(), sample, "{name}");
            frame
        })
        .collect()
}

#[test]
fn every_client_frame_round_trips_through_the_parser() {
    for word in ClientFrame::TYPES {
        for sample in samples(&format!("client.{word}")) {
            let frame = ClientFrame::parse(&sample.to_string())
                .unwrap_or_else(|refused| panic!("{sample}: {:?}", refused.reject));
            let text = serde_json::to_string(&frame).unwrap();
            assert_eq!(
                serde_json::from_str::<Value>(&text).unwrap(),
                sample,
                "a field was lost or added"
            );
            assert_eq!(ClientFrame::parse(&text).as_ref(), Ok(&frame));
            assert!(
                text.starts_with(&format!("{{\"type\":\"{word}\"")),
                "{text}"
            );
        }
    }
}

#[test]
fn every_frame_to_clients_round_trips_under_its_own_word() {
    for word in words::COMMON {
        assert!(
            round_trip::<CommonFrame>(&format!("common.{word}"))
                .iter()
                .all(|frame| words::common(frame) == *word)
        );
    }
    for word in words::STAFF {
        assert!(
            round_trip::<StaffFrame>(&format!("staff.{word}"))
                .iter()
                .all(|frame| words::staff(frame) == *word)
        );
    }
    for word in words::CUSTOMER {
        assert!(
            round_trip::<CustomerFrame>(&format!("customer.{word}"))
                .iter()
                .all(|frame| words::customer(frame) == *word)
        );
    }
}

#[test]
fn every_relay_frame_round_trips_under_its_own_word() {
    for word in words::RELAY {
        assert!(
            round_trip::<RelayFrame>(&format!("relay.{word}"))
                .iter()
                .all(|frame| words::relay(frame) == *word)
        );
    }
}

#[test]
fn every_rest_body_round_trips() {
    strict_round_trip::<wire::NewTicket>("rest.NewTicket");
    strict_round_trip::<wire::TicketPatch>("rest.TicketPatch");
    strict_round_trip::<wire::NewMessage>("rest.NewMessage");
    strict_round_trip::<wire::NewUpload>("rest.NewUpload");
    round_trip::<wire::Upload>("rest.Upload");
    round_trip::<wire::TicketFilePage>("rest.TicketFilePage");
    round_trip::<wire::AttachmentLink>("rest.AttachmentLink");
    round_trip::<wire::MessageStored>("rest.MessageStored");
    strict_round_trip::<wire::MessageEdit>("rest.MessageEdit");
    strict_round_trip::<wire::NewRating>("rest.NewRating");
    round_trip::<wire::MeView>("rest.MeView");
    round_trip::<wire::OwnUnread>("rest.OwnUnread");
    round_trip::<wire::RoleView>("rest.RoleView");
    round_trip::<wire::PersonFound>("rest.PersonFound");
    round_trip::<wire::ErasureView>("rest.ErasureView");
    strict_round_trip::<wire::ErasureDecision>("rest.ErasureDecision");
    round_trip::<wire::AccessPage>("rest.AccessPage");
    round_trip::<wire::AccessActions>("rest.AccessActions");
    round_trip::<wire::BlockChange>("rest.BlockChange");
    round_trip::<wire::SystemView>("rest.SystemView");
    round_trip::<wire::JobsView>("rest.JobsView");
    round_trip::<wire::DeadDeliveryPage>("rest.DeadDeliveryPage");
    strict_round_trip::<wire::FailedEventDecision>("rest.FailedEventDecision");
    strict_round_trip::<wire::DeliveryReplaySince>("rest.DeliveryReplaySince");
    strict_round_trip::<wire::RoleGrant>("rest.RoleGrant");
    round_trip::<wire::StaffTicketPage>("rest.StaffTicketPage");
    round_trip::<wire::CustomerTicketPage>("rest.CustomerTicketPage");
    round_trip::<wire::StaffEventPage>("rest.StaffEventPage");
    round_trip::<wire::CustomerEventPage>("rest.CustomerEventPage");
    round_trip::<wire::TicketStats>("rest.TicketStats");
    round_trip::<wire::ClientConfig>("rest.ClientConfig");
    round_trip::<wire::ClientConfig>("rest.ClientConfig.roles");
    round_trip::<wire::OpeningHours>("rest.OpeningHours");
    round_trip::<wire::OpeningHours>("rest.OpeningHours.holidays");
    round_trip::<wire::Availability>("rest.Availability");
    round_trip::<wire::DeskSettings>("rest.DeskSettings");
    round_trip::<wire::DeskSettings>("rest.DeskSettings.widget");
    strict_round_trip::<wire::WidgetSettings>("rest.WidgetSettings");
    round_trip::<wire::WidgetView>("rest.WidgetView");
    strict_round_trip::<wire::SettingChange>("rest.SettingChange");
    round_trip::<wire::SavedReply>("rest.SavedReply");
    round_trip::<wire::SavedReply>("rest.SavedReply.personal");
    strict_round_trip::<wire::SavedReplyChange>("rest.SavedReplyChange");
    round_trip::<wire::PersonView>("rest.PersonView");
    round_trip::<wire::TicketCounts>("rest.TicketCounts");
    strict_round_trip::<wire::BulkPatch>("rest.BulkPatch");
    round_trip::<wire::BulkOutcome>("rest.BulkOutcome");
    strict_round_trip::<wire::RetentionSettings>("rest.RetentionSettings");
    strict_round_trip::<wire::NewLegalHold>("rest.NewLegalHold");
    round_trip::<wire::RetentionView>("rest.RetentionView");
    round_trip::<wire::RetentionDryRun>("rest.RetentionDryRun");
    round_trip::<wire::DueTicketPage>("rest.DueTicketPage");
    round_trip::<wire::LegalHoldPage>("rest.LegalHoldPage");
    round_trip::<wire::Problem>("rest.Problem");
}

/// Checks that the gateway's strict decoder accepts the golden samples of what clients send.
fn strict_round_trip<T: Serialize + DeserializeOwned>(name: &str) {
    for sample in samples(name) {
        let body: T = strict::read(sample.to_string().as_bytes())
            .unwrap_or_else(|error| panic!("{name}: {error} in {sample}"));
        assert_eq!(serde_json::to_value(&body).unwrap(), sample, "{name}");
    }
}

#[test]
fn malformed_frames_are_answered_under_their_id_with_their_code() {
    for sample in samples("client.malformed") {
        let text = sample["text"].as_str().unwrap();
        let refused = ClientFrame::parse(text).expect_err(text);
        assert_eq!(
            refused.reject.code.as_str(),
            sample["code"].as_str().unwrap(),
            "{text}"
        );
        assert_eq!(refused.id, sample["id"].as_u64(), "{text}");
    }
}

#[test]
fn the_samples_name_every_kind_and_every_code() {
    let kinds = |name: &str| -> BTreeSet<String> {
        samples(name)
            .iter()
            .map(|event| event["kind"].as_str().unwrap().into())
            .collect()
    };
    let all = |public_only: bool| {
        Kind::ALL
            .iter()
            .filter(|kind| kind.is_public() || !public_only)
            .map(|kind| kind.to_string())
            .collect()
    };
    assert_eq!(kinds("staff.event"), all(false));
    assert_eq!(kinds("customer.event"), all(true));
    let codes: BTreeSet<String> = samples("common.error")
        .iter()
        .map(|error| error["code"].as_str().unwrap().into())
        .collect();
    assert_eq!(
        codes,
        RejectCode::ALL
            .iter()
            .map(|code| code.to_string())
            .collect()
    );
}

#[test]
fn the_samples_name_every_feature() {
    let named: Vec<_> = samples("common.welcome")
        .iter()
        .map(|welcome| welcome["features"].clone())
        .collect();
    assert!(named.contains(&Value::from(Feature::names())), "{named:?}");
}

/// A server of the previous build sends no `features` field; a client reads the missing field as an
/// empty list.
#[test]
fn a_welcome_and_a_config_without_features_are_read_as_naming_none() {
    let without = |name: &str| {
        samples(name)
            .into_iter()
            .map(|mut sample| (sample.as_object_mut().unwrap().remove("features"), sample))
    };
    for (_, sample) in without("common.welcome") {
        let CommonFrame::Welcome { features, .. } = serde_json::from_value(sample).unwrap() else {
            panic!("a welcome")
        };
        assert!(features.is_empty());
    }
    for (_, sample) in without("rest.ClientConfig") {
        assert!(
            serde_json::from_value::<wire::ClientConfig>(sample)
                .unwrap()
                .features
                .is_empty()
        );
    }
}

/// A renamed word is also accepted under its old name, which the previous build still writes.
#[test]
fn both_names_of_a_renamed_word_are_read() {
    assert_eq!(
        serde_json::from_str::<RejectCode>("\"invalid_move\"").unwrap(),
        RejectCode::InvalidTransition
    );
    assert_eq!(
        serde_json::to_string(&RejectCode::InvalidTransition).unwrap(),
        "\"invalid_transition\""
    );
    for (former, name) in [("aside", "ephemeral"), ("standing", "access_status")] {
        for sample in samples(&format!("relay.{name}")) {
            let before = serde_json::json!({ former: sample[name] });
            let frame: RelayFrame = serde_json::from_str(&before.to_string()).unwrap();
            assert_eq!(serde_json::to_value(&frame).unwrap(), sample);
        }
    }
}

#[test]
fn events_carry_a_message_exactly_when_their_kind_has_one() {
    for event in samples("staff.event")
        .iter()
        .chain(&samples("customer.event"))
    {
        let kind: Kind = event["kind"].as_str().unwrap().parse().unwrap();
        assert_eq!(
            event.get("message").is_some(),
            kind.has_message(),
            "{event}"
        );
    }
}

#[test]
fn what_customers_are_shown_has_no_field_that_could_carry_a_note() {
    for word in words::CUSTOMER {
        for frame in samples(&format!("customer.{word}")) {
            assert_no_staff_field(&frame);
        }
    }
}

fn assert_no_staff_field(value: &Value) {
    match value {
        Value::Object(fields) => {
            for (name, inner) in fields {
                let forbidden = [
                    "is_internal",
                    "internal",
                    "sender_id",
                    "viewers",
                    "description",
                    "email",
                ];
                assert!(!forbidden.contains(&name.as_str()), "{name} in {value}");
                assert!(
                    name != "actor" && name != "person" || inner.get("id").is_none(),
                    "a person's id in {value}"
                );
                assert_no_staff_field(inner);
            }
        }
        Value::Array(items) => items.iter().for_each(assert_no_staff_field),
        Value::String(text) => assert!(
            !text.contains("Canary") && !text.contains("Hopper"),
            "{text}"
        ),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn the_folder_holds_nothing_else() {
    let named = |prefix: &str, words: &[&str]| {
        words
            .iter()
            .map(|word| format!("{prefix}.{word}.json"))
            .collect::<Vec<_>>()
    };
    let frames: BTreeSet<String> = [
        named("client", ClientFrame::TYPES),
        named("client", &["malformed"]),
        named("common", words::COMMON),
        named("staff", words::STAFF),
        named("customer", words::CUSTOMER),
        named("relay", words::RELAY),
    ]
    .concat()
    .into_iter()
    .collect();
    let files: BTreeSet<String> = std::fs::read_dir(dir())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with("rest."))
        .collect();
    assert_eq!(files, frames);
}
