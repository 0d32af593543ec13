//! The access log and the system status, which only admins see.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{TicketId, TicketNumber, UserId};
use crate::text_enum::text_enum;

text_enum!(
    /// The state of one check in the system status.
    CheckState { Ok = "ok", Failing = "failing", Unknown = "unknown" }
);

rest! {
    /// A page of `GET /v1/access-log`, for admins only, newest entries first. If few entries match
    /// the filter, a page may be short or empty although older pages follow.
    pub struct AccessPage {
        pub entries: Vec<AccessEntry>,
        /// The `cursor` of the next page; null if there are no older entries.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub next_cursor: Option<String>,
        /// The time back to which this page searched, if the search stopped before the page was
        /// full; otherwise null.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub searched_to: Option<DateTime<Utc>>,
    }

    /// An entry of the access log: a read by staff, a refused request, or a change outside of
    /// tickets.
    pub struct AccessEntry {
        /// A newer entry has a higher `id`.
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        pub id: u64,
        pub at: DateTime<Utc>,
        /// The person who acted. Null for a request before sign-in, and for a database
        /// administrator.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub user: Option<AccessPerson>,
        /// One of the names in `GET /v1/access-log/actions`, or a name that another version of
        /// Helpline recorded.
        pub action: String,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub ticket: Option<AccessTicket>,
        /// The error code of a refused request; null if the action was carried out.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub refused: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub ip: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub user_agent: Option<String>,
        /// Further details, depending on the action. Texts of more than 1,000 characters are cut
        /// and end in `…`.
        #[cfg_attr(feature = "typescript", ts(type = "Record<string, unknown>"))]
        pub detail: serde_json::Map<String, serde_json::Value>,
        /// Whether more detail is stored than `detail` has.
        pub detail_cut: bool,
    }

    /// The person who acted, with their current name and e-mail address.
    pub struct AccessPerson {
        pub id: UserId,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub name: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub email: Option<String>,
    }

    /// The ticket that the action concerned.
    pub struct AccessTicket {
        pub id: TicketId,
        /// The ticket's number. Null if the ticket does not exist or was deleted.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub number: Option<TicketNumber>,
    }

    /// `GET /v1/access-log/actions`, for admins only: the names of the actions that this version
    /// records.
    pub struct AccessActions {
        pub actions: Vec<String>,
    }

    /// `GET /v1/system`, for admins only: the status of the instance that answered, and of the
    /// database that all instances share.
    pub struct SystemView {
        pub version: String,
        /// An id that is new at each start of the instance.
        pub instance: String,
        pub started_at: DateTime<Utc>,
        /// The time of this response, by the instance's clock.
        pub at: DateTime<Utc>,
        /// The results of the checks. Another version of Helpline may have more checks, or fewer.
        pub checks: Vec<SystemCheck>,
        /// Open WebSocket connections of this instance.
        pub connections: u32,
        /// Tickets that are open in at least one client of this instance.
        pub rooms: u32,
        /// Database connections in use. `pool_idle` are idle connections, and `pool_waiting` are
        /// requests that wait for a connection.
        pub pool_used: u32,
        pub pool_idle: u32,
        pub pool_waiting: u32,
        /// The version that Postgres reports. Null, like `database_mib`, `clock_offset_ms` and
        /// `schema_found`, if the database did not answer in time.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub database_version: Option<String>,
        /// Size of the whole database on disk, in MiB. The free disk space is not reported, because
        /// SQL cannot determine it.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub database_mib: Option<u32>,
        /// How far the database's clock is ahead of the instance's, in milliseconds; negative if it
        /// is behind. The error of this value is less than one round trip to the database.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub clock_offset_ms: Option<f64>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub schema_found: Option<SchemaVersion>,
        pub schema_expected: SchemaVersion,
        /// When the retention job last archived or deleted old tickets; null if the newest entries
        /// of the access log record no such run of the job.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub retention_at: Option<DateTime<Utc>>,
    }

    /// The result of one check in the system status.
    pub struct SystemCheck {
        /// `database`, `schema`, `migrations`, `relay`, `sweep`, `jobs`, `clock`, `retention`,
        /// `instance`, or a check of another version.
        pub name: String,
        pub state: CheckState,
        /// A word such as `unreachable`: why the check is failing or unknown, or which of several
        /// good states it found.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub code: Option<String>,
        /// Since when the check has had this result; null if this instance has seen no other
        /// result.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub since: Option<DateTime<Utc>>,
    }

    /// The version of the database's schema.
    #[derive(Copy)]
    pub struct SchemaVersion {
        /// The highest migration number up to which every migration is applied.
        pub version: u32,
        /// The generation number of the installed functions, views, triggers and policies, which
        /// grows with every change of them.
        pub generation: u32,
    }
}
