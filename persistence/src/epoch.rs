//! Which history the numbers belong to.

use helpline_core::actor::Audience;

/// The database's part of the epoch: `<system identifier>-<timeline>-<restore counter>`, in hexadecimal and decimal digits and dashes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Epoch(String);

impl Epoch {
    pub(crate) const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text that stands in relay events.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text that stands in frames to this audience (the audience is part of it).
    pub fn for_audience(&self, audience: Audience) -> String {
        format!("{}-{}", self.0, audience.as_str())
    }
}
