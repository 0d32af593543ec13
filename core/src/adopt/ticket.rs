//! Judges the row of a ticket.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::text::{self, Change};
use super::times::{archived, ends, readable_time, times};
use super::{
    JudgedMessage, JudgedTicket, Mapping, NamedPerson, Notes, Place, Row, SourceTicket,
    Surroundings, Table, category_word, derived, priority_word, status_word,
};
use crate::{derived_subject, limits};

type People = BTreeMap<Uuid, NamedPerson>;

pub(super) fn judge(
    source: &SourceTicket,
    mapping: &Mapping,
    around: &Surroundings<'_>,
    named: &mut People,
) -> Result<(JudgedTicket, Notes), String> {
    let (row, table) = (&source.ticket, &mapping.tickets);
    let id = row.uuid(table, "id").ok_or_else(|| {
        let id = row.text(table, "id").unwrap_or_default();
        format!("{}: the id {id} is no UUID", table.name)
    })?;
    let at = Place {
        source: "ticket",
        row: id,
        message: None,
    };
    let mut notes = Notes {
        ticket_id: id,
        number: String::new(),
        originals: Vec::new(),
        findings: Vec::new(),
    };
    let ticket_number = number(row, table, around, &at, &mut notes);
    let times = times(source, mapping, around, &at, &mut notes);
    let user_id = owner(row, table, around, &at, &mut notes, named);
    let words = words(row, mapping, &at, &mut notes);
    let [resolved_at, closed_at] = ends(source, mapping, words[2], &times, &at, &mut notes);
    let assigned_to = assignee(row, table, around, user_id, words[2], &at, &mut notes);
    let (satisfaction_rating, satisfaction_comment) = rating(row, table, &at, &mut notes);
    let ticket = JudgedTicket {
        id,
        ticket_number,
        user_id,
        // Set when the messages are judged.
        subject: String::new(),
        category: words[0],
        priority: words[1],
        status: words[2],
        assigned_to,
        assigned_at: assigned_at((row, table), assigned_to, times.created, &at, &mut notes),
        satisfaction_rating,
        satisfaction_comment,
        first_response_at: None,
        resolved_at,
        closed_at,
        archived_at: archived(row, table, &times, &at, &mut notes),
        ip_address: address(row, table, &at, &mut notes),
        user_agent: agent(row, table, &at, &mut notes),
        metadata: metadata(row, table, &at, &mut notes),
        created_at: times.created,
        updated_at: times.updated,
    };
    let (rest, long) = row.rest(table, &[]);
    if !rest.is_empty() {
        notes.keep(&at, "*", Value::Object(rest), None);
    }
    notes.keep_long(&at, (row, table), &long);
    Ok((ticket, notes))
}

fn number(
    row: &Row,
    table: &Table,
    around: &Surroundings<'_>,
    at: &Place,
    notes: &mut Notes,
) -> String {
    let was = row.text(table, "number").unwrap_or_default();
    let (plain, rule) = plain_number(&was, at.row);
    let became = around.number.map_or(plain, str::to_owned);
    notes.number.clone_from(&became);
    let rule = if around.number.is_some() {
        Some("number_doubled")
    } else {
        rule
    };
    if let Some(rule) = rule {
        notes.find(rule, "number", at.row, &was, &became);
        notes.keep_field(at, (row, table), "number");
    }
    became
}

/// The number of a ticket before it is compared with those of other tickets, and why it differs
/// from the source's.
pub fn plain_number(number: &str, id: Uuid) -> (String, Option<&'static str>) {
    let own = || format!("ADOPTED-{}", &id.simple().to_string()[..12]);
    let (line, change) = text::line(number, limits::ADOPTED_NUMBER_CHARS_MAX);
    if line.is_empty() {
        return (own(), Some("number_missing"));
    }
    let is_unusable = line.chars().all(|c| c == '.') || Uuid::parse_str(&line).is_ok();
    if is_unusable {
        return (
            format!("ADOPTED-{}", &line[..line.len().min(40)]),
            Some("number_changed"),
        );
    }
    (line, change.map(|_| "number_changed"))
}

/// The customer who opened the ticket, if another one owns it now: the platform's trigger told the
/// opening with the time of the ticket, which no one else can write.
pub(super) fn opener(
    source: &SourceTicket,
    mapping: &Mapping,
    around: &Surroundings<'_>,
) -> Option<Uuid> {
    let table = mapping.activity.as_ref()?;
    let created = source.ticket.time(&mapping.tickets, "created_at")?;
    let is_opening = |row: &&Row| {
        let word = |field: &str| row.text(table, field).unwrap_or_default();
        mapping.word("activity_type", &word("type")) == "created"
            && mapping.word("sender_type", &word("actor_type")) == "customer"
            && row.time(table, "created_at") == Some(created)
    };
    let opening = source.activity.iter().find(is_opening)?;
    let opener = opening.uuid(table, "actor")?;
    (!around.staff.contains(&opener)).then_some(opener)
}

