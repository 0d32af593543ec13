//! Judges the messages of a ticket: who wrote them, and who may read them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::text::{self, Change};
use super::ticket::{address, agent, opener};
use super::times::readable_time;
use super::{
    JudgedMessage, JudgedTicket, Mapping, NamedPerson, Notes, Place, Row, SourceTicket,
    Surroundings, Table, derived, former_agent, id_of,
};
use crate::attachment::{Attachment, AttachmentState, check_attachments};
use crate::limits;

type People = BTreeMap<Uuid, NamedPerson>;

/// A message that a person has read.
pub(super) struct Read {
    pub person: Uuid,
    pub message: Uuid,
}

/// Who a message is from, and whether customers may see it.
struct Sender {
    id: Option<Uuid>,
    side: &'static str,
    is_internal: bool,
    customer: Option<Uuid>,
}

pub(super) fn judge(
    source: &SourceTicket,
    mapping: &Mapping,
    around: &Surroundings<'_>,
    ticket: &mut JudgedTicket,
    notes: &mut Notes,
    named: &mut People,
    read: &mut Vec<Read>,
) -> Vec<JudgedMessage> {
    let table = &mapping.messages;
    let customers = customers(source, mapping, around, ticket.user_id);
    let mut seen: BTreeSet<Uuid> = BTreeSet::new();
    let mut messages = Vec::with_capacity(source.messages.len());
    for (row, number) in source.messages.iter().zip(0..) {
        let id = own_id(row, mapping, around, ticket.id, &mut seen, notes);
        let mut reader = Reader {
            row,
            mapping,
            around,
            ticket,
            customers: &customers,
            at: Place {
                source: "message",
                row: id,
                message: Some(id),
            },
            notes,
            named,
        };
        let message = JudgedMessage {
            source_row: Some(number),
            ..reader.message()
        };
        read.extend(
            readers(&message, (row, table), ticket.user_id)
                .into_iter()
                .map(|person| Read {
                    person,
                    message: id,
                }),
        );
        messages.push(message);
    }
    messages.extend(around.kept.messages.iter().cloned());
    description(source, mapping, ticket, notes, &mut messages);
    messages.sort_by_key(|message| (message.created_at, message.id));
    ticket.first_response_at = messages
        .iter()
        .filter(|message| message.sender_type == "admin" && !message.is_internal)
        .map(|message| message.created_at)
        .min();
    messages
}

/// The ticket's owner and those who owned it before.
pub(super) fn customers(
    source: &SourceTicket,
    mapping: &Mapping,
    around: &Surroundings<'_>,
    owner: Uuid,
) -> BTreeSet<Uuid> {
    let mut customers = around.former.clone();
    customers.extend(opener(source, mapping, around));
    customers.insert(owner);
    customers
}

/// Who has read a message: the person whom the row names; its writer, who has seen what stood before it; and the customer, if it is an answer that
/// is marked as read. The mark of a customer's message does not say who of the staff has read it.
fn readers(
    message: &JudgedMessage,
    (row, table): (&Row, &Table),
    customer: Uuid,
) -> BTreeSet<Uuid> {
    let mut readers: BTreeSet<Uuid> = row.uuid(table, "read_by").into_iter().collect();
    let is_answer = message.sender_type != "customer" && !message.is_internal;
    if is_answer && row.flag(table, "is_read") == Some(true) {
        readers.insert(customer);
    }
    match (message.sender_type, message.sender_id) {
        ("admin", Some(writer)) if writer != former_agent().id => {
            readers.insert(writer);
        }
        ("customer", Some(writer)) if writer == customer => {
            readers.insert(writer);
        }
        _ => {}
    }
    readers
}

/// An id for a message whose own is taken.
fn other_id(table: &Table, ticket: Uuid, id: &str, tries: u32) -> Uuid {
    derived(&format!("{}:{ticket}:{id}:{tries}", table.name))
}

