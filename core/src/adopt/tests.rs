//! Tests the mapping of columns.

mod rules;

use std::collections::BTreeMap;

use super::{Chats, Column, Mapping, Overrides};

fn guess(messages: &[&str], map: &str) -> Result<Mapping, Vec<String>> {
    let overrides: Overrides = serde_json::from_str(map).expect("a map");
    let names = Mapping::table_names(Chats::Tickets, &overrides);
    // `name?` is a column whose values are true and false, or words of a list.
    let column = |name: &&str| {
        let (name, is_choice) = name
            .strip_suffix('?')
            .map_or((*name, false), |own| (own, true));
        (name.to_owned(), Column { is_choice })
    };
    let set = |columns: &[&str]| columns.iter().map(column).collect();
    let columns: BTreeMap<String, BTreeMap<String, Column>> = BTreeMap::from([
        (names[0].clone(), set(&["id", "user_id", "subject"])),
        (names[1].clone(), set(messages)),
    ]);
    Mapping::guess(&names, &columns, &overrides)
}

/// A note that is taken for a message would be shown to the customer.
#[test]
fn a_source_without_a_known_column_for_notes_is_refused() {
    let known = ["id", "ticket_id", "message", "is_internal"];
    assert!(guess(&known, "{}").is_ok());
    let renamed = ["id", "ticket_id", "message", "staff_only"];
    let faults = guess(&renamed, "{}").expect_err("no column for notes");
    assert!(faults[0].contains("is_internal"), "{faults:?}");
    let named = r#"{"messages": {"columns": {"is_internal": "staff_only"}}}"#;
    let mapping = guess(&renamed, named).expect("the operator has named it");
    assert_eq!(mapping.messages.columns["is_internal"], "staff_only");
    let none = r#"{"messages": {"columns": {"is_internal": "", "staff_only": ""}}}"#;
    assert!(guess(&renamed, none).is_ok(), "there are no notes");
}

#[test]
fn a_column_that_may_hide_rows_is_decided_by_the_operator() {
    let columns = ["id", "ticket_id", "message", "is_internal", "deleted_at"];
    let faults = guess(&columns, "{}").expect_err("may hide rows");
    assert!(faults[0].contains("deleted_at"), "{faults:?}");
    let meaningless = r#"{"messages": {"columns": {"deleted_at": ""}}}"#;
    assert!(guess(&columns, meaningless).is_ok());
    let private = ["id", "ticket_id", "message", "is_private"];
    let mapped = r#"{"messages": {"columns": {"is_internal": "is_private"}}}"#;
    assert!(guess(&private, mapped).is_ok());
}

/// Besides the column for notes, a platform may have others that decide what customers see.
#[test]
fn each_column_of_messages_that_may_decide_what_customers_see_is_decided_by_the_operator() {
    let known = ["id", "ticket_id", "message", "is_internal?", "is_read?"];
    let with = |more: &[&'static str]| [&known[..], more].concat();
    let harmless = ["edited_at", "read_at", "sent_at", "language", "ai_flagged?"];
    assert!(guess(&with(&harmless), "{}").is_ok());
    for column in [
        "staff_only?",
        "for_agents?",
        "message_type",
        "message_type?",
        "channel?",
        "removed_at",
        "redacted_at",
        "is_draft",
        "has_warning",
    ] {
        let name = column.trim_end_matches('?');
        let faults = guess(&with(&[column]), "{}").expect_err(column);
        assert!(faults.len() == 1 && faults[0].contains(name), "{faults:?}");
        let ignored = format!(r#"{{"messages": {{"columns": {{"{name}": ""}}}}}}"#);
        assert!(guess(&with(&[column]), &ignored).is_ok(), "{name}");
    }
    let unknown = r#"{"messages": {"columns": {"staff_only": ""}}}"#;
    let faults = guess(&known, unknown).expect_err("no such column");
    assert!(faults[0].contains("staff_only"), "{faults:?}");
}
