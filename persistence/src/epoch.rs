//! Which history the numbers belong to, and which server holds it.

use helpline_core::actor::Audience;

/// The database's part of the epoch: `<system identifier>-<database oid>-<history table oid>-<timeline>-<restore counter>`, in hexadecimal
/// and decimal digits and dashes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Epoch(String);

impl Epoch {
    /// The text that a database gave.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text that stands in frames to this audience (the audience is part of it).
    pub fn for_audience(&self, audience: Audience) -> String {
        format!("{}-{}", self.0, audience.as_str())
    }

    /// What stays the same as long as the database does, a promoted standby included: `<system identifier>-<database oid>`.
    pub fn database(&self) -> &str {
        let end = self
            .0
            .match_indices('-')
            .nth(1)
            .map_or(self.0.len(), |(at, _)| at);
        &self.0[..end]
    }
}

/// The running server behind an epoch: the epoch and the microsecond at which the server started. A copy of the data directory (a volume
/// snapshot) has the epoch of its original; only this tells the two apart. It changes with each restart of Postgres.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// The server that holds this epoch since then (microseconds since 1970).
    pub fn new(epoch: &Epoch, started_us: i64) -> Self {
        Self(format!("{}@{started_us:x}", epoch.as_str()))
    }

    /// One word, without white space.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_named_by_its_cluster_and_its_oid() {
        assert_eq!(
            Epoch::new("6f3a-4000-4711-1-0".to_owned()).database(),
            "6f3a-4000"
        );
        assert_eq!(Epoch::new("short".to_owned()).database(), "short");
    }

    #[test]
    fn two_servers_with_one_epoch_have_two_origins() {
        let epoch = Epoch::new("6f3a-4000-4711-1-0".to_owned());
        assert_ne!(Origin::new(&epoch, 1), Origin::new(&epoch, 2));
    }
}
