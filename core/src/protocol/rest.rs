//! Bodies of REST requests and responses under `/v1`. Responses about tickets have two forms: one
//! for staff and one for the ticket's customer.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::desk::{OpeningHours, WidgetSettings};
use super::server::{CustomerEvent, Me, StaffEvent};
use super::strict::text_or_null;
use super::ticket::{AgentRef, CustomerTicket, StaffTicket};
use crate::actor::StaffRole;
use crate::ids::{SavedReplyId, Seq, TicketId, UploadId, UserId};
use crate::reject::RejectCode;
use crate::ticket::{Category, Priority, Status};

/// Declares bodies that clients send. [`super::strict`] refuses unknown fields of every type;
/// `deny_unknown_fields` documents this rule, also in `/openapi.json`.
macro_rules! requests {
    ($($(#[$meta:meta])* pub struct $name:ident { $($body:tt)* })+) => { rest! { $(
        $(#[$meta])*
        #[serde(deny_unknown_fields)]
        pub struct $name { $($body)* }
    )+ } };
}

macro_rules! rest {
    ($($(#[$meta:meta])* pub struct $name:ident { $($body:tt)* })+) => { $(
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        $(#[$meta])*
        pub struct $name { $($body)* }
    )+ };
}
pub(super) use rest;

requests! {
    /// `POST /v1/tickets`, with an `Idempotency-Key`. The description becomes the ticket's first
    /// message.
    pub struct NewTicket {
        /// If absent, the first line of the description, with at most 80 characters. Leave it out
        /// only if the server lists the feature `derived_subject`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub subject: Option<String>,
        /// `general` if absent, which needs the feature `derived_subject`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub category: Option<Category>,
        /// The priority is `medium` if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub priority: Option<Priority>,
        pub description: String,
        /// At most 10 uploads. The text may be empty only if there is one. Needs the feature
        /// `attachments`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub attachments: Option<Vec<UploadId>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(type = "Record<string, unknown>"))]
        pub metadata: Option<serde_json::Map<String, serde_json::Value>>,
    }

    /// `PATCH /v1/tickets/{id}`: changes all given fields or, if one is refused, none. Customers
    /// may change only `status`.
    pub struct TicketPatch {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub status: Option<Status>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub priority: Option<Priority>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub category: Option<Category>,
        /// A staff member's id, `"me"`, or `"nobody"` to unassign; `null` also unassigns.
        #[serde(default, deserialize_with = "nobody_if_null", skip_serializing_if = "Option::is_none")]
        pub assigned_to: Option<String>,
        /// The assignee that the caller saw, in the format of `assigned_to`. Requires
        /// `assigned_to`. If the ticket now has another assignee, the response is `conflict` and
        /// nothing is changed. It is no conflict if the ticket already has the requested assignee.
        /// Send this field only to a server that lists the feature `if_assigned_to`.
        #[serde(default, deserialize_with = "nobody_if_null", skip_serializing_if = "Option::is_none")]
        pub if_assigned_to: Option<String>,
    }

    /// The body of `POST /v1/tickets/{id}/messages`, which needs an `Idempotency-Key`.
    pub struct NewMessage {
        pub body: String,
        /// Whether this is an internal note, as in the frame `send`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub internal: Option<bool>,
        /// At most 10 uploads. The text may be empty only if there is one. Needs the feature
        /// `attachments`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub attachments: Option<Vec<UploadId>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub based_on: Option<Seq>,
    }

    /// The body of `PATCH /v1/tickets/{id}/messages/{message_id}`.
    pub struct MessageEdit {
        pub body: String,
    }

    /// The body of `PUT /v1/tickets/{id}/rating`.
    pub struct NewRating {
        /// The rating, 1 to 5.
        pub satisfaction_rating: u8,
        /// Null means no comment. A new rating replaces the previous rating and its comment.
        #[serde(default, deserialize_with = "text_or_null", skip_serializing_if = "Option::is_none")]
        pub satisfaction_comment: Option<String>,
    }

    /// `PUT /v1/roles/{user_id}`; refused with `roles_managed` if the platform manages roles.
    pub struct RoleGrant {
        pub role: StaffRole,
    }

    /// `PUT /v1/people/{user_id}/blocked`, for admins only. Needs the feature `block_people`.
    pub struct BlockChange {
        pub blocked: bool,
    }

    /// `PUT /v1/erasures/{user_id}`, for admins only. Refused with `legal_hold` under a legal hold.
    pub struct ErasureDecision {
        /// Whether the person's data is erased. False keeps the person, without another proposal.
        pub erase: bool,
    }

    /// The body of `PUT /v1/settings/{name}`, for admins only.
    pub struct SettingChange {
        /// A value of this setting's type in `DeskSettings`; null removes the setting.
        #[cfg_attr(feature = "typescript", ts(type = "OpeningHours | WidgetSettings | string | boolean | null"))]
        #[cfg_attr(feature = "openapi", schema(schema_with = setting_value))]
        pub value: serde_json::Value,
    }

    /// `PUT /v1/saved-replies/{id}` creates or replaces a `SavedReply`. Admins may change shared
    /// replies, and all staff their own.
    pub struct SavedReplyChange {
        /// 1 to 40 characters of a-z, 0-9, `_` and `-`. Refused with `conflict` if another shared
        /// reply, or another personal reply of the same person, has the same shortcut.
        pub shortcut: String,
        pub title: String,
        pub body: String,
        /// The folder that lists the reply: one line of at most 60 characters. Null means no
        /// folder, as if the field were absent. Send this field only to a server that lists the
        /// feature `reply_folders`.
        #[serde(default, deserialize_with = "text_or_null", skip_serializing_if = "Option::is_none")]
        pub folder: Option<String>,
        /// Whether the reply belongs only to the caller, so that no other person sees it. If
        /// absent, the reply is shared. The value cannot change after the reply was first saved
        /// (`conflict`). Send this field only to a server that lists the feature `reply_folders`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub personal: Option<bool>,
    }

    /// `POST /v1/tickets/bulk`, for staff: one change to many tickets, each changed or refused.
    pub struct BulkPatch {
        pub tickets: Vec<TicketId>,
        pub patch: TicketPatch,
    }
}

rest! {
    /// The response to a sent message. `seq` is its number in the history as the sender sees it.
    pub struct MessageStored {
        pub seq: Seq,
        pub at: DateTime<Utc>,
        pub duplicate: bool,
    }

    /// The response of `GET /v1/me`.
    pub struct MeView {
        pub user: Me,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub role: Option<StaffRole>,
    }

    /// `GET /v1/me/unread`: what the caller has not read as a customer, except archived tickets.
    pub struct OwnUnread {
        /// Tickets with unread events of other people: messages, or changes such as closing the
        /// ticket. Only the 1,000 most recently active tickets are counted.
        pub tickets: u32,
        /// Unread messages of staff on the counted tickets, at most 100 for each ticket.
        pub messages: u32,
    }

    /// A member of staff, in `GET /v1/agents` (for staff) and `GET /v1/roles` (for admins).
    pub struct RoleView {
        pub user_id: UserId,
        pub role: StaffRole,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub name: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub email: Option<String>,
        /// Blocked people can no longer sign in. They keep their role.
        pub blocked: bool,
        /// Whether the person was connected within the last 90 s. Only `GET /v1/roles` has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional = nullable))]
        pub online: Option<bool>,
    }

    /// A person with the requested e-mail address, in `GET /v1/people?email=`, for admins only.
    pub struct PersonFound {
        pub user_id: UserId,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub role: Option<StaffRole>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub name: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub email: Option<String>,
        /// Blocked people can no longer sign in, whatever their role.
        pub blocked: bool,
        /// When the person first signed in.
        pub since: DateTime<Utc>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub last_seen_at: Option<DateTime<Utc>>,
        /// Issuer and `sub` of the person's token, which distinguish people, if `sub` is no UUID.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub subject: Option<String>,
    }

    /// A list page of `GET /v1/tickets?scope=all`, for staff only.
    pub struct StaffTicketPage {
        pub tickets: Vec<StaffTicket>,
        /// The `cursor` of the next page; null on the last page.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub next_cursor: Option<String>,
    }

    /// A list page of `GET /v1/tickets` (the caller's own tickets).
    pub struct CustomerTicketPage {
        pub tickets: Vec<CustomerTicket>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub next_cursor: Option<String>,
    }

    /// A page of history for staff, oldest first.
    pub struct StaffEventPage {
        pub epoch: String,
        pub head: Seq,
        pub events: Vec<StaffEvent>,
        /// Whether the history has older events.
        pub more_before: bool,
    }

    /// A page of history for a customer, oldest first.
    pub struct CustomerEventPage {
        pub epoch: String,
        pub head: Seq,
        pub events: Vec<CustomerEvent>,
        pub more_before: bool,
    }

    /// A link to a page of the platform, shown on all of Helpline's pages.
    pub struct NavLink {
        pub label: String,
        /// The link's target: `http(s)://…` or a path; no other scheme.
        pub href: String,
    }

    /// `GET /v1/config`, without a token: what a web page needs to know before a person signs in.
    pub struct ClientConfig {
        /// The URL from which web pages get a token for the signed-in person.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub token_url: Option<String>,
        /// The path at which people sign in with the desk's own OpenID provider; `?return=` names
        /// the web page to return to. Null if the platform signs people in.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub sign_in_url: Option<String>,
        /// The path that a web page requests by `POST` to end the session of the desk's own
        /// provider. `next` in the response is the provider's own sign-out URL, or null.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub sign_out_url: Option<String>,
        /// The web page to which people without a staff role are sent.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub home_url: Option<String>,
        /// The platform's page on which roles are managed; the desk's own pages then only show the
        /// roles. Null if roles are managed on the desk's pages, or if the page is not known.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(optional = nullable))]
        pub roles_managed_at: Option<String>,
        /// Whether the platform manages the roles; the desk's own pages then only show them.
        #[serde(default)]
        pub roles_managed: bool,
        pub links: Vec<NavLink>,
        pub languages: Vec<String>,
        /// Maximum files of one message.
        #[serde(default)]
        pub attachments_max: u32,
        /// Maximum bytes of one file.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        pub attachment_bytes_max: u64,
        /// Whether this is a demo server, where people can sign in by name.
        pub dev: bool,
        /// The names of this server's features; see `Feature`. Older servers send none.
        #[serde(default)]
        pub features: Vec<String>,
    }

    /// `GET /v1/erasures`, for admins only.
    pub struct ErasureView {
        /// The people whose erasure is proposed, at most 100.
        pub proposals: Vec<ErasureProposal>,
        /// How many people are gone and not proposed, because too many are gone at once.
        pub withheld: u32,
    }

    /// A person who was deleted on the platform, and whose erasure is proposed.
    pub struct ErasureProposal {
        pub person: UserId,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub name: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub email: Option<String>,
        pub gone_since: DateTime<Utc>,
        pub proposed_at: DateTime<Utc>,
        pub tickets: u32,
        /// Whether a legal hold forbids the erasure now.
        pub held: bool,
    }

    /// The response of `GET /v1/availability`, which needs no token.
    pub struct Availability {
        /// Whether the desk is open now. A desk without opening hours is always open.
        pub open: bool,
        /// Whether at least one agent is connected.
        pub agents_online: bool,
        /// When a closed desk opens next; null if it is open or never opens.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub opens_at: Option<DateTime<Utc>>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub hours: Option<OpeningHours>,
        /// The desk's notice for customers while no agent is available.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub notice: Option<String>,
        /// How long customers recently waited for a first answer, in seconds: the median of the
        /// newest 200 answered tickets of the last 30 days. Null if there are fewer than 5 such
        /// tickets.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub first_answer_s: Option<u32>,
    }

    /// `GET /v1/settings`, for admins only, and the response to every change of a setting.
    pub struct DeskSettings {
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub opening_hours: Option<OpeningHours>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub away_notice: Option<String>,
        /// Whether an unassigned ticket is assigned to the first member of staff who answers it.
        /// Off by default.
        #[serde(default)]
        pub reply_assigns: bool,
        /// The widget's settings; null if it has its default appearance and behaviour.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(optional = nullable))]
        pub widget: Option<WidgetSettings>,
        /// The entity tags of the settings. Older servers do not send this field, and ignore
        /// `If-Match`.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(optional = nullable))]
        pub etags: Option<SettingEtags>,
    }

    /// The entity tags of the settings, with their quotes, for `If-Match` of `PUT
    /// /v1/settings/{name}`. A setting without a value also has a tag.
    pub struct SettingEtags {
        pub opening_hours: String,
        pub away_notice: String,
        pub reply_assigns: String,
        pub widget: String,
    }

    /// An item of `GET /v1/saved-replies`, for staff only: the shared replies and the caller's own,
    /// ordered by shortcut. If a shared and a personal reply have the same shortcut, the personal
    /// reply takes precedence. The server stores placeholders `{{…}}` unchanged; the client
    /// replaces them.
    pub struct SavedReply {
        pub id: SavedReplyId,
        pub shortcut: String,
        pub title: String,
        pub body: String,
        /// The name of the reply's folder; null if the reply is in no folder. Older servers do not
        /// send this field.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(optional = nullable))]
        pub folder: Option<String>,
        /// The person who owns a personal reply: always the caller. Null for a shared reply.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(optional = nullable))]
        pub owner: Option<UserId>,
        pub updated_at: DateTime<Utc>,
        /// The saved reply's entity tag, with its quotes, for `If-Match` of a change or a deletion.
        /// Older servers do not send this field, and ignore `If-Match`.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(optional = nullable))]
        pub etag: Option<String>,
    }

    /// How many tickets a person has. Archived tickets do not count.
    pub struct TicketTotals {
        /// Tickets that are neither resolved nor closed.
        pub open: u32,
        pub total: u32,
    }

    /// The response of `GET /v1/people/{id}`, for staff only.
    pub struct PersonView {
        pub id: UserId,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub name: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub email: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub last_seen_at: Option<DateTime<Utc>>,
        /// The client address of the person's latest action on one of their own tickets.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub address: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub user_agent: Option<String>,
        pub tickets: TicketTotals,
        /// Blocked people can no longer sign in. Older servers do not send this field.
        #[serde(default)]
        pub blocked: bool,
    }

    /// `GET /v1/tickets/counts`, for staff only: the number of tickets in each view of the console.
    /// Archived tickets do not count.
    pub struct TicketCounts {
        /// Tickets assigned to the caller that are neither resolved nor closed.
        pub mine: u32,
        /// Unassigned tickets that are neither resolved nor closed.
        pub unassigned: u32,
        /// Tickets whose customer is waiting for an answer, counted up to 10,000.
        #[serde(default)]
        pub needs_answer: u32,
        /// All tickets that are neither resolved nor closed.
        pub all: u32,
        /// Tickets of priority `urgent` that are neither resolved nor closed.
        pub urgent: u32,
        pub resolved: u32,
        pub closed: u32,
    }

    /// The result for one ticket of a bulk change.
    pub struct BulkResult {
        pub id: TicketId,
        pub ok: bool,
        /// Why the change was refused; absent if `ok` is true.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub code: Option<RejectCode>,
    }

    /// The response to a `BulkPatch`: one result for each ticket, in the order of the request.
    pub struct BulkOutcome {
        pub results: Vec<BulkResult>,
    }

    /// An error over REST, as RFC 9457 `application/problem+json`.
    pub struct Problem {
        /// Always `about:blank`. Programs use `code` instead.
        #[serde(rename = "type")]
        pub kind: String,
        pub title: String,
        pub status: u16,
        pub code: RejectCode,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        pub retry_after_ms: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub head: Option<Seq>,
        /// If `code` is `conflict` because of `if_assigned_to`: the person to whom the ticket is
        /// assigned now, with their first name. Absent if the ticket is unassigned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub assigned_to: Option<AgentRef>,
    }
}

/// Reads `null` as unassigned. An unassigned ticket has `null` in this field, and a client may send
/// back what it received.
fn nobody_if_null<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(text_or_null(deserializer)?.or_else(|| Some("nobody".to_owned())))
}

#[cfg(feature = "openapi")]
fn setting_value() -> utoipa::openapi::schema::Schema {
    use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Ref, Type};
    let of = |of: Type| ObjectBuilder::new().schema_type(of);
    let about = "A value of this setting's type in `DeskSettings`; null removes the setting.";
    let values = OneOfBuilder::new()
        .item(Ref::from_schema_name("OpeningHours"))
        .item(Ref::from_schema_name("WidgetSettings"))
        .item(of(Type::String))
        .item(of(Type::Boolean))
        .item(of(Type::Null));
    values.description(Some(about)).build().into()
}
