//! What must have become of each planted row of `oddities.sql`: what its customer sees, what staff
//! see, and by which rule the report lists it. `null`: nothing.

/// A planted message `m <name>`.
pub struct Message {
    pub name: &'static str,
    pub owner: &'static str,
    /// Side and start of the text.
    pub customer: &'static str,
    /// Kind of the event, side and start of the text.
    pub staff: &'static str,
    /// The rule that lists it, or nothing.
    pub rule: &'static str,
}

const fn message(
    name: &'static str,
    customer: &'static str,
    staff: &'static str,
    rule: &'static str,
) -> Message {
    Message {
        name,
        owner: "person 3",
        customer,
        staff,
        rule,
    }
}

pub const MESSAGES: &[Message] = &[
    message(
        "customer as admin",
        "customer: I am the admin, trust me",
        "message_added customer: I am the admin, trust me",
        "sender_is_customer",
    ),
    message(
        "customer note",
        "null",
        "internal_note_added system: Hidden by myself",
        "customer_note",
    ),
    message(
        "customer as admin note",
        "null",
        "internal_note_added system: I am an internal admin",
        "customer_note",
    ),
    message(
        "customer as system",
        "customer: SYSTEM: refund granted",
        "message_added customer: SYSTEM: refund granted",
        "sender_is_customer",
    ),
    message(
        "former answer",
        "admin: Answer of a former colleague",
        "message_added admin: Answer of a former colleague",
        "sender_former_staff",
    ),
    message(
        "former note",
        "null",
        "internal_note_added admin: Note of a former colleague",
        "sender_former_staff",
    ),
    message(
        "stranger as customer",
        "admin: I am not the customer",
        "message_added admin: I am not the customer",
        "sender_is_stranger",
    ),
    message(
        "staff as customer",
        "admin: Agent with a wrong label",
        "message_added admin: Agent with a wrong label",
        "sender_is_staff",
    ),
    message(
        "unknown note",
        "null",
        "internal_note_added admin: Perhaps a note",
        "internal_unmarked",
    ),
    message(
        "customer unknown",
        "null",
        "internal_note_added system: Perhaps hidden",
        "internal_unmarked",
    ),
    message(
        "system",
        "system: This ticket was moved",
        "message_added system: This ticket was moved",
        "sender_is_system",
    ),
    message(
        "system note",
        "null",
        "internal_note_added system: Internal hint of the system",
        "sender_is_system",
    ),
    Message {
        owner: "staff second",
        ..message(
            "agents own words",
            "customer: My own printer",
            "message_added customer: My own printer",
            "sender_is_customer",
        )
    },
    Message {
        owner: "staff second",
        ..message(
            "agents own note",
            "null",
            "internal_note_added admin: What colleagues say about it",
            "",
        )
    },
    message(
        "empty",
        "customer: (empty message)",
        "message_added customer: (empty message)",
        "body_empty",
    ),
    message(
        "blank",
        "customer: (empty message)",
        "message_added customer: (empty message)",
        "body_empty",
    ),
    message(
        "long",
        "customer: üüüüüüüüüüüüüüüüüüüüüüüüüüüüüü",
        "message_added customer: üüüüüüüüüüüüüüüüüüüüüüüüüüüüüü",
        "body_cut",
    ),
    message(
        "long note",
        "null",
        "internal_note_added admin: secret secret secret secret se",
        "body_cut",
    ),
    message(
        "limit",
        "customer: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy",
        "message_added customer: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy",
        "",
    ),
    message(
        "control",
        "customer: ab[31mred\nnext\tcolumn",
        "message_added customer: ab[31mred\nnext\tcolumn",
        "body_cleaned",
    ),
    message(
        "only control",
        "customer: (empty message)",
        "message_added customer: (empty message)",
        "body_empty",
    ),
    message(
        "edited",
        "customer: Corrected",
        "message_added customer: Corrected",
        "",
    ),
    message(
        "edited unknown",
        "customer: Corrected some day",
        "message_added customer: Corrected some day",
        "",
    ),
    message(
        "files",
        "customer: See the file",
        "message_added customer: See the file",
        "attachments_kept_aside",
    ),
    message(
        "files object",
        "customer: See the other file",
        "message_added customer: See the other file",
        "attachments_kept_aside",
    ),
    message(
        "files null",
        "customer: No file",
        "message_added customer: No file",
        "",
    ),
    message(
        "activity gone",
        "customer: No row tells of me",
        "message_added customer: No row tells of me",
        "event_synthesized",
    ),
    message(
        "moment one",
        "customer: One",
        "message_added customer: One",
        "",
    ),
    message(
        "moment two",
        "customer: Two",
        "message_added customer: Two",
        "",
    ),
    message(
        "moment three",
        "customer: Three",
        "message_added customer: Three",
        "",
    ),
    message(
        "at once",
        "customer: With the ticket",
        "message_added customer: With the ticket",
        "",
    ),
    Message {
        owner: "vanished one",
        ..message(
            "owner gone",
            "customer: I was here",
            "message_added customer: I was here",
            "",
        )
    },
    message(
        "agent gone",
        "admin: I worked here",
        "message_added admin: I worked here",
        "sender_former_staff",
    ),
    message(
        "future",
        "customer: From the future",
        "message_added customer: From the future",
        "time_in_future",
    ),
    message(
        "sixties",
        "customer: From the sixties",
        "message_added customer: From the sixties",
        "",
    ),
    message(
        "older",
        "customer: Before the beginning",
        "message_added customer: Before the beginning",
        "",
    ),
];

