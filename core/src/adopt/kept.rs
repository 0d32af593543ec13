//! What was adopted and has since been deleted on the platform. It stays in the desk.

use std::collections::BTreeSet;

use serde_json::Value;
use uuid::Uuid;

use super::messages::possible_ids;
use super::row::time_of;
use super::{JudgedEvent, JudgedMessage, Mapping, SourceTicket, derived, id_of};
use crate::history::Kind;

/// The adopted rows of a ticket that the platform no longer has.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    pub messages: Vec<JudgedMessage>,
    pub events: Vec<JudgedEvent>,
}

impl Kept {
    /// Finds them among the rows that are stored, given as the JSON of their columns. `adopted_seq` is
    /// the last event of the ticket when it was copied.
    pub fn among<'a>(
        source: &SourceTicket,
        mapping: &Mapping,
        adopted_seq: i64,
        messages: impl IntoIterator<Item = &'a Value>,
        events: &[Value],
    ) -> Self {
        let ticket = source.ticket.uuid(&mapping.tickets, "id");
        let ticket = ticket.unwrap_or_default();
        let (mut said, mut told) = (BTreeSet::new(), BTreeSet::new());
        for row in &source.messages {
            said.extend(possible_ids(&mapping.messages, ticket, row));
        }
        for row in &source.activity {
            told.extend(mapping.activity.iter().map(|table| id_of(table, row)));
        }
        let is_adopted = |event: &&Value| {
            event["seq"].as_i64().is_some_and(|seq| seq <= adopted_seq)
                || !event["metadata"]["adopted"].is_null()
        };
        let mut kept = Self::default();
        let adopted = || events.iter().filter(is_adopted);
        for message in messages {
            let Some(id) = uuid(&message["id"]) else {
                continue;
            };
            let is_description = id == derived(&format!("description of {ticket}"));
            if said.contains(&id) || is_description {
                continue;
            }
            let own = adopted().find(|event| uuid(&event["message_id"]) == Some(id));
            kept.messages
                .extend(own.and_then(|event| message_of(message, event)));
        }
        for event in adopted() {
            let id = uuid(&event["metadata"]["adopted"]["id"]);
            if id.is_some_and(|id| !told.contains(&id)) {
                kept.events.extend(event_of(event));
            }
        }
        kept
    }
}

fn uuid(value: &Value) -> Option<Uuid> {
    Uuid::parse_str(value.as_str()?).ok()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn side(value: &Value) -> &'static str {
    match value.as_str() {
        Some("customer") => "customer",
        Some("admin") => "admin",
        _ => "system",
    }
}

fn message_of(row: &Value, event: &Value) -> Option<JudgedMessage> {
    let adopted = &event["metadata"]["adopted"];
    // An event that no row told has no sender by which a row could find the message.
    let is_told = !adopted["id"].is_null();
    Some(JudgedMessage {
        id: uuid(&row["id"])?,
        ticket_id: uuid(&row["ticket_id"])?,
        sender_id: uuid(&row["sender_id"]),
        sender_type: side(&row["sender_type"]),
        body: text(&row["body"])?,
        is_internal: row["is_internal"] == Value::Bool(true),
        attachments: row["attachments"].clone(),
        ip_address: text(&row["ip_address"]),
        user_agent: text(&row["user_agent"]),
        created_at: time_of(row["created_at"].as_str()?)?,
        updated_at: time_of(row["updated_at"].as_str()?)?,
        edited_at: row["edited_at"].as_str().and_then(time_of),
        source_sender: uuid(&event["actor_id"]).filter(|_| is_told),
        customer: uuid(&adopted["customer"]),
        source_row: None,
    })
}

fn event_of(row: &Value) -> Option<JudgedEvent> {
    Some(JudgedEvent {
        ticket_id: uuid(&row["ticket_id"])?,
        seq: 0,
        public_seq: None,
        kind: row["kind"].as_str()?.parse::<Kind>().ok()?.as_str(),
        actor_id: uuid(&row["actor_id"]),
        actor_type: side(&row["actor_type"]),
        old_value: text(&row["old_value"]),
        new_value: text(&row["new_value"]),
        public_old_value: text(&row["public_old_value"]),
        public_new_value: text(&row["public_new_value"]),
        description: text(&row["description"]),
        message_id: uuid(&row["message_id"]),
        ip_address: text(&row["ip_address"]),
        user_agent: text(&row["user_agent"]),
        metadata: row["metadata"].clone(),
        created_at: time_of(row["created_at"].as_str()?)?,
    })
}
