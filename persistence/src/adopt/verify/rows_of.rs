//! Compares the messages and the history of a ticket with their source rows.

use std::collections::BTreeMap;

use helpline_core::adopt::{
    JudgedEvent, JudgedMessage, Row, Table, described_files, id_of, time_of, told,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::ticket::{Check, Compared};
use super::whole::columns;
use super::{Stored, micros, text, uuid};
use crate::adopt::append::OWNER_CHANGED;
use crate::adopt::row_digests;

impl Check<'_> {
    pub(super) fn messages(&mut self, stored: &Stored) {
        let table = &self.adoption.mapping().messages;
        let mut events: BTreeMap<Uuid, Vec<&Value>> = BTreeMap::new();
        for event in &stored.events {
            let kind = event["kind"].as_str().unwrap_or_default();
            if matches!(kind, "message_added" | "internal_note_added") {
                let id = uuid(event, "message_id").unwrap_or_default();
                events.entry(id).or_default().push(event);
            }
        }
        for judged in &self.judged.messages {
            let Some(row) = judged.source_row.and_then(|n| self.raw.messages.get(n)) else {
                continue;
            };
            let id = judged.id;
            let Some(message) = stored.messages.get(&id) else {
                self.differ("message_missing", id, Some(&id.to_string()), None);
                continue;
            };
            let event = events.get(&id).and_then(|own| own.first()).copied();
            let adopted = event.map(|event| &event["metadata"]["adopted"]);
            let is_hidden = adopted.is_some_and(|own| own["hidden"] == OWNER_CHANGED);
            self.row = Compared::default();
            if !self.is_unchanged_there {
                let own = self.adoption.digest_of_message(row);
                self.row.is_changed_there = self.is_row_changed(&row_digests::message(id), &own);
                if !self.row.is_changed_there {
                    self.unchanged_message(judged, message, is_hidden);
                }
            }
            self.content(row, table, message, id);
            self.sender((row, table), message, event, id, is_hidden);
            self.common(row, table, message, id, false);
        }
        for (id, message) in &stored.messages {
            let note = message["is_internal"] == Value::Bool(true);
            let kind = if note {
                "internal_note_added"
            } else {
                "message_added"
            };
            let own: Vec<_> = events.get(id).into_iter().flatten().collect();
            if own.len() != 1 || own[0]["kind"] != kind {
                let found = format!("{} events", own.len());
                self.differ("event_of_message", *id, Some(kind), Some(&found));
            }
        }
    }

    /// Compares with what the rules make of a row that the platform has not changed, where they look at
    /// nothing else than this row.
    fn unchanged_message(&mut self, judged: &JudgedMessage, message: &Value, is_hidden: bool) {
        let id = judged.id;
        let is_here = self.here.messages.contains(&id);
        for (column, value) in columns(judged) {
            let is_compared = match column.as_str() {
                "body" | "attachments" => !is_here,
                "is_internal" => !is_hidden,
                "ip_address" | "user_agent" => true,
                _ => false,
            };
            if is_compared {
                self.equal("stored_message", id, &column, &value, &message[&column]);
            }
        }
    }

    /// The text, when it was edited, and the attachments.
    fn content(&mut self, row: &Row, table: &Table, message: &Value, id: Uuid) {
        let is_here = self.here.messages.contains(&id);
        let was = row.text(table, "body").unwrap_or_default();
        let own = text(&message["body"]);
        self.same("body", id, is_here, Some(&was), own.as_deref());
        let was = row.time(table, "edited_at").map(micros);
        let own = message["edited_at"].as_str().and_then(time_of).map(micros);
        self.same("edited_at", id, is_here, was.as_deref(), own.as_deref());
        let was = row.value(table, "attachments");
        let files = was.and_then(described_files).map(|files| json!(files));
        let was = files.as_ref().or(was);
        let was = was.map_or_else(|| "[]".to_owned(), Value::to_string);
        let own = message["attachments"].to_string();
        self.same("attachments", id, is_here, Some(&was), Some(&own));
        if !is_here && !message["redacted_at"].is_null() {
            let own = text(&message["redacted_at"]);
            self.differ("redacted_at", id, None, own.as_deref());
        }
    }

    /// `is_hidden`: the message came after the ticket was given to another person, and is for staff.
    fn sender(
        &mut self,
        (row, table): (&Row, &Table),
        message: &Value,
        event: Option<&Value>,
        id: Uuid,
        is_hidden: bool,
    ) {
        let note = row.flag(table, "is_internal").unwrap_or(false).to_string();
        let own = text(&message["is_internal"]);
        // A note of a customer has the system as its sender, and its event names the customer.
        let customer = event.and_then(|event| text(&event["metadata"]["adopted"]["customer"]));
        if is_hidden && own.as_deref() == Some("true") {
            if note == "false" {
                let rule = ("owner_changed_hidden", "is_internal");
                self.find(rule, id, Some(&note), own.as_deref());
            }
        } else {
            self.same("is_internal", id, false, Some(&note), own.as_deref());
        }
        let side = row.text(table, "sender_type").unwrap_or_default();
        let side = self.adoption.mapping().word("sender_type", &side);
        let is_customers = customer.is_some() && message["is_internal"] == Value::Bool(true);
        let own = text(&message["sender_type"]);
        if !is_customers {
            self.same("sender_type", id, false, Some(&side), own.as_deref());
        }
        let sender = row.uuid(table, "sender").map(|id| id.to_string());
        let own = text(&message["sender_id"]).or(customer);
        self.same("sender", id, false, sender.as_deref(), own.as_deref());
    }

    /// Time, address and browser.
    fn common(&mut self, row: &Row, table: &Table, stored: &Value, id: Uuid, is_here: bool) {
        let was = row.time(table, "created_at").map(micros);
        let own = stored["created_at"].as_str().and_then(time_of).map(micros);
        self.same("created_at", id, false, was.as_deref(), own.as_deref());
        let address = row.address(table, "ip_address");
        let address = address.or_else(|| row.text(table, "ip_address"));
        let own = text(&stored["ip_address"]);
        self.same(
            "ip_address",
            id,
            is_here,
            address.as_deref(),
            own.as_deref(),
        );
        let agent = row.text(table, "user_agent");
        let own = text(&stored["user_agent"]);
        self.same("user_agent", id, is_here, agent.as_deref(), own.as_deref());
    }

    /// Every row of the source's history is here exactly once, and says the same.
    pub(super) fn activity(&mut self, stored: &Stored) {
        let mapping = self.adoption.mapping();
        let Some(table) = &mapping.activity else {
            return;
        };
        let mut events: BTreeMap<Uuid, Vec<&Value>> = BTreeMap::new();
        for event in &stored.events {
            if let Some(id) = uuid(&event["metadata"]["adopted"], "id") {
                events.entry(id).or_default().push(event);
            }
        }
        // A redaction empties an event, whose number and kind stay.
        let is_empty = |event: &Value| event["metadata"].as_object().is_some_and(|m| m.is_empty());
        let is_emptied = self.here.is_redacted && stored.events.iter().any(is_empty);
        let judged: BTreeMap<Uuid, &JudgedEvent> = self
            .judged
            .events
            .iter()
            .filter_map(|event| Some((told(std::slice::from_ref(event)).pop_first()?, event)))
            .collect();
        for row in &self.raw.activity {
            let id = id_of(table, row);
            let own = events.get(&id).map_or(&[][..], Vec::as_slice);
            let [event] = own else {
                if !(own.is_empty() && is_emptied) {
                    let found = format!("{} events", own.len());
                    self.differ("activity", id, Some("1 event"), Some(&found));
                }
                continue;
            };
            self.row = Compared::default();
            if !self.is_unchanged_there {
                let own = self.adoption.digest_of_activity(row, table);
                self.row.is_changed_there = self.is_row_changed(&row_digests::activity(id), &own);
            }
            let message = judged.get(&id).and_then(|event| event.message_id);
            let is_told = |own: &Value| message.is_some() && uuid(own, "message_id") == message;
            // The message came after its row of the history, and got an event of its own.
            let is_late = event["message_id"].is_null() && stored.events.iter().any(is_told);
            self.event(row, table, event, id, is_late);
            if let (false, Some(judged)) = (self.row.is_changed_there, judged.get(&id)) {
                self.unchanged_event(judged, event, id);
            }
        }
    }

    /// As for messages.
    fn unchanged_event(&mut self, judged: &JudgedEvent, event: &Value, id: Uuid) {
        if self.is_unchanged_there || self.here.is_redacted {
            return;
        }
        for (column, value) in columns(judged) {
            let compared = [
                "old_value",
                "new_value",
                "description",
                "ip_address",
                "user_agent",
            ];
            if compared.contains(&column.as_str()) {
                self.equal("stored_event", id, &column, &value, &event[&column]);
            }
        }
        // What was judged to be forged is not shown as a fact.
        let kind = event["kind"].as_str().unwrap_or_default();
        let is_shown = !matches!(kind, "logged" | "message_added" | "internal_note_added");
        if is_shown && kind != judged.kind && !self.is_given_away() {
            self.differ("stored_event", id, Some(judged.kind), Some(kind));
        }
    }

    fn event(&mut self, row: &Row, table: &Table, event: &Value, id: Uuid, is_late: bool) {
        let adopted = &event["metadata"]["adopted"];
        if self.here.is_redacted && adopted["type"].is_null() {
            // A redaction leaves nothing of the row but its id.
            return;
        }
        let redacted = self.here.is_redacted;
        // A null is kept as an empty word.
        let kind = row.text(table, "type").unwrap_or_default();
        let word = self.adoption.mapping().word("activity_type", &kind);
        let own = text(&adopted["type"]);
        if kind.len() <= WORD_BYTES_MAX {
            self.same("type_as_written", id, false, Some(&kind), own.as_deref());
        }
        let own = text(&event["kind"]);
        // A row that came late, or was not meant for the ticket's owner here.
        if adopted["hidden"].is_null() && !is_late {
            self.same("type", id, false, Some(&word), own.as_deref());
        }
        let actor = row.uuid(table, "actor").map(|id| id.to_string());
        let own = text(&event["actor_id"]);
        self.same("actor", id, false, actor.as_deref(), own.as_deref());
        let said = row.text(table, "actor_type").unwrap_or_default();
        let own = text(&adopted["actor_type"]).or_else(|| text(&event["actor_type"]));
        self.same("actor_type", id, false, Some(&said), own.as_deref());
        for field in ["old_value", "new_value", "description"] {
            let was = row.text(table, field);
            let own = text(&event[field]);
            let is_here = redacted && own.as_deref().is_none_or(|own| own == "redacted");
            self.same(field, id, is_here, was.as_deref(), own.as_deref());
        }
        self.common(row, table, event, id, false);
    }
}

/// Bytes of the source's word for a kind of event, above which it is cut.
const WORD_BYTES_MAX: usize = 200;
