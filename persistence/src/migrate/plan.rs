//! What `migrations/` holds, as it was when this program was built.

/// A step forward that is made once.
#[derive(Debug, Clone, Copy)]
pub struct Version {
    /// Its place in the order.
    pub number: u32,
    /// The file's name without its ending.
    pub name: &'static str,
    /// With placeholders for schema and roles.
    pub sql: &'static str,
}

/// A function, a view, or the triggers or policies of one table: made again whenever its text changes.
#[derive(Debug, Clone, Copy)]
pub struct Object {
    /// `functions/<name>.sql`, `views/<name>.sql`, `triggers/<table>.sql` or `policies/<table>.sql`.
    pub path: &'static str,
    /// With placeholders for schema and roles.
    pub sql: &'static str,
}

/// A line near the top of a versioned file that cannot run in a transaction. Such a file is one statement, which can be run again after it was
/// broken off.
const WITHOUT_TRANSACTION: &str = "-- Without a transaction.";

/// A line near the top of a versioned file that fills in what a former file added, for rows that are already there. Such a file is one
/// statement: it handles at most `$2::bigint` rows behind the place `$1::text` (null: the beginning), and gives the place of the last one and
/// how many there were, or no row when none are left. It is applied behind the objects, whose new functions fill the rows written meanwhile.
const IN_PORTIONS: &str = "-- In portions.";

/// A line near the top of a versioned file that needs what a backfill with a lower number fills: it forbids null there, or drops what the backfill
/// reads. It is applied behind the objects, which must work without it, and among the backfills by its number.
const BEHIND_BACKFILLS: &str = "-- Behind the backfills.";

/// How a versioned file is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// As one transaction.
    Whole,
    /// As one statement outside of any.
    WithoutTransaction,
    /// Again and again, a bounded number of rows and a transaction at a time.
    InPortions,
}

impl Version {
    /// Whether its header has this line.
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

    /// Whether it is applied behind the objects. The order of a run is: all other versions by their numbers; the objects; these by their numbers.
    /// So it is also for a database that skips releases: the objects find every column that they need, and nothing that a backfill needs is gone.
    pub(super) fn is_behind_objects(&self) -> bool {
        self.way() == Way::InPortions || self.says(BEHIND_BACKFILLS)
    }
}

/// Everything that makes a database fit this program.
#[derive(Debug, Clone)]
pub struct Plan {
    /// By rising numbers. The embedded ones are 1, 2 and so on, each once: readiness asks how far none is missing.
    pub versions: Vec<Version>,
    /// In the order of the manifest.
    pub objects: Vec<Object>,
    /// Raised with every change of an object.
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
    /// The plan of this program.
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