fn assigned_at(
    (row, table): (&Row, &Table),
    assigned_to: Option<Uuid>,
    created: DateTime<Utc>,
    at: &Place,
    notes: &mut Notes,
) -> Option<DateTime<Utc>> {
    let Some(own) = readable_time(row, table, "assigned_at", at, notes) else {
        assigned_to?;
        // The desk has no assignment without a time.
        let told = created.to_rfc3339();
        notes.find("assigned_at_inferred", "assigned_at", at.row, "", &told);
        return Some(created);
    };
    if assigned_to.is_none() {
        let was = own.to_rfc3339();
        notes.find("assigned_at_dropped", "assigned_at", at.row, &was, "");
        notes.keep_field(at, (row, table), "assigned_at");
        return None;
    }
    Some(own)
}

fn owner(
    row: &Row,
    table: &Table,
    around: &Surroundings<'_>,
    at: &Place,
    notes: &mut Notes,
    named: &mut People,
) -> Uuid {
    let email = row
        .text(table, "owner_email")
        .and_then(|email| fitting(&email, 320));
    let name = row
        .text(table, "owner_name")
        .and_then(|name| fitting(&name, 200));
    let Some(owner) = row.uuid(table, "owner") else {
        let stand_in = derived(&format!("deleted customer of {}", at.row));
        notes.find("owner_deleted", "owner", at.row, "", &stand_in.to_string());
        for field in ["owner_email", "owner_name"] {
            notes.keep_field(at, (row, table), field);
        }
        named.insert(
            stand_in,
            NamedPerson {
                id: stand_in,
                email: None,
                display_name: Some("Deleted user".to_owned()),
                is_blocked: true,
                is_known: false,
            },
        );
        return stand_in;
    };
    let is_gone = around.users.is_some_and(|users| !users.contains(&owner));
    if is_gone {
        notes.find("owner_gone", "", at.row, &owner.to_string(), "blocked");
    }
    let display_name = name.or_else(|| is_gone.then(|| "Former user".to_owned()));
    named.insert(
        owner,
        NamedPerson {
            id: owner,
            email,
            display_name,
            is_blocked: is_gone,
            is_known: false,
        },
    );
    owner
}

/// A name or address, if it has text that fits.
fn fitting(text: &str, chars_max: usize) -> Option<String> {
    let (line, _) = text::line(text, chars_max);
    (!line.is_empty()).then_some(line)
}

