//! The SQL files of `migrations/`, which are embedded when this program is built.

/// A versioned migration file, which is applied once.
#[derive(Debug, Clone, Copy)]
pub struct Version {
    /// The version number. Files are applied in the order of their numbers.
    pub number: u32,
    /// The file's name without its extension.
    pub name: &'static str,
    /// The SQL text, with placeholders for the schema and the roles.
    pub sql: &'static str,
}

/// The file of a function, of a view, or of the triggers or policies of one table. It is applied
/// again whenever its text changes. Files of the schema for a platform's own pages are applied only
/// where this schema exists.
#[derive(Debug, Clone, Copy)]
pub struct Object {
    /// The path below `migrations/`: `functions/<name>.sql`, `views/<name>.sql`,
    /// `triggers/<table>.sql`, `policies/<table>.sql`, or `api/<name>.sql` for a view or function of
    /// the schema for a platform's own pages.
    pub path: &'static str,
    /// The SQL text, with placeholders for the schema and the roles.
    pub sql: &'static str,
}

/// The header line of a versioned file that cannot run in a transaction. Such a file must be a
/// single statement that can be run again after an interruption.
const WITHOUT_TRANSACTION: &str = "-- Without a transaction.";

/// The header line of a backfill: a versioned file that fills in values of existing rows, for
/// example in a column that a file with a lower number has added. A backfill must be a single
/// statement that handles at most `$2::bigint` rows after the position `$1::text` (null means the
/// beginning). The statement returns the position of the last row and the number of rows, or no row
/// when none are left. A backfill is applied after the functions and triggers, which already fill
/// in the rows that are written while the backfill runs.
const IN_PORTIONS: &str = "-- In portions.";

/// The header line of a versioned file that depends on a backfill with a lower number: it makes the
/// backfilled column not null, or drops what the backfill reads. Such a file is applied after the
/// functions and views, so these must work before the file is applied. Such files and the backfills
/// are applied together, in the order of their numbers.
const BEHIND_BACKFILLS: &str = "-- Behind the backfills.";

/// How a versioned file is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// In one transaction.
    Whole,
    /// As one statement outside a transaction.
    WithoutTransaction,
    /// Repeatedly, with a limited number of rows, each time in its own transaction.
    InPortions,
}

impl Version {
    /// Whether the file's header contains this line.
    fn says(&self, wanted: &str) -> bool {
        let mut header = self.sql.lines().take_while(|line| line.starts_with("--"));
        header.any(|line| line == wanted)
    }

    pub(super) fn way(&self) -> Way {
        if self.says(WITHOUT_TRANSACTION) {
            Way::WithoutTransaction
        } else if self.says(IN_PORTIONS) {
            Way::InPortions
        } else {
            Way::Whole
        }
    }

    /// Whether the file is applied after the functions, views, triggers and policies. A run of
    /// `migrate` first applies all other versions by number, then the functions and views, then the
    /// backfills and the versions that depend on backfills, by number. This order also works for a
    /// database that skips releases: functions find every column that they need, and everything
    /// that a backfill reads still exists.
    pub(super) fn is_behind_objects(&self) -> bool {
        self.way() == Way::InPortions || self.says(BEHIND_BACKFILLS)
    }
}

/// All SQL files that bring a database to the state that this program needs.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The versioned files, ordered by number. The embedded files are numbered 1, 2, 3 … without
    /// gaps, because the readiness check compares only the highest number.
    pub versions: Vec<Version>,
    /// The files of functions, views, triggers and policies, in the order of the manifest.
    pub objects: Vec<Object>,
    /// A number that is incremented with every change of a function, view, trigger or policy.
    pub generation: i32,
}

mod embedded {
    use super::{Object, Version};
    include!(concat!(env!("OUT_DIR"), "/migrations.rs"));
    pub(super) fn plan() -> super::Plan {
        super::Plan {
            versions: VERSIONS.to_vec(),
            objects: OBJECTS.to_vec(),
            generation: GENERATION,
        }
    }
}

impl Plan {
    /// The migration plan with the SQL files that are embedded in this program.
    pub fn embedded() -> Self {
        embedded::plan()
    }

    /// The highest version number in the migration plan.
    pub fn newest(&self) -> u32 {
        self.versions
            .iter()
            .map(|version| version.number)
            .max()
            .unwrap_or(0)
    }
}
