//! Waits for the database at startup. While it waits, the instance is alive but not ready. If the
//! instance exited instead, its supervisor could give up after a few restarts, even though the
//! outage may last only a minute.

use std::time::{Duration, Instant};

use helpline_core::limits;
use helpline_persistence::{Store, StoreError};
use tokio::net::TcpListener;

use super::accept::serve_few;
use super::build::connect;
use crate::config::Config;
use crate::http;
use crate::runtime::errors::chain;
use crate::runtime::lifecycle::Lifecycle;
use crate::runtime::signals::StopRequests;

/// Interval at which a continuing outage is logged again.
const REMINDER: Duration = Duration::from_secs(60);

/// Connects to the database, however long that takes. While it waits, answers health checks on
/// `listener`. Returns `None` if a stop is requested first.
///
/// # Errors
/// A fault that waiting does not fix: the login or a certificate is refused, the database does not
/// exist or is not prepared, or a role has more privileges than it needs.
pub async fn connected(
    config: &Config,
    listener: &TcpListener,
    stop: &mut StopRequests,
) -> Result<Option<Store>, StoreError> {
    let meanwhile = Lifecycle::default();
    // Cancel-safe: an abandoned attempt to connect leaves no state behind, and both `accept` and
    // `StopRequests::next` are cancel-safe.
    let store = tokio::select! {
        store = tried_until_it_answers(config) => store.map(Some),
        () = serve_few(&meanwhile, listener, http::waiting_router(config)) => Ok(None),
        () = stop.next() => Ok(None),
    };
    meanwhile.stop.cancel();
    meanwhile.tasks.close();
    // Finish the requests that arrived during the wait for the database, but do not wait long for
    // clients that do not read their answer.
    let patience = Duration::from_millis(limits::POOL_WAIT_MS);
    let _ = tokio::time::timeout(patience, meanwhile.tasks.wait()).await;
    store
}

async fn tried_until_it_answers(config: &Config) -> Result<Store, StoreError> {
    let mut logged_cause = String::new();
    let mut logged_at = Instant::now();
    loop {
        let error = match connect(config).await {
            Ok(store) => {
                if !logged_cause.is_empty() {
                    tracing::info!("connected to the database");
                }
                return Ok(store);
            }
            Err(error) if error.passes() && !error.needs_operator() => error,
            Err(error) => return Err(error),
        };
        let cause = chain(&error);
        if cause != logged_cause || logged_at.elapsed() > REMINDER {
            tracing::warn!(%cause, "the database does not answer; not ready until it does, retrying");
            logged_cause = cause;
            logged_at = Instant::now();
        }
        tokio::time::sleep(Duration::from_millis(limits::START_RETRY_MS)).await;
    }
}
