//! Logs the first fetch of the key set, and each fetch whose result differs from the fetch before
//! it: success instead of failure, failure instead of success, or another cause of failure.

use std::time::Instant;

use helpline_core::limits;
use parking_lot::Mutex;

/// Whether the last fetch of the identity provider's key set (JWKS) succeeded.
#[derive(Default)]
pub(super) struct Reach(Mutex<State>);

#[derive(Default)]
enum State {
    /// No fetch of the key set (JWKS) has finished yet.
    #[default]
    Unknown,
    Reachable,
    Unreachable {
        began: Instant,
        cause: String,
    },
}

/// How the result of a fetch of the key set differs from the fetch before it. Each difference is
/// logged.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// The identity provider's key set (JWKS) was fetched for the first time.
    Reachable,
    /// The identity provider's key set (JWKS) was fetched again after failures.
    ReachableAgain,
    /// A fetch of the key set (JWKS) failed after a success, or failed with a new cause.
    Unreachable,
}

impl Reach {
    /// Records a successful fetch with this number of usable keys. Returns a [`Change`] if the
    /// previous fetch failed, or if this is the first fetch.
    pub(super) fn fetched(&self, keys: usize) -> Option<Change> {
        let before = std::mem::replace(&mut *self.0.lock(), State::Reachable);
        match before {
            State::Unknown => {
                tracing::info!(keys, "the key set is reachable");
                Some(Change::Reachable)
            }
            State::Reachable => None,
            State::Unreachable { began, .. } => {
                let seconds = began.elapsed().as_secs();
                tracing::info!(keys, seconds, "the key set is reachable again");
                Some(Change::ReachableAgain)
            }
        }
    }

    /// Records a failed fetch. If the previous fetch succeeded or failed with another cause, logs
    /// the failure and returns a [`Change`].
    pub(super) fn failed(&self, cause: String) -> Option<Change> {
        let mut state = self.0.lock();
        let began = match &*state {
            State::Unreachable { cause: known, .. } if *known == cause => return None,
            State::Unreachable { began, .. } => *began,
            State::Unknown | State::Reachable => Instant::now(),
        };
        let hours = limits::JWKS_STALE_MS / 3_600_000;
        tracing::warn!(%cause, "the key set cannot be fetched; keys that are known stay valid for {hours} hours");
        *state = State::Unreachable { began, cause };
        Some(Change::Unreachable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn that_the_address_is_away_and_is_back_is_told_once_each() {
        let reach = Reach::default();
        assert_eq!(reach.fetched(1), Some(Change::Reachable));
        assert_eq!(reach.fetched(1), None);
        assert_eq!(reach.failed("503".into()), Some(Change::Unreachable));
        assert_eq!(reach.failed("503".into()), None);
        assert_eq!(reach.failed("garbage".into()), Some(Change::Unreachable));
        assert_eq!(reach.fetched(2), Some(Change::ReachableAgain));
        assert_eq!(reach.fetched(2), None);
    }
}