/// The words for category, priority and status, in this order.
fn words(row: &Row, mapping: &Mapping, at: &Place, notes: &mut Notes) -> [&'static str; 3] {
    type Known = fn(&str) -> Option<&'static str>;
    let fields: [(&str, Known, &'static str); 3] = [
        ("category", category_word, "general"),
        ("priority", priority_word, "medium"),
        ("status", status_word, "open"),
    ];
    fields.map(|(field, known, default)| {
        let was = row.text(&mapping.tickets, field);
        let word = was.as_deref().map(|was| mapping.word(field, was));
        word.and_then(|word| known(&word)).unwrap_or_else(|| {
            notes.keep_field(at, (row, &mapping.tickets), field);
            if mapping.tickets.columns.contains_key(field) {
                notes.find(
                    "unknown_word",
                    field,
                    at.row,
                    &was.unwrap_or_default(),
                    default,
                );
            }
            default
        })
    })
}

fn assignee(
    row: &Row,
    table: &Table,
    around: &Surroundings<'_>,
    owner: Uuid,
    status: &str,
    at: &Place,
    notes: &mut Notes,
) -> Option<Uuid> {
    let Some(assignee) = row.uuid(table, "assignee") else {
        if let Some(was) = row.text(table, "assignee") {
            notes.find("assignee_removed", "assignee", at.row, &was, "");
            notes.keep_field(at, (row, table), "assignee");
        }
        return None;
    };
    let is_over = matches!(status, "resolved" | "closed");
    if assignee != owner && (is_over || around.assignable.contains(&assignee)) {
        return Some(assignee);
    }
    notes.find(
        "assignee_removed",
        "assignee",
        at.row,
        &assignee.to_string(),
        "",
    );
    notes.keep_field(at, (row, table), "assignee");
    None
}

fn rating(
    row: &Row,
    table: &Table,
    at: &Place,
    notes: &mut Notes,
) -> (Option<i32>, Option<String>) {
    let own = row.text(table, "rating");
    let rating = row.stars(table, "rating");
    if let (None, Some(own)) = (rating, own) {
        notes.find("rating_dropped", "rating", at.row, &own, "");
        notes.keep_field(at, (row, table), "rating");
    }
    let feedback = row.text(table, "feedback").and_then(|own| {
        let cut: String = own.chars().take(limits::RATING_COMMENT_CHARS_MAX).collect();
        if cut.len() < own.len() {
            notes.find("feedback_cut", "feedback", at.row, &own, &cut);
            notes.keep_field(at, (row, table), "feedback");
        }
        (!cut.is_empty()).then_some(cut)
    });
    (rating, feedback)
}

/// The subject of the ticket. Chat sessions have none: the first text of the customer gives it, and never one that customers do not see.
pub(super) fn subject(
    source: &SourceTicket,
    mapping: &Mapping,
    id: Uuid,
    messages: &[JudgedMessage],
    notes: &mut Notes,
) -> String {
    const NONE: &str = "(no subject)";
    let at = Place {
        source: "ticket",
        row: id,
        message: None,
    };
    let own = source
        .ticket
        .text(&mapping.tickets, "subject")
        .unwrap_or_default();
    let at_source = (&source.ticket, &mapping.tickets);
    let (line, mut change) = text::line(&own, limits::SUBJECT_CHARS_MAX);
    if at_source.0.long_column(at_source.1, "subject").is_some() && change != Some(Change::Empty) {
        change = Some(Change::Cut);
    }
    let Some(change) = change else { return line };
    let subject = match change {
        Change::Empty if mapping.tickets.columns.contains_key("subject") => NONE.to_owned(),
        Change::Empty => {
            let first = messages
                .iter()
                .filter(|message| message.sender_type == "customer" && !message.is_internal)
                .min_by_key(|message| (message.created_at, message.id));
            let text = first.map_or("", |message| message.body.trim());
            let (line, _) = text::line(&derived_subject::of(text), limits::SUBJECT_CHARS_MAX);
            if text.is_empty() || line.is_empty() {
                NONE.to_owned()
            } else {
                line
            }
        }
        Change::Cut | Change::Cleaned => line,
    };
    let rule = change.rule(["subject_cleaned", "subject_cut", "subject_missing"]);
    notes.find(rule, "subject", at.row, &own, &subject);
    notes.keep_field(&at, at_source, "subject");
    subject
}

/// The address of a row, if Postgres takes it.
pub(super) fn address(row: &Row, table: &Table, at: &Place, notes: &mut Notes) -> Option<String> {
    let address = row.address(table, "ip_address");
    if let (None, Some(own)) = (&address, row.text(table, "ip_address")) {
        notes.find("address_dropped", "ip_address", at.row, &own, "");
        notes.keep_field(at, (row, table), "ip_address");
    }
    address
}

/// The browser of a row, cut to what the desk keeps.
pub(super) fn agent(row: &Row, table: &Table, at: &Place, notes: &mut Notes) -> Option<String> {
    let own = row.text(table, "user_agent")?;
    let cut: String = own.chars().take(limits::USER_AGENT_CHARS_MAX).collect();
    if cut.len() < own.len() {
        notes.find("agent_cut", "user_agent", at.row, &own, &cut);
        notes.keep_field(at, (row, table), "user_agent");
    }
    Some(cut)
}

fn metadata(row: &Row, table: &Table, at: &Place, notes: &mut Notes) -> Value {
    let aside = |field: &'static str, notes: &mut Notes| {
        let was = row.text(table, field).unwrap_or_default();
        notes.find("metadata_kept_aside", field, at.row, &was, "");
        notes.keep_field(at, (row, table), field);
    };
    let is_long = |field: &str| row.long_column(table, field).is_some();
    let mut map = match row.value(table, "metadata") {
        None => Map::new(),
        Some(_) if is_long("metadata") => {
            aside("metadata", notes);
            Map::new()
        }
        Some(Value::Object(map)) => map.clone(),
        Some(other) => {
            let was = other.to_string();
            notes.find(
                "metadata_wrapped",
                "metadata",
                at.row,
                &was,
                "{\"value\": …}",
            );
            Map::from_iter([("value".to_owned(), other.clone())])
        }
    };
    if let Some(tags) = row.value(table, "tags") {
        if is_long("tags") || map.get("tags").is_some_and(|own| own != tags) {
            aside("tags", notes);
        } else {
            map.insert("tags".to_owned(), tags.clone());
        }
    }
    let whole = Value::Object(map);
    if stored_bytes(&whole) > limits::METADATA_STORED_BYTES_MAX {
        for field in ["metadata", "tags"] {
            if row.value(table, field).is_some() {
                aside(field, notes);
            }
        }
        return json!({});
    }
    whole
}

/// At most so many bytes has the text that Postgres makes of this: a blank behind each colon and
/// comma.
pub(super) fn stored_bytes(value: &Value) -> usize {
    let text = value.to_string();
    text.len()
        + text
            .bytes()
            .filter(|byte| matches!(byte, b':' | b','))
            .count()
}
