//! Limits of background work: consumers of the history, timers, deliveries and schedules.

use super::{ANSWER_TIMEOUT_MS, LOCK_TIMEOUT_MS, STATEMENT_TIMEOUT_MS};

/// Maximum events that a consumer handles in one transaction, so that its locks are held briefly.
pub const CONSUMER_PORTION_EVENTS_MAX: i64 = 1_000;
/// Maximum events of a window (the events between two snapshots) that is sorted anew for each portion. A larger window, for example after
/// an import, is written to a work table in order.
pub const CONSUMER_WINDOW_EVENTS_MAX: i64 = 10_000;
/// How long an instance keeps an event that a consumer has read, for the other consumers. An edited or redacted message may be seen as it
/// was before for up to twice this time.
pub const CONSUMER_EVENTS_KEPT_MS: u64 = 1_000;
/// Maximum events that an instance keeps for this time, twice; about 1 KB each.
pub const CONSUMER_EVENTS_KEPT_MAX: usize = 10_000;
/// Time limit for writing a large window to the work table. At about 300,000 events per second, the window may have tens of millions of
/// events.
pub const CONSUMER_SORT_TIMEOUT_MS: u64 = 10 * 60 * 1_000;
/// Maximum time that a consumer waits for a ticket which another transaction has locked. After that, it goes on with other tickets.
pub const CONSUMER_LOCK_TIMEOUT_MS: u64 = 200;
/// Number of failures of one event after which its ticket waits for an admin.
pub const CONSUMER_ATTEMPTS_MAX: i32 = 3;
/// Time until the second attempt at an event that failed. Each further attempt waits ten times as long.
pub const CONSUMER_RETRY_MS: i64 = 1_000;
/// Time until a consumer tries a locked ticket again.
pub const CONSUMER_BUSY_RETRY_MS: i64 = 250;
/// Maximum events that are counted to show how far a consumer is behind.
pub const CONSUMER_WAITING_COUNTED_MAX: i64 = 10_000;
/// Maximum tickets in the list of events that a consumer could not handle.
pub const CONSUMER_FAULTS_LISTED_MAX: i64 = 500;

/// Maximum timers that one query for due timers returns.
pub const TIMERS_DUE_MAX: i64 = 200;
/// Number of failures of one timer after which it waits for an admin.
pub const TIMER_ATTEMPTS_MAX: i32 = 3;
/// Time until the second attempt at a timer that failed. Each further attempt waits ten times as long.
pub const TIMER_RETRY_MS: i64 = 5_000;
/// Maximum due timers of one kind that are counted.
pub const TIMERS_COUNTED_MAX: i64 = 10_000;
/// Maximum timers in the list of those that wait for an admin.
pub const TIMERS_HELD_LISTED_MAX: i64 = 500;

/// Time until the next attempt at a delivery, by the number of failed attempts; altogether about 28 hours.
pub const DELIVERY_RETRY_S: [u64; 7] = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000];
/// How much a random number spreads the time until the next attempt, in both directions.
pub const DELIVERY_JITTER_PERCENT: u8 = 20;
/// Maximum attempts at a delivery. After that, it is dead until an admin replays it.
pub const DELIVERY_ATTEMPTS_MAX: i32 = 8;
/// Maximum receivers among which one claim distributes its slots. The next claim goes on behind them.
pub const DELIVERY_RECEIVERS_MAX: i32 = 500;
/// Maximum due or dead deliveries of one kind that are counted.
pub const DELIVERIES_COUNTED_MAX: i64 = 10_000;
/// Maximum dead deliveries in one page of their list.
pub const DELIVERIES_LISTED_MAX: i64 = 100;
/// Maximum dead deliveries that one call replays.
pub const DELIVERIES_REPLAYED_MAX: i64 = 10_000;
/// Maximum ids of dead deliveries in one request: one page of their list.
pub const DELIVERY_IDS_MAX: usize = DELIVERIES_LISTED_MAX as usize;
/// How long a delivery is kept after its receiver has taken it, so that operators can see what was sent. Planning it again within this
/// time does not send it again.
pub const DELIVERY_KEEP_MS: u64 = 30 * 24 * 60 * 60 * 1_000;
/// Time between two deletions of old deliveries.
pub const DELIVERY_DELETE_INTERVAL_MS: u64 = 60 * 60 * 1_000;
/// Maximum old deliveries that one statement deletes.
pub const DELIVERIES_DELETED_MAX: i64 = 5_000;

