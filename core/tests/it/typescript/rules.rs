//! Rules for the generated decoders: which file each one is in, and which default replaces an
//! unreadable value.

/// The decoder files, each with its root types. `first` has the types that a web page needs before
/// it has a ticket, and `ticket` those that every web page with a ticket needs. Types that no root
/// type needs go into `team`.
pub const FILES: [(&str, &[&str]); 5] = [
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
    // Types that are needed with the first file of a message.
    ("files", &["Upload", "TicketFilePage", "AttachmentLink"]),
    // Types for the settings screens, which are loaded only when they are opened.
    (
        "admin",
        &[
            "AccessPage",
            "AccessActions",
            "SystemView",
            "RetentionView",
            "RetentionDryRun",
            "DueTicketPage",
            "LegalHoldPage",
            "ErasureView",
            "JobsView",
            "DeadDeliveryPage",
            "DeliveriesReplayed",
        ],
    ),
    ("team", &[]),
];

/// Types that have no decoder, in addition to the `requests!` of `protocol/rest.rs`. Some of them
/// are sent only by clients. The types of a customer's history need no decoder of their own: they
/// have a subset of the fields of the staff types, so the staff types' decoders read them.
pub const UNREAD: &[&str] = &[
    "ClientFrame",
    "InboxFilter",
    "Feature",
    "Decision",
    "CustomerFrame",
    "CustomerPerson",
    "CustomerRead",
    "CustomerEvent",
    "CustomerMessage",
    "CustomerEventPage",
];

/// Defaults for values that cannot be read because the server has another build. The first text of
/// an entry names a type or a frame, and one of its fields; `*` means every number field of the
/// type.
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
    ("Attachment.state", "'external'"),
    ("TicketFile.size_bytes", "0"),
    ("TicketFile.content_type", "''"),
    ("TicketFile.state", "'external'"),
    ("ClientConfig.attachments_max", "LIMITS.attachments_max"),
    (
        "ClientConfig.attachment_bytes_max",
        "LIMITS.attachment_bytes_max",
    ),
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

/// Values that the decoders must not replace or skip. A list is refused as a whole if one entry
/// cannot be read, because a partial list would look complete. A single value has no default,
/// because a default would change the meaning of the other fields.
pub const STRICT: &[&str] = &[
    "subscribed.events",
    "StaffEventPage.events",
    "BulkOutcome.results",
    "TicketFilePage.attachments",
    "PersonFound.role",
    "typing.on",
];

/// Fields that the decoder `title` of `shape.ts` reads. Web pages show these names next to other
/// text, so `title` replaces a name without visible characters by its code points.
pub const TITLES: &[&str] = &[
    "StaffTicket.subject",
    "CustomerTicket.subject",
    "Attachment.name",
    "TicketFile.name",
    "Upload.name",
];
pub const LINES: &[&str] = &[
    "StaffEvent.old_value",
    "StaffEvent.new_value",
    "StaffEvent.description",
];

/// Words that a server of the previous build sends, each with the word that replaced it.
pub const FORMER_WORDS: &[(&str, &str)] =
    &[("RejectCode", "{ invalid_move: 'invalid_transition' }")];

/// The decoder functions that `shape.ts` exports.
pub const SHAPES: &[&str] = &[
    "all", "anything", "bool", "either", "integer", "line", "list", "name", "nothing", "nullOnly",
    "nullable", "number", "object", "or", "readable", "record", "string", "tagged", "title",
    "tuple", "word",
];
