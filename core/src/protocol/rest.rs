//! Bodies of REST under `/v1`. Answers about tickets come in two forms, by the reader's side of the ticket.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::desk::{OpeningHours, WidgetSettings};
use super::server::{CustomerEvent, Me, StaffEvent};
use super::strict::text_or_null;
use super::ticket::{AgentRef, CustomerTicket, StaffTicket};
use crate::actor::StaffRole;
use crate::body::Attachment;
use crate::ids::{SavedReplyId, Seq, TicketId, UserId};
use crate::reject::RejectCode;
use crate::ticket::{Category, Priority, Status};

/// What clients send. [`super::strict`] refuses other fields, whatever the type says; the attribute is for readers, and for `/openapi.json`.
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
    /// `POST /v1/tickets`, with an `Idempotency-Key`. The description becomes the first message.
    pub struct NewTicket {
        /// Left out: made from the first line of the description, of at most 80 characters. Leave it out only to a server that names the feature
        /// `derived_subject`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub subject: Option<String>,
        /// Left out: `general`. Leave it out only to a server that names the feature `derived_subject`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub category: Option<Category>,
        /// Left out: `medium`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub priority: Option<Priority>,
        pub description: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub attachments: Option<Vec<Attachment>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(type = "Record<string, unknown>"))]
        pub metadata: Option<serde_json::Map<String, serde_json::Value>>,
    }

    /// `PATCH /v1/tickets/{id}`: the fields given are changed, all or none. Customers may only change `status`.
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
        /// The assignee that the caller has seen, in the words of `assigned_to`, which it needs. If another person has the ticket by now, the
        /// answer is `conflict` and nothing is changed; if it is assigned as asked already, that is no conflict. Only to a server that
        /// names the feature `if_assigned_to`.
        #[serde(default, deserialize_with = "nobody_if_null", skip_serializing_if = "Option::is_none")]
        pub if_assigned_to: Option<String>,
    }

    /// `POST /v1/tickets/{id}/messages`, with an `Idempotency-Key`.
    pub struct NewMessage {
        pub body: String,
        /// A note for the team, as in `send`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub internal: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub attachments: Option<Vec<Attachment>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub based_on: Option<Seq>,
    }

    /// `PATCH /v1/tickets/{id}/messages/{message_id}`.
    pub struct MessageEdit {
        pub body: String,
    }

    /// `PUT /v1/tickets/{id}/rating`.
    pub struct NewRating {
        /// 1 to 5.
        pub satisfaction_rating: u8,
        /// Null is the same as leaving it out: no comment. A rating replaces the previous one, including its comment.
        #[serde(default, deserialize_with = "text_or_null", skip_serializing_if = "Option::is_none")]
        pub satisfaction_comment: Option<String>,
    }

    /// `PUT /v1/roles/{user_id}`. Where roles are managed by the platform: `roles_managed`.
    pub struct RoleGrant {
        pub role: StaffRole,
    }

    /// `PUT /v1/people/{user_id}/blocked` (admins). Only to a server that names the feature `block_people`.
    pub struct BlockChange {
        pub blocked: bool,
    }

    /// `PUT /v1/settings/{name}` (admins).
    pub struct SettingChange {
        /// Has the type of this setting in `DeskSettings`; null removes the setting.
        #[cfg_attr(feature = "typescript", ts(type = "OpeningHours | WidgetSettings | string | boolean | null"))]
        #[cfg_attr(feature = "openapi", schema(schema_with = setting_value))]
        pub value: serde_json::Value,
    }

    /// `PUT /v1/saved-replies/{id}` creates or replaces; the answer is the `SavedReply`. Shared ones: admins; personal ones: any staff, their own.
    pub struct SavedReplyChange {
        /// 1 to 40 characters of a-z, 0-9, `_` and `-`. One that another shared reply, or another one of the same person, has: `conflict`.
        pub shortcut: String,
        pub title: String,
        pub body: String,
        /// The folder in which it is listed: one line of at most 60 characters. Null is the same as leaving it out: none. Only to a server that
        /// names the feature `reply_folders`.
        #[serde(default, deserialize_with = "text_or_null", skip_serializing_if = "Option::is_none")]
        pub folder: Option<String>,
        /// Whether it is the caller's own, which no other person sees. A reply stays what it was saved as first: otherwise `conflict`. Left out: shared.
        /// Only to a server that names the feature `reply_folders`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub personal: Option<bool>,
    }

    /// `POST /v1/tickets/bulk` (staff): one change to many tickets. Each ticket is changed or refused independently.
    pub struct BulkPatch {
        pub tickets: Vec<TicketId>,
        pub patch: TicketPatch,
    }
}