/// A planted ticket `t <name>`: a question about it, as its customer sees it, the answer, and the
/// rule that lists it.
pub const TICKETS: &[(&str, &str, &str, &str)] = &[
    (
        "subject empty",
        "subject",
        "(no subject)",
        "subject_missing",
    ),
    (
        "subject blank",
        "subject",
        "(no subject)",
        "subject_missing",
    ),
    (
        "subject lines",
        "subject",
        "Line one Line two and more",
        "subject_cleaned",
    ),
    (
        "subject long",
        "char_length(subject) between 190 and 200",
        "true",
        "subject_cut",
    ),
    (
        "feedback long",
        "satisfaction_rating || ' ' || char_length(satisfaction_comment)",
        "4 2000",
        "feedback_cut",
    ),
    (
        "rating zero",
        "satisfaction_rating || satisfaction_comment",
        "null",
        "rating_dropped",
    ),
    ("rating zero", "satisfaction_comment", "zero", ""),
    ("feedback alone", "satisfaction_comment", "words only", ""),
    ("number first", "ticket_number", "TKT-100000", ""),
    (
        "number second",
        "ticket_number <> 'TKT-100000' and ticket_number ~ 'TKT-100000'",
        "true",
        "number_doubled",
    ),
    (
        "number empty",
        "ticket_number <> ''",
        "true",
        "number_missing",
    ),
    ("number blank", "ticket_number", "TKT-7", "number_changed"),
    (
        "number id",
        "ticket_number !~ '^[0-9a-f]{8}-'",
        "true",
        "number_changed",
    ),
    (
        "number long",
        "char_length(ticket_number) <= 64 and ticket_number ~ '^9+$'",
        "true",
        "number_changed",
    ),
    ("number other", "ticket_number", "SUP-77", ""),
    ("number high", "ticket_number", "TKT-777777", ""),
    (
        "resolved untimed",
        "status || ' ' || (resolved_at = '2025-12-12Z')",
        "resolved true",
        "end_inferred",
    ),
    (
        "closed by row",
        "status || ' ' || (closed_at = '2025-12-10 09:40Z')",
        "closed true",
        "end_inferred",
    ),
    (
        "closed untimed",
        "status || ' ' || (closed_at = '2025-12-13Z')",
        "closed true",
        "end_inferred",
    ),
    (
        "archived by flag",
        "archived_at is not null",
        "true",
        "archived_without_date",
    ),
    (
        "archived by time",
        "archived_at = '2025-12-20Z'",
        "true",
        "archived_without_flag",
    ),
    (
        "assigned to customer",
        "assignee_name",
        "null",
        "assignee_removed",
    ),
    (
        "assigned to former",
        "assignee_name",
        "null",
        "assignee_removed",
    ),
    ("metadata null", "subject", "Planted: metadata null", ""),
    (
        "metadata list",
        "subject",
        "Planted: metadata list",
        "metadata_wrapped",
    ),
    (
        "metadata big",
        "subject",
        "Planted: metadata big",
        "metadata_kept_aside",
    ),
    ("metadata number", "subject", "Planted: metadata number", ""),
    ("metadata deep", "subject", "Planted: metadata deep", ""),
    (
        "infinity",
        "created_at between '0001-01-01Z' and '9999-01-01Z'",
        "true",
        "time_missing",
    ),
    (
        "antiquity",
        "created_at between '0001-01-01Z' and '9999-01-01Z'",
        "true",
        "time_missing",
    ),
    ("at once", "status", "in_progress", ""),
];

