//! `helpline serve`: config → telemetry → listen → build → serve → drain.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::CliError;
use crate::config::{Config, ServeSettings};
use crate::http;
use crate::runtime::signals::shutdown_signal;
use crate::runtime::telemetry;
use crate::server;

/// Between two tidyings of the histograms, which otherwise grow until they are read.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

pub async fn run(settings: ServeSettings) -> Result<(), CliError> {
    let config = Config::try_from(settings)?;
    telemetry::install_logs(&config.log);
    for name in super::unknown_variables() {
        tracing::warn!(name, "this variable is set, but no setting has its name");
    }
    let metrics = telemetry::install_metrics()
        .map_err(|_| CliError::Start("the metrics recorder cannot be installed"))?;
    let shutdown = shutdown_signal().map_err(|_| CliError::Start("signals cannot be handled"))?;
    let listener = listen(config.listening.listen).await?;
    let metrics_listener = match config.listening.metrics_listen {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    crate::runtime::failpoint::arm(&config);
    let more = demo_routes(&config);
    let server = server::build(config, metrics.clone(), more).await?;
    let lifecycle = &server.lifecycle;
    lifecycle.spawn(upkeep(metrics.clone(), lifecycle.stop.clone()));
    if let Some(listener) = metrics_listener {
        lifecycle.spawn(server::serve_metrics(
            lifecycle.clone(),
            listener,
            http::metrics_router(metrics),
        ));
    }
    if let Ok(address) = listener.local_addr() {
        tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), "serving");
    }
    server::serve(server, listener, shutdown).await;
    tracing::info!("drained");
    Ok(())
}

#[cfg(feature = "dev")]
fn demo_routes(config: &Config) -> Router {
    crate::dev::routes::router(config)
}

/// A build for servers has no demo people.
#[cfg(not(feature = "dev"))]
fn demo_routes(_: &Config) -> Router {
    Router::new()
}

async fn listen(address: SocketAddr) -> Result<TcpListener, CliError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| CliError::Listen { address, source })
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
