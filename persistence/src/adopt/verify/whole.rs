//! Compares every stored column with what the rules make of the source's rows: also what the rules
//! have inferred, cut, made or kept aside.

use std::collections::BTreeMap;

use helpline_core::adopt::time_of;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::ticket::Check;
use super::{Stored, micros, text, uuid};

/// The columns of a ticket whose field has another name.
const NAMES: &[(&str, &str)] = &[
    ("assigned_to", "assignee"),
    ("satisfaction_rating", "rating"),
    ("satisfaction_comment", "feedback"),
];

impl Check<'_> {
    /// Only where the platform has changed nothing since the ticket was stored.
    pub(super) fn whole(&mut self, stored: &Stored, ticket: &Value) {
        let judged = self.judged;
        let id = judged.ticket.id;
        let touched = self.here.is_touched;
        for (column, value) in columns(&judged.ticket) {
            let named = NAMES.iter().find(|(own, _)| **own == column);
            let field = named.map_or(column.as_str(), |(_, field)| *field);
            let is_changed = self.here.fields.contains(field) || touched && field == "updated_at";
            if !is_changed {
                self.equal("stored_ticket", id, &column, &value, &ticket[&column]);
            }
        }
        for message in &judged.messages {
            let Some(own) = stored.messages.get(&message.id) else {
                self.differ("message_missing", message.id, Some("1 row"), None);
                continue;
            };
            let is_changed = self.here.messages.contains(&message.id);
            for (column, value) in columns(message) {
                let may = ["body", "edited_at", "attachments", "updated_at"];
                if !(is_changed && may.contains(&column.as_str())) {
                    self.equal("stored_message", message.id, &column, &value, &own[&column]);
                }
            }
        }
        self.events(stored);
        if !touched {
            let own = stored.messages.len();
            let expected = judged.messages.len();
            if own != expected {
                let (own, expected) = (own.to_string(), expected.to_string());
                self.differ("stored_messages", id, Some(&expected), Some(&own));
            }
            for (column, value) in columns(&judged.head) {
                if !matches!(column.as_str(), "ticket_id" | "seq" | "public_seq") {
                    self.equal("stored_head", id, &column, &value, &ticket[&column]);
                }
            }
        }
        self.positions(stored);
        self.originals(stored);
    }

    fn events(&mut self, stored: &Stored) {
        let id = self.judged.ticket.id;
        let adopted = stored.adopted_seq();
        let count = i64::try_from(self.judged.events.len()).unwrap_or(i64::MAX);
        if count != adopted {
            let (count, adopted) = (count.to_string(), adopted.to_string());
            self.differ("stored_events", id, Some(&count), Some(&adopted));
            return;
        }
        for (event, own) in self.judged.events.iter().zip(&stored.events) {
            let row = uuid(&own["metadata"]["adopted"], "id").or(event.message_id);
            let row = row.unwrap_or(id);
            for (column, value) in columns(event) {
                let is_name = matches!(event.kind, "assigned" | "unassigned")
                    && column.starts_with("public_")
                    && column != "public_seq";
                let own = &own[&column];
                let is_emptied = self.here.is_redacted
                    && (own.is_null() || own == "redacted" || column == "metadata");
                if !is_name && !is_emptied {
                    self.equal("stored_event", row, &column, &value, own);
                }
            }
        }
    }

    /// People have read at least what the source says.
    fn positions(&mut self, stored: &Stored) {
        for position in &self.judged.positions {
            let own = stored.positions.get(&position.person_id);
            let seq = own.and_then(|own| own["seq"].as_i64()).unwrap_or(0);
            if seq < position.seq {
                let (expected, seq) = (position.seq.to_string(), seq.to_string());
                let person = position.person_id;
                self.differ("read_position", person, Some(&expected), Some(&seq));
            }
        }
    }

    fn originals(&mut self, stored: &Stored) {
        let mut kept = BTreeMap::new();
        for original in &self.judged.originals {
            let place = (original.source, original.row_id, original.field.as_str());
            kept.entry(place).or_insert(original);
        }
        for ((source, row, field), original) in kept {
            let place = (source.to_owned(), row, field.to_owned());
            let Some(own) = stored.originals.get(&place) else {
                if !self.here.is_redacted {
                    self.differ("original", row, Some(field), None);
                }
                continue;
            };
            let is_same = match &original.long {
                Some(long) => own["digest"] == long.digest.as_str(),
                None => same(&original.original, &own["original"]),
            };
            if !is_same {
                self.differ(
                    "original",
                    row,
                    Some(field),
                    text(&own["digest"]).as_deref(),
                );
            }
        }
    }

    pub(super) fn equal(
        &mut self,
        check: &'static str,
        row: Uuid,
        column: &str,
        expected: &Value,
        own: &Value,
    ) {
        if !same(expected, own) {
            let (expected, own) = (format!("{column} {expected}"), own.to_string());
            self.differ(check, row, Some(&expected), Some(&own));
        }
    }
}

/// The columns of a judged row.
pub(super) fn columns(row: &impl Serialize) -> Vec<(String, Value)> {
    match serde_json::to_value(row) {
        Ok(Value::Object(map)) => map.into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Whether two values are one, also if a time is written in another way.
fn same(expected: &Value, own: &Value) -> bool {
    if expected == own {
        return true;
    }
    let time = |value: &Value| value.as_str().and_then(time_of).map(micros);
    match (time(expected), time(own)) {
        (Some(expected), Some(own)) => expected == own,
        _ => false,
    }
}
