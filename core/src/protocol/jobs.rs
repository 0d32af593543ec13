//! Background work, which only admins see: consumers of the history, timers, deliveries, schedules,
//! and whether work that cannot be undone is held.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{DeliveryId, Seq, TicketId};
use crate::text_enum::text_enum;

text_enum!(
    /// What an admin decides about an event or a timer that has failed.
    Decision {
        /// Try it again, with as many attempts as before.
        Retry = "retry",
        /// Never handle it: the consumer goes on with the ticket's next event, or the timer is
        /// removed.
        Skip = "skip",
    }
);

text_enum!(
    /// On which days a schedule occurs.
    ScheduleDays {
        /// Every day.
        Daily = "day",
        /// On one day of each week.
        Weekly = "week",
        /// On one day of each month.
        Monthly = "month",
        /// On one day of the first month of each quarter.
        Quarterly = "quarter",
    }
);

rest! {
    /// `GET /v1/jobs`, for admins only: all background work, which all instances share. Counts stop
    /// at 10,000, and lists at 500 entries.
    pub struct JobsView {
        /// The database's time.
        pub at: DateTime<Utc>,
        pub hold: JobsHold,
        /// Ordered by name.
        pub consumers: Vec<ConsumerView>,
        /// Events that consumers could not handle, those that wait for an admin first.
        pub failed_events: Vec<FailedEvent>,
        /// The kinds of timers of this version.
        pub timers: Vec<TimerKindView>,
        /// Timers that wait for an admin, those that have waited longest first.
        pub held_timers: Vec<HeldTimer>,
        /// The kinds of deliveries of this version.
        pub deliveries: Vec<DeliveryKindView>,
        /// Ordered by name.
        pub schedules: Vec<ScheduleView>,
    }

    /// Whether work that leaves the database or deletes from it is held, and why. It is held if
    /// `unconfirmed` is true or `clock_jump_ms` is not null.
    pub struct JobsHold {
        /// The database, or the public address of the instance that answers, is not the one that
        /// was confirmed as production.
        pub unconfirmed: bool,
        /// The public address of the instance that answers; empty if none is set.
        pub public_url: String,
        /// The confirmed public address; null if nothing was ever confirmed.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub confirmed_public_url: Option<String>,
        /// When it was confirmed; null if it was not, or the database was restored since.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub confirmed_at: Option<DateTime<Utc>>,
        /// By how many milliseconds the database's clock has jumped, negative if it went back. Null
        /// if it has not jumped, or an admin has checked it.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub clock_jump_ms: Option<f64>,
        /// Since when work is held because of the clock.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub clock_jumped_at: Option<DateTime<Utc>>,
    }

    /// How far a consumer is.
    pub struct ConsumerView {
        pub name: String,
        /// Since when it is paused; null if it is running.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub paused_at: Option<DateTime<Utc>>,
        /// Number of events that it has handled.
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        pub handled: u64,
        /// When it last handled events.
        pub handled_at: DateTime<Utc>,
        /// Number of events that it has yet to handle.
        pub waiting: u32,
        /// When the oldest of these events happened; `at` minus this time is the lag.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub oldest_at: Option<DateTime<Utc>>,
        /// Number of tickets with a failed event. Their later events are skipped meanwhile.
        pub failed: u32,
        /// Number of these tickets that wait for an admin.
        pub held: u32,
    }

    /// An event that a consumer could not handle. The later events of its ticket wait.
    pub struct FailedEvent {
        pub consumer: String,
        pub ticket_id: TicketId,
        /// The ticket's number. Null if the ticket is deleted.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub ticket_number: Option<String>,
        pub seq: Seq,
        /// Zero if the ticket was only locked by another transaction.
        pub attempts: u32,
        /// The last failure.
        pub error: String,
        pub failed_at: DateTime<Utc>,
        /// Since when the event waits for an admin. Null if it will be tried again automatically.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub held_at: Option<DateTime<Utc>>,
    }

    /// The timers of one kind.
    pub struct TimerKindView {
        pub kind: String,
        pub due: u32,
        /// When the earliest of them was due.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub oldest_at: Option<DateTime<Utc>>,
        /// Number of timers that wait for an admin.
        pub held: u32,
    }

    /// A timer that has failed and waits for an admin.
    pub struct HeldTimer {
        #[cfg_attr(feature = "typescript", ts(type = "number"))]
        pub id: u64,
        pub kind: String,
        pub ticket_id: TicketId,
        /// The ticket's number. Null if the ticket is deleted.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub ticket_number: Option<String>,
        /// Distinguishes the timers of one kind on one ticket.
        pub key: String,
        pub due_at: DateTime<Utc>,
        pub attempts: u32,
        /// The last failure.
        pub error: String,
        pub held_at: DateTime<Utc>,
    }

    /// The deliveries of one kind.
    pub struct DeliveryKindView {
        pub kind: String,
        pub due: u32,
        /// When the one that has waited longest was due.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub oldest_at: Option<DateTime<Utc>>,
        /// Number of deliveries that are being attempted.
        pub in_flight: u32,
        /// Number of deliveries that are not attempted any more.
        pub dead: u32,
    }

    /// A schedule, with its next occurrence and its last run.
    pub struct ScheduleView {
        pub name: String,
        /// An IANA time zone, in which `time` and the days are meant.
        pub zone: String,
        /// The time of day, such as `03:00`.
        pub time: String,
        pub days: ScheduleDays,
        /// The day of the month, or of the week (1 is Monday). Null if it occurs every day.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub on_day: Option<u8>,
        pub next_at: DateTime<Utc>,
        /// Since when it is paused; null if it is not.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub paused_at: Option<DateTime<Utc>>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub last_run: Option<ScheduleRun>,
    }

    /// A run of a schedule.
    pub struct ScheduleRun {
        /// The occurrence for which the run was made.
        pub period: DateTime<Utc>,
        pub started_at: DateTime<Utc>,
        /// Null if the run is not done.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub done_at: Option<DateTime<Utc>>,
        /// Why it stopped before it was done; null if it did not. It is continued automatically.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub error: Option<String>,
        /// How far it is, or its result. The fields depend on the schedule.
        #[cfg_attr(feature = "typescript", ts(type = "Record<string, unknown>"))]
        pub progress: serde_json::Map<String, serde_json::Value>,
    }

    /// A page of `GET /v1/jobs/dead-deliveries`, for admins only, the latest first.
    pub struct DeadDeliveryPage {
        pub deliveries: Vec<DeadDelivery>,
        /// The `cursor` of the next page; null if there are no earlier ones.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub next_cursor: Option<String>,
    }

    /// A delivery that is not attempted any more, until an admin replays it.
    pub struct DeadDelivery {
        pub id: DeliveryId,
        /// Whom it was for, such as the id of a webhook.
        pub receiver: String,
        /// The ticket that it was about, with `seq`; null if it was about none.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub ticket_id: Option<TicketId>,
        /// The ticket's number. Null if it was about none, or if the ticket is deleted.
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub ticket_number: Option<String>,
        #[cfg_attr(feature = "typescript", ts(optional = false))]
        pub seq: Option<Seq>,
        pub attempts: u32,
        /// The last failure.
        pub error: String,
        pub created_at: DateTime<Utc>,
        pub dead_at: DateTime<Utc>,
    }

    /// The answer to `POST /v1/jobs/dead-deliveries/replay` and `/replay-since`.
    pub struct DeliveriesReplayed {
        /// Number of deliveries that are due again.
        pub replayed: u32,
    }
}