/// The ids that a row can have got.
pub(super) fn possible_ids(table: &Table, ticket: Uuid, row: &Row) -> [Uuid; 3] {
    let text = row.text(table, "id").unwrap_or_default();
    let other = |tries| other_id(table, ticket, &text, tries);
    [id_of(table, row), other(1), other(2)]
}

/// The id of a message. One that another message has, whose table was adopted before or whose id
/// differs only in its spelling, gives way.
fn own_id(
    row: &Row,
    mapping: &Mapping,
    around: &Surroundings<'_>,
    ticket: Uuid,
    seen: &mut BTreeSet<Uuid>,
    notes: &mut Notes,
) -> Uuid {
    let table = &mapping.messages;
    let own = id_of(table, row);
    let text = row.text(table, "id").unwrap_or_default();
    let mut id = own;
    let mut tries = 0;
    while around.taken.contains(&id) || !seen.insert(id) {
        tries += 1;
        id = other_id(table, ticket, &text, tries);
    }
    if id != own || Uuid::parse_str(&text).is_err() {
        let rule = if id == own {
            "id_derived"
        } else {
            "message_id_taken"
        };
        let at = Place {
            source: "message",
            row: id,
            message: Some(id),
        };
        notes.find(rule, "id", id, &text, &id.to_string());
        notes.keep_field(&at, (row, table), "id");
    }
    id
}

struct Reader<'a> {
    row: &'a Row,
    mapping: &'a Mapping,
    around: &'a Surroundings<'a>,
    ticket: &'a JudgedTicket,
    /// The ticket's owner and those who owned it before.
    customers: &'a BTreeSet<Uuid>,
    at: Place,
    notes: &'a mut Notes,
    named: &'a mut People,
}

