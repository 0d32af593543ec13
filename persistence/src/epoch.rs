//! Identifies the history that positions belong to, and the server that stores it.

use helpline_core::actor::Audience;

/// The database's part of the epoch: `<system identifier>-<database oid>-<history table
/// oid>-<timeline>-<restore counter>`. Contains only hexadecimal and decimal digits and dashes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Epoch(String);

impl Epoch {
    /// Wraps the text that the database returned.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text as the database returned it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The epoch in frames to this audience, which is part of the text.
    pub fn for_audience(&self, audience: Audience) -> String {
        format!("{}-{}", self.0, audience.as_str())
    }

    /// The part that stays the same for the life of the database, even if a standby is promoted:
    /// `<system identifier>-<database oid>`.
    pub fn database(&self) -> &str {
        let end = self
            .0
            .match_indices('-')
            .nth(1)
            .map_or(self.0.len(), |(at, _)| at);
        &self.0[..end]
    }
}

/// Identifies the running server behind an epoch: the epoch and the time at which the server
/// started, in microseconds. A copy of the data directory (a volume snapshot) has the same epoch as
/// its original, and only this value distinguishes them. It changes with each restart of Postgres.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// The server with this epoch that started at this time, in microseconds since 1970.
    pub fn new(epoch: &Epoch, started_us: i64) -> Self {
        Self(format!("{}@{started_us:x}", epoch.as_str()))
    }

    /// The text, which contains no white space.
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
