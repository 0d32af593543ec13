//! Bodies of REST under `/v1`. Answers about tickets come in two forms, by the reader's side of the ticket.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::server::{CustomerEvent, Me, StaffEvent};
use super::ticket::{CustomerTicket, StaffTicket};
use crate::actor::StaffRole;
use crate::body::Attachment;
use crate::ids::{Seq, UserId};
use crate::reject::RejectCode;
use crate::ticket::{Category, Priority, Status};

macro_rules! rest {
    ($($(#[$meta:meta])* pub struct $name:ident { $($body:tt)* })+) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(optional_fields))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name { $($body)* }
    )+ };
}

rest! {
    /// `POST /v1/tickets`, with an `Idempotency-Key`. The description becomes the first message.
    pub struct NewTicket {
        pub subject: String,
        pub category: Category,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub priority: Option<Priority>,
        pub description: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub attachments: Option<Vec<Attachment>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "typescript", ts(type = "Record<string, unknown>"))]
        pub metadata: Option<serde_json::Map<String, serde_json::Value>>,
    }

    /// `PATCH /v1/tickets/{id}`: the fields given are changed, all or none. Customers may change `status` alone.
    pub struct TicketPatch {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub status: Option<Status>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub priority: Option<Priority>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub category: Option<Category>,
        /// A staff member's id, `"me"`, or `"nobody"`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub assigned_to: Option<String>,
    }

    /// `POST /v1/tickets/{id}/messages`, with an `Idempotency-Key`.
    pub struct NewMessage {
        pub body: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub is_internal: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub attachments: Option<Vec<Attachment>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub based_on: Option<Seq>,
    }

    /// The answer: the place of the message in the sender's numbering.
    pub struct MessageStored {
        pub seq: Seq,
        pub at: DateTime<Utc>,
        pub duplicate: bool,
    }

    /// `PATCH /v1/tickets/{id}/messages/{message_id}`.
    pub struct MessageEdit {
        pub body: String,
    }

    /// `PUT /v1/tickets/{id}/rating`.
    pub struct NewRating {
        /// 1 to 5.
        pub satisfaction_rating: u8,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub satisfaction_comment: Option<String>,
    }

    /// `GET /v1/me`.
    pub struct MeView {
        pub user: Me,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub role: Option<StaffRole>,
    }

    /// A member of staff, in `GET /v1/agents` (staff) and `GET /v1/roles` (admins).
    pub struct RoleView {
        pub user_id: UserId,
        pub role: StaffRole,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub name: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub email: Option<String>,
    }

    /// `PUT /v1/roles/{user_id}`.
    pub struct RoleGrant {
        pub role: StaffRole,
    }

    /// A list page of `GET /v1/tickets?scope=all` (staff).
    pub struct StaffTicketPage {
        pub tickets: Vec<StaffTicket>,
        /// Goes into `cursor` for the next page; none: this was the last.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub next_cursor: Option<String>,
    }

    /// A list page of `GET /v1/tickets` (the own ones).
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
        /// Whether older rows exist before the first.
        pub more_before: bool,
    }

    /// A page of history for a customer, oldest first.
    pub struct CustomerEventPage {
        pub epoch: String,
        pub head: Seq,
        pub events: Vec<CustomerEvent>,
        pub more_before: bool,
    }

    /// RFC 9457 `application/problem+json`.
    pub struct Problem {
        /// `about:blank`: the code says it all.
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
    }
}
