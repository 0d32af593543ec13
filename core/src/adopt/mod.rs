//! The rules by which tickets of a hosting platform's own support tables become tickets of this
//! desk. Pure: a source ticket goes in as the JSON of its rows, and comes out judged, together with
//! a list of everything that could not be taken over as it was.
//!
//! Rows of the source are not believed. Its policies let customers write as staff, and its functions
//! let every signed-in person add any row to any history.

mod columns;
mod finding;
mod head;
mod history;
mod kept;
mod mapping;
mod messages;
mod row;
mod rules;
#[cfg(test)]
mod tests;
mod text;
mod ticket;
mod times;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sha1::{Digest, Sha1};
use uuid::Uuid;

use crate::ticket::{Category, Priority, Status};

pub use columns::Column;
pub use finding::Finding;
pub use kept::Kept;
pub use mapping::{Chats, Mapping, Overrides, Table, TableOverrides};
pub use row::{Row, plain_address, time_of};

/// What is known beyond the rows of one ticket.
#[derive(Debug, Clone)]
pub struct Surroundings<'a> {
    /// People with a staff role, on the platform or in this desk.
    pub staff: &'a BTreeSet<Uuid>,
    /// People to whom this desk can assign a ticket.
    pub assignable: &'a BTreeSet<Uuid>,
    /// The people among those that the rows name who still exist on the platform. `None` if the
    /// platform's users cannot be read; everyone then counts as existing.
    pub users: Option<&'a BTreeSet<Uuid>>,
    /// The number that the ticket gets, if its own is taken by another ticket.
    pub number: Option<&'a str>,
    /// People who owned the ticket when it was copied before.
    pub former: &'a BTreeSet<Uuid>,
    /// Ids of messages that belong to other tickets of this desk.
    pub taken: &'a BTreeSet<Uuid>,
    /// Rows of the ticket that the platform has deleted since they were copied.
    pub kept: &'a Kept,
    pub now: DateTime<Utc>,
}

/// One ticket of the platform.
#[derive(Debug, Clone, Default)]
pub struct SourceTicket {
    pub ticket: Row,
    pub messages: Vec<Row>,
    pub activity: Vec<Row>,
}

/// A ticket as this desk stores it.
#[derive(Debug, Clone, Serialize)]
pub struct JudgedTicket {
    pub id: Uuid,
    pub ticket_number: String,
    pub user_id: Uuid,
    pub subject: String,
    pub category: &'static str,
    pub priority: &'static str,
    pub status: &'static str,
    pub assigned_to: Option<Uuid>,
    pub assigned_at: Option<DateTime<Utc>>,
    pub satisfaction_rating: Option<i32>,
    pub satisfaction_comment: Option<String>,
    pub first_response_at: Option<DateTime<Utc>>,
    pub resolved_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub archived_at: Option<DateTime<Utc>>,
    pub ip_address: Option<String>,
    pub user_agent: Option<String>,
    pub metadata: Value,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A message as this desk stores it.
#[derive(Debug, Clone, Serialize)]
pub struct JudgedMessage {
    pub id: Uuid,
    pub ticket_id: Uuid,
    pub sender_id: Option<Uuid>,
    pub sender_type: &'static str,
    pub body: String,
    pub is_internal: bool,
    pub attachments: Value,
    pub ip_address: Option<String>,
    pub user_agent: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub edited_at: Option<DateTime<Utc>>,
    /// The sender that the source row names, by which its row of the history is found.
    #[serde(skip)]
    pub source_sender: Option<Uuid>,
    /// The customer whose note this is. Its sender is the system.
    #[serde(skip)]
    pub customer: Option<Uuid>,
    /// Which of the ticket's source messages this is.
    #[serde(skip)]
    pub source_row: Option<usize>,
}

/// An event as this desk stores it.
#[derive(Debug, Clone, Serialize)]
pub struct JudgedEvent {
    pub ticket_id: Uuid,
    pub seq: i64,
    pub public_seq: Option<i64>,
    pub kind: &'static str,
    pub actor_id: Option<Uuid>,
    pub actor_type: &'static str,
    pub old_value: Option<String>,
    pub new_value: Option<String>,
    pub public_old_value: Option<String>,
    pub public_new_value: Option<String>,
    pub description: Option<String>,
    pub message_id: Option<Uuid>,
    pub ip_address: Option<String>,
    pub user_agent: Option<String>,
    pub metadata: Value,
    pub created_at: DateTime<Utc>,
}

/// How far a person has read.
#[derive(Debug, Clone, Serialize)]
pub struct ReadPosition {
    pub ticket_id: Uuid,
    pub person_id: Uuid,
    pub seq: i64,
    pub public_seq: i64,
}

/// A value of a source row that this desk cannot store as it is.
#[derive(Debug, Clone, Serialize)]
pub struct Original {
    pub ticket_id: Uuid,
    /// `ticket`, `message` or `activity`.
    pub source: &'static str,
    pub row_id: Uuid,
    /// The message whose text this is, or may repeat.
    pub message_id: Option<Uuid>,
    pub field: String,
    pub original: Value,
    /// Where the value is, if it was too long to be read. `original` is null then.
    #[serde(skip)]
    pub long: Option<Long>,
}

/// A value that is copied by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Long {
    /// `ticket`, `message` or `activity`.
    pub table: &'static str,
    /// The row's id as the source writes it.
    pub id: String,
    pub column: String,
    /// The SHA-256 of the value as `jsonb`.
    pub digest: String,
}

