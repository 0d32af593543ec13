//! The limit of file descriptors. Every connection needs one, and the default limit of service managers is about a thousand.

use helpline_core::limits;

/// File descriptors reserved for files, listeners, Redis, libraries, and requests to the identity
/// provider.
const OTHERS: u64 = 64;

/// Raises this process's soft limit of file descriptors to the hard limit. Logs a warning if the
/// hard limit is too low for these settings.
pub fn raise(connections_max: u32, pool_connections_max: usize) {
    let needed = u64::from(connections_max)
        + limits::HTTP_CONNECTIONS_MAX as u64
        + limits::METRICS_CONNECTIONS_MAX as u64
        + (pool_connections_max + limits::OWN_CONNECTIONS_MAX) as u64
        + OTHERS;
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) if limit < needed => tracing::warn!(
            limit,
            needed,
            "too few file descriptors for --connections-max: connections will be refused once they run out; raise the hard limit (LimitNOFILE, ulimit -Hn)"
        ),
        Ok(_) => {}
        Err(error) => {
            tracing::warn!(cause = %error, "cannot raise the limit of file descriptors; connections may be refused before --connections-max is reached")
        }
    }
}
