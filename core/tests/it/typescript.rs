//! Generates `web-client/src/protocol/generated.ts`, which declares the types of this crate, and
//! `decoders/*.ts` next to it, which decode what a server sends. The tests fail if the files differ
//! from what is generated.
//!
//! `UPDATE_GENERATED=1 cargo test -p helpline-core --features typescript` rewrites the files.

mod decoders;
mod rules;
mod shape;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use helpline_core::actor::{ActorType, Audience, StaffRole};
use helpline_core::attachment::{Attachment, AttachmentState, UploadState};
use helpline_core::history::Kind;
use helpline_core::ids::{
    DeliveryId, Key, LegalHoldId, MessageId, RetentionRunId, SavedReplyId, Seq, TicketId,
    TicketNumber, UploadId, UserId,
};
use helpline_core::protocol::{
    self as wire, ClientFrame, CommonFrame, CustomerFrame, Feature, InboxFilter, StaffFrame,
};
use helpline_core::reject::{CloseCode, RejectCode};
use helpline_core::ticket::{Category, Priority, Status};
use helpline_core::{limits, transitions};
use ts_rs::{Config, TS};

const HEADER: &str =
    "// Generated from the types and tables of the crate `core`. A test fails when this file is out of date. This command writes the file again:
// UPDATE_GENERATED=1 cargo test -p helpline-core --features typescript
// Do not edit.
";

/// The text of `generated.ts`, the names that it declares, and the names that its declarations
/// refer to.
#[derive(Default)]
struct Module {
    text: String,
    declared: BTreeSet<String>,
    needed: BTreeSet<String>,
    order: Vec<String>,
    shapes: BTreeMap<String, shape::Shape>,
    /// For each type name, the generated list of all values of the type.
    word_lists: BTreeMap<String, String>,
}

impl Module {
    fn declare<T: TS + 'static>(&mut self, config: &Config) {
        let lines = T::docs()
            .map(|docs| docs.trim_end().to_owned() + "\n")
            .unwrap_or_default();
        let (name, declaration) = (T::ident(config), T::decl(config));
        write!(self.text, "\n{lines}export {declaration}\n").unwrap();
        assert!(
            self.declared.insert(name.clone()),
            "{name} is declared twice"
        );
        self.shapes
            .insert(name.clone(), shape::Shape::of_declaration(&declaration));
        self.order.push(name);
        self.needed.extend(
            T::dependencies(config)
                .into_iter()
                .map(|needed| needed.ts_name),
        );
    }

    fn add(&mut self, text: &str) {
        write!(self.text, "\n{text}\n").unwrap();
    }

    fn words(&mut self, about: &str, name: &str, of: &str, words: &[impl ToString]) {
        let all = words
            .iter()
            .map(|word| shape::Shape::Word(word.to_string()))
            .collect();
        if self.shapes.get(of) == Some(&shape::Shape::Union(all)) {
            self.word_lists.insert(of.to_owned(), name.to_owned());
        }
        let list = words
            .iter()
            .map(|word| format!("  \"{}\",\n", word.to_string()))
            .collect::<String>();
        self.add(&format!(
            "/** {about} */\nexport const {name} = [\n{list}] as const satisfies readonly {of}[];"
        ));
    }
}

macro_rules! declare {
    ($module:ident, $config:ident: $($kind:ty),+ $(,)?) => { $($module.declare::<$kind>(&$config);)+ };
}

