//! Judges the history of a ticket: every row of the source exactly once, one event for each message,
//! and both numberings without gaps.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::messages::customers;
use super::text::cut_bytes;
use super::ticket::{address, agent, stored_bytes};
use super::{
    JudgedEvent, JudgedMessage, JudgedTicket, Mapping, Notes, Place, Row, SourceTicket,
    Surroundings, Table, category_word, id_of, priority_word, status_word,
};
use crate::history::Kind;
use crate::limits;

/// Where an event stands: the opening first, then by time; at one time, messages stand before what
/// they caused.
type Order = (u8, DateTime<Utc>, u8, Uuid);

pub(super) fn judge(
    source: &SourceTicket,
    mapping: &Mapping,
    around: &Surroundings<'_>,
    ticket: &mut JudgedTicket,
    messages: &[JudgedMessage],
    notes: &mut Notes,
) -> Vec<JudgedEvent> {
    let mut events: Vec<(Order, JudgedEvent)> = Vec::new();
    let mut open = Unclaimed::new(messages);
    let mut is_opened = kept(around, ticket, notes, &mut events, &mut open);
    let customers = customers(source, mapping, around, ticket.user_id);
    if let Some(table) = &mapping.activity {
        let mut rows: Vec<(Option<DateTime<Utc>>, Uuid, &Row)> = source
            .activity
            .iter()
            .map(|row| (row.time(table, "created_at"), id_of(table, row), row))
            .collect();
        rows.sort_by_key(|(time, id, _)| (*time, *id));
        for (time, id, row) in rows {
            let mut reader = Reader {
                row,
                table,
                mapping,
                around,
                ticket,
                customers: &customers,
                at: Place {
                    source: "activity",
                    row: id,
                    message: None,
                },
                notes,
            };
            events.push(reader.event(time, &mut open, &mut is_opened));
        }
    }
    if !is_opened {
        notes.find("event_synthesized", "", ticket.id, "", "created");
        let event = synthesized(ticket, "created", ticket.created_at);
        events.push(((0, event.created_at, 0, ticket.id), event));
    }
    for message in open.left() {
        notes.find("event_synthesized", "", message.id, "", "message");
        let kind = kind_of(message);
        let mut event = synthesized(ticket, kind, message.created_at);
        event.actor_id = message.customer.or(message.sender_id);
        event.actor_type = message.sender_type;
        event.message_id = Some(message.id);
        event.ip_address.clone_from(&message.ip_address);
        event.user_agent.clone_from(&message.user_agent);
        name_customer(&mut event, message);
        events.push(((1, event.created_at, 1, message.id), event));
    }
    resolution_notes(source, mapping, ticket, notes, &mut events);
    number(events)
}

/// Events whose rows the platform has deleted. Returns whether the opening is one of them.
fn kept(
    around: &Surroundings<'_>,
    ticket: &JudgedTicket,
    notes: &mut Notes,
    events: &mut Vec<(Order, JudgedEvent)>,
    open: &mut Unclaimed<'_>,
) -> bool {
    let mut is_opened = false;
    for event in &around.kept.events {
        let id = event.metadata["adopted"]["id"].as_str();
        let id = id.and_then(|id| Uuid::parse_str(id).ok());
        let id = id.unwrap_or(ticket.id);
        notes.find("deleted_there", "", id, event.kind, "stays");
        if let Some(message) = event.message_id {
            open.take(message);
        }
        is_opened |= event.kind == "created";
        events.push((order(event.kind, event.created_at, id), event.clone()));
    }
    is_opened
}

/// Where an event of this kind stands.
fn order(kind: &str, at: DateTime<Utc>, id: Uuid) -> Order {
    match kind {
        "created" => (0, at, 0, id),
        "message_added" | "internal_note_added" => (1, at, 1, id),
        _ => (1, at, 2, id),
    }
}

fn number(mut events: Vec<(Order, JudgedEvent)>) -> Vec<JudgedEvent> {
    events.sort_by_key(|(order, _)| *order);
    let mut public = 0;
    let mut events: Vec<JudgedEvent> = events.into_iter().map(|(_, event)| event).collect();
    for (event, seq) in events.iter_mut().zip(1..) {
        event.seq = seq;
        if is_public(event.kind) {
            public += 1;
            event.public_seq = Some(public);
        }
    }
    events
}

