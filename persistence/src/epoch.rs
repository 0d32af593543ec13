//! Identifiers of a database: the epoch, to which event numbers belong, and the origin, which also
//! identifies the running server.

use helpline_core::actor::Audience;

/// Identifies the history to which event numbers belong; it changes when the database is restored.
/// The text is `<system identifier>-<database oid>-<history table oid>-<timeline>-<restore
/// counter>` and contains only hexadecimal and decimal digits and dashes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Epoch(String);

impl Epoch {
    /// Wraps an epoch that the database returned.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The epoch as the database returned it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The epoch as clients of this audience receive it. The audience is part of the text, because
    /// staff and customers have different event numbers.
    pub fn for_audience(&self, audience: Audience) -> String {
        format!("{}-{}", self.0, audience.as_str())
    }

    /// The part of the epoch that never changes for one database, even if a standby is promoted:
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

/// Identifies the running server behind an epoch: it combines the epoch with the server's start
/// time. A copy of the data directory (a volume snapshot) has the epoch of its original, but a
/// different start time. The value changes with each restart of Postgres.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// The origin (identity of a running server) for this epoch and this start time, in
    /// microseconds since 1970.
    pub fn new(epoch: &Epoch, started_us: i64) -> Self {
        Self(format!("{}@{started_us:x}", epoch.as_str()))
    }

    /// The origin (identity of a running server) as text, without white space.
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
