//! `helpline serve`: reads the settings, sets up logs and metrics, listens, waits for the database, serves, and drains.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use helpline_core::limits;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::{TcpListener, TcpSocket};
use tokio_util::sync::CancellationToken;

use super::error::CliError;
use crate::config::{Config, MetricsPlace, ServeSettings};
use crate::http;
use crate::jobs;
use crate::runtime::lifecycle::Lifecycle;
use crate::runtime::signals::{ignore_hangups, stop_requests};
use crate::runtime::{descriptors, telemetry};
use crate::server;

/// How often the histograms of the metrics are compacted. Without compaction, the histograms grow
/// until `/metrics` is read.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

pub async fn run(settings: ServeSettings, unknown: &[String]) -> Result<(), CliError> {
    let config = Config::try_from(settings)?;
    telemetry::install_logs(&config.log);
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    for name in unknown {
        tracing::warn!(
            name,
            "unknown environment variable: no setting has this name; check the spelling"
        );
    }
    descriptors::raise(
        config.limits.connections_max,
        config.backing.pool_connections_max,
    );
    let metrics = telemetry::install_metrics()
        .map_err(|_| CliError::Start("the metrics recorder cannot be installed"))?;
    server::describe_figures();
    let signals = ignore_hangups().and_then(|()| stop_requests());
    let mut stop = signals.map_err(|_| CliError::Start("signals cannot be handled"))?;
    let listener = listen(config.listening.listen)?;
    let metrics_listener = match config.listening.metrics_place() {
        MetricsPlace::Own(address) => Some(listen(address)?),
        MetricsPlace::Nowhere | MetricsPlace::BesidePages => None,
    };
    crate::runtime::failpoint::arm(&config);
    let more = demo_routes(&config);
    // Serve metrics from the start, even while the instance waits for the database.
    let observed = Lifecycle::default();
    if let Some(listener) = metrics_listener {
        observed.spawn(server::serve_metrics(
            observed.clone(),
            listener,
            http::metrics_router(metrics.clone()),
        ));
    }
    let work = background_work(&config);
    let Some(store) = server::connected(&config, &listener, &mut stop).await? else {
        tracing::info!("stopped before the database was reachable");
        return Ok(());
    };
    let server = server::build(store, config, metrics.clone(), more, work).await?;
    let lifecycle = &server.lifecycle;
    lifecycle.spawn(upkeep(metrics.clone(), lifecycle.stop.clone()));
    if let Ok(address) = listener.local_addr() {
        tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "serving");
    }
    server::serve(server, listener, stop).await;
    observed.stop.cancel();
    observed.tasks.close();
    // Limit the wait for the metrics server: a client may never read its response.
    let patience = Duration::from_millis(limits::STOP_AT_ONCE_MS);
    let _ = tokio::time::timeout(patience, observed.tasks.wait()).await;
    tracing::info!("drained");
    Ok(())
}

#[cfg(feature = "dev")]
fn demo_routes(config: &Config) -> Router {
    crate::dev::routes::router(config)
}

/// Without the Cargo feature `dev` there are no demo people, so there are no routes for them.
#[cfg(not(feature = "dev"))]
fn demo_routes(_: &Config) -> Router {
    Router::new()
}

#[cfg(debug_assertions)]
fn background_work(config: &Config) -> jobs::Registry {
    match &config.probe {
        Some(probe) => jobs::probe::add(jobs::built_in(), probe),
        None => jobs::built_in(),
    }
}

/// In a release build, the settings cannot ask for work besides that of the build.
#[cfg(not(debug_assertions))]
fn background_work(_: &Config) -> jobs::Registry {
    jobs::built_in()
}

/// Like tokio's own `TcpListener::bind`, with a longer accept queue.
fn listen(address: SocketAddr) -> Result<TcpListener, CliError> {
    let listening = || {
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4()?,
            SocketAddr::V6(_) => TcpSocket::new_v6()?,
        };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(limits::ACCEPT_QUEUE_MAX)
    };
    listening().map_err(|source| CliError::Listen { address, source })
}

async fn upkeep(metrics: PrometheusHandle, stop: CancellationToken) {
    while stop
        .run_until_cancelled(tokio::time::sleep(UPKEEP_INTERVAL))
        .await
        .is_some()
    {
        metrics.run_upkeep();
    }
}
