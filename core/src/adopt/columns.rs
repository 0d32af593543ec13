//! Which columns of the platform's tables are refused until the operator decides about them.

use std::collections::BTreeMap;

use super::TableOverrides;

/// A field that a table must have a column for.
pub(super) struct Needed {
    field: &'static str,
    /// Whether the operator may say that there is none. Otherwise the field would be lost in silence.
    is_deniable: bool,
}

pub(super) const fn needed(field: &'static str) -> Needed {
    Needed {
        field,
        is_deniable: false,
    }
}

pub(super) const fn needed_unless_denied(field: &'static str) -> Needed {
    Needed {
        field,
        is_deniable: true,
    }
}

/// Columns that may hide a row from customers, whatever their type. If no field has such a column, the
/// operator decides: otherwise what the platform hides would be shown.
const HIDING: &[&str] = &[
    "audience",
    "deleted",
    "deleted_at",
    "deleted_on",
    "draft",
    "hidden",
    "is_deleted",
    "is_draft",
    "is_hidden",
    "is_private",
    "is_public",
    "is_spam",
    "private",
    "removed_at",
    "scope",
    "staff_only",
    "visibility",
    "visible",
];

/// Columns of messages that may say what a message is, whatever their type.
const SORTING: &[&str] = &[
    "kind",
    "message_kind",
    "message_type",
    "state",
    "status",
    "type",
];

/// Columns of messages that hide nothing: what happened to a message that stays, and a mark of the
/// platform's second generation of tables.
const SHOWING: &[&str] = &[
    "ai_flagged",
    "created_at",
    "delivered_at",
    "edited_at",
    "inserted_at",
    "is_edited",
    "is_read",
    "modified_at",
    "read_at",
    "received_at",
    "seen_at",
    "sent_at",
    "updated_at",
];

/// A column of the source.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Column {
    /// Whether its values are true and false, or words of a list.
    pub is_choice: bool,
}

/// Whether a column of this name may decide whether customers see a row.
fn may_hide(is_message: bool, name: &str, column: Column) -> bool {
    let of_message = || {
        let is_mark = ["is_", "has_"].iter().any(|start| name.starts_with(start));
        let is_time = name.ends_with("_at");
        SORTING.contains(&name) || column.is_choice || is_mark || is_time
    };
    HIDING.contains(&name) || is_message && !SHOWING.contains(&name) && of_message()
}

/// The columns of a table that may hide rows and about which neither the mapping nor the operator says
/// anything.
pub(super) fn hiding(
    table: &str,
    is_message: bool,
    columns: &BTreeMap<String, Column>,
    found: &BTreeMap<String, String>,
    given: &TableOverrides,
) -> Vec<String> {
    let is_open = |column: &String| {
        !found.values().any(|used| used == column) && !given.columns.contains_key(column)
    };
    columns
        .iter()
        .filter(|(column, own)| may_hide(is_message, column, **own) && is_open(column))
        .map(|(column, _)| {
            format!(
                "{table}: the column {column} may hide rows from customers, and Helpline does not know it; if it does, remove those rows \
                 or map it to a field, otherwise write {column} = \"\" for --map"
            )
        })
        .collect()
}

/// What is wrong with a table because of fields without a column.
pub(super) fn missing(
    name: &str,
    found: &BTreeMap<String, String>,
    given: &TableOverrides,
    needed: &[Needed],
) -> Vec<String> {
    let mut faults = Vec::new();
    for Needed { field, is_deniable } in needed {
        let is_denied = *is_deniable && given.columns.get(*field).is_some_and(String::is_empty);
        if is_denied || found.contains_key(*field) {
            continue;
        }
        let or = if *is_deniable {
            format!(", or write {field} = \"\" if there is none")
        } else {
            String::new()
        };
        faults.push(format!(
            "{name}: no column is known for the field {field}; name it with --map{or}"
        ));
    }
    faults
}
