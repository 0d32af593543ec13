//! File descriptors: every connection is one, and what a service manager gives by default is a thousand.

use helpline_core::limits;

/// For files, listeners, Redis, the key set, and what a library may open.
const OTHERS: u64 = 64;

/// Raises this process's limit as far as it may be raised, and warns when it is too low for these settings.
pub fn raise(connections_max: u32, pool_connections_max: usize) {
    let needed = u64::from(connections_max)
        + limits::HTTP_CONNECTIONS_MAX as u64
        + limits::METRICS_CONNECTIONS_MAX as u64
        + (pool_connections_max + limits::JOB_CONNECTIONS_MAX) as u64
        + OTHERS;
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) if limit < needed => tracing::warn!(
            limit,
            needed,
            "too few file descriptors for --connections-max: connections beyond them are refused; raise the hard limit (LimitNOFILE, ulimit -Hn)"
        ),
        Ok(_) => {}
        Err(error) => {
            tracing::warn!(cause = %error, "the limit of file descriptors cannot be raised")
        }
    }
}
