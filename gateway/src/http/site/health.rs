//! Health endpoints for operators: liveness, readiness and metrics.

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
use crate::services::Hold;

/// The components that `/readyz` checks.
pub(in crate::http) struct Health {
    store: Store,
    relay: Arc<Relay>,
    hold: Arc<Hold>,
    lifecycle: Lifecycle,
    outage: OutageLog,
    /// The database's last check result, which all callers share for [`limits::READINESS_MS`]. The
    /// lock is held during a check, so that concurrent readiness probes cause only one query.
    last: tokio::sync::Mutex<Option<(Instant, Database)>>,
}

/// The state of the database, as far as readiness depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::http) enum Database {
    Current,
    MigrationsMissing,
    /// The database server is a standby, or is set to read-only.
    ReadOnly,
    Unreachable,
}

/// The JSON response of `/readyz`.
#[derive(Debug, Serialize)]
struct Report {
    ready: bool,
    database: Database,
    draining: bool,
    /// The state of the Redis relay. It does not affect readiness, because without Redis the sweep
    /// (a periodic database query) delivers events.
    relay: &'static str,
    /// Whether background work that cannot be undone is held. It does not affect readiness.
    background: &'static str,
    /// By how many seconds the consumer of the history is behind that is furthest behind. Null
    /// before it was measured. It does not affect readiness.
    background_lag_s: Option<f64>,
}

/// The state that `/readyz` and the metric `helpline_ready` report.
struct Readiness {
    ready: bool,
    database: Database,
    draining: bool,
}

/// Liveness: succeeds as long as the process can respond.
pub(in crate::http) async fn alive() -> Json<serde_json::Value> {
    Json(serde_json::json!({"alive": true}))
}

/// Readiness: returns 200 if the instance can serve requests, and 503 otherwise.
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
            background: health.background(),
            background_lag_s: health.hold.lag_s(),
        }),
    )
        .into_response()
}

/// The response of `/readyz` until the database first responds after startup.
pub(in crate::http) fn waiting() -> Response {
    let report = Report {
        ready: false,
        database: Database::Unreachable,
        draining: false,
        relay: "not_asked",
        background: "not_asked",
        background_lag_s: None,
    };
    (StatusCode::SERVICE_UNAVAILABLE, Json(report)).into_response()
}

/// Serves the metrics in the Prometheus text format.
pub(in crate::http) async fn metrics(State(handle): State<PrometheusHandle>) -> Response {
    figures(&handle)
}

/// Renders the metrics in the Prometheus text format. Also used by the separate metrics address.
pub(in crate::http) fn figures(handle: &PrometheusHandle) -> Response {
    handle.run_upkeep();
    (
        [(header::CONTENT_TYPE, "text/plain; version=0.0.4")],
        handle.render() + &process::figures(),
    )
        .into_response()
}

impl Health {
    pub(in crate::http) fn new(
        store: Store,
        relay: Arc<Relay>,
        hold: Arc<Hold>,
        lifecycle: Lifecycle,
    ) -> Self {
        Self {
            store,
            relay,
            hold,
            lifecycle,
            outage: OutageLog::new("readiness"),
            last: tokio::sync::Mutex::default(),
        }
    }

    /// The state of background work that cannot be undone, as the last check found it.
    fn background(&self) -> &'static str {
        match self.hold.last() {
            None => "not_asked",
            Some(held) if held.unconfirmed => "unconfirmed",
            Some(held) if held.clock => "clock_jumped",
            Some(_) => "running",
        }
    }

    /// Checks whether this instance can serve requests, and sets the metric `helpline_ready`. While
    /// the instance is shutting down, the database is not queried.
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

    /// Updates the metric `helpline_ready` periodically until the instance stops, even if no probe
    /// requests `/readyz`.
    pub(in crate::http) async fn watch(self: Arc<Self>) {
        let every = Duration::from_millis(limits::READINESS_WATCH_MS);
        loop {
            self.readiness().await;
            // Cancel-safe: one branch is a timer, the other a cancellation token.
            tokio::select! {
                () = tokio::time::sleep(every) => {}
                () = self.lifecycle.stop.cancelled() => return,
            }
        }
    }

    /// Returns the last check result of the database, or checks again if that result is too old.
    /// While another caller is checking, waits for that check; a check takes at most
    /// [`limits::READINESS_TIMEOUT_MS`].
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