requests! {
    /// `PUT /v1/jobs/consumers/{consumer}` and `PUT /v1/jobs/schedules/{schedule}`, for admins only.
    pub struct PauseChange {
        pub paused: bool,
    }

    /// `POST /v1/jobs/consumers/{consumer}/failed-events`, for admins only: what is to be done about
    /// a failed event.
    pub struct FailedEventDecision {
        pub ticket_id: TicketId,
        /// The event that the admin saw. If another event of the ticket has failed by now, the
        /// answer is `conflict`.
        pub seq: Seq,
        pub decision: Decision,
    }

    /// `POST /v1/jobs/timers/{timer}`, for admins only: what is to be done about a held timer.
    pub struct TimerDecision {
        pub decision: Decision,
    }

    /// `POST /v1/jobs/dead-deliveries/replay`, for admins only.
    pub struct DeliveryReplay {
        /// The dead deliveries, at most 100. Others are ignored.
        pub ids: Vec<DeliveryId>,
    }

    /// `POST /v1/jobs/dead-deliveries/replay-since`, for admins only: all deliveries of one kind and
    /// receiver that died since a time, at most 10,000, the earliest first.
    pub struct DeliveryReplaySince {
        pub kind: String,
        pub receiver: String,
        pub since: DateTime<Utc>,
    }

    /// `PUT /v1/jobs/identity`, for admins only: this database is production.
    pub struct IdentityConfirmation {
        /// `hold.public_url` as the admin saw it. If the instance that answers has another public
        /// address, the answer is `conflict`.
        pub public_url: String,
    }
}