/// Maximum missed occurrences of a schedule that are passed over at once, to find the last one: two years of a daily schedule.
pub const SCHEDULE_MISSED_MAX: u32 = 800;

/// Connections in the separate pool of background work, so that it does not take the connections of requests or of periodic jobs.
pub const BACKGROUND_CONNECTIONS_MAX: usize = 6;
/// Connections of one instance beside the pool of requests: periodic jobs and background work.
pub const OWN_CONNECTIONS_MAX: usize = super::JOB_CONNECTIONS_MAX + BACKGROUND_CONNECTIONS_MAX;
/// Maximum consumers that handle events at the same time on one instance. The other connections of the pool remain for timers, deliveries
/// and schedules.
pub const CONSUMERS_AT_ONCE_MAX: usize = 2;
/// Time between two polls of a consumer that has no new event. A commit on the same instance starts a poll earlier.
pub const CONSUMER_POLL_MS: u64 = 500;
/// Minimum time between two polls of a consumer that found nothing, so that each of many commits does not cause a poll.
pub const CONSUMER_POLL_GAP_MS: u64 = 20;
/// Time between two windows of a consumer, and between two attempts to take a consumer that another instance has. A consumer that read a
/// window for every few messages would use more CPU for its polls than for their events.
pub const CONSUMER_WINDOW_GAP_MS: u64 = 500;
/// Time between two queries for due timers, and thus how late a timer fires.
pub const TIMER_POLL_MS: u64 = 1_000;
/// Time between two claims of due deliveries. A delivery that was planned on the same instance is claimed earlier.
pub const DELIVERY_POLL_MS: u64 = 500;
/// Minimum time between two claims of deliveries, so that a claim fills several slots. A claim per delivery would cost as much as the rest of
/// its way.
pub const DELIVERY_CLAIM_GAP_MS: u64 = 80;
/// Time between two claims that look for all due deliveries. The claims between them look only for recent ones.
pub const DELIVERY_CLAIM_ALL_MS: u64 = 1_000;
/// Time between two queries for a schedule that is due.
pub const SCHEDULE_POLL_MS: u64 = 5_000;
/// Time until background work is tried again after the first database error. It doubles with each further error.
pub const BACKGROUND_BACKOFF_MS: u64 = 500;
/// Maximum time until background work is tried again after database errors.
pub const BACKGROUND_BACKOFF_MAX_MS: u64 = 30_000;

/// Deliveries of one kind that an instance attempts at the same time.
pub const DELIVERY_SLOTS: u32 = 40;
/// How many of [`DELIVERY_SLOTS`] may be retries. The rest is kept for first attempts, so that receivers that fail do not delay others.
pub const DELIVERY_RETRY_SLOTS: u32 = 20;
/// Maximum deliveries of one receiver that are attempted at the same time, by all instances.
pub const DELIVERY_PER_RECEIVER_MAX: u32 = 10;
/// Time limit of one attempt at a delivery.
pub const DELIVERY_ATTEMPT_MS: u64 = 15_000;
/// How long a delivery is leased for one attempt. After an instance has died, its deliveries are repeated when this time is over.
pub const DELIVERY_LEASE_MS: u64 = 60_000;
/// Maximum time that a receiver may ask to wait until the next attempt.
pub const DELIVERY_RETRY_AFTER_MAX_S: u64 = 24 * 60 * 60;

