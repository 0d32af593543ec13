//! What admins are shown of the desk: the access log, and how the system is.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{TicketId, TicketNumber, UserId};
use crate::text_enum::text_enum;

text_enum!(
    /// How a check of the system stands.
    CheckState { Ok = "ok", Failing = "failing", Unknown = "unknown" }
);

rest! {
    /// A page of `GET /v1/access-log` (admins), the newest entries first. One that looked for something rare may be short, or empty, and have a
    /// next one all the same.
    pub struct AccessPage {
        pub entries: Vec<AccessEntry>,
        /// `cursor` of the next page; null: there are no older entries.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub next_cursor: Option<String>,
        /// How far back this page has looked, where it ended before it was full; null: nothing was left out.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub searched_to: Option<DateTime<Utc>>,
    }

    /// One row of the access log: what staff read, what was refused, and what changed outside of tickets.
    pub struct AccessEntry {
        /// Rises with time.
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        pub id: u64,
        pub at: DateTime<Utc>,
        /// Null: before sign-in, or an administrator of the database.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub user: Option<AccessPerson>,
        /// One of `GET /v1/access-log/actions`, or of another version.
        pub action: String,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub ticket: Option<AccessTicket>,
        /// The code with which it was refused; null: it was done.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub refused: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub ip: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub user_agent: Option<String>,
        /// What else is kept of it, by its action. Texts end after 1,000 characters with `…`.
        #[cfg_attr(feature = "typescript", ts(type = "Record<string, unknown>"))]
        pub detail: serde_json::Map<String, serde_json::Value>,
        /// Whether `detail` is not all that is kept.
        pub detail_cut: bool,
    }

    /// Who did it, as they are named now.
    pub struct AccessPerson {
        pub id: UserId,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub name: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub email: Option<String>,
    }

    /// The ticket that it was done to.
    pub struct AccessTicket {
        pub id: TicketId,
        /// Null: there is no such ticket, or it was deleted.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub number: Option<TicketNumber>,
    }

    /// `GET /v1/access-log/actions` (admins): what this version records, by name.
    pub struct AccessActions {
        pub actions: Vec<String>,
    }

    /// `GET /v1/system` (admins): the instance that answered, and what it knows of the database that all instances share.
    pub struct SystemView {
        pub version: String,
        /// Another one after each start.
        pub instance: String,
        pub started_at: DateTime<Utc>,
        /// When this was found, by the instance's clock.
        pub at: DateTime<Utc>,
        /// Another version may have more of them, or fewer.
        pub checks: Vec<SystemCheck>,
        /// WebSockets of this instance.
        pub connections: u32,
        /// Tickets that someone has open through this instance.
        pub rooms: u32,
        /// Connections to the database that are in use, those that are idle, and the requests that wait for one.
        pub pool_used: u32,
        pub pool_idle: u32,
        pub pool_waiting: u32,
        /// Of Postgres, in its own words; null like the next three: the database did not say in time.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub database_version: Option<String>,
        /// What the whole database takes on its disk, in MiB. How much is free there, SQL does not tell.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub database_mib: Option<u32>,
        /// How far the database's clock is ahead of the instance's, in milliseconds, less than nothing where it is behind; as exact as the round trip.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub clock_offset_ms: Option<f64>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub schema_found: Option<SchemaVersion>,
        pub schema_expected: SchemaVersion,
        /// When retention last archived or deleted something; null: not among the newest entries of the access log.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub retention_at: Option<DateTime<Utc>>,
    }

    /// One thing that is looked at.
    pub struct SystemCheck {
        /// `database`, `schema`, `migrations`, `relay`, `sweep`, `jobs`, `clock`, `retention`, `instance`, or one of another version.
        pub name: String,
        pub state: CheckState,
        /// Why it is failing or unknown, or which of several good states it is in: a word such as `unreachable`.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub code: Option<String>,
        /// Since when this instance has seen it so; null: since it first looked.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub since: Option<DateTime<Utc>>,
    }

    /// How far the database's schema is.
    #[derive(Copy)]
    pub struct SchemaVersion {
        /// Of the last migration before which none is missing.
        pub version: u32,
        /// Of functions, views, triggers and policies.
        pub generation: u32,
    }
}