impl Reader<'_> {
    fn message(&mut self) -> JudgedMessage {
        let (row, table) = (self.row, &self.mapping.messages);
        let id = self.at.row;
        let own = readable_time(row, table, "created_at", &self.at, self.notes);
        let created_at = own.unwrap_or_else(|| {
            let told = self.ticket.created_at;
            if row.text(table, "created_at").is_none() {
                let told = told.to_rfc3339();
                self.notes.find("time_missing", "created_at", id, "", &told);
            }
            told
        });
        if created_at > self.around.now {
            let when = created_at.to_rfc3339();
            self.notes.find("time_in_future", "", id, &when, "");
        }
        let sender = self.sender();
        let (rest, long) = row.rest(table, &["metadata"]);
        if !rest.is_empty() {
            self.notes.keep(&self.at, "*", Value::Object(rest), None);
        }
        self.notes.keep_long(&self.at, (row, table), &long);
        let updated_at = readable_time(row, table, "updated_at", &self.at, self.notes);
        let updated_at = updated_at.unwrap_or(created_at);
        JudgedMessage {
            id,
            ticket_id: self.ticket.id,
            sender_id: sender.id,
            sender_type: sender.side,
            body: body((row, table, "body"), &self.at, self.notes),
            is_internal: sender.is_internal,
            attachments: attachments(row, self.mapping, &self.at, self.notes),
            ip_address: address(row, table, &self.at, self.notes),
            user_agent: agent(row, table, &self.at, self.notes),
            created_at,
            updated_at,
            edited_at: self.edited_at(updated_at),
            source_sender: row.uuid(table, "sender"),
            customer: sender.customer,
            source_row: None,
        }
    }

    fn edited_at(&mut self, updated_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let (row, table) = (self.row, &self.mapping.messages);
        let own = readable_time(row, table, "edited_at", &self.at, self.notes);
        if own.is_some() || row.flag(table, "is_edited") != Some(true) {
            return own;
        }
        let when = updated_at.to_rfc3339();
        self.notes
            .find("edit_inferred", "edited_at", self.at.row, "", &when);
        Some(updated_at)
    }

    fn sender(&mut self) -> Sender {
        let (row, table) = (self.row, &self.mapping.messages);
        let said = row.text(table, "sender_type").unwrap_or_default();
        let (id, side) = self.writer(&said);
        let flag = row.flag(table, "is_internal");
        let is_unmarked = flag.is_none() && table.columns.contains_key("is_internal");
        if is_unmarked {
            let was = row.text(table, "is_internal").unwrap_or_default();
            self.find("internal_unmarked", "is_internal", &was, "internal note");
        }
        let is_internal = flag.unwrap_or(is_unmarked);
        if is_internal && side == "customer" {
            // Customers must not have notes, and what was not shown to other people must not become so.
            let who = id.map(|id| id.to_string()).unwrap_or_default();
            self.find("customer_note", "sender", &who, "");
            self.find("customer_note", "sender_type", &said, "system");
            return Sender {
                id: None,
                side: "system",
                is_internal,
                customer: id,
            };
        }
        Sender {
            id,
            side,
            is_internal,
            customer: None,
        }
    }

    fn find(&mut self, rule: &'static str, field: &'static str, was: &str, became: &str) {
        self.notes.find(rule, field, self.at.row, was, became);
    }

    /// Who wrote the message, and for which side.
    fn writer(&mut self, said: &str) -> (Option<Uuid>, &'static str) {
        let (row, table) = (self.row, &self.mapping.messages);
        let word = self.mapping.word("sender_type", said);
        let is_staff = |id: &Uuid| self.around.staff.contains(id);
        match (row.uuid(table, "sender"), word.as_str()) {
            (Some(id), _) if id == self.ticket.user_id => {
                if word != "customer" {
                    self.find("sender_is_customer", "sender_type", said, "customer");
                }
                (Some(id), "customer")
            }
            (Some(id), "customer") if self.customers.contains(&id) => {
                self.find("sender_former_owner", "", said, "customer");
                (Some(id), "customer")
            }
            (Some(id), _) if self.customers.contains(&id) && !is_staff(&id) => {
                self.find("sender_former_owner", "sender_type", said, "customer");
                (Some(id), "customer")
            }
            (id, "system") => {
                if let Some(id) = id {
                    self.find("sender_is_system", "sender", &id.to_string(), "");
                    self.notes.keep_field(&self.at, (row, table), "sender");
                }
                (None, "system")
            }
            (Some(id), _) if is_staff(&id) => {
                if word != "admin" {
                    self.find("sender_is_staff", "sender_type", said, "admin");
                }
                (Some(id), "admin")
            }
            (Some(id), "admin") => {
                self.find("sender_former_staff", "", &id.to_string(), "admin");
                (Some(id), "admin")
            }
            (Some(id), _) => {
                // Only staff could write in other people's tickets, so this is a former colleague. As
                // the customer's, the customer would seem to have said what another person wrote.
                self.find("sender_is_stranger", "sender_type", said, "admin");
                (Some(id), "admin")
            }
            (None, "admin") => {
                let agent = former_agent();
                self.find("sender_deleted", "sender", "", "Former agent");
                let id = agent.id;
                self.named.insert(id, agent);
                (Some(id), "admin")
            }
            (None, _) => {
                self.find("sender_deleted", "sender", "", "customer");
                if word != "customer" {
                    self.find("sender_deleted", "sender_type", said, "customer");
                }
                (Some(self.ticket.user_id), "customer")
            }
        }
    }
}

/// The text of a message. `field`: where it stands in the source.
fn body((row, table, field): (&Row, &Table, &str), at: &Place, notes: &mut Notes) -> String {
    let own = row.text(table, field).unwrap_or_default();
    let (body, mut change) = text::body(&own, limits::BODY_BYTES_MAX);
    if row.long_column(table, field).is_some() && change != Some(Change::Empty) {
        change = Some(Change::Cut);
    }
    if let Some(change) = change {
        let rule = change.rule(["body_cleaned", "body_cut", "body_empty"]);
        notes.find(rule, "body", at.row, &own, &body);
        let of = if field == "body" { "message" } else { "ticket" };
        notes.keep_as(at, of, (row, table), field, "body");
    }
    body
}