fn is_public(kind: &str) -> bool {
    kind.parse::<Kind>().is_ok_and(Kind::is_public)
}

const fn kind_of(message: &JudgedMessage) -> &'static str {
    if message.is_internal {
        "internal_note_added"
    } else {
        "message_added"
    }
}

/// A note of a customer has the system as its sender. The event says whose it is.
fn name_customer(event: &mut JudgedEvent, message: &JudgedMessage) {
    if let Some(customer) = message.customer {
        event.metadata["adopted"]["customer"] = json!(customer);
    }
}

/// An event that no row of the source tells.
fn synthesized(ticket: &JudgedTicket, kind: &'static str, at: DateTime<Utc>) -> JudgedEvent {
    JudgedEvent {
        ticket_id: ticket.id,
        seq: 0,
        public_seq: None,
        kind,
        actor_id: Some(ticket.user_id),
        actor_type: "customer",
        old_value: None,
        new_value: None,
        public_old_value: None,
        public_new_value: None,
        description: None,
        message_id: None,
        ip_address: None,
        user_agent: None,
        metadata: json!({"adopted": {"synthesized": true}}),
        created_at: at,
    }
}

/// The desk has no column for the notes of a resolution: staff find them in the history.
fn resolution_notes(
    source: &SourceTicket,
    mapping: &Mapping,
    ticket: &JudgedTicket,
    notes: &mut Notes,
    events: &mut Vec<(Order, JudgedEvent)>,
) {
    let Some(own) = source.ticket.text(&mapping.tickets, "resolution_notes") else {
        return;
    };
    if own.trim().is_empty() {
        return;
    }
    let at = Place {
        source: "ticket",
        row: ticket.id,
        message: None,
    };
    let cut = cut_bytes(&own, limits::HISTORY_DESCRIPTION_BYTES_MAX).to_owned();
    if cut.len() < own.len() {
        notes.find("value_cut", "resolution_notes", ticket.id, &own, &cut);
        let row = (&source.ticket, &mapping.tickets);
        notes.keep_field(&at, row, "resolution_notes");
    }
    notes.find("resolution_notes_logged", "", ticket.id, &cut, "logged");
    let when = ticket.resolved_at.unwrap_or(ticket.updated_at);
    let mut event = synthesized(ticket, "logged", when);
    event.actor_id = None;
    event.actor_type = "system";
    event.description = Some(cut);
    event.metadata["adopted"]["field"] = json!("resolution_notes");
    events.push(((1, when, 3, ticket.id), event));
}

/// The messages that have no event yet.
struct Unclaimed<'a> {
    by_time: BTreeMap<(DateTime<Utc>, Option<Uuid>), Vec<&'a JudgedMessage>>,
}

impl<'a> Unclaimed<'a> {
    fn new(messages: &'a [JudgedMessage]) -> Self {
        let mut by_time: BTreeMap<_, Vec<&JudgedMessage>> = BTreeMap::new();
        // The order of the list is that of the messages' ids at one time.
        for message in messages.iter().rev() {
            let place = (message.created_at, message.source_sender);
            by_time.entry(place).or_default().push(message);
        }
        Self { by_time }
    }

    /// The message that this row tells of: the triggers of the platform wrote both in one
    /// transaction, with its time.
    fn claim(&mut self, time: DateTime<Utc>, sender: Option<Uuid>) -> Option<&'a JudgedMessage> {
        self.by_time.get_mut(&(time, sender))?.pop()
    }

    /// The message that a row would claim.
    fn next(&self, time: DateTime<Utc>, sender: Option<Uuid>) -> Option<&'a JudgedMessage> {
        self.by_time.get(&(time, sender))?.last().copied()
    }

    /// Takes out a message that has an event.
    fn take(&mut self, id: Uuid) {
        for messages in self.by_time.values_mut() {
            messages.retain(|message| message.id != id);
        }
    }

    fn left(self) -> impl Iterator<Item = &'a JudgedMessage> {
        self.by_time.into_values().flatten()
    }
}

struct Reader<'a> {
    row: &'a Row,
    table: &'a Table,
    mapping: &'a Mapping,
    around: &'a Surroundings<'a>,
    ticket: &'a JudgedTicket,
    /// The ticket's owner and those who owned it before.
    customers: &'a BTreeSet<Uuid>,
    at: Place,
    notes: &'a mut Notes,
}

