//! What admins are shown of the desk: the access log.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{TicketId, TicketNumber, UserId};

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
}
