//! Endpoints for operators: liveness, readiness and metrics.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use helpline_core::limits;
use helpline_persistence::{Store, StoreError, migrate};
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;

use crate::database::outage::OutageLog;
use crate::live::relay::Relay;
use crate::runtime::lifecycle::Lifecycle;
use crate::runtime::process;

/// The parts that `/readyz` checks.
pub(in crate::http) struct Health {
    store: Store,
    relay: Arc<Relay>,
    lifecycle: Lifecycle,
    outage: OutageLog,
    /// The last answer of the database, which all probes share for [`limits::READINESS_MS`]. The
    /// lock is held while one probe asks the database, so that many probes cost one query.
    last: tokio::sync::Mutex<Option<(Instant, Database)>>,
}

/// The state of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::http) enum Database {
    Current,
    MigrationsMissing,
    /// The server is a standby, or is set to read-only.
    ReadOnly,
    Unreachable,
}

/// The answer of `/readyz`.
#[derive(Debug, Serialize)]
struct Report {
    ready: bool,
    database: Database,
    draining: bool,
    /// Reported but not required: without Redis, the sweep delivers events.
    relay: &'static str,
}

/// What `/readyz` and the metric `helpline_ready` tell.
struct Readiness {
    ready: bool,
    database: Database,
    draining: bool,
}

/// Liveness: succeeds whenever the process can answer.
pub(in crate::http) async fn alive() -> Json<serde_json::Value> {
    Json(serde_json::json!({"alive": true}))
}

/// Readiness: succeeds if the instance can serve requests.
pub(in crate::http) async fn ready(State(health): State<Arc<Health>>) -> Response {
    let Readiness {
        ready,
        database,
        draining,
    } = health.readiness().await;
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let relay = match health.relay.is_up() {
        None => "alone",
        Some(true) => "up",
        Some(false) => "down",
    };
    (
        status,
        Json(Report {
            ready,
            database,
            draining,
            relay,
        }),
    )
        .into_response()
}

/// The readiness answer before the database has answered for the first time.
pub(in crate::http) fn waiting() -> Response {
    let report = Report {
        ready: false,
        database: Database::Unreachable,
        draining: false,
        relay: "not_asked",
    };
    (StatusCode::SERVICE_UNAVAILABLE, Json(report)).into_response()
}

/// Serves the metrics in Prometheus' text format.
pub(in crate::http) async fn metrics(State(handle): State<PrometheusHandle>) -> Response {
    figures(&handle)
}

/// Renders the metrics in Prometheus' text format, also for a separate address.
pub(in crate::http) fn figures(handle: &PrometheusHandle) -> Response {
    handle.run_upkeep();
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        handle.render() + &process::figures(),
    )
        .into_response()
}

impl Health {
    pub(in crate::http) fn new(store: Store, relay: Arc<Relay>, lifecycle: Lifecycle) -> Self {
        Self {
            store,
            relay,
            lifecycle,
            outage: OutageLog::new("readiness"),
            last: tokio::sync::Mutex::default(),
        }
    }

    /// Checks whether this instance can serve requests, and sets the metric `helpline_ready`. An
    /// instance that shuts down does not ask the database.
    async fn readiness(&self) -> Readiness {
        let draining = self.lifecycle.is_leaving();
        let database = if draining {
            Database::Current
        } else {
            self.check().await
        };
        let ready = !draining && database == Database::Current;
        metrics::gauge!("helpline_ready").set(f64::from(u8::from(ready)));
        Readiness {
            ready,
            database,
            draining,
        }
    }

    /// Keeps the metric `helpline_ready` current until the instance has stopped, even if no probe
    /// asks `/readyz`.
    pub(in crate::http) async fn watch(self: Arc<Self>) {
        let every = Duration::from_millis(limits::READINESS_WATCH_MS);
        loop {
            self.readiness().await;
            // Cancel-safe: a timer and a token.
            tokio::select! {
                () = tokio::time::sleep(every) => {}
                () = self.lifecycle.stop.cancelled() => return,
            }
        }
    }

    /// Returns the database's last answer, or asks it if that answer is too old. Waits for at most
    /// one other caller that is already asking, and then at most [`limits::READINESS_TIMEOUT_MS`].
    pub(in crate::http) async fn check(&self) -> Database {
        let mut last = self.last.lock().await;
        let fresh =
            last.filter(|(at, _)| at.elapsed() < Duration::from_millis(limits::READINESS_MS));
        if let Some((_, database)) = fresh {
            return database;
        }
        let database = self.ask().await;
        *last = Some((Instant::now(), database));
        database
    }

    async fn ask(&self) -> Database {
        let asking = async {
            self.store.ping().await?;
            migrate::is_current(&self.store).await
        };
        let wait = Duration::from_millis(limits::READINESS_TIMEOUT_MS);
        let answer = tokio::time::timeout(wait, asking)
            .await
            .unwrap_or_else(|elapsed| Err(StoreError::Unreachable(Box::new(elapsed))));
        self.outage.observe(&answer);
        match answer {
            Ok(true) => Database::Current,
            Ok(false) => Database::MigrationsMissing,
            Err(StoreError::ReadOnly) => Database::ReadOnly,
            Err(_) => Database::Unreachable,
        }
    }
}