rest! {
    /// The answer: the number of the message in the sender's numbering.
    pub struct MessageStored {
        pub seq: Seq,
        pub at: DateTime<Utc>,
        pub duplicate: bool,
    }

    /// `GET /v1/me`.
    pub struct MeView {
        pub user: Me,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub role: Option<StaffRole>,
    }

    /// `GET /v1/me/unread`: what the caller has not read on their own tickets, as their customer. Archived tickets do not count.
    pub struct OwnUnread {
        /// Tickets with something new of others: messages, or changes such as an end. Among the 1,000 that changed last.
        pub tickets: u32,
        /// Messages of the team among it; up to 100 of each ticket.
        pub messages: u32,
    }

    /// A member of staff, in `GET /v1/agents` (staff) and `GET /v1/roles` (admins).
    pub struct RoleView {
        pub user_id: UserId,
        pub role: StaffRole,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub name: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub email: Option<String>,
        /// Blocked people sign in no more; they keep their role.
        pub blocked: bool,
        /// Whether they were connected within the last 90 seconds, and are not blocked. Only in `GET /v1/roles`, and left out by an older server.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(optional = nullable))]
        pub online: Option<bool>,
    }

    /// A person with an address, in `GET /v1/people?email=` (admins).
    pub struct PersonFound {
        pub user_id: UserId,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub role: Option<StaffRole>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub name: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub email: Option<String>,
        /// Blocked people sign in no more; a role does not change that.
        pub blocked: bool,
        /// When they first signed in.
        pub since: DateTime<Utc>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub last_seen_at: Option<DateTime<Utc>>,
        /// Issuer and `sub` of their token, where that is no UUID: what tells people with one address apart.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub subject: Option<String>,
    }

    /// A list page of `GET /v1/tickets?scope=all` (staff).
    pub struct StaffTicketPage {
        pub tickets: Vec<StaffTicket>,
        /// `cursor` of the next page; null on the last page.
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

    /// A link of the platform's navigation, shown on all pages.
    pub struct NavLink {
        pub label: String,
        /// `http(s)://…` or a path; no other scheme.
        pub href: String,
    }

    /// `GET /v1/config`, without a token: what a page must know before a person signs in.
    pub struct ClientConfig {
        /// Where the pages get a token for a person who is signed in to the platform.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub token_url: Option<String>,
        /// Where people sign in by the desk's own provider, on the desk's host; `?return=` names the page to come back to. Null where the platform
        /// signs people in.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub sign_in_url: Option<String>,
        /// Where the page ends such a session: by `POST`, answered with `next`, where the provider ends its own, or null.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub sign_out_url: Option<String>,
        /// Where people without a staff role are sent.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub home_url: Option<String>,
        /// The platform's page on which roles are managed; here they are then only read. Null: they are given and taken here.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(optional = nullable))]
        pub roles_managed_at: Option<String>,
        pub links: Vec<NavLink>,
        pub languages: Vec<String>,
        /// Whether demo people can sign in by name.
        pub dev: bool,
        /// What this server can do beyond the first `helpline.v1`: see `Feature`. An older server names none.
        #[serde(default)]
        pub features: Vec<String>,
    }

    /// `GET /v1/availability`, without a token.
    pub struct Availability {
        /// Whether the desk is open now. A desk without opening hours is always open.
        pub open: bool,
        /// Whether an agent is connected.
        pub agents_online: bool,
        /// When the desk opens next, if it is closed; null: never.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub opens_at: Option<DateTime<Utc>>,
        /// Null: the desk has no opening hours.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub hours: Option<OpeningHours>,
        /// The desk's notice for customers while no agent is available.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub notice: Option<String>,
        /// How long the first answer took lately, in seconds: the median of the newest 200 answered tickets of the last 30 days. Null: fewer
        /// than 5.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub first_answer_s: Option<u32>,
    }

    /// `GET /v1/settings` (admins), and the answer of every change.
    pub struct DeskSettings {
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub opening_hours: Option<OpeningHours>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub away_notice: Option<String>,
        /// Whether the first member of staff who answers an unassigned ticket gets it assigned. Off unless set.
        #[serde(default)]
        pub reply_assigns: bool,
        /// Null: the widget looks and does as in any desk.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(optional = nullable))]
        pub widget: Option<WidgetSettings>,
        /// An older server tells none, and ignores `If-Match`.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(optional = nullable))]
        pub etags: Option<SettingEtags>,
    }

    /// The entity tags of the settings, each for `If-Match` of `PUT /v1/settings/{name}`, with its quotes. A setting that is not set has one too.
    pub struct SettingEtags {
        pub opening_hours: String,
        pub away_notice: String,
        pub reply_assigns: String,
        pub widget: String,
    }

    /// One of `GET /v1/saved-replies` (staff): the shared ones and the caller's own, by shortcut. Of two with one shortcut, the personal one is
    /// meant. The server stores `{{…}}` unchanged: the client fills it in.
    pub struct SavedReply {
        pub id: SavedReplyId,
        pub shortcut: String,
        pub title: String,
        pub body: String,
        /// An older server has none.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(optional = nullable))]
        pub folder: Option<String>,
        /// The person whose own it is: the caller; null: the team's.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(optional = nullable))]
        pub owner: Option<UserId>,
        pub updated_at: DateTime<Utc>,
        /// The entity tag for `If-Match` of a change or a deletion, with its quotes. An older server tells none, and ignores `If-Match`.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(optional = nullable))]
        pub etag: Option<String>,
    }

    /// How many tickets a person has, without archived ones.
    pub struct TicketTotals {
        /// Neither resolved nor closed.
        pub open: u32,
        pub total: u32,
    }

    /// `GET /v1/people/{id}` (staff).
    pub struct PersonView {
        pub id: UserId,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub name: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub email: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub last_seen_at: Option<DateTime<Utc>>,
        /// From their latest action on a ticket of their own.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub address: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub user_agent: Option<String>,
        pub tickets: TicketTotals,
        /// Blocked people sign in no more. An older server does not say it.
        #[serde(default)]
        pub blocked: bool,
    }

    /// `GET /v1/tickets/counts` (staff): the number of tickets in each view of the console. Archived tickets do not count.
    pub struct TicketCounts {
        /// Assigned to the caller, and neither resolved nor closed.
        pub mine: u32,
        /// Not assigned, and neither resolved nor closed.
        pub unassigned: u32,
        /// Those whose customer waits for an answer; counted up to 10,000.
        #[serde(default)]
        pub needs_answer: u32,
        /// All that are neither resolved nor closed.
        pub all: u32,
        /// Urgent, and neither resolved nor closed.
        pub urgent: u32,
        pub resolved: u32,
        pub closed: u32,
    }

    /// The result for one ticket.
    pub struct BulkResult {
        pub id: TicketId,
        pub ok: bool,
        /// Why it was refused.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub code: Option<RejectCode>,
    }

    /// The answer to a `BulkPatch`, in the order of its tickets.
    pub struct BulkOutcome {
        pub results: Vec<BulkResult>,
    }

    /// RFC 9457 `application/problem+json`.
    pub struct Problem {
        /// Always `about:blank`; `code` is the machine-readable reason.
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
        /// With `conflict` of `if_assigned_to`: who has the ticket now, by their first name; absent: it is unassigned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub assigned_to: Option<AgentRef>,
    }
}

/// `null` means unassigned. It is what an unassigned ticket shows, so it is what a client writes back.
fn nobody_if_null<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    Ok(text_or_null(deserializer)?.or_else(|| Some("nobody".to_owned())))
}

#[cfg(feature = "openapi")]
fn setting_value() -> utoipa::openapi::schema::Schema {
    use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Ref, Type};
    let of = |of: Type| ObjectBuilder::new().schema_type(of);
    let about = "Has the type of this setting in `DeskSettings`; null removes the setting.";
    let values = OneOfBuilder::new()
        .item(Ref::from_schema_name("OpeningHours"))
        .item(Ref::from_schema_name("WidgetSettings"))
        .item(of(Type::String))
        .item(of(Type::Boolean))
        .item(of(Type::Null));
    values.description(Some(about)).build().into()
}
