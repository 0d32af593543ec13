//! Which column of the source is which field. Guessed by name, and overridden by the operator.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::columns::{Column, Needed, hiding, missing, needed, needed_unless_denied};
use crate::history::Kind;

/// A table of the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Table {
    pub name: String,
    /// The column of each field that has one.
    pub columns: BTreeMap<String, String>,
}

/// How the source's tables are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mapping {
    pub tickets: Table,
    pub messages: Table,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity: Option<Table>,
    /// Words of the source and the desk's words for them, for each of `status`, `priority`,
    /// `category`, `sender_type` and `activity_type`.
    pub words: BTreeMap<String, BTreeMap<String, String>>,
    /// The sequence that numbers the source's tickets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<String>,
    /// The zone in which times are meant that have none, a name that Postgres knows.
    pub zone: String,
    /// What may still write to the source's tables after the cut-over, as the operator has accepted.
    pub accepted_writers: BTreeSet<String>,
    /// The columns of each table that have no field. Their values are kept aside.
    pub unused: BTreeMap<String, BTreeSet<String>>,
}

/// The zone of times without one, if the operator's file names none.
pub const ZONE_DEFAULT: &str = "UTC";

/// What an operator's file says about one table.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableOverrides {
    pub table: Option<String>,
    #[serde(default)]
    pub columns: BTreeMap<String, String>,
}

/// What an operator's file says about the mapping.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overrides {
    #[serde(default)]
    pub tickets: TableOverrides,
    #[serde(default)]
    pub messages: TableOverrides,
    #[serde(default)]
    pub activity: TableOverrides,
    #[serde(default)]
    pub words: BTreeMap<String, BTreeMap<String, String>>,
    pub sequence: Option<String>,
    /// The zone of columns without one. Default: [`ZONE_DEFAULT`].
    pub zone: Option<String>,
    /// What may still write to the source's tables after the cut-over, as its refusal names it.
    #[serde(default)]
    pub accepted_writers: BTreeSet<String>,
}

type Fields = &'static [(&'static str, &'static [&'static str])];

const TICKETS: Fields = &[
    ("id", &["id"]),
    (
        "number",
        &["ticket_number", "session_number", "number", "reference"],
    ),
    ("owner", &["user_id", "customer_id", "requester_id"]),
    ("owner_email", &["user_email", "customer_email"]),
    ("owner_name", &["user_name", "customer_name"]),
    ("subject", &["subject", "title", "topic"]),
    ("description", &["description"]),
    ("category", &["category"]),
    ("priority", &["priority"]),
    ("status", &["status"]),
    (
        "assignee",
        &["assigned_to", "agent_id", "assigned_agent_id"],
    ),
    ("assigned_at", &["assigned_at"]),
    (
        "rating",
        &[
            "customer_satisfaction_rating",
            "satisfaction_rating",
            "customer_rating",
            "rating",
        ],
    ),
    (
        "feedback",
        &[
            "customer_satisfaction_comment",
            "satisfaction_comment",
            "customer_feedback",
            "feedback",
        ],
    ),
    ("resolution_notes", &["resolution_notes"]),
    ("resolved_at", &["resolved_at"]),
    ("closed_at", &["closed_at", "ended_at"]),
    ("archived_at", &["archived_at"]),
    ("is_archived", &["is_archived", "archived"]),
    ("ip_address", &["ip_address"]),
    ("user_agent", &["user_agent"]),
    ("metadata", &["metadata"]),
    ("tags", &["tags"]),
    ("created_at", &["created_at", "inserted_at"]),
    ("updated_at", &["updated_at"]),
    ("last_activity_at", &["last_activity_at"]),
];

