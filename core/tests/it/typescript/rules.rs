//! Where decoders stand, and what they take where a server says nothing that can be read.

/// What a page needs before there is a ticket, and what every page needs with one. What none of them leans on is the team's.
pub const FILES: [(&str, &[&str]); 4] = [
    ("first", &["MeView", "Availability", "Problem", "Status"]),
    (
        "ticket",
        &[
            "CommonFrame",
            "StaffFrame",
            "CustomerTicketPage",
            "StaffEventPage",
            "MessageStored",
            "OwnUnread",
            "ClientConfig",
        ],
    ),
    // Behind screens of the settings, which are fetched when they are opened.
    ("admin", &["AccessPage", "AccessActions", "SystemView"]),
    ("team", &[]),
];

/// What only clients send, beside the `requests!` of `protocol/rest.rs`; and customers' forms of history: they are a part of the staff's, and
/// are read as those.
pub const UNREAD: &[&str] = &[
    "ClientFrame",
    "InboxFilter",
    "Feature",
    "CustomerFrame",
    "CustomerPerson",
    "CustomerRead",
    "CustomerEvent",
    "CustomerMessage",
    "CustomerEventPage",
];

/// What is taken where a server says nothing that can be read: one of another build, whose words or fields are others. By type, or by frame, and
/// field; `*` is every number of a type.
pub const LENIENT: &[(&str, &str)] = &[
    ("WireLimits.*", "LIMITS.{field}"),
    ("TicketStats.*", "0"),
    ("TicketCounts.*", "0"),
    ("TicketTotals.*", "0"),
    ("OwnUnread.messages", "0"),
    ("StaffTicket.read_seq", "0"),
    ("CustomerTicket.read_seq", "0"),
    ("Attachment.size_bytes", "0"),
    ("Attachment.content_type", "''"),
    ("SavedReply.updated_at", "''"),
    ("Availability.open", "true"),
    ("LastMessage.side", "'staff'"),
    ("StaffEvent.kind", "'unknown'"),
    ("SystemCheck.state", "'unknown'"),
    (
        "StaffEvent.actor",
        "{ id: null, type: 'system', name: null }",
    ),
    ("StaffMessage.sender_type", "'system'"),
    ("bye.retry_after_ms", "0"),
    ("bye.reason", "''"),
    ("error.code", "'unknown'"),
    ("error.message", "''"),
    ("Problem.type", "''"),
    ("Problem.title", "''"),
    ("Problem.status", "0"),
    ("Problem.code", "'unknown'"),
];

/// Lists of which half would look whole, and values without which the rest would say something else.
pub const STRICT: &[&str] = &[
    "subscribed.events",
    "StaffEventPage.events",
    "BulkOutcome.results",
    "PersonFound.role",
    "typing.on",
];

/// Names stand beside other text: see `narrow.ts`.
pub const TITLES: &[&str] = &[
    "StaffTicket.subject",
    "CustomerTicket.subject",
    "Attachment.name",
];
pub const LINES: &[&str] = &[
    "StaffEvent.old_value",
    "StaffEvent.new_value",
    "StaffEvent.description",
];

/// Words of the previous build.
pub const FORMER_WORDS: &[(&str, &str)] =
    &[("RejectCode", "{ invalid_move: 'invalid_transition' }")];

/// What `shape.ts` has.
pub const SHAPES: &[&str] = &[
    "all", "anything", "bool", "either", "integer", "line", "list", "name", "nothing", "nullOnly",
    "nullable", "number", "object", "or", "readable", "record", "string", "tagged", "title",
    "tuple", "word",
];
