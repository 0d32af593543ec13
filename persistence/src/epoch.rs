//! Which history the numbers belong to.
use crate::{Store, StoreError};

/// The database's part of the epoch: `<system identifier>-<timeline>-<restore counter>`, in hexadecimal and decimal digits and dashes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Epoch(String);
impl Epoch {
    /// The text that stands in relay events.
    pub fn as_str(&self) -> &str { &self.0 }
    /// The text that stands in frames to this audience (the audience is part of it).
    pub fn for_audience(&self, audience: helpline_core::actor::Audience) -> String { format!("{}-{}", self.0, audience.as_str()) }
}
/// Reads it.
pub async fn read(_store: &Store) -> Result<Epoch, StoreError> { todo!() }