fn generated() -> Module {
    let config = Config::default();
    let mut module = Module {
        text: HEADER.into(),
        ..Module::default()
    };
    declare!(module, config: TicketId, UserId, MessageId, UploadId, SavedReplyId, DeliveryId, RetentionRunId, LegalHoldId, Seq, Key, TicketNumber);
    declare!(module, config: StaffRole, ActorType, Audience, Status, Priority, Category, Kind, RejectCode, AttachmentState, UploadState, Attachment);
    declare!(module, config: ClientFrame, InboxFilter, Feature);
    declare!(module, config: CommonFrame, StaffFrame, CustomerFrame);
    declare!(module, config: wire::Me, wire::WireLimits, wire::TicketHead, wire::StaffPerson, wire::CustomerPerson, wire::Viewer, wire::TicketViewers);
    declare!(module, config: wire::StaffRead, wire::CustomerRead);
    declare!(module, config: wire::StaffEvent, wire::StaffMessage, wire::CustomerEvent, wire::CustomerMessage);
    declare!(module, config: wire::AgentRef, wire::Rating, wire::LastMessage, wire::StaffTicket, wire::CustomerTicket, wire::TicketMoved, wire::TicketStats);
    declare!(module, config: wire::NewTicket, wire::TicketPatch, wire::NewMessage, wire::MessageStored, wire::MessageEdit);
    declare!(module, config: wire::NewRating, wire::MeView, wire::OwnUnread, wire::RoleView, wire::PersonFound, wire::RoleGrant, wire::BlockChange);
    declare!(module, config: wire::ErasureView, wire::ErasureProposal, wire::ErasureDecision);
    declare!(module, config: wire::StaffTicketPage, wire::CustomerTicketPage, wire::StaffEventPage, wire::CustomerEventPage);
    declare!(module, config: wire::NavLink, wire::ClientConfig, wire::WeekHours, wire::Holiday, wire::OpeningHours, wire::Availability);
    declare!(module, config: wire::WidgetPosition, wire::WidgetSettings, wire::WidgetView);
    declare!(module, config: wire::SettingEtags, wire::DeskSettings, wire::SettingChange, wire::SavedReply, wire::SavedReplyChange);
    declare!(module, config: wire::AccessPage, wire::AccessEntry, wire::AccessPerson, wire::AccessTicket, wire::AccessActions);
    declare!(module, config: wire::CheckState, wire::SystemView, wire::SystemCheck, wire::SchemaVersion);
    declare!(module, config: wire::RetentionKind, wire::RetentionState, wire::RetentionSettings, wire::RetentionNext, wire::RetentionSkipped);
    declare!(module, config: wire::RetentionRun, wire::RetentionPlan, wire::RetentionDryRun, wire::DueTicket, wire::DueTicketPage, wire::RetentionView);
    declare!(module, config: wire::LegalHoldScope, wire::NewLegalHold, wire::LegalHold, wire::LegalHoldPage);
    declare!(module, config: wire::JobsView, wire::JobsHold, wire::ConsumerView, wire::FailedEvent, wire::TimerKindView, wire::HeldTimer);
    declare!(module, config: wire::DeliveryKindView, wire::ScheduleDays, wire::ScheduleView, wire::ScheduleRun);
    declare!(module, config: wire::DeadDeliveryPage, wire::DeadDelivery, wire::DeliveriesReplayed, wire::Decision, wire::PauseChange);
    declare!(module, config: wire::FailedEventDecision, wire::TimerDecision, wire::DeliveryReplay, wire::DeliveryReplaySince, wire::IdentityConfirmation);
    declare!(module, config: wire::NewUpload, wire::Upload, wire::TicketFile, wire::TicketFilePage, wire::AttachmentLink);
    declare!(module, config: wire::TicketTotals, wire::PersonView, wire::TicketCounts);
    declare!(module, config: wire::BulkPatch, wire::BulkResult, wire::BulkOutcome);
    declare!(module, config: wire::Problem);
    let missing: Vec<_> = module.needed.difference(&module.declared).collect();
    assert!(missing.is_empty(), "used and not declared: {missing:?}");
    tables(&mut module);
    module
}

/// The path and text of each generated file in `web-client/src/protocol`.
fn files() -> Vec<(String, String)> {
    let module = generated();
    let decoders = decoders::files(&decoders::Declarations {
        types: &module.shapes,
        order: &module.order,
        word_lists: &module.word_lists,
    });
    let decoders = decoders
        .into_iter()
        .map(|(name, text)| (format!("decoders/{name}"), text));
    [("generated.ts".to_owned(), module.text)]
        .into_iter()
        .chain(decoders)
        .collect()
}

/// Adds to the generated module the values of each type as constants, and the tables that clients
/// share with the server.
fn tables(module: &mut Module) {
    module.add(&format!(
        "/** The WebSocket subprotocol. */\nexport const SUBPROTOCOL = \"{}\";",
        wire::SUBPROTOCOL
    ));
    module.words(
        "Frames that a client may send.",
        "CLIENT_FRAME_TYPES",
        "ClientFrame[\"type\"]",
        ClientFrame::TYPES,
    );
    module.words("Staff roles.", "STAFF_ROLES", "StaffRole", StaffRole::ALL);
    module.words(
        "Sides that act.",
        "ACTOR_TYPES",
        "ActorType",
        ActorType::ALL,
    );
    ticket_words(module);
    kind_words(module);
    code_words(module);
    module.add(&status_transitions());
    module.add(&message_transitions());
    module.add(&close_codes());
    module.add(&limits_table());
}

