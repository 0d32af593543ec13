//! What operators ask: is it alive, may it be sent work, what do its figures say.

use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use helpline_core::limits;
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;

use crate::http::state::{Http, Shared};

/// The last look at the record, shared by the probes of [`limits::READINESS_MS`].
#[derive(Default)]
pub struct Readiness {
    /// Held while one probe looks, so that many probes are one question to the record.
    last: tokio::sync::Mutex<Option<(Instant, Record)>>,
}

/// What the record answered.
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
pub async fn alive() -> Json<serde_json::Value> {
    Json(serde_json::json!({"alive": true}))
}

/// The instance may be sent work.
pub async fn ready(State(http): State<Shared>) -> Response {
    let draining = http.parts.lifecycle.is_draining();
    let record = if draining { Record::Current } else { http.readiness.look(&http).await };
    let ready = !draining && record == Record::Current;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Report { ready, record, draining, relay: relay(&http) })).into_response()
}

fn relay(http: &Http) -> &'static str {
    match http.parts.relay.is_up() {
        None => "alone",
        Some(true) => "up",
        Some(false) => "down",
    }
}

/// Figures in Prometheus' text form.
pub async fn metrics(State(http): State<Shared>) -> Response {
    figures(&http.parts.metrics)
}

/// The same, for an address of its own.
pub fn figures(handle: &PrometheusHandle) -> Response {
    handle.run_upkeep();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response()
}

impl Readiness {
    async fn look(&self, http: &Http) -> Record {
        let mut last = self.last.lock().await;
        let fresh = last.filter(|(at, _)| at.elapsed() < Duration::from_millis(limits::READINESS_MS));
        if let Some((_, record)) = fresh {
            return record;
        }
        let record = ask(http).await;
        *last = Some((Instant::now(), record));
        record
    }
}

async fn ask(http: &Http) -> Record {
    let store = &http.parts.store;
    let asking = async {
        store.ping().await?;
        helpline_persistence::migrate::is_current(store).await
    };
    match tokio::time::timeout(Duration::from_millis(limits::POOL_WAIT_MS), asking).await {
        Ok(Ok(true)) => Record::Current,
        Ok(Ok(false)) => Record::MigrationsMissing,
        Ok(Err(error)) => {
            tracing::warn!(cause = %crate::runtime::errors::chain(&error), "not ready: the record did not answer");
            Record::Unreachable
        }
        Err(_) => Record::Unreachable,
    }
}
