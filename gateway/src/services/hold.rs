//! Whether background work that cannot be undone is held on this instance, and how far consumers are
//! behind: what `/readyz` reports of background work.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use helpline_core::limits;
use helpline_persistence::background::{self, Hold as Stored};
use helpline_persistence::{Store, StoreError, Transaction};
use parking_lot::Mutex;

use crate::runtime::failpoint;

/// Asks the database whether work is held, and remembers the last answer. An answer is never reused
/// to decide about work, because the database may have been replaced.
pub struct Hold {
    store: Store,
    public_url: String,
    last: Mutex<Option<Held>>,
    clock: Mutex<ClockWatch>,
    is_confirmed_once: AtomicBool,
    lag_s: Mutex<Option<f64>>,
}

/// Why background work is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The database or the public address is not the one that was confirmed as production.
    pub unconfirmed: bool,
    /// The database's clock has jumped, and no admin has checked it.
    pub clock: bool,
}

impl Held {
    /// Whether work whose effect cannot be undone must wait.
    pub const fn holds(self) -> bool {
        self.unconfirmed || self.clock
    }
}

impl Hold {
    /// `public_url` is the instance's `--public-url`, or empty.
    pub fn new(store: Store, public_url: String) -> Self {
        Self {
            store,
            public_url,
            last: Mutex::new(None),
            clock: Mutex::default(),
            is_confirmed_once: AtomicBool::new(false),
            lag_s: Mutex::new(None),
        }
    }

    /// The public address that is compared with the confirmed one.
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// What the database said last. `None` before the first answer.
    pub fn last(&self) -> Option<Held> {
        *self.last.lock()
    }

    /// By how many seconds the consumer of this build is behind that is furthest behind, as last
    /// measured. `None` before the first measurement.
    pub fn lag_s(&self) -> Option<f64> {
        *self.lag_s.lock()
    }

    /// Remembers the lag of the consumer that is furthest behind.
    pub fn set_lag_s(&self, lag_s: f64) {
        *self.lag_s.lock() = Some(lag_s);
    }

    /// Asks the database, and compares its clock with the one of this instance since the last
    /// answer; at first, with this instance's wall clock. If the database's clock has jumped, work is held from now on, also by the caller.
    /// The first call confirms a new database as production. Logs when a hold begins and ends.
    ///
    /// # Errors
    /// When the database cannot be read. The work must then not be done.
    pub async fn check(&self) -> Result<Held, StoreError> {
        Ok(self.read().await?.0)
    }

    /// Like [`Self::check`], with everything that the database knows about the hold.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub async fn read(&self) -> Result<(Held, Stored), StoreError> {
        if !self.is_confirmed_once.load(Ordering::Relaxed) {
            background::confirm_first(&self.store, &self.public_url).await?;
            self.is_confirmed_once.store(true, Ordering::Relaxed);
        }
        let asked = Instant::now();
        let stored = background::hold(&self.store, &self.public_url).await?;
        self.judge(stored, asked).await
    }

    /// Begins a transaction for work that may be held, and returns what the database of the
    /// transaction has answered.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub async fn begin(&self) -> Result<(Transaction, Held), StoreError> {
        let mut transaction = self.store.begin().await?;
        let held = self.check_in(&mut transaction).await?;
        Ok((transaction, held))
    }

    /// Like [`Self::check`], on the connection of a transaction that has just begun. The transaction
    /// can then change no other database than the one that has answered.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub async fn check_in(&self, transaction: &mut Transaction) -> Result<Held, StoreError> {
        let asked = Instant::now();
        let stored = background::hold_in(transaction, &self.public_url).await?;
        Ok(self.judge(stored, asked).await?.0)
    }

    async fn judge(&self, stored: Stored, asked: Instant) -> Result<(Held, Stored), StoreError> {
        let half = asked.elapsed() / 2;
        let middle = asked + half;
        let wall = Utc::now() - TimeDelta::from_std(half).unwrap_or_default();
        let ahead_ms = (stored.server - wall).num_milliseconds();
        let jump = self.clock.lock().look(stored.now, middle, ahead_ms);
        if let Some(by_ms) = jump {
            tracing::warn!(by_ms, "the database's clock has jumped");
            background::pause_clock(&self.store, by_ms).await?;
            // Only now, so that the jump is found again if it could not be stored.
            self.clock.lock().accept(stored.now, middle);
        }
        let held = Held {
            unconfirmed: stored.is_unconfirmed && !failpoint::sabotaged("clone-sends"),
            clock: stored.clock.is_some() || jump.is_some(),
        };
        let before = self.last.lock().replace(held);
        let before = before.unwrap_or(Held {
            unconfirmed: false,
            clock: false,
        });
        if held.unconfirmed && !before.unconfirmed {
            tracing::warn!(
                public_url = self.public_url,
                confirmed_public_url = stored.public_url,
                "this database is not confirmed as production, so nothing is delivered or deleted by background work; \
                 if it is production, run `helpline restored --live` or confirm it as an admin"
            );
        }
        if held.clock && !before.clock {
            let jump_ms = jump.or(stored.clock.map(|jump| jump.by_ms));
            tracing::warn!(
                jump_ms,
                "the database's clock has jumped, so background work that cannot be undone is held; check the clock, and confirm it as an admin"
            );
        }
        if before.holds() && !held.holds() {
            tracing::info!("background work is no longer held");
        }
        for (reason, is_held) in [("unconfirmed", held.unconfirmed), ("clock", held.clock)] {
            metrics::gauge!("helpline_background_held", "reason" => reason)
                .set(f64::from(u8::from(is_held)));
        }
        Ok((held, stored))
    }
}

