//! What admins are shown of the desk: the access log, the staff, and how the system is.

/// Entries of one page of the access log.
pub const ACCESS_LOG_PAGE_MAX: u32 = 100;
/// The same, unless asked otherwise.
pub const ACCESS_LOG_PAGE: u32 = 50;
/// Rows that one page looks through for rare ones; then it says where to go on. Some 75 ms of the database on two busy cores.
pub const ACCESS_LOG_WALK_ROWS_MAX: i32 = 50_000;
/// Actions that one page may be asked for.
pub const ACCESS_LOG_ACTIONS_MAX: usize = 20;
/// An entry's detail as it is shown, in bytes: fields that are longer than the database passes on were cut there, and 50 of them fit.
pub const ACCESS_LOG_DETAIL_BYTES_MAX: usize = 512 * 1024;
/// Entries of one export: what a spreadsheet still opens.
pub const ACCESS_LOG_EXPORT_ROWS_MAX: u32 = 100_000;
/// Entries of an export that are read, written and forgotten before the next.
pub const ACCESS_LOG_EXPORT_PORTION: u32 = 200;
/// Portions of one export, those that found nothing included.
pub const ACCESS_LOG_EXPORT_PORTIONS_MAX: u32 = 1_000;
/// How long one export may take: a client that reads slowly gets what it has read by then, and is told where to go on.
pub const ACCESS_LOG_EXPORT_MS: u64 = 10 * 60 * 1_000;
/// Exports that one instance makes at the same time.
pub const ACCESS_LOG_EXPORTS_MAX: usize = 2;
/// What members of staff are looked for by, in characters.
pub const PEOPLE_QUERY_CHARS_MAX: usize = 100;
/// A sweep that has not succeeded for so long is late: several of them have failed.
pub const SYSTEM_SWEEP_LATE_MS: u64 = 10_000;
/// The same of the background jobs, the most frequent of which asks the database every few seconds.
pub const SYSTEM_JOBS_LATE_MS: u64 = 60_000;
/// Clocks of the database and an instance that differ by more are wrong: tokens are judged by the one, and times shown by the other.
pub const SYSTEM_CLOCK_OFFSET_MS_MAX: u64 = 5_000;