/// Attachments in the desk's form. Files are not fetched: what has another form is kept aside.
fn attachments(row: &Row, mapping: &Mapping, at: &Place, notes: &mut Notes) -> Value {
    let Some(own) = row.value(&mapping.messages, "attachments") else {
        return json!([]);
    };
    if own.as_array().is_some_and(Vec::is_empty) {
        return json!([]);
    }
    if let Some(list) = described_files(own) {
        let stored = json!(list);
        // What the rows say about files is kept, if it is more than Helpline keeps or another thing.
        if !says_all_of(&stored, own) {
            let (was, became) = (own.to_string(), stored.to_string());
            let rule = "attachment_is_elsewhere";
            notes.find(rule, "attachments", at.row, &was, &became);
            notes.keep_field(at, (row, &mapping.messages), "attachments");
        }
        return stored;
    }
    notes.find(
        "attachments_kept_aside",
        "attachments",
        at.row,
        &own.to_string(),
        "[]",
    );
    notes.keep_field(at, (row, &mapping.messages), "attachments");
    json!([])
}

/// The platform's descriptions of files, as Helpline stores them: the platform has the files, whatever
/// its own rows say about them. `None` if they have another form or break a limit.
pub fn described_files(own: &Value) -> Option<Vec<Attachment>> {
    let mut list = serde_json::from_value::<Vec<Attachment>>(own.clone()).ok()?;
    for file in &mut list {
        file.state = AttachmentState::External;
        file.preview = false;
    }
    let bytes = super::ticket::stored_bytes(&json!(list));
    let fits = check_attachments(&list).is_ok() && bytes <= limits::ATTACHMENTS_STORED_BYTES_MAX;
    fits.then_some(list)
}

/// Whether each description has every key of the platform's, with the same value.
fn says_all_of(stored: &Value, own: &Value) -> bool {
    let (Some(stored), Some(own)) = (stored.as_array(), own.as_array()) else {
        return false;
    };
    let has_all = |(stored, own): (&Value, &Value)| {
        let has =
            |(key, value): (&String, &Value)| stored.get(key).unwrap_or(&Value::Null) == value;
        own.as_object().is_some_and(|own| own.iter().all(has))
    };
    stored.len() == own.len() && stored.iter().zip(own).all(has_all)
}

/// The description that a ticket was opened with is its first message, unless a message repeats it.
fn description(
    source: &SourceTicket,
    mapping: &Mapping,
    ticket: &JudgedTicket,
    notes: &mut Notes,
    messages: &mut Vec<JudgedMessage>,
) {
    let Some(own) = source.ticket.text(&mapping.tickets, "description") else {
        return;
    };
    let id = derived(&format!("description of {}", ticket.id));
    let at = Place {
        source: "message",
        row: id,
        message: Some(id),
    };
    let is_said = messages
        .iter()
        .any(|message| message.body.trim() == text::body(&own, limits::BODY_BYTES_MAX).0.trim());
    if own.trim().is_empty() || is_said {
        return;
    }
    let body = body(
        (&source.ticket, &mapping.tickets, "description"),
        &at,
        notes,
    );
    notes.find(
        "description_as_message",
        "",
        ticket.id,
        &body,
        &id.to_string(),
    );
    let created_at: DateTime<Utc> = ticket.created_at;
    messages.push(JudgedMessage {
        id,
        ticket_id: ticket.id,
        sender_id: Some(ticket.user_id),
        sender_type: "customer",
        body,
        is_internal: false,
        attachments: json!([]),
        ip_address: ticket.ip_address.clone(),
        user_agent: ticket.user_agent.clone(),
        created_at,
        updated_at: created_at,
        edited_at: None,
        source_sender: None,
        customer: None,
        source_row: None,
    });
}