const MESSAGES: Fields = &[
    ("id", &["id"]),
    ("ticket", &["ticket_id", "session_id", "chat_session_id"]),
    ("sender", &["sender_id", "user_id", "author_id"]),
    ("sender_type", &["sender_type", "sender_role"]),
    ("body", &["message", "body", "content", "text"]),
    (
        "is_internal",
        &["is_internal", "internal", "is_internal_note"],
    ),
    ("attachments", &["attachments"]),
    ("edited_at", &["edited_at"]),
    ("is_edited", &["is_edited"]),
    ("is_read", &["is_read"]),
    ("read_at", &["read_at"]),
    ("read_by", &["read_by"]),
    ("ip_address", &["ip_address"]),
    ("user_agent", &["user_agent"]),
    ("metadata", &["metadata"]),
    ("created_at", &["created_at", "inserted_at", "sent_at"]),
    ("updated_at", &["updated_at"]),
];

const ACTIVITY: Fields = &[
    ("id", &["id"]),
    ("ticket", &["ticket_id", "session_id", "chat_session_id"]),
    ("type", &["activity_type", "action", "event_type", "type"]),
    ("actor", &["actor_id", "user_id"]),
    ("actor_type", &["actor_type"]),
    ("old_value", &["old_value"]),
    ("new_value", &["new_value"]),
    ("description", &["description"]),
    ("ip_address", &["ip_address"]),
    ("user_agent", &["user_agent"]),
    ("metadata", &["metadata"]),
    ("created_at", &["created_at", "inserted_at"]),
];

/// Words of the second generation of the platform's tables.
const WORDS: &[(&str, &[(&str, &str)])] = &[
    (
        "status",
        &[
            ("active", "open"),
            ("waiting", "open"),
            ("assigned", "in_progress"),
            ("abandoned", "closed"),
        ],
    ),
    ("priority", &[("normal", "medium")]),
    (
        "category",
        &[
            ("technical_support", "technical"),
            ("account_help", "account"),
            ("security_concern", "security"),
            ("feature_question", "feature_request"),
        ],
    ),
    (
        "sender_type",
        &[
            ("agent", "admin"),
            ("support_agent", "admin"),
            ("user", "customer"),
            ("bot", "system"),
            ("ai", "system"),
        ],
    ),
    (
        "activity_type",
        &[
            ("session_started", "created"),
            ("message_sent", "message_added"),
        ],
    ),
];

/// The names of the three tables, for tickets and for chat sessions.
const NAMES: [[&str; 3]; 2] = [
    [
        "support_tickets",
        "support_messages",
        "support_ticket_activity",
    ],
    ["chat_sessions", "chat_messages", "chat_session_activity"],
];

impl Mapping {
    /// The names of the tables that a source of this generation has, unless the file names others.
    pub fn table_names(chats: Chats, overrides: &Overrides) -> [String; 3] {
        let names = NAMES[usize::from(chats == Chats::Sessions)];
        let given = [&overrides.tickets, &overrides.messages, &overrides.activity];
        std::array::from_fn(|n| {
            given[n]
                .table
                .clone()
                .unwrap_or_else(|| names[n].to_owned())
        })
    }