/// A planted row `a <name>` of the history: the kind of the event, whether the customer sees it, and
/// the rule that lists it.
pub const EVENTS: &[(&str, &str, bool, &str)] = &[
    ("message gone", "logged", false, "event_without_message"),
    ("closed once", "status_changed", true, ""),
    ("reopened once", "status_changed", true, ""),
    ("closed again", "status_changed", true, ""),
    ("forged status", "logged", false, "event_forged"),
    ("forged resolved", "logged", false, "event_forged"),
    ("forged rating", "logged", false, "event_forged"),
    ("forged system", "logged", false, "event_forged"),
    ("twice one", "priority_changed", true, ""),
    ("twice two", "priority_changed", true, ""),
    ("telling", "status_changed", true, ""),
    ("values long", "status_changed", true, "value_cut"),
    ("values assigned", "assigned", true, ""),
    ("actor gone", "priority_changed", true, ""),
    ("former note", "internal_note_added", false, "event_of_note"),
    (
        "unknown note",
        "internal_note_added",
        false,
        "event_of_note",
    ),
    (
        "customer note",
        "internal_note_added",
        false,
        "event_of_note",
    ),
];

/// Texts that no customer may ever see.
pub const SECRETS: &[&str] = &[
    "SECRET",
    "secret",
    "CHATNOTE",
    "NOTE ",
    "FORGED",
    "Perhaps",
    "Hidden by myself",
    "Note of a former",
    "What colleagues say",
    "Internal hint",
    "I am an internal admin",
];

/// A planted chat `c <name>`, with the same columns as [`TICKETS`].
pub const CHATS: &[(&str, &str, &str)] = &[
    (
        "abandoned",
        "status || ' ' || priority || ' ' || category",
        "closed medium general",
    ),
    ("waiting", "status", "open"),
    ("assigned", "status", "in_progress"),
    ("senders", "ticket_number", "CHAT-005003"),
    ("same number", "ticket_number <> 'SUP-77'", "true"),
    ("analyzed", "status", "resolved"),
];

/// A planted message `cm <name>` of a chat: what the customer sees, and what staff see.
pub const CHAT_MESSAGES: &[(&str, &str, &str)] = &[
    (
        "chat agent",
        "admin: Agent of the chat",
        "message_added admin: Agent of the chat",
    ),
    (
        "chat bot",
        "system: I am a bot",
        "message_added system: I am a bot",
    ),
    (
        "chat customer as agent",
        "customer: Customer as agent",
        "message_added customer: Customer as agent",
    ),
    (
        "chat note",
        "null",
        "internal_note_added admin: CHATNOTE do not show",
    ),
];
