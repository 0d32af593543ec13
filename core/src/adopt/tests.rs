//! Tests the mapping of columns.

mod rules;

use std::collections::{BTreeMap, BTreeSet};

use super::{Chats, Mapping, Overrides};

fn guess(messages: &[&str], map: &str) -> Result<Mapping, Vec<String>> {
    let overrides: Overrides = serde_json::from_str(map).expect("a map");
    let names = Mapping::table_names(Chats::Tickets, &overrides);
    let set = |columns: &[&str]| columns.iter().map(|name| (*name).to_owned()).collect();
    let columns: BTreeMap<String, BTreeSet<String>> = BTreeMap::from([
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
    let none = r#"{"messages": {"columns": {"is_internal": ""}}}"#;
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
