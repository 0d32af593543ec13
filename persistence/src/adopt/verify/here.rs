//! What people have changed in the desk, as its own events tell it.

use std::collections::BTreeSet;

use serde_json::Value;
use uuid::Uuid;

use super::{Stored, uuid};

/// The fields of a ticket and the messages that were changed in the desk since the ticket was stored.
#[derive(Default)]
pub(super) struct Here {
    /// Whether anything was.
    pub is_touched: bool,
    pub fields: BTreeSet<&'static str>,
    pub messages: BTreeSet<Uuid>,
    /// Whether a legal hold protects the ticket from being replaced.
    pub is_held: bool,
    /// Whether texts were redacted or a person's data was erased.
    pub is_redacted: bool,
}

impl Here {
    pub fn of(stored: &Stored) -> Self {
        let mut here = Self {
            is_touched: stored.of_ticket("head_seq") != stored.of_ticket("adopted_seq"),
            is_held: stored.of_ticket("is_held") == &Value::Bool(true),
            is_redacted: stored.of_ticket("is_erased") == &Value::Bool(true),
            ..Self::default()
        };
        let adopted = stored.adopted_seq();
        for event in &stored.events {
            let is_own = event["metadata"]["adopted"].is_null();
            if is_own && event["seq"].as_i64().is_some_and(|seq| seq > adopted) {
                here.note(event);
            }
        }
        here
    }

    fn note(&mut self, event: &Value) {
        let kind = event["kind"].as_str().unwrap_or_default();
        let ends: &[&'static str] = &["status", "resolved_at", "closed_at"];
        self.fields.extend(match kind {
            "status_changed" | "resolved" | "closed" | "reopened" | "escalated" => ends,
            "assigned" | "unassigned" => &["assignee", "assigned_at"],
            "priority_changed" => &["priority"],
            "category_changed" => &["category"],
            "rated" => &["rating", "feedback"],
            "archived" => &["archived_at"],
            "message_added" => &["first_response_at"],
            _ => &[],
        });
        if matches!(
            kind,
            "message_edited" | "message_redacted" | "note_edited" | "note_redacted"
        ) {
            self.messages.extend(uuid(event, "message_id"));
        }
        let told = event["description"].as_str().unwrap_or_default();
        let is_redaction =
            kind.ends_with("redacted") || kind == "logged" && told.ends_with("redacted");
        if is_redaction {
            self.is_redacted = true;
            self.fields.extend(["feedback"]);
        }
        if kind == "logged" && told.starts_with("subject ") {
            self.fields.insert("subject");
        }
    }
}
