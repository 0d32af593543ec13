//! Before the database answers: the instance is alive and not ready, and tries again. An instance that exits instead is given up by its
//! supervisor after a few tries, for an outage of a minute.

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

/// An outage that lasts is said again.
const REMINDER: Duration = Duration::from_secs(60);

/// Connects to the database, however long that takes, while `listener` is answered; none when it was asked to stop first.
///
/// # Errors
/// What no waiting fixes: a login or a certificate that is refused, a database that is not there or not prepared, roles with more privileges
/// than they need.
pub async fn connected(
    config: &Config,
    listener: &TcpListener,
    stop: &mut StopRequests,
) -> Result<Option<Store>, StoreError> {
    let meanwhile = Lifecycle::default();
    // Cancel-safe: a try that is given up leaves nothing behind, an accept takes nothing unless it completes; a request to stop.
    let store = tokio::select! {
        store = tried_until_it_answers(config) => store.map(Some),
        () = serve_few(&meanwhile, listener, http::waiting_router(config)) => Ok(None),
        () = stop.next() => Ok(None),
    };
    meanwhile.stop.cancel();
    meanwhile.tasks.close();
    // Requests that came last are answered; a peer that does not read its answer is not waited for.
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
                    tracing::info!("the database answers");
                }
                return Ok(store);
            }
            Err(error) if error.passes() && !error.needs_operator() => error,
            Err(error) => return Err(error),
        };
        let cause = chain(&error);
        if cause != logged_cause || logged_at.elapsed() > REMINDER {
            tracing::warn!(%cause, "the database does not answer; waiting for it");
            logged_cause = cause;
            logged_at = Instant::now();
        }
        tokio::time::sleep(Duration::from_millis(limits::START_RETRY_MS)).await;
    }
}
