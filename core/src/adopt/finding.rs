//! What was found and changed, one entry per row, field and rule.

use serde::Serialize;
use uuid::Uuid;

use super::rules;

/// Characters of a value that a finding shows.
pub(super) const SAMPLE_CHARS_MAX: usize = 120;

/// A row that was not taken over as it was, or that deserves a look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule, one of [`super::RULES`].
    #[serde(skip)]
    pub rule: &'static str,
    /// The field of the row that is stored with another value than the platform's. Empty: every
    /// field is stored as it was.
    pub field: &'static str,
    /// The number of the row's ticket in the desk.
    pub ticket: String,
    /// The id of the source row.
    pub row: Uuid,
    pub was: String,
    pub became: String,
}

impl Finding {
    /// A finding whose values are cut to what a report shows.
    pub fn new(
        (rule, field): (&'static str, &'static str),
        ticket: &str,
        row: Uuid,
        was: &str,
        became: &str,
    ) -> Self {
        debug_assert!(!rules::meaning(rule).is_empty(), "{rule} has no meaning");
        let short = |text: &str| text.chars().take(SAMPLE_CHARS_MAX).collect();
        Self {
            rule,
            field,
            ticket: ticket.to_owned(),
            row,
            was: short(was),
            became: short(became),
        }
    }
}
