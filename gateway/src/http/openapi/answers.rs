//! Adds the responses of each route to the OpenAPI document. These are the refusals that follow
//! from the route's permissions and input, and the separate schemas for staff and customers.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::operations::operations;
use super::requests::names_in;
use crate::http::api;
use crate::http::endpoint::{Needs, Route};

/// The HTTP statuses of refusals, with their descriptions in the OpenAPI document.
const REFUSALS: [(u16, &str); 16] = [
    (400, "The body is not JSON, or is incomplete"),
    (401, "The token is missing, invalid or expired"),
    (403, "The person may not do this, or is blocked (`blocked`)"),
    (
        404,
        "The object does not exist, or the person must not know that it exists",
    ),
    (408, "The body took too long to arrive"),
    (
        409,
        "The stored state does not allow the request; `code` gives the reason, and with `stale`, `head` is the ticket's head",
    ),
    (
        410,
        "The bytes of the file are deleted (`attachment_infected`, `attachment_not_scannable`, `attachment_gone`)",
    ),
    (411, "The request has no `Content-Length`"),
    (
        412,
        "The object does not match `If-Match` (`precondition_failed`)",
    ),
    (413, "The body exceeds the size limit"),
    (415, "The body is not `application/json`"),
    (
        422,
        "A field is invalid (`invalid_field`, `invalid_body`) or unknown (`unknown_field`); `title` begins with its name",
    ),
    (423, "The file is still being checked"),
    (429, "Too many requests, or a quota is used up"),
    (500, "An error inside the server"),
    (
        503,
        "The server is overloaded, or a service that the request needs is unreachable",
    ),
];

/// OpenAPI schemas with two variants: the first for staff, the second for the ticket's customer.
const SIDES: [(&str, [&str; 2]); 4] = [
    ("Ticket", ["StaffTicket", "CustomerTicket"]),
    ("TicketPage", ["StaffTicketPage", "CustomerTicketPage"]),
    ("Event", ["StaffEvent", "CustomerEvent"]),
    ("EventPage", ["StaffEventPage", "CustomerEventPage"]),
];

/// Response fields that are omitted if they have no value, as schema and field name. All other
/// response fields are always present, and may be null.
const LEFT_OUT: [(&str, &str); 13] = [
    ("Attachment", "width"),
    ("Attachment", "height"),
    ("TicketFile", "width"),
    ("TicketFile", "height"),
    ("TicketFile", "is_internal"),
    ("Problem", "assigned_to"),
    ("StaffEvent", "description"),
    ("StaffEvent", "message"),
    ("CustomerEvent", "message"),
    ("BulkResult", "code"),
    ("Problem", "retry_after_ms"),
    ("Problem", "head"),
    ("RoleView", "online"),
];

pub(super) fn describe(document: &mut Value) {
    let schemas = document["components"]["schemas"]
        .as_object_mut()
        .expect("schemas");
    for (name, sides) in SIDES {
        let sides = sides.map(|side| json!({"$ref": format!("#/components/schemas/{side}")}));
        let about = "The first form is for staff, the second for the ticket's customer";
        schemas.insert(
            name.to_owned(),
            json!({"description": about, "anyOf": sides}),
        );
    }
    let refusals: Map<String, Value> = REFUSALS
        .iter()
        .map(|(status, about)| (format!("Refused{status}"), refusal(*status, about)))
        .collect();
    document["components"]["responses"] = Value::Object(refusals);
    for (method, path, operation) in operations(document) {
        let route = api::routes()
            .find(|route| (route.method, route.path) == (method.as_str(), path.as_str()))
            .expect("a test holds descriptions against routes");
        for (status, _) in REFUSALS {
            if may_answer(route, operation, status) {
                operation["responses"][status.to_string()] =
                    json!({"$ref": format!("#/components/responses/Refused{status}")});
            }
        }
    }
    say_which_fields_are_always_there(document);
}

fn refusal(status: u16, about: &str) -> Value {
    let problem = json!({"schema": {"$ref": "#/components/schemas/Problem"}});
    let mut response = json!({
        "description": format!("{about}."),
        "content": {"application/problem+json": problem},
    });
    match status {
        401 => {
            response["headers"]["WWW-Authenticate"] =
                json!({"required": true, "schema": {"type": "string", "const": "Bearer"}});
        }
        409 | 429 | 503 => {
            response["headers"]["Retry-After"] = json!({
                "description": "`retry_after_ms` in whole seconds, rounded up; absent if it is unknown",
                "schema": {"type": "integer", "minimum": 1},
            });
        }
        _ => {}
    }
    response
}

fn may_answer(route: &Route, operation: &Value, status: u16) -> bool {
    match status {
        401 | 403 => route.needs != Needs::Nothing,
        // The body of a new legal hold names a ticket or a person, that of an upload a ticket.
        404 => {
            let names_in_body = ["set_legal_hold", "reserve_upload"];
            route.path.contains('{')
                || names_in_body
                    .iter()
                    .any(|name| operation["operationId"] == *name)
        }
        410 => {
            route.path.contains("/attachments/{") || operation["operationId"] == "reserve_upload"
        }
        411 => operation["operationId"] == "store_upload",
        423 => route.path.contains("/attachments/{"),
        409 => route.method != "GET",
        412 => operation["parameters"]
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one["name"] == "If-Match")),
        415 => !operation["requestBody"].is_null(),
        _ => true,
    }
}

fn say_which_fields_are_always_there(document: &mut Value) {
    let (mut asked, mut answered) = (Vec::new(), Vec::new());
    for (_, _, operation) in operations(document) {
        asked.extend(names_in(&operation["requestBody"]));
        answered.extend(names_in(&operation["responses"]));
    }
    answered.push("Problem".to_owned());
    let schemas = document["components"]["schemas"]
        .as_object_mut()
        .expect("schemas");
    let asked = all_within(schemas, asked);
    for name in all_within(schemas, answered).difference(&asked) {
        let Some(schema) = schemas.get_mut(name) else {
            continue;
        };
        let Some(fields) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
            continue;
        };
        let mut required = Vec::new();
        for (field, described) in fields {
            if LEFT_OUT.contains(&(name.as_str(), field.as_str())) {
                forbid_null(described);
            } else {
                required.push(field.clone());
            }
        }
        schema["required"] = json!(required);
    }
}

/// Returns the schema names in `waiting`, and the names of all schemas to which those schemas refer
/// directly or indirectly.
fn all_within(schemas: &Map<String, Value>, mut waiting: Vec<String>) -> HashSet<String> {
    let mut all = HashSet::new();
    while let Some(name) = waiting.pop() {
        if let Some(schema) = schemas.get(&name)
            && all.insert(name)
        {
            waiting.extend(names_in(schema));
        }
    }
    all
}

pub(super) fn forbid_null(described: &mut Value) {
    if let Some(types) = described.get_mut("type").and_then(Value::as_array_mut) {
        types.retain(|one| one != "null");
        if let [only] = types.as_slice() {
            described["type"] = only.clone();
        }
    }
    if let Some(either) = described.get_mut("oneOf").and_then(Value::as_array_mut) {
        either.retain(|one| one["type"] != "null");
        if let [only] = either.as_slice() {
            *described = only.clone();
        }
    }
}