/// How long a run of a schedule is leased. Each commit of the run renews it. After an instance has died, another one continues the run when
/// this time is over.
pub const SCHEDULE_LEASE_MS: u64 = 2 * 60 * 1_000;
/// Time until a run that failed is continued.
pub const SCHEDULE_RETRY_MS: u64 = 5 * 60 * 1_000;

/// Time between two checks of the database's identity and clock.
pub const BACKGROUND_WATCH_MS: u64 = 5_000;
/// Time between two updates of the metrics of background work.
pub const BACKGROUND_FIGURES_MS: u64 = 15_000;
/// How far the database's clock may run ahead of an instance's monotonic clock between two checks. A larger difference is a jump. Small
/// differences come from slow answers. Also how far the clocks of the database and of an instance may differ when the instance starts.
pub const CLOCK_FORWARD_MS_MAX: i64 = 10 * 60 * 1_000;
/// How far the database's clock may fall behind between two checks.
pub const CLOCK_BACK_MS_MAX: i64 = 30 * 1_000;

/// Maximum executions of rules in a chain in which each one is caused by the event of the one before. It ends rules that cause each other
/// without end.
pub const CAUSE_DEPTH_MAX: u32 = 8;
/// Maximum characters of the name or id of the rule that caused an event.
pub const CAUSE_RULE_CHARS_MAX: usize = 100;

/// Maximum characters of the error that is stored with a failed event, timer, delivery or run. A longer error is cut.
pub const BACKGROUND_ERROR_CHARS_MAX: usize = 500;
/// Maximum bytes of the data of a timer or a delivery, as Postgres stores JSON.
pub const BACKGROUND_PAYLOAD_BYTES_MAX: usize = 16 * 1024;
/// Maximum characters of the name of a consumer or schedule, or of a kind of timer or delivery: those of a name in Postgres.
pub const JOB_NAME_CHARS_MAX: usize = 63;
/// Maximum characters of the key that distinguishes the timers of one kind on one ticket.
pub const TIMER_KEY_CHARS_MAX: usize = 100;
/// Maximum characters of a delivery's key: a ticket's id, a position, and words.
pub const DELIVERY_KEY_CHARS_MAX: usize = 200;
/// Maximum characters of the name or id of a delivery's receiver.
pub const DELIVERY_RECEIVER_CHARS_MAX: usize = 200;
/// Maximum characters of `HELPLINE_PUBLIC_URL`, which the database stores to recognize production.
pub const PUBLIC_URL_CHARS_MAX: usize = 2_000;
/// Maximum bytes of what a run of a schedule stores about its progress, as Postgres stores JSON.
pub const SCHEDULE_PROGRESS_BYTES_MAX: usize = 64 * 1024;
/// Maximum characters of the name of a time zone. The longest one has about 30.
pub const ZONE_CHARS_MAX: usize = 64;

const _: () = assert!(DELIVERY_RETRY_S.len() + 1 == DELIVERY_ATTEMPTS_MAX as usize);
const _: () = assert!(CONSUMER_LOCK_TIMEOUT_MS < LOCK_TIMEOUT_MS);
const _: () = assert!(CONSUMER_SORT_TIMEOUT_MS > STATEMENT_TIMEOUT_MS);
const _: () = assert!(CONSUMER_PORTION_EVENTS_MAX <= CONSUMER_WINDOW_EVENTS_MAX);
const _: () = assert!(CONSUMERS_AT_ONCE_MAX + 2 < BACKGROUND_CONNECTIONS_MAX);
const _: () =
    assert!(DELIVERY_RETRY_SLOTS < DELIVERY_SLOTS && DELIVERY_PER_RECEIVER_MAX < DELIVERY_SLOTS);
// The result of an attempt must be recorded before the lease expires.
const _: () = assert!(DELIVERY_ATTEMPT_MS + 2 * ANSWER_TIMEOUT_MS < DELIVERY_LEASE_MS);
// Each transaction of a run must end before its lease expires.
const _: () = assert!(2 * STATEMENT_TIMEOUT_MS < SCHEDULE_LEASE_MS);