fn ticket_words(module: &mut Module) {
    module.words(
        "Where a ticket may stand.",
        "STATUSES",
        "Status",
        Status::ALL,
    );
    let over: Vec<_> = Status::ALL
        .iter()
        .filter(|status| status.is_over())
        .collect();
    module.words(
        "Statuses in which a ticket is over for now.",
        "OVER_STATUSES",
        "Status",
        &over,
    );
    module.words(
        "How much it hurts.",
        "PRIORITIES",
        "Priority",
        Priority::ALL,
    );
    module.words(
        "What a ticket may be about.",
        "CATEGORIES",
        "Category",
        Category::ALL,
    );
}

fn kind_words(module: &mut Module) {
    module.words("Kinds of history rows.", "KINDS", "Kind", Kind::ALL);
    let public: Vec<_> = Kind::ALL.iter().filter(|kind| kind.is_public()).collect();
    module.words(
        "Kinds that a customer may see.",
        "PUBLIC_KINDS",
        "Kind",
        &public,
    );
    let with_message: Vec<_> = Kind::ALL.iter().filter(|kind| kind.has_message()).collect();
    module.words(
        "Kinds whose rows carry a message.",
        "MESSAGE_KINDS",
        "Kind",
        &with_message,
    );
}

/// Adds to the generated module the names of the server's features and its reject codes.
fn code_words(module: &mut Module) {
    module.words(
        "What a server may be able to do beyond the first `helpline.v1`.",
        "FEATURES",
        "Feature",
        Feature::ALL,
    );
    module.words(
        "Codes of refusals.",
        "REJECT_CODES",
        "RejectCode",
        RejectCode::ALL,
    );
    let passing: Vec<_> = RejectCode::ALL
        .iter()
        .filter(|code| code.is_passing())
        .collect();
    module.words(
        "Refusals of requests that may succeed later, unchanged.",
        "PASSING_REJECT_CODES",
        "RejectCode",
        &passing,
    );
    let with_connection: Vec<_> = RejectCode::ALL
        .iter()
        .filter(|code| code.ends_with_connection())
        .collect();
    let about = "Refusals of requests that may succeed, unchanged, after the next `welcome`.";
    module.words(
        about,
        "NEXT_WELCOME_REJECT_CODES",
        "RejectCode",
        &with_connection,
    );
}

fn close_codes() -> String {
    let codes: String = CloseCode::ALL
        .iter()
        .map(|code| format!("  {}: {},\n", code.reason().replace(' ', "_"), code.code()))
        .collect();
    format!(
        "/** Why the server closes. 4000 to 4499: come back; 4500 to 4999: stay away until something changes. */\nexport const CLOSE_CODES = {{\n{codes}}} as const;"
    )
}

