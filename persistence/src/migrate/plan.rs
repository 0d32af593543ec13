//! The contents of `migrations/`, embedded when this program was built.

/// A migration that is applied once.
#[derive(Debug, Clone, Copy)]
pub struct Version {
    /// Versions are applied in the order of their numbers.
    pub number: u32,
    /// The file's name without its extension.
    pub name: &'static str,
    /// The text, with placeholders for the schema and the roles.
    pub sql: &'static str,
}

/// A function, a view, or the triggers or policies of one table. Applied again whenever its text
/// changes.
#[derive(Debug, Clone, Copy)]
pub struct Object {
    /// `functions/<name>.sql`, `views/<name>.sql`, `triggers/<table>.sql` or `policies/<table>.sql`.
    pub path: &'static str,
    /// The text, with placeholders for the schema and the roles.
    pub sql: &'static str,
}

/// Header line of a versioned file that cannot run in a transaction. The file must be a single
/// statement that can be run again after an interruption.
const WITHOUT_TRANSACTION: &str = "-- Without a transaction.";

/// Header line of a versioned file that fills in existing rows what an earlier file added. The file
/// must be a single statement that handles at most `$2::bigint` rows after the position `$1::text`
/// (null means the beginning). It returns the position of the last row and the number of rows, or
/// no row when none are left. It is applied after the objects, whose new functions already fill in
/// rows that are written in the meantime.
const IN_PORTIONS: &str = "-- In portions.";

/// Header line of a versioned file that depends on a backfill with a lower number: it forbids null
/// in the column, or drops what the backfill reads. It is applied after the objects, which must
/// work without it, and takes its turn among the backfills by its number.
const BEHIND_BACKFILLS: &str = "-- Behind the backfills.";

/// How a versioned file is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// In one transaction.
    Whole,
    /// As one statement outside a transaction.
    WithoutTransaction,
    /// Repeatedly, with a limited number of rows and a transaction each time.
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

    /// Whether the file is applied after the objects. A run applies all other versions by number,
    /// then the objects, then these versions by number. The same order works for a database that
    /// skips releases: the objects find every column that they need, and nothing that a backfill
    /// needs was dropped.
    pub(super) fn is_behind_objects(&self) -> bool {
        self.way() == Way::InPortions || self.says(BEHIND_BACKFILLS)
    }
}

/// Everything that brings a database to the state that this program needs.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Ordered by number. The embedded versions are numbered 1, 2, 3 … without gaps, because
    /// readiness compares only the highest number.
    pub versions: Vec<Version>,
    /// In the order of the manifest.
    pub objects: Vec<Object>,
    /// Incremented with every change of an object.
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
    /// The plan embedded in this program.
    pub fn embedded() -> Self {
        embedded::plan()
    }

    /// The highest number of a version.
    pub fn newest(&self) -> u32 {
        self.versions
            .iter()
            .map(|version| version.number)
            .max()
            .unwrap_or(0)
    }
}
