//! Limits of what admins see: the access log, the staff list and the system status.

/// Maximum entries of one access log page.
pub const ACCESS_LOG_PAGE_MAX: u32 = 100;
/// Entries of one access log page by default.
pub const ACCESS_LOG_PAGE: u32 = 50;
/// Maximum rows that one access log page scans for entries of a rare action; the response then says
/// where to continue. Such a scan takes the database about 75 ms on two busy cores.
pub const ACCESS_LOG_WALK_ROWS_MAX: i32 = 50_000;
/// Maximum actions in the filter of an access log request.
pub const ACCESS_LOG_ACTIONS_MAX: usize = 20;
/// Maximum bytes of the detail that one entry shows. The database has already shortened long
/// fields; 50 shortened fields fit.
pub const ACCESS_LOG_DETAIL_BYTES_MAX: usize = 512 * 1024;
/// Maximum entries of one access log export: about as many as a spreadsheet can open.
pub const ACCESS_LOG_EXPORT_ROWS_MAX: u32 = 100_000;
/// Entries of an access log export that are read and written together, so that memory stays
/// bounded.
pub const ACCESS_LOG_EXPORT_PORTION: u32 = 200;
/// Maximum reads of one access log export, including reads in which no entry matches the filter.
pub const ACCESS_LOG_EXPORT_PORTIONS_MAX: u32 = 1_000;
/// Time limit of one access log export. A client that reads too slowly gets the entries that were
/// exported until then, and is told where to continue.
pub const ACCESS_LOG_EXPORT_MS: u64 = 10 * 60 * 1_000;
/// Maximum access log exports that one instance runs at the same time.
pub const ACCESS_LOG_EXPORTS_MAX: usize = 2;
/// Maximum characters of a query that searches the staff list.
pub const PEOPLE_QUERY_CHARS_MAX: usize = 100;
/// The sweep counts as late if no sweep has succeeded for this long, which means that several
/// sweeps failed in a row.
pub const SYSTEM_SWEEP_LATE_MS: u64 = 10_000;
/// Background jobs count as late if no job has succeeded for this long. The most frequent job runs
/// every few seconds.
pub const SYSTEM_JOBS_LATE_MS: u64 = 60_000;
/// Maximum difference between the clocks of the database and an instance. A larger difference
/// causes wrong results, because tokens are checked against the instance's clock and displayed
/// times come from the database.
pub const SYSTEM_CLOCK_OFFSET_MS_MAX: u64 = 5_000;

/// Time between two runs of the query that finds a platform's staff. This time, that between two checks of connected people and a second
/// for both are less than the 5 s in which a change takes effect.
pub const FOLLOW_STAFF_INTERVAL_MS: u64 = 1_000;
/// Maximum bytes of a query of a platform's tables, which finds its staff or people's names.
pub const PLATFORM_QUERY_BYTES_MAX: usize = 16 * 1024;
/// Time between two runs of the query that finds people's names in a platform's tables.
pub const FOLLOW_NAMES_INTERVAL_MS: u64 = 1_000;
/// Maximum people whose names one run looks up. With 30,000 people, a changed name is found within a
/// minute.
pub const FOLLOW_NAMES_PEOPLE_MAX: i32 = 500;
/// A person is proposed for erasure if the platform's query has not returned them for this long. It is
/// longer than a pass through a million people takes, and than a restore of the platform's tables.
pub const ERASURE_GONE_MS: i64 = 60 * 60 * 1_000;
/// Maximum share of the platform's people who may be gone at once, in percent. If more are gone, no
/// one is proposed for erasure: an outage or a copy is likelier than so many deletions in an hour.
pub const ERASURE_SHARE_MAX_PERCENT: i32 = 10;
/// This many people may be gone at once whatever share they are, unless they are all.
pub const ERASURE_FEW: i32 = 5;
/// Maximum proposals of erasure in one response. The others follow when these are decided.
pub const ERASURES_LISTED_MAX: i32 = 100;
