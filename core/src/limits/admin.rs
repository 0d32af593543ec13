//! Limits of what admins see: the access log, the staff list and the system status.

/// Maximum entries of one access log page.
pub const ACCESS_LOG_PAGE_MAX: u32 = 100;
/// Entries of one access log page by default.
pub const ACCESS_LOG_PAGE: u32 = 50;
/// Maximum rows that one page scans for a rare action; the answer then says where to continue.
/// Costs the database about 75 ms on two busy cores.
pub const ACCESS_LOG_WALK_ROWS_MAX: i32 = 50_000;
/// Maximum actions that the filter of one page may name.
pub const ACCESS_LOG_ACTIONS_MAX: usize = 20;
/// Maximum bytes of one entry's detail as shown. The database has already shortened longer fields,
/// and 50 shortened fields fit.
pub const ACCESS_LOG_DETAIL_BYTES_MAX: usize = 512 * 1024;
/// Maximum entries of one export: about as many as a spreadsheet can open.
pub const ACCESS_LOG_EXPORT_ROWS_MAX: u32 = 100_000;
/// Entries of an export that are read and written at once, so that memory stays bounded.
pub const ACCESS_LOG_EXPORT_PORTION: u32 = 200;
/// Maximum portions of one export, including those without a match.
pub const ACCESS_LOG_EXPORT_PORTIONS_MAX: u32 = 1_000;
/// Time limit of one export. A client that reads too slowly gets the entries up to then, and is
/// told where to continue.
pub const ACCESS_LOG_EXPORT_MS: u64 = 10 * 60 * 1_000;
/// Maximum exports that one instance runs at the same time.
pub const ACCESS_LOG_EXPORTS_MAX: usize = 2;
/// Maximum characters of a query that searches the staff list.
pub const PEOPLE_QUERY_CHARS_MAX: usize = 100;
/// The sweep is late if none succeeded for this long: several have failed in a row.
pub const SYSTEM_SWEEP_LATE_MS: u64 = 10_000;
/// Background jobs are late if none succeeded for this long. The most frequent job runs every few
/// seconds.
pub const SYSTEM_JOBS_LATE_MS: u64 = 60_000;
/// Maximum difference between the clocks of the database and an instance. Beyond it, one of them is
/// wrong: tokens are checked against one clock, and displayed times come from the other.
pub const SYSTEM_CLOCK_OFFSET_MS_MAX: u64 = 5_000;
