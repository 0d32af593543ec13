//! Whether the key set can be had, in the log: once when that begins or ends, however often it is asked for meanwhile.

use std::time::Instant;

use helpline_core::limits;
use parking_lot::Mutex;

/// What is known of it.
#[derive(Default)]
pub(super) struct Reach(Mutex<State>);

#[derive(Default)]
enum State {
    /// Not asked yet.
    #[default]
    Unknown,
    Reachable,
    Unreachable {
        began: Instant,
        cause: String,
    },
}

impl Reach {
    /// It was fetched, with so many usable keys.
    pub(super) fn fetched(&self, keys: usize) {
        let before = std::mem::replace(&mut *self.0.lock(), State::Reachable);
        match before {
            State::Unknown => tracing::info!(keys, "the key set is reachable"),
            State::Reachable => {}
            State::Unreachable { began, .. } => {
                let seconds = began.elapsed().as_secs();
                tracing::info!(keys, seconds, "the key set is reachable again");
            }
        }
    }

    /// It could not be had. Another cause than before is told too.
    pub(super) fn failed(&self, cause: String) {
        let mut state = self.0.lock();
        let began = match &*state {
            State::Unreachable { cause: known, .. } if *known == cause => return,
            State::Unreachable { began, .. } => *began,
            State::Unknown | State::Reachable => Instant::now(),
        };
        let hours = limits::JWKS_STALE_MS / 3_600_000;
        tracing::warn!(%cause, "the key set cannot be fetched; known keys stay valid for {hours} hours");
        *state = State::Unreachable { began, cause };
    }
}