/// Compares the database's clock with the monotonic clock of this instance. The first look compares it
/// with the wall clock, because a clock can be wrong already when the instance starts.
#[derive(Default)]
struct ClockWatch {
    last: Option<(DateTime<Utc>, Instant)>,
}

impl ClockWatch {
    /// Returns by how many milliseconds the database's clock has jumped since the last look, if it
    /// has. `at` is the instance's time at which the database's clock showed `now`; `ahead_ms` says
    /// by how much the server's clock is ahead of the instance's wall clock. Until the jump is
    /// accepted, each look finds it.
    fn look(&mut self, now: DateTime<Utc>, at: Instant, ahead_ms: i64) -> Option<i64> {
        let Some((last_now, last_at)) = self.last else {
            if ahead_ms.abs() > limits::CLOCK_FORWARD_MS_MAX {
                return Some(ahead_ms);
            }
            self.accept(now, at);
            return None;
        };
        let jump = || {
            // Answers of two connections may arrive in the wrong order.
            let passed = match at.checked_duration_since(last_at) {
                Some(passed) => i64::try_from(passed.as_millis()).ok()?,
                None => -i64::try_from(last_at.duration_since(at).as_millis()).ok()?,
            };
            let by_ms = (now - last_now).num_milliseconds() - passed;
            let usual = -limits::CLOCK_BACK_MS_MAX..=limits::CLOCK_FORWARD_MS_MAX;
            (!usual.contains(&by_ms)).then_some(by_ms)
        };
        let jump = jump();
        if jump.is_none() {
            self.accept(now, at);
        }
        jump
    }

    /// Compares with this time from now on.
    fn accept(&mut self, now: DateTime<Utc>, at: Instant) {
        self.last = Some((now, at));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn a_clock_that_jumps_is_told_from_one_that_runs() {
        let (start, at) = (DateTime::UNIX_EPOCH, Instant::now());
        let (forward, back) = (limits::CLOCK_FORWARD_MS_MAX, limits::CLOCK_BACK_MS_MAX);
        for (passed_ms, ms, jump) in [
            (5_000, 5_000, None),
            // An instance that was frozen for an hour, as its own clock shows.
            (3_600_000, 3_600_000, None),
            (5_000, 5_000 + forward, None),
            (5_000, 5_001 + forward, Some(forward + 1)),
            (5_000, 5_000 - back, None),
            (5_000, 4_999 - back, Some(-back - 1)),
        ] {
            let mut clock = ClockWatch::default();
            assert_eq!(clock.look(start, at, forward), None, "the first look");
            let (now, later) = (
                start + TimeDelta::milliseconds(ms),
                at + Duration::from_millis(passed_ms),
            );
            assert_eq!(clock.look(now, later, 0), jump, "{passed_ms} {ms}");
            assert_eq!(clock.look(now, later, 0), jump, "until it is stored");
            clock.accept(now, later);
            assert_eq!(clock.look(now, later, 0), None, "it is told once");
        }
    }

    #[test]
    fn a_clock_that_is_wrong_at_the_start_is_found() {
        let (start, at) = (DateTime::UNIX_EPOCH, Instant::now());
        let most = limits::CLOCK_FORWARD_MS_MAX;
        for (ahead_ms, found) in [
            (most, None),
            (most + 1, Some(most + 1)),
            (-most, None),
            (-most - 1, Some(-most - 1)),
        ] {
            let mut clock = ClockWatch::default();
            assert_eq!(clock.look(start, at, ahead_ms), found, "{ahead_ms}");
            assert_eq!(clock.look(start, at, ahead_ms), found, "until it is stored");
            clock.accept(start, at);
            // An admin has checked the clock. A difference that stays is no jump.
            assert_eq!(clock.look(start, at, ahead_ms), None);
        }
    }
}