/// A person who stands for one whom the platform has deleted, or whom only the ticket names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NamedPerson {
    pub id: Uuid,
    pub email: Option<String>,
    pub display_name: Option<String>,
    pub is_blocked: bool,
    /// Whether the platform's own tables of people have them.
    #[serde(skip)]
    pub is_known: bool,
}

/// The head of a ticket's history.
#[derive(Debug, Clone, Serialize)]
pub struct Head {
    pub ticket_id: Uuid,
    pub seq: i64,
    pub public_seq: i64,
    pub last_activity_at: DateTime<Utc>,
    pub public_last_activity_at: DateTime<Utc>,
    pub is_over: bool,
    pub waiting_since: Option<DateTime<Utc>>,
}

/// A ticket with all that belongs to it, ready to be stored.
#[derive(Debug, Clone, Serialize)]
pub struct Judged {
    pub ticket: JudgedTicket,
    pub messages: Vec<JudgedMessage>,
    pub events: Vec<JudgedEvent>,
    pub head: Head,
    pub positions: Vec<ReadPosition>,
    pub originals: Vec<Original>,
    #[serde(skip)]
    pub named: Vec<NamedPerson>,
    #[serde(skip)]
    pub findings: Vec<Finding>,
}

/// Where values and findings are collected while a ticket is judged.
pub(crate) struct Notes {
    ticket_id: Uuid,
    number: String,
    originals: Vec<Original>,
    findings: Vec<Finding>,
}

impl Notes {
    fn find(
        &mut self,
        rule: &'static str,
        field: &'static str,
        row: Uuid,
        was: &str,
        became: &str,
    ) {
        let finding = Finding::new((rule, field), &self.number, row, was, became);
        self.findings.push(finding);
    }

    fn keep(&mut self, at: &Place, field: &str, original: Value, long: Option<Long>) {
        self.originals.push(Original {
            ticket_id: self.ticket_id,
            source: at.source,
            row_id: at.row,
            message_id: at.message,
            field: field.to_owned(),
            original,
            long,
        });
    }

    /// Keeps the value of a field as the source has it.
    fn keep_field(&mut self, at: &Place, (row, table): (&Row, &Table), field: &str) {
        self.keep_as(at, at.source, (row, table), field, field);
    }

    /// Keeps the value of a field under another name, for a row of another table.
    fn keep_as(
        &mut self,
        at: &Place,
        of: &'static str,
        (row, table): (&Row, &Table),
        field: &str,
        name: &str,
    ) {
        let Some(value) = row.value(table, field) else {
            return;
        };
        match row.long_column(table, field) {
            Some(column) => {
                let long = long(of, row, table, column);
                self.keep(at, name, Value::Null, Some(long));
            }
            None => self.keep(at, name, value.clone(), None),
        }
    }

    /// Keeps columns that were not read whole, each by itself.
    fn keep_long(&mut self, at: &Place, (row, table): (&Row, &Table), columns: &[String]) {
        for column in columns {
            let long = long(at.source, row, table, column);
            self.keep(at, &format!("*.{column}"), Value::Null, Some(long));
        }
    }
}

/// The source row that is being judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    source: &'static str,
    row: Uuid,
    message: Option<Uuid>,
}

fn long(of: &'static str, row: &Row, table: &Table, column: &str) -> Long {
    Long {
        table: of,
        id: row.text(table, "id").unwrap_or_default(),
        column: column.to_owned(),
        digest: row.long.get(column).cloned().unwrap_or_default(),
    }
}

