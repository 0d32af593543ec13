//! Adds the limits of fields and parameters to the OpenAPI document. They are the limits that the
//! handlers enforce. Rules that JSON Schema cannot express (bytes, control characters, fields that
//! depend on each other) are enforced only by the handlers, whose refusals name the field.

use helpline_core::limits;
use helpline_persistence::settings::Name;
use serde_json::{Value, json};

use super::answers::forbid_null;
use super::operations::operations;

/// A limit on a value in the OpenAPI document.
enum Bound {
    /// A text with a minimum and maximum number of characters.
    Chars(usize, usize),
    /// A list with a minimum and maximum number of items.
    Items(usize, usize),
    /// An integer with a minimum and a maximum.
    Whole(u64, u64),
    /// A UUID.
    Id,
    /// One of these strings.
    Words(Vec<&'static str>),
    /// A text that matches this regular expression.
    Form(&'static str),
}

fn fields() -> [(&'static str, &'static str, Bound); 26] {
    use Bound::{Chars, Form, Items, Whole};
    let attachments = Items(0, limits::ATTACHMENTS_MAX);
    let size = Whole(0, limits::EXACT_NUMBER_MAX);
    let name = || Chars(1, limits::ATTACHMENT_NAME_CHARS_MAX);
    [
        ("NewTicket", "subject", Chars(1, limits::SUBJECT_CHARS_MAX)),
        ("NewTicket", "description", Chars(0, limits::BODY_BYTES_MAX)),
        ("NewTicket", "attachments", attachments),
        ("NewMessage", "body", Chars(0, limits::BODY_BYTES_MAX)),
        (
            "NewMessage",
            "attachments",
            Items(0, limits::ATTACHMENTS_MAX),
        ),
        ("MessageEdit", "body", Chars(1, limits::BODY_BYTES_MAX)),
        ("NewRating", "satisfaction_rating", Whole(1, 5)),
        (
            "NewRating",
            "satisfaction_comment",
            Chars(0, limits::RATING_COMMENT_CHARS_MAX),
        ),
        (
            "SavedReplyChange",
            "shortcut",
            Chars(1, limits::SHORTCUT_CHARS_MAX),
        ),
        ("SavedReplyChange", "shortcut", Form("^[a-z0-9_-]+$")),
        (
            "SavedReplyChange",
            "title",
            Chars(1, limits::SAVED_REPLY_TITLE_CHARS_MAX),
        ),
        ("SavedReplyChange", "body", Chars(1, limits::BODY_BYTES_MAX)),
        (
            "SavedReplyChange",
            "folder",
            Chars(0, limits::REPLY_FOLDER_CHARS_MAX),
        ),
        ("BulkPatch", "tickets", Items(1, limits::BULK_TICKETS_MAX)),
        ("NewUpload", "name", Chars(1, limits::UPLOAD_NAME_BYTES_MAX)),
        (
            "NewUpload",
            "content_type",
            Chars(0, limits::MEDIA_TYPE_CHARS_MAX),
        ),
        (
            "NewUpload",
            "size_bytes",
            Whole(1, limits::EXACT_NUMBER_MAX),
        ),
        ("Attachment", "name", name()),
        (
            "Attachment",
            "content_type",
            Chars(1, limits::MEDIA_TYPE_CHARS_MAX),
        ),
        ("Attachment", "size_bytes", size),
        ("Rating", "satisfaction_rating", Whole(1, 5)),
        ("TicketPatch", "assigned_to", Chars(2, 36)),
        ("DeliveryReplay", "ids", Items(1, limits::DELIVERY_IDS_MAX)),
        (
            "DeliveryReplaySince",
            "kind",
            Chars(1, limits::JOB_NAME_CHARS_MAX),
        ),
        (
            "DeliveryReplaySince",
            "receiver",
            Chars(1, limits::DELIVERY_RECEIVER_CHARS_MAX),
        ),
        ("HeldTimer", "id", Whole(1, limits::EXACT_NUMBER_MAX)),
    ]
}

fn parameters() -> Vec<(&'static str, &'static str, Bound)> {
    use Bound::{Chars, Form, Id, Whole, Words};
    let list = u64::from(limits::LIST_TICKETS_MAX);
    let page = u64::from(limits::PAGE_EVENTS_MAX);
    vec![
        ("/v1/tickets", "scope", Words(vec!["own", "all"])),
        ("/v1/tickets", "tab", Words(vec!["active", "closed"])),
        (
            "/v1/tickets",
            "sort",
            Words(vec!["last_activity", "created", "oldest", "waiting"]),
        ),
        ("/v1/tickets", "search", Chars(0, limits::SEARCH_CHARS_MAX)),
        ("/v1/tickets", "user_id", Id),
        (
            "/v1/roles",
            "query",
            Chars(1, limits::PEOPLE_QUERY_CHARS_MAX),
        ),
        ("/v1/tickets", "limit", Whole(1, list)),
        ("/v1/tickets/{ticket}/activity", "limit", Whole(1, page)),
        ("/v1/tickets/{ticket}/messages", "limit", Whole(1, page)),
        (
            "/v1/tickets/{ticket}/attachments",
            "limit",
            Whole(1, limits::ATTACHMENT_PAGE_MAX.into()),
        ),
        (
            "/v1/access-log",
            "limit",
            Whole(1, limits::ACCESS_LOG_PAGE_MAX.into()),
        ),
        (
            "/v1/access-log/export",
            "limit",
            Whole(1, limits::ACCESS_LOG_EXPORT_ROWS_MAX.into()),
        ),
        ("", "Idempotency-Key", Chars(1, limits::KEY_CHARS_MAX)),
        ("", "Idempotency-Key", Form("^[!-~]+$")),
        ("", "message", Id),
        ("", "user", Id),
        ("", "reply", Id),
        ("", "upload", Id),
        ("", "attachment", Id),
        (
            "",
            "name",
            Words(Name::ALL.iter().map(|name| name.as_str()).collect()),
        ),
    ]
}

pub(super) fn describe(document: &mut Value) {
    let seq = Bound::Whole(0, limits::EXACT_NUMBER_MAX);
    seq.put_into(&mut document["components"]["schemas"]["Seq"]);
    for (schema, field, bound) in fields() {
        let described = &mut document["components"]["schemas"][schema]["properties"][field];
        assert!(described.is_object(), "{schema}.{field} is described");
        bound.put_into(described);
    }
    for (_, _, operation) in operations(document) {
        let parameters = operation
            .get_mut("parameters")
            .and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            // A query parameter cannot be null. A parameter without a value is omitted.
            forbid_null(&mut parameter["schema"]);
        }
    }
    for (path, name, bound) in parameters() {
        let mut found = 0;
        for (_, at, operation) in operations(document) {
            let Some(parameters) = operation
                .get_mut("parameters")
                .and_then(Value::as_array_mut)
            else {
                continue;
            };
            if !path.is_empty() && path != at {
                continue;
            }
            for parameter in parameters.iter_mut().filter(|it| it["name"] == name) {
                bound.put_into(&mut parameter["schema"]);
                found += 1;
            }
        }
        assert!(found > 0, "{path} has a parameter {name}");
    }
}

impl Bound {
    fn put_into(&self, schema: &mut Value) {
        match self {
            Self::Chars(min, max) => {
                schema["minLength"] = json!(min);
                schema["maxLength"] = json!(max);
            }
            Self::Items(min, max) => {
                schema["minItems"] = json!(min);
                schema["maxItems"] = json!(max);
            }
            Self::Whole(min, max) => {
                schema["minimum"] = json!(min);
                schema["maximum"] = json!(max);
            }
            Self::Id => schema["format"] = json!("uuid"),
            Self::Words(words) => schema["enum"] = json!(words),
            Self::Form(pattern) => schema["pattern"] = json!(pattern),
        }
    }
}
