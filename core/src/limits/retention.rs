//! Limits of retention: how long closed tickets and the access log are kept, and legal holds.

use super::{ANSWER_TIMEOUT_MS, SCHEDULE_LEASE_MS, STATEMENT_TIMEOUT_MS};

/// Months after which a resolved or closed ticket is archived, by default.
pub const RETENTION_ARCHIVE_MONTHS: u16 = 6;
/// Months after which an archived ticket is deleted, by default: two years.
pub const RETENTION_DELETE_MONTHS: u16 = 24;
/// Months after which an entry of the access log is deleted, by default: two years.
pub const RETENTION_ACCESS_LOG_MONTHS: u16 = 24;
/// Minimum months until a ticket is archived or an archived one is deleted. A shorter time would delete what people still work with.
pub const RETENTION_MONTHS_MIN: u16 = 1;
/// Minimum months for which the access log is kept, so that an incident can still be investigated when it is noticed late.
pub const RETENTION_ACCESS_LOG_MONTHS_MIN: u16 = 3;
/// Maximum months of each period: twenty years.
pub const RETENTION_MONTHS_MAX: u16 = 240;
/// Share of all tickets (or access log entries), in percent, above which a run waits for an admin, by default. A quarterly deletion after 30
/// months removes about 10 % of the tickets of a desk whose load is constant.
pub const RETENTION_SHARE_MAX_PERCENT: u8 = 20;
/// A run that changes at most this many rows never waits for an admin. Otherwise the runs of a small desk would wait each time.
pub const RETENTION_UNGUARDED_ROWS_MAX: i64 = 50;
/// Last day of the month that a retention schedule may have, so that every month has it.
pub const RETENTION_DAY_MAX: u8 = 28;
/// Maximum tickets that one transaction archives or deletes, so that its locks are held briefly.
pub const RETENTION_PORTION_TICKETS_MAX: i32 = 200;
/// Maximum tickets that one transaction examines while it looks for tickets that are due.
pub const RETENTION_PORTION_EXAMINED_MAX: i32 = 20_000;
/// Maximum entries of the access log that one transaction examines.
pub const RETENTION_PORTION_ROWS_MAX: i32 = 10_000;
/// How often one run goes through all tickets. It does so again if some tickets that are due were locked by other transactions.
pub const RETENTION_PASSES_MAX: i16 = 3;
/// Time limit of a statement that counts all tickets or entries of the access log. A million tickets take about a second. A run must be planned before
/// the lease of its schedule's run expires.
pub const RETENTION_COUNT_TIMEOUT_MS: u64 = 90_000;
/// Time between two checks for runs that an admin has approved or whose instance has died. A run that this instance has planned begins at once.
pub const RETENTION_INTERVAL_MS: u64 = 10_000;
/// Maximum runs in the list of the last ones.
pub const RETENTION_RUNS_LISTED_MAX: i64 = 30;
/// Maximum tickets of one page of those that a run would change.
pub const DUE_TICKETS_LISTED_MAX: i64 = 50;
/// Maximum characters of the reason of a legal hold.
pub const LEGAL_HOLD_REASON_CHARS_MAX: usize = 1_000;
/// Maximum legal holds of one page of their list.
pub const LEGAL_HOLDS_LISTED_MAX: i64 = 100;

const _: () = assert!(RETENTION_COUNT_TIMEOUT_MS > STATEMENT_TIMEOUT_MS);
const _: () = assert!(RETENTION_COUNT_TIMEOUT_MS > ANSWER_TIMEOUT_MS);
const _: () = assert!(RETENTION_COUNT_TIMEOUT_MS + 2 * ANSWER_TIMEOUT_MS < SCHEDULE_LEASE_MS);
const _: () = assert!(RETENTION_PORTION_TICKETS_MAX <= RETENTION_PORTION_EXAMINED_MAX);
