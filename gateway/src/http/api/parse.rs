//! Parsers for request bodies and query parameters that several routes have in common.

use std::str::FromStr;

use helpline_core::attachment::check_files;
use helpline_core::body::Body;
use helpline_core::ids::{UploadId, UserId};
use helpline_core::policy::TicketAction;
use helpline_core::protocol::TicketPatch;
use helpline_core::reject::RejectCode;
use helpline_persistence::tickets::{Assignee, InvalidCursor, Patch};
use serde_json::{Map, Value};

use crate::http::problem::Refusal;
use crate::services::tickets::actions_of;

/// A validated `TicketPatch`.
pub(super) struct Change {
    pub(super) patch: Patch,
}

impl Change {
    /// Validates a ticket patch. `me` is the caller's id, to which the assignee word `"me"` in the
    /// patch refers.
    ///
    /// # Errors
    /// `invalid_field` if `assigned_to` or `if_assigned_to` is invalid.
    pub(super) fn parse(patch: &TicketPatch, me: UserId) -> Result<Self, Refusal> {
        let assigned_to = patch
            .assigned_to
            .as_deref()
            .map(|word| parse_assignee("assigned_to", word, me))
            .transpose()?;
        let if_assigned_to = patch
            .if_assigned_to
            .as_deref()
            .map(|word| parse_assignee("if_assigned_to", word, me))
            .transpose()?;
        if if_assigned_to.is_some() && assigned_to.is_none() {
            return Err(Refusal::field("if_assigned_to", "requires assigned_to"));
        }
        Ok(Self {
            patch: Patch {
                status: patch.status,
                priority: patch.priority,
                category: patch.category,
                assigned_to,
                if_assigned_to,
            },
        })
    }

    /// The actions that the access policy must allow before this patch is applied.
    pub(super) fn actions(&self) -> impl Iterator<Item = TicketAction> {
        actions_of(&self.patch)
    }

    /// Whether the patch changes no field of the ticket.
    pub(super) fn is_nothing(&self) -> bool {
        self.patch == Patch::default()
    }
}

/// Parses an assignee: `me`, `nobody` (unassigned) or a person's id.
pub(super) fn parse_assignee(field: &str, word: &str, me: UserId) -> Result<Assignee, Refusal> {
    match word {
        "me" => Ok(Assignee::Agent(me)),
        "nobody" => Ok(Assignee::Unassigned),
        id => id.parse().map(Assignee::Agent).map_err(|_| {
            Refusal::new(
                RejectCode::InvalidField,
                format!("{field}: must be an id, me or nobody"),
            )
        }),
    }
}

/// Parses a person's id. A refusal contains the name of the request's `field`.
pub(super) fn parse_user(field: &str, id: &str) -> Result<UserId, Refusal> {
    id.parse()
        .map_err(|_| Refusal::field(field, "must be an id"))
}

/// Parses the `cursor` parameter, whose value comes from the response with the previous page.
pub(super) fn parse_cursor<C: FromStr<Err = InvalidCursor>>(text: &str) -> Result<C, Refusal> {
    text.parse()
        .map_err(|error: InvalidCursor| Refusal::field("cursor", error))
}

/// Parses a message's text. A refusal contains the name of the request's `field`.
pub(super) fn parse_body(field: &str, text: String) -> Result<Body, Refusal> {
    Body::parse(text)
        .map_err(|error| Refusal::new(RejectCode::InvalidBody, format!("{field}: {error}")))
}

/// Parses a message's text, which may be empty if the message has files. Checks the list of files.
pub(super) fn parse_content(
    field: &str,
    text: String,
    files: &[UploadId],
) -> Result<Body, Refusal> {
    check_files(files).map_err(|error| Refusal::field("attachments", error))?;
    if files.is_empty() {
        return parse_body(field, text);
    }
    Body::parse_with_files(text)
        .map_err(|error| Refusal::new(RejectCode::InvalidBody, format!("{field}: {error}")))
}

/// Searches a JSON object for a NUL character, which the database cannot store in JSON. Returns the
/// path of the text that contains NUL. If a field name contains NUL, returns the path of the object
/// with this field.
pub(super) fn nul_in(path: &str, fields: &Map<String, Value>) -> Option<String> {
    if fields.keys().any(|name| name.contains('\0')) {
        return Some(path.to_owned());
    }
    fields
        .iter()
        .find_map(|(name, value)| nul_within(&format!("{path}.{name}"), value))
}

fn nul_within(path: &str, value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then(|| path.to_owned()),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(n, item)| nul_within(&format!("{path}[{n}]"), item)),
        Value::Object(fields) => nul_in(path, fields),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}
