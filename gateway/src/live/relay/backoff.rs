//! How the publisher connects to Redis: it pauses after each failed attempt, and limits the time to
//! wait for each response.

use std::time::Duration;

use helpline_core::limits;
use redis::{AsyncConnectionConfig, RedisError, RedisResult};
use tokio::time::Instant;

/// Pause before the second connection attempt, in milliseconds. It doubles with each failure up to
/// [`limits::RELAY_BACKOFF_MS_MAX`].
const FIRST_MS: u64 = 50;

const TOO_EARLY: &str = "Redis is away";

/// Whether the error means only that no connection attempt was made, because the pause after the
/// last failed attempt is not over. The real cause is the error of that failed attempt.
pub(super) fn is_too_early(error: &RedisError) -> bool {
    error.to_string().contains(TOO_EARLY)
}

/// Decides when the next connection attempt may be made.
pub(super) struct Backoff {
    /// No connection attempt is made before this time.
    retry_at: Instant,
    next_ms: u64,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            retry_at: Instant::now(),
            next_ms: FIRST_MS,
        }
    }
}

impl Backoff {
    /// Checks whether a connection attempt may be made now.
    ///
    /// # Errors
    /// If the pause after the last failure is not over.
    pub(super) fn check(&self) -> RedisResult<()> {
        if Instant::now() < self.retry_at {
            return Err(io_error(TOO_EARLY));
        }
        Ok(())
    }

    /// Updates the backoff according to the result of a connection attempt, and returns the result
    /// unchanged.
    pub(super) fn learn<T>(&mut self, attempt: RedisResult<T>) -> RedisResult<T> {
        if attempt.is_ok() {
            self.next_ms = FIRST_MS;
        } else {
            self.retry_at = Instant::now() + Duration::from_millis(self.next_ms);
            self.next_ms = (self.next_ms * 2).min(limits::RELAY_BACKOFF_MS_MAX);
        }
        attempt
    }
}

/// The settings of connections for publishing. Connecting and each response have the same time
/// limit as a probe (a test message).
pub(super) fn config() -> AsyncConnectionConfig {
    let timeout = Duration::from_millis(limits::RELAY_PROBE_TIMEOUT_MS);
    AsyncConnectionConfig::new()
        .set_connection_timeout(Some(timeout))
        .set_response_timeout(Some(timeout))
}

pub(super) fn io_error(what: &'static str) -> RedisError {
    RedisError::from((redis::ErrorKind::Io, what))
}
