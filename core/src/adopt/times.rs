//! When a ticket was created, changed, resolved, closed and archived.

use chrono::{DateTime, Utc};

use super::{Mapping, Notes, Place, Row, SourceTicket, Surroundings, Table};

/// Times of the ticket that its other rows tell.
pub(super) struct Times {
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
}

pub(super) fn times(
    source: &SourceTicket,
    mapping: &Mapping,
    around: &Surroundings<'_>,
    at: &Place,
    notes: &mut Notes,
) -> Times {
    let (row, table) = (&source.ticket, &mapping.tickets);
    let created = row.time(table, "created_at").unwrap_or_else(|| {
        let messages = source
            .messages
            .iter()
            .filter_map(|m| m.time(&mapping.messages, "created_at"));
        let activity = mapping.activity.iter().flat_map(|table| {
            source
                .activity
                .iter()
                .filter_map(|row| row.time(table, "created_at"))
        });
        let first = messages.chain(activity).min().unwrap_or(around.now);
        missing_time(row, table, "created_at", first, at, notes);
        first
    });
    let updated = readable_time(row, table, "updated_at", at, notes).unwrap_or(created);
    if created > around.now {
        notes.find("time_in_future", "", at.row, &created.to_rfc3339(), "");
    }
    Times { created, updated }
}

/// Notes that a time was inferred, and keeps what stood there.
fn missing_time(
    row: &Row,
    table: &Table,
    field: &'static str,
    became: DateTime<Utc>,
    at: &Place,
    notes: &mut Notes,
) {
    let was = row.text(table, field).unwrap_or_default();
    notes.find("time_missing", field, at.row, &was, &became.to_rfc3339());
    notes.keep_field(at, (row, table), field);
}

/// A time, if it can be stored. One that cannot is listed and kept.
pub(super) fn readable_time(
    row: &Row,
    table: &Table,
    field: &'static str,
    at: &Place,
    notes: &mut Notes,
) -> Option<DateTime<Utc>> {
    let time = row.time(table, field);
    if let (None, Some(was)) = (time, row.text(table, field)) {
        notes.find("time_missing", field, at.row, &was, "");
        notes.keep_field(at, (row, table), field);
    }
    time
}

/// When the ticket was resolved and closed.
pub(super) fn ends(
    source: &SourceTicket,
    mapping: &Mapping,
    status: &str,
    times: &Times,
    at: &Place,
    notes: &mut Notes,
) -> [Option<DateTime<Utc>>; 2] {
    let (row, table) = (&source.ticket, &mapping.tickets);
    let is_over = matches!(status, "resolved" | "closed");
    [("resolved", "resolved_at"), ("closed", "closed_at")].map(|(word, field)| {
        let own = readable_time(row, table, field, at, notes);
        if !is_over {
            if let Some(own) = own {
                // The desk clears these times when a ticket is reopened; its statistics count them.
                notes.find("end_dropped", field, at.row, &own.to_rfc3339(), status);
                notes.keep_field(at, (row, table), field);
            }
            return None;
        }
        if own.is_some() || status != word {
            return own;
        }
        let told = last_change_to(source, mapping, word).unwrap_or(times.updated);
        notes.find("end_inferred", field, at.row, "", &told.to_rfc3339());
        Some(told)
    })
}

fn last_change_to(source: &SourceTicket, mapping: &Mapping, word: &str) -> Option<DateTime<Utc>> {
    let table = mapping.activity.as_ref()?;
    let is_change = |row: &&Row| {
        let kind = row.text(table, "type").unwrap_or_default();
        let value = row.text(table, "new_value").unwrap_or_default();
        let kind = mapping.word("activity_type", &kind);
        kind == word || (kind == "status_changed" && mapping.word("status", &value) == word)
    };
    let changes = source.activity.iter().filter(is_change);
    changes
        .filter_map(|row| row.time(table, "created_at"))
        .max()
}

pub(super) fn archived(
    row: &Row,
    table: &Table,
    times: &Times,
    at: &Place,
    notes: &mut Notes,
) -> Option<DateTime<Utc>> {
    let date = readable_time(row, table, "archived_at", at, notes);
    match (row.flag(table, "is_archived"), date) {
        (Some(true), None) => {
            notes.find(
                "archived_without_date",
                "archived_at",
                at.row,
                "",
                &times.updated.to_rfc3339(),
            );
            Some(times.updated)
        }
        (Some(false) | None, Some(date)) if table.columns.contains_key("is_archived") => {
            notes.find("archived_without_flag", "", at.row, "", &date.to_rfc3339());
            Some(date)
        }
        (_, date) => date,
    }
}
