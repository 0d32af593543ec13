//! What operators ask: is it alive, may it be sent work, what do its figures say.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use helpline_core::limits;
use helpline_persistence::{Store, migrate};
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;

use crate::live::relay::Relay;
use crate::runtime::errors::chain;
use crate::runtime::lifecycle::Lifecycle;

/// What `/readyz` looks at.
pub(in crate::http) struct Health {
    store: Store,
    relay: Arc<Relay>,
    lifecycle: Lifecycle,
    /// The last look at the database, shared by the probes of [`limits::READINESS_MS`]. Held while one probe looks, so that many probes are
    /// one question to it.
    last: tokio::sync::Mutex<Option<(Instant, Record)>>,
}

/// What the database answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Record {
    Current,
    MigrationsMissing,
    Unreachable,
}

/// The answer of `/readyz`, with its reasons.
#[derive(Debug, Serialize)]
struct Report {
    ready: bool,
    record: Record,
    draining: bool,
    /// Reported, never required: without Redis the sweep delivers.
    relay: &'static str,
}

/// The process answers.
pub(in crate::http) async fn alive() -> Json<serde_json::Value> {
    Json(serde_json::json!({"alive": true}))
}

/// The instance may be sent work.
pub(in crate::http) async fn ready(State(health): State<Arc<Health>>) -> Response {
    let draining = health.lifecycle.is_draining();
    let record = if draining { Record::Current } else { health.look().await };
    let ready = !draining && record == Record::Current;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let relay = match health.relay.is_up() {
        None => "alone",
        Some(true) => "up",
        Some(false) => "down",
    };
    (status, Json(Report { ready, record, draining, relay })).into_response()
}

/// Figures in Prometheus' text form.
pub(in crate::http) async fn metrics(State(handle): State<PrometheusHandle>) -> Response {
    figures(&handle)
}

/// The same, for an address of its own.
pub(in crate::http) fn figures(handle: &PrometheusHandle) -> Response {
    handle.run_upkeep();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response()
}

impl Health {
    pub(in crate::http) fn new(store: Store, relay: Arc<Relay>, lifecycle: Lifecycle) -> Self {
        Self { store, relay, lifecycle, last: tokio::sync::Mutex::default() }
    }

    async fn look(&self) -> Record {
        let mut last = self.last.lock().await;
        let fresh = last.filter(|(at, _)| at.elapsed() < Duration::from_millis(limits::READINESS_MS));
        if let Some((_, record)) = fresh {
            return record;
        }
        let record = self.ask().await;
        *last = Some((Instant::now(), record));
        record
    }

    async fn ask(&self) -> Record {
        let asking = async {
            self.store.ping().await?;
            migrate::is_current(&self.store).await
        };
        match tokio::time::timeout(Duration::from_millis(limits::POOL_WAIT_MS), asking).await {
            Ok(Ok(true)) => Record::Current,
            Ok(Ok(false)) => Record::MigrationsMissing,
            Ok(Err(error)) => {
                tracing::warn!(cause = %chain(&error), "not ready: the database did not answer");
                Record::Unreachable
            }
            Err(_) => Record::Unreachable,
        }
    }
}