/// Returns the id of a row: its own if it is a UUID, otherwise one that is derived from it.
pub fn id_of(table: &Table, row: &Row) -> Uuid {
    let id = row.text(table, "id").unwrap_or_default();
    Uuid::parse_str(&id).unwrap_or_else(|_| derived(&format!("{}:{id}", table.name)))
}

/// A UUID of version 5 in a namespace of its own.
pub(crate) fn derived(name: &str) -> Uuid {
    let namespace = Uuid::from_u128(0x6f0d_3c52_9d3e_4a57_8f0e_5b1c_7a2d_94e1);
    let hash = Sha1::new()
        .chain_update(namespace.as_bytes())
        .chain_update(name.as_bytes())
        .finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_sha1_bytes(bytes).into_uuid()
}

/// Stands for every member of staff whom the platform has deleted together with their id.
pub fn former_agent() -> NamedPerson {
    NamedPerson {
        id: derived("former agent"),
        email: None,
        display_name: Some("Former agent".to_owned()),
        is_blocked: true,
        is_known: false,
    }
}

/// Judges a ticket with its messages and its history.
///
/// # Errors
/// Returns the reason if the ticket's row has no id that is a UUID.
pub fn judge(
    source: &SourceTicket,
    mapping: &Mapping,
    around: &Surroundings<'_>,
) -> Result<Judged, String> {
    let mut named = BTreeMap::new();
    let (mut ticket, mut notes) = ticket::judge(source, mapping, around, &mut named)?;
    let mut read = Vec::new();
    let messages = messages::judge(
        source,
        mapping,
        around,
        &mut ticket,
        &mut notes,
        &mut named,
        &mut read,
    );
    ticket.subject = ticket::subject(source, mapping, ticket.id, &messages, &mut notes);
    for id in around.kept.messages.iter().map(|message| message.id) {
        notes.find("deleted_there", "", id, "message", "stays");
    }
    let events = history::judge(source, mapping, around, &mut ticket, &messages, &mut notes);
    let head = head::head(&ticket, &events, around.now);
    let positions = head::positions(&ticket, &events, &read);
    Ok(Judged {
        ticket,
        messages,
        events,
        head,
        positions,
        originals: notes.originals,
        named: named.into_values().collect(),
        findings: notes.findings,
    })
}

/// Returns everyone whom the judged rows name.
pub fn people_of(judged: &Judged) -> BTreeSet<Uuid> {
    let mut people = BTreeSet::from([judged.ticket.user_id]);
    people.extend(judged.ticket.assigned_to);
    people.extend(judged.messages.iter().filter_map(|m| m.sender_id));
    people.extend(judged.messages.iter().filter_map(|m| m.customer));
    people.extend(judged.events.iter().filter_map(|e| e.actor_id));
    people.extend(judged.positions.iter().map(|p| p.person_id));
    for event in &judged.events {
        if matches!(event.kind, "assigned" | "unassigned") {
            let values = [&event.old_value, &event.new_value];
            people.extend(
                values
                    .into_iter()
                    .flatten()
                    .filter_map(|v| Uuid::parse_str(v).ok()),
            );
        }
    }
    people
}

/// Returns every id of a person in the source rows, before they are judged.
pub fn people_in(source: &SourceTicket, mapping: &Mapping) -> BTreeSet<Uuid> {
    let mut people = BTreeSet::new();
    let mut add = |row: &Row, table: &Table, fields: &[&str]| {
        people.extend(fields.iter().filter_map(|field| row.uuid(table, field)));
    };
    add(&source.ticket, &mapping.tickets, &["owner", "assignee"]);
    for row in &source.messages {
        add(row, &mapping.messages, &["sender", "read_by"]);
    }
    for row in &source.activity {
        if let Some(table) = &mapping.activity {
            add(row, table, &["actor", "old_value", "new_value"]);
        }
    }
    people
}

fn status_word(word: &str) -> Option<&'static str> {
    Some(word.parse::<Status>().ok()?.as_str())
}

fn priority_word(word: &str) -> Option<&'static str> {
    Some(word.parse::<Priority>().ok()?.as_str())
}

fn category_word(word: &str) -> Option<&'static str> {
    Some(word.parse::<Category>().ok()?.as_str())
}

pub use history::told;
pub use messages::described_files;
pub use rules::{RULES, meaning};
pub use ticket::plain_number;
