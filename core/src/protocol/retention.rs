//! Retention: its settings, its runs, and legal holds. Only admins see and change them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{LegalHoldId, RetentionRunId, TicketId, UserId};
use crate::text_enum::text_enum;

text_enum!(
    /// What a run of retention does: it archives closed tickets, deletes archived tickets, or
    /// deletes old entries of the access log.
    RetentionKind { Archive = "archive", Delete = "delete", AccessLog = "access_log" }
);

text_enum!(
    /// The state of a run. A `waiting` run needs an admin's approval, because it would change too
    /// large a share. A run is `stopped` if an admin refuses it, or if the settings change before it
    /// is done. A `waiting` run is `expired` when the next one is planned.
    RetentionState {
        Waiting = "waiting", Acting = "acting", Done = "done", Stopped = "stopped", Expired = "expired",
    }
);

text_enum!(
    /// What a legal hold keeps: one ticket, or a person and all tickets that they opened.
    LegalHoldScope { Ticket = "ticket", Person = "person" }
);

requests! {
    /// `POST /v1/retention/holds`: a legal hold on a ticket, or on a person and all tickets that
    /// they opened.
    pub struct NewLegalHold {
        pub scope: LegalHoldScope,
        /// The id of the ticket or of the person.
        #[cfg_attr(feature = "typescript", ts(type = "string"))]
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
        pub id: uuid::Uuid,
        /// Why the hold is needed: 1 to 1,000 characters. Do not quote the ticket, because the
        /// reason stays when the ticket is deleted after the hold.
        pub reason: String,
        /// When the hold should be reviewed. Nothing happens then by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub review_at: Option<DateTime<Utc>>,
    }
}

