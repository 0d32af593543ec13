//! Limits of adopting the tickets of a platform's own tables.

use super::TICKET_NUMBER_CHARS_MAX;

/// Maximum characters of a number that is taken over, so that a suffix still fits if another ticket has the same number.
pub const ADOPTED_NUMBER_CHARS_MAX: usize = TICKET_NUMBER_CHARS_MAX - 8;
/// Tickets that one transaction copies at most. It locks the tickets that it replaces, and a killed run repeats it.
pub const ADOPTION_PORTION_TICKETS: usize = 100;
/// Rows after which a portion ends, so that memory depends on the largest ticket and not on the number of tickets.
pub const ADOPTION_PORTION_ROWS: usize = 5_000;
/// Findings per rule that the page shows. The JSON report has all of them.
pub const ADOPTION_SAMPLES_MAX: usize = 10;
/// Milliseconds that the cut-over waits for the locks on the platform's tables. Writers there wait behind it.
pub const ADOPTION_LOCK_TIMEOUT_MS: u64 = 10_000;

const _: () = assert!(ADOPTED_NUMBER_CHARS_MAX < TICKET_NUMBER_CHARS_MAX);
/// How often the cut-over is tried if other transactions are in the way.
pub const ADOPTION_ATTEMPTS_MAX: u32 = 3;
/// Milliseconds after which Postgres ends a cut-over whose command no longer says anything: it holds the platform's tables. Longer than it takes to
/// judge a portion.
pub const ADOPTION_IDLE_TIMEOUT_MS: u64 = 60_000;
/// Bytes of JSON after which a portion ends, as far as whole tickets go.
pub const ADOPTION_PORTION_BYTES: u64 = 8 * 1024 * 1024;
/// Bytes of a value that is read together with its row. Longer ones are copied one by one. More than any column of a text takes.
pub const ADOPTION_VALUE_BYTES_MAX: i32 = 32 * 1024;
/// Characters of a longer value that are read with its row, to be cut to the column's size.
pub const ADOPTION_VALUE_START_CHARS: i32 = 20_000;
/// People whose names are read from the platform at once.
pub const ADOPTION_PEOPLE_MAX: i64 = 500;
/// Days after which a ban on the platform counts as one for ever: its sign-in service knows only bans that end.
pub const ADOPTION_BAN_PERMANENT_DAYS: i64 = 3650;
/// Differences that the command prints. The report has all of them.
pub const ADOPTION_DIFFERENCES_SHOWN_MAX: usize = 50;

const _: () = assert!(ADOPTION_VALUE_START_CHARS as usize > super::BODY_BYTES_MAX);
