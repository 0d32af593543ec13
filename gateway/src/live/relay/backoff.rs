//! How the publisher connects: it pauses after each failed attempt, and every response has a
//! timeout.

use std::time::Duration;

use helpline_core::limits;
use redis::{AsyncConnectionConfig, RedisError, RedisResult};
use tokio::time::Instant;

/// Pause before the second attempt. It doubles up to [`limits::RELAY_BACKOFF_MS_MAX`].
const FIRST_MS: u64 = 50;

const TOO_EARLY: &str = "Redis is away";

/// Whether the error says only that no attempt was made. The cause is then the previous attempt's
/// error.
pub(super) fn is_too_early(error: &RedisError) -> bool {
    error.to_string().contains(TOO_EARLY)
}

/// The earliest time of the next attempt.
pub(super) struct Backoff {
    /// No attempt is made before this time.
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
    /// # Errors
    /// If it is too early for another attempt.
    pub(super) fn check(&self) -> RedisResult<()> {
        if Instant::now() < self.retry_at {
            return Err(io_error(TOO_EARLY));
        }
        Ok(())
    }

    /// Updates the backoff from the result of an attempt, and returns that result.
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

/// Limits connecting, and each response, to the timeout of a probe.
pub(super) fn config() -> AsyncConnectionConfig {
    let timeout = Duration::from_millis(limits::RELAY_PROBE_TIMEOUT_MS);
    AsyncConnectionConfig::new()
        .set_connection_timeout(Some(timeout))
        .set_response_timeout(Some(timeout))
}

pub(super) fn io_error(what: &'static str) -> RedisError {
    RedisError::from((redis::ErrorKind::Io, what))
}