rest! {
    /// The settings of retention: `PUT /v1/retention/settings`, and a part of `GET /v1/retention`.
    #[serde(deny_unknown_fields)]
    pub struct RetentionSettings {
        /// Whether retention runs by its schedule. If not, nothing is archived or deleted.
        pub enabled: bool,
        /// A ticket is archived this many calendar months after it was resolved or closed.
        pub archive_months: u16,
        /// A ticket is deleted this many calendar months after it was archived.
        pub delete_months: u16,
        /// An entry of the access log is deleted after this many calendar months.
        pub access_log_months: u16,
        /// A run that would change a larger share, in percent of all tickets (or access log
        /// entries), waits for an admin's approval. A run of at most 50 never waits.
        pub share_max_percent: u8,
        /// The day of the month on which retention runs, from 1 to 28. Deletion of tickets runs in
        /// January, April, July and October only.
        pub day: u8,
        /// The time of day, such as `03:00`.
        pub at: String,
        /// The IANA time zone of day and time, such as `Europe/Vienna`.
        pub zone: String,
    }

    /// `GET /v1/retention`, for admins only.
    pub struct RetentionView {
        pub settings: RetentionSettings,
        /// The entity tag of the settings, with its quotes, for `If-Match` of `PUT
        /// /v1/retention/settings`.
        pub etag: String,
        /// When each kind of run is due next, by the service's schedules. Empty if retention is
        /// off.
        pub next: Vec<RetentionNext>,
        /// The last runs, newest first.
        pub runs: Vec<RetentionRun>,
        /// The newest legal holds that are not released, at most 100.
        pub holds: Vec<LegalHold>,
    }

    /// The next run of one kind.
    pub struct RetentionNext {
        pub kind: RetentionKind,
        pub at: DateTime<Utc>,
    }

    /// What a run would do now: `POST /v1/retention/dry-run`. Nothing is changed.
    pub struct RetentionDryRun {
        pub plans: Vec<RetentionPlan>,
    }

    /// Counts of all tickets (or access log entries) for a run of this kind.
    pub struct RetentionPlan {
        pub kind: RetentionKind,
        /// The policy: after how many calendar months.
        pub months: u16,
        /// Tickets that were closed (or archived) before this time are due; so are entries of the
        /// access log that were written before it.
        pub cutoff: DateTime<Utc>,
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        pub total: u64,
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        pub due: u64,
        pub skipped: RetentionSkipped,
        /// Since when the ticket or entry that has been due longest was closed, archived or
        /// written; null if nothing is due.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub oldest: Option<DateTime<Utc>>,
        /// Whether the run needs an admin's approval.
        pub needs_approval: bool,
    }

    /// A page of `GET /v1/retention/due`: tickets that a run would archive or delete, those first
    /// that have been closed (or archived) longest. The caller's own tickets are left out.
    pub struct DueTicketPage {
        pub tickets: Vec<DueTicket>,
        /// The `cursor` of the next page; null if this is the last one.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub next_cursor: Option<String>,
    }

    /// A ticket that a run would archive or delete.
    pub struct DueTicket {
        pub id: TicketId,
        pub ticket_number: String,
        pub subject: String,
        /// Null if the customer has no name.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub customer_name: Option<String>,
        /// When it was resolved or closed, for a run that deletes when it was archived.
        pub since: DateTime<Utc>,
    }

    /// What a run leaves out, and why.
    #[derive(Default, Copy)]
    pub struct RetentionSkipped {
        /// Old enough, but under a legal hold.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        pub held: u64,
        /// Neither resolved nor closed.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        pub open: u64,
        /// Not old enough.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        pub younger: u64,
        /// Resolved or closed at an unknown time, for example imported.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        pub undated: u64,
        /// Locked by other transactions during the whole run. The next run finds them.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        pub busy: u64,
        /// Refused by the database, for example because another table refers to the ticket. The log
        /// of the service names each one and the reason.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        pub refused: u64,
    }

    /// One run of retention. When it is done, this is its receipt, which never changes.
    pub struct RetentionRun {
        pub id: RetentionRunId,
        pub kind: RetentionKind,
        pub state: RetentionState,
        /// The time of the schedule for which the run was made.
        pub period: DateTime<Utc>,
        /// The policy: after how many calendar months.
        pub months: u16,
        /// The guard: above which share of all, in percent, the run waits.
        pub share_max_percent: u8,
        /// The database's time when the run was planned.
        pub planned_at: DateTime<Utc>,
        /// What was closed, archived or written before this time was due.
        pub cutoff: DateTime<Utc>,
        /// Tickets or access log entries in all, when the run was planned.
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        pub total: u64,
        /// How many of them were due.
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        pub due: u64,
        /// What the plan left out.
        pub skipped: RetentionSkipped,
        /// How many the run has archived or deleted so far.
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        pub changed: u64,
        /// What the run left out, counted at its end; null before.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub kept: Option<RetentionSkipped>,
        /// SHA-256 (hexadecimal) over the ids of the archived or deleted tickets, sorted and
        /// separated by line feeds; null before the run is done. For the access log, it is a chain:
        /// for each portion, SHA-256 over the digest before (none at first) and the portion's ids,
        /// sorted and separated by line feeds. Its portions are in the access log as
        /// `access_log_deleted`.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub digest: Option<String>,
        /// For the access log: the id of the last entry that was examined.
        #[cfg_attr(feature = "typescript", ts(type = "number | null", optional = false))]
        pub last_entry: Option<u64>,
        /// Why the run was stopped: `settings_changed`, `switched_off`, `refused` (by an admin) or
        /// `clock_set_back` (it was planned while the database's clock was ahead).
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub reason: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub approved_by: Option<UserId>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub approved_at: Option<DateTime<Utc>>,
        /// How long the database worked on the run, in milliseconds.
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        pub worked_ms: u64,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub done_at: Option<DateTime<Utc>>,
    }

    /// A page of `GET /v1/retention/holds`, newest first, released ones too.
    pub struct LegalHoldPage {
        pub holds: Vec<LegalHold>,
        /// The `after` of the next page; null if there are no older holds.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub next_after: Option<LegalHoldId>,
    }

    /// A legal hold: while it is not released, the ticket (or each ticket that the person opened)
    /// is not archived, deleted or redacted, and its access log entries stay.
    pub struct LegalHold {
        pub id: LegalHoldId,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub ticket: Option<TicketId>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub person: Option<UserId>,
        /// The ticket's number. Null if the hold is on a person, or if the ticket is deleted or the
        /// reader's own.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub ticket_number: Option<String>,
        /// The person's name. Null if the hold is on a ticket, or if the person has none.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub person_name: Option<String>,
        pub reason: String,
        /// The admin who set the hold; null for an administrator of the database.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub set_by: Option<UserId>,
        pub set_at: DateTime<Utc>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub review_at: Option<DateTime<Utc>>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub released_by: Option<UserId>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub released_at: Option<DateTime<Utc>>,
    }
}