impl Reader<'_> {
    fn event(
        &mut self,
        time: Option<DateTime<Utc>>,
        open: &mut Unclaimed<'_>,
        is_opened: &mut bool,
    ) -> (Order, JudgedEvent) {
        let id = self.at.row;
        let own_type = self.value("type", WORD_BYTES_MAX).unwrap_or_default();
        let said = self.value("actor_type", WORD_BYTES_MAX).unwrap_or_default();
        let actor_id = self.row.uuid(self.table, "actor");
        let at = time.unwrap_or(self.ticket.created_at);
        if Uuid::parse_str(&self.row.text(self.table, "id").unwrap_or_default()).is_err() {
            let was = self.row.text(self.table, "id").unwrap_or_default();
            self.notes
                .find("id_derived", "id", id, &was, &id.to_string());
            let row = (self.row, self.table);
            self.notes.keep_field(&self.at, row, "id");
        }
        if time.is_none() {
            let was = self.row.text(self.table, "created_at").unwrap_or_default();
            self.notes
                .find("time_missing", "created_at", id, &was, &at.to_rfc3339());
            let row = (self.row, self.table);
            self.notes.keep_field(&self.at, row, "created_at");
        } else if at > self.around.now {
            self.notes
                .find("time_in_future", "", id, &at.to_rfc3339(), "");
        }
        let actor_type = match self.mapping.word("sender_type", &said).as_str() {
            "customer" => "customer",
            "admin" => "admin",
            _ => "system",
        };
        let word = self.mapping.word("activity_type", &own_type);
        let word = word.as_str();
        let is_message = matches!(word, "message_added" | "internal_note_added");
        let message = if is_message {
            open.next(at, actor_id)
        } else {
            None
        };
        let mut adopted = Map::from_iter([
            ("id".to_owned(), json!(id)),
            ("type".to_owned(), json!(own_type)),
        ]);
        if actor_type != said {
            adopted.insert("actor_type".to_owned(), json!(said));
        }
        let is_forged = self.is_forged(actor_id, actor_type, message);
        let (kind, message) = if is_forged {
            let was = format!("{own_type} by {said}");
            self.notes
                .find("event_forged", "type", id, &was, "logged, unverified");
            adopted.insert("unverified".to_owned(), json!(true));
            ("logged", None)
        } else {
            (self.kind(word, is_message, message, is_opened), message)
        };
        if let Some(message) = message {
            open.claim(at, actor_id);
            self.at.message = Some(message.id);
        }
        let event = self.written(kind, (actor_id, actor_type), at, message, adopted);
        (order(kind, at, id), event)
    }

    /// Whether the row names an actor who cannot have acted so. The platform's functions believed any
    /// client which actor it named.
    fn is_forged(&self, actor: Option<Uuid>, side: &str, message: Option<&JudgedMessage>) -> bool {
        let Some(actor) = actor else { return false };
        if let Some(message) = message {
            let is_note = message.customer.is_some();
            return message.sender_type != side && !(is_note && side == "customer");
        }
        match side {
            "admin" => actor == self.ticket.user_id || !self.around.staff.contains(&actor),
            "customer" => !self.customers.contains(&actor),
            _ => !self.around.staff.contains(&actor),
        }
    }

    fn kind(
        &mut self,
        word: &str,
        is_message: bool,
        message: Option<&JudgedMessage>,
        is_opened: &mut bool,
    ) -> &'static str {
        let id = self.at.row;
        match message {
            Some(message) => {
                let kind = kind_of(message);
                if word != kind {
                    self.notes.find("event_of_note", "type", id, word, kind);
                }
                return kind;
            }
            None if is_message => {
                self.notes
                    .find("event_without_message", "type", id, word, "logged");
                return "logged";
            }
            None => {}
        }
        const TAKEN: [Kind; 11] = [
            Kind::Created,
            Kind::StatusChanged,
            Kind::Assigned,
            Kind::Unassigned,
            Kind::PriorityChanged,
            Kind::CategoryChanged,
            Kind::Resolved,
            Kind::Closed,
            Kind::Reopened,
            Kind::Escalated,
            Kind::Rated,
        ];
        let kind = word
            .parse::<Kind>()
            .ok()
            .filter(|kind| TAKEN.contains(kind));
        match kind {
            Some(Kind::Created) if *is_opened => {
                self.notes
                    .find("event_second_opening", "type", id, word, "logged");
                "logged"
            }
            Some(kind) => {
                *is_opened |= kind == Kind::Created;
                kind.as_str()
            }
            None => {
                self.notes
                    .find("event_of_unknown_type", "type", id, word, "logged");
                "logged"
            }
        }
    }

    fn written(
        &mut self,
        kind: &'static str,
        (actor_id, actor_type): (Option<Uuid>, &'static str),
        at: DateTime<Utc>,
        message: Option<&JudgedMessage>,
        mut adopted: Map<String, Value>,
    ) -> JudgedEvent {
        let (own, long) = self.row.rest(self.table, &["metadata"]);
        for column in &long {
            self.notes
                .find("metadata_kept_aside", "metadata", self.at.row, column, "");
        }
        let row = (self.row, self.table);
        self.notes.keep_long(&self.at, row, &long);
        let kept = Value::Object(own);
        if kept.as_object().is_some_and(|own| !own.is_empty()) {
            if stored_bytes(&kept) + METADATA_OWN_BYTES > limits::METADATA_STORED_BYTES_MAX {
                self.notes.find(
                    "metadata_kept_aside",
                    "metadata",
                    self.at.row,
                    &kept.to_string(),
                    "{}",
                );
                self.notes.keep(&self.at, "*", kept, None);
            } else {
                adopted.insert("columns".to_owned(), kept);
            }
        }
        let most = limits::HISTORY_VALUE_BYTES_MAX;
        let old_value = self.value("old_value", most);
        let new_value = self.value("new_value", most);
        let shown = |value: &Option<String>| shown(kind, value.as_deref()?, self.mapping);
        let (public_old_value, public_new_value) = (shown(&old_value), shown(&new_value));
        let mut event = JudgedEvent {
            ticket_id: self.ticket.id,
            seq: 0,
            public_seq: None,
            kind,
            actor_id,
            actor_type,
            old_value,
            new_value,
            public_old_value,
            public_new_value,
            description: self.value("description", limits::HISTORY_DESCRIPTION_BYTES_MAX),
            message_id: message.map(|message| message.id),
            ip_address: address(self.row, self.table, &self.at, self.notes),
            user_agent: agent(self.row, self.table, &self.at, self.notes),
            metadata: json!({"adopted": adopted}),
            created_at: at,
        };
        if let Some(message) = message {
            name_customer(&mut event, message);
        }
        event
    }

    fn value(&mut self, field: &'static str, bytes_max: usize) -> Option<String> {
        let own = self.row.text(self.table, field)?;
        let cut = cut_bytes(&own, bytes_max).to_owned();
        if cut.len() < own.len() {
            self.notes.find("value_cut", field, self.at.row, &own, &cut);
            let row = (self.row, self.table);
            self.notes.keep_field(&self.at, row, field);
        }
        Some(cut)
    }
}

/// Bytes of the source's word for a kind of event or of actor. Longer ones are kept aside.
const WORD_BYTES_MAX: usize = 200;

/// Bytes of an event's metadata beside the columns of its source row.
const METADATA_OWN_BYTES: usize = 1024;

/// What a customer sees of a value: only words, never an id or a free text.
fn shown(kind: &str, value: &str, mapping: &Mapping) -> Option<String> {
    let known = match kind {
        "status_changed" | "resolved" | "closed" | "reopened" | "escalated" => {
            status_word(&mapping.word("status", value))
        }
        "priority_changed" => priority_word(&mapping.word("priority", value)),
        "category_changed" => category_word(&mapping.word("category", value)),
        "rated" => ["1", "2", "3", "4", "5"].into_iter().find(|n| *n == value),
        _ => None,
    };
    known.map(str::to_owned)
}

/// The ids of the source rows that these events tell.
pub fn told(events: &[JudgedEvent]) -> BTreeSet<Uuid> {
    let id = |event: &JudgedEvent| Uuid::parse_str(event.metadata["adopted"]["id"].as_str()?).ok();
    events.iter().filter_map(id).collect()
}