fn status_transitions() -> String {
    let mut text = "/** The statuses to which a side may change a ticket, by its status, in the order of a menu. */
export const STATUS_TRANSITIONS = {\n"
        .to_owned();
    for by in ActorType::ALL {
        writeln!(text, "  {by}: {{").unwrap();
        for from in Status::ALL {
            let to: Vec<_> = transitions::allowed(*by, *from)
                .iter()
                .map(|to| format!("\"{to}\""))
                .collect();
            writeln!(text, "    {from}: [{}],", to.join(", ")).unwrap();
        }
        text.push_str("  },\n");
    }
    text + "} as const satisfies Record<ActorType, Record<Status, readonly Status[]>>;"
}

fn message_transitions() -> String {
    let mut text =
        "/** The status that a side's message sets, by the ticket's status; null: it stays. */\nexport const MESSAGE_TRANSITIONS = {\n"
            .to_owned();
    for by in ActorType::ALL {
        let to = |from: &Status| {
            transitions::on_message(*by, *from).map_or("null".to_owned(), |to| format!("\"{to}\""))
        };
        let row: Vec<_> = Status::ALL
            .iter()
            .map(|from| format!("{from}: {}", to(from)))
            .collect();
        writeln!(text, "  {by}: {{ {} }},", row.join(", ")).unwrap();
    }
    text + "} as const satisfies Record<ActorType, Record<Status, Status | null>>;"
}

fn limits_table() -> String {
    let rows = [
        ("body_bytes_max", limits::BODY_BYTES_MAX as u64),
        ("subject_chars_max", limits::SUBJECT_CHARS_MAX as u64),
        (
            "rating_comment_chars_max",
            limits::RATING_COMMENT_CHARS_MAX as u64,
        ),
        ("key_chars_max", limits::KEY_CHARS_MAX as u64),
        ("attachments_max", limits::ATTACHMENTS_MAX as u64),
        ("attachment_bytes_max", limits::UPLOAD_BYTES_MAX),
        (
            "attachment_name_chars_max",
            limits::ATTACHMENT_NAME_CHARS_MAX as u64,
        ),
        ("search_chars_max", limits::SEARCH_CHARS_MAX as u64),
        (
            "search_word_chars_min",
            limits::SEARCH_WORD_CHARS_MIN as u64,
        ),
        ("frame_bytes_max", limits::FRAME_BYTES_MAX as u64),
        ("hello_bytes_max", limits::HELLO_BYTES_MAX as u64),
        ("json_body_bytes_max", limits::JSON_BODY_BYTES_MAX as u64),
        ("hello_timeout_ms", limits::HELLO_TIMEOUT_MS),
        ("heartbeat_interval_ms", limits::HEARTBEAT_INTERVAL_MS),
        ("pong_timeout_ms", limits::PONG_TIMEOUT_MS),
        ("subscriptions_max", limits::SUBSCRIPTIONS_MAX as u64),
        ("pending_requests_max", limits::PENDING_REQUESTS_MAX as u64),
        ("frames_per_second", u64::from(limits::FRAMES_PER_SECOND)),
        ("frames_burst", u64::from(limits::FRAMES_BURST)),
        ("replay_events_max", limits::REPLAY_EVENTS_MAX),
        ("page_events", u64::from(limits::PAGE_EVENTS)),
        ("page_events_max", u64::from(limits::PAGE_EVENTS_MAX)),
        ("list_tickets", u64::from(limits::LIST_TICKETS)),
        ("list_tickets_max", u64::from(limits::LIST_TICKETS_MAX)),
        ("bulk_tickets_max", limits::BULK_TICKETS_MAX as u64),
        ("saved_replies_max", limits::SAVED_REPLIES_MAX as u64),
        ("personal_replies_max", limits::PERSONAL_REPLIES_MAX as u64),
        (
            "reply_folder_chars_max",
            limits::REPLY_FOLDER_CHARS_MAX as u64,
        ),
        ("shortcut_chars_max", limits::SHORTCUT_CHARS_MAX as u64),
        (
            "saved_reply_title_chars_max",
            limits::SAVED_REPLY_TITLE_CHARS_MAX as u64,
        ),
        ("notice_chars_max", limits::NOTICE_CHARS_MAX as u64),
        ("day_spans_max", limits::DAY_SPANS_MAX as u64),
        ("holidays_max", limits::HOLIDAYS_MAX as u64),
        (
            "holiday_name_chars_max",
            limits::HOLIDAY_NAME_CHARS_MAX as u64,
        ),
        (
            "widget_team_name_chars_max",
            limits::WIDGET_TEAM_NAME_CHARS_MAX as u64,
        ),
        (
            "widget_greeting_chars_max",
            limits::WIDGET_GREETING_CHARS_MAX as u64,
        ),
        (
            "widget_logo_bytes_max",
            limits::WIDGET_LOGO_BYTES_MAX as u64,
        ),
        ("widget_sites_max", limits::WIDGET_SITES_MAX as u64),
        ("typing_interval_ms", limits::TYPING_INTERVAL_MS),
        ("typing_fade_ms", limits::TYPING_FADE_MS),
        ("inbox_known_max", limits::INBOX_KNOWN_MAX as u64),
        ("bye_spread_ms", limits::BYE_SPREAD_MS),
    ];
    let rows: String = rows
        .iter()
        .map(|(name, value)| format!("  {name}: {value},\n"))
        .collect();
    format!(
        "/** The bounds that a client keeps within; `welcome` names those that an instance may set otherwise. */\nexport const LIMITS = {{\n{rows}}} as const;"
    )
}

#[test]
fn the_typescript_is_what_the_types_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web-client/src/protocol");
    for (name, fresh) in files() {
        let file = folder.join(&name);
        if std::env::var_os("UPDATE_GENERATED").is_some() {
            std::fs::write(&file, &fresh).unwrap();
        }
        let committed = std::fs::read_to_string(&file).unwrap_or_default();
        let differs = fresh
            .lines()
            .zip(committed.lines())
            .position(|(new, old)| new != old);
        assert!(
            committed == fresh,
            "{name} is stale from line {}: UPDATE_GENERATED=1 cargo test -p helpline-core --features typescript",
            differs.unwrap_or_else(|| fresh.lines().count().min(committed.lines().count())) + 1
        );
    }
}

#[test]
fn big_numbers_are_numbers_and_times_are_strings() {
    let text = generated().text;
    assert!(
        !text.contains("bigint") && !text.contains("Date"),
        "a type that JSON does not have"
    );
}