    /// Guesses the mapping from the columns of the tables.
    ///
    /// # Errors
    /// Returns what is missing, or which override names no field or column.
    pub fn guess(
        names: &[String; 3],
        columns: &BTreeMap<String, BTreeMap<String, Column>>,
        overrides: &Overrides,
    ) -> Result<Self, Vec<String>> {
        let mut faults = Vec::new();
        let mut unused: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut table = |n: usize, fields: Fields, given: &TableOverrides, needed: &[Needed]| {
            let columns = columns.get(&names[n])?;
            let mut found = BTreeMap::new();
            for (field, candidates) in fields {
                if let Some(column) = candidates.iter().find(|c| columns.contains_key(**c)) {
                    found.insert((*field).to_owned(), (*column).to_owned());
                }
            }
            for (field, column) in &given.columns {
                if !fields.iter().any(|(name, _)| name == field) {
                    if column.is_empty() && columns.contains_key(field) {
                        // The operator says that this column means nothing here.
                        continue;
                    }
                    faults.push(format!("{}: there is no field {field}", names[n]));
                } else if column.is_empty() {
                    found.remove(field);
                } else if columns.contains_key(column) {
                    found.insert(field.clone(), column.clone());
                } else {
                    faults.push(format!("{}: there is no column {column}", names[n]));
                }
            }
            faults.extend(missing(&names[n], &found, given, needed));
            if n < 2 {
                faults.extend(hiding(&names[n], n == 1, columns, &found, given));
            }
            let used: BTreeSet<&String> = found.values().collect();
            let left: BTreeSet<String> = columns
                .keys()
                .filter(|column| !used.contains(column))
                .cloned()
                .collect();
            unused.insert(names[n].clone(), left);
            Some(Table {
                name: names[n].clone(),
                columns: found,
            })
        };
        let of_tickets = [
            needed("id"),
            needed("owner"),
            needed("created_at"),
            needed_unless_denied("status"),
            needed_unless_denied("assignee"),
            needed_unless_denied("rating"),
        ];
        let of_messages = [
            needed("id"),
            needed("ticket"),
            needed("body"),
            // Without it, every note would be shown to customers.
            needed_unless_denied("is_internal"),
            needed_unless_denied("sender"),
            needed_unless_denied("created_at"),
        ];
        let of_activity = [needed("id"), needed("ticket"), needed("type")];
        let tickets = table(0, TICKETS, &overrides.tickets, &of_tickets);
        let messages = table(1, MESSAGES, &overrides.messages, &of_messages);
        let activity = table(2, ACTIVITY, &overrides.activity, &of_activity);
        let (Some(tickets), Some(messages)) = (tickets, messages) else {
            faults.push(format!(
                "there are no tables {} and {}; if they are in another database, name it with --source-url",
                names[0], names[1]
            ));
            return Err(faults);
        };
        let words = words(overrides, &mut faults);
        if faults.is_empty() {
            Ok(Self {
                tickets,
                messages,
                activity,
                words,
                sequence: overrides.sequence.clone(),
                zone: overrides
                    .zone
                    .clone()
                    .unwrap_or_else(|| ZONE_DEFAULT.to_owned()),
                accepted_writers: overrides.accepted_writers.clone(),
                unused,
            })
        } else {
            Err(faults)
        }
    }

    /// The desk's word for a word of the source, whatever its case and the blanks around it.
    pub fn word(&self, field: &str, word: &str) -> String {
        let plain = word.trim();
        let lower = plain.to_lowercase();
        let known = self.words.get(field);
        let known = known.and_then(|words| words.get(plain).or_else(|| words.get(&lower)));
        known.map_or(lower, |word| word.to_lowercase())
    }
}

/// The source's words, with those that the operator gives.
fn words(
    overrides: &Overrides,
    faults: &mut Vec<String>,
) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut words: BTreeMap<String, BTreeMap<String, String>> = WORDS
        .iter()
        .map(|(field, pairs)| {
            let pairs = pairs
                .iter()
                .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
            ((*field).to_owned(), pairs.collect())
        })
        .collect();
    for (field, pairs) in &overrides.words {
        let Some(known) = words.get_mut(field) else {
            faults.push(format!("words: there is no field {field}"));
            continue;
        };
        known.extend(pairs.clone());
        for word in pairs.values().filter(|word| !is_word_of(field, word)) {
            faults.push(format!("words.{field}: Helpline has no {field} {word}"));
        }
    }
    words
}

/// Whether this is a word of the desk for the field.
fn is_word_of(field: &str, word: &str) -> bool {
    let word = word.to_lowercase();
    match field {
        "status" => super::status_word(&word).is_some(),
        "priority" => super::priority_word(&word).is_some(),
        "category" => super::category_word(&word).is_some(),
        "sender_type" => matches!(word.as_str(), "customer" | "admin" | "system"),
        _ => word.parse::<Kind>().is_ok(),
    }
}

/// Which generation of the platform's tables is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chats {
    /// Tickets, the first generation.
    Tickets,
    /// Chat sessions, the second one.
    Sessions,
}
