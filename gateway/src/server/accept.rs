//! The accept loop. It serves HTTP/1.1 with timeouts on each connection, until the connection ends
//! or becomes a WebSocket.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use helpline_core::limits::{self, HTTP_CONNECTIONS_MAX, HTTP_RESERVE_MAX};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::build::Server;
use super::drain::drain;
use crate::runtime::lifecycle::Lifecycle;
use crate::runtime::signals::StopRequests;
use crate::runtime::tcp_stream::{Lingering, Stream, StreamHandle};

/// Serves until a stop is requested, and then for the drain delay, during which only `/readyz`
/// shows the stop. Then drains the instance: accepts no more connections, sends `bye`, and finishes
/// the requests and messages in progress. Each further stop request ends the shutdown's current
/// wait early.
pub async fn serve(server: Server, listener: TcpListener, mut stop: StopRequests) {
    let http = Arc::new(Semaphore::new(HTTP_CONNECTIONS_MAX));
    let closing = CancellationToken::new();
    // Cancel-safe: `accept_all` hands each accepted connection to a task before its next await.
    tokio::select! {
        () = accept_all(&server, &listener, &http, &closing) => {}
        () = wait_for_stop(&server, &mut stop) => {}
    }
    drop(listener);
    drain(&server, &http, &closing, &mut stop).await;
}

/// Accepts connections and spawns a task for each. Never returns.
async fn accept_all(
    server: &Server,
    listener: &TcpListener,
    http: &Arc<Semaphore>,
    closing: &CancellationToken,
) {
    let lingering = Lingering::new(server.lifecycle.tasks.clone());
    let reserve = Arc::new(Semaphore::new(HTTP_RESERVE_MAX));
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                let guest = server.admission.admit_guest(peer.ip());
                let is_over_its_own = guest.is_none();
                let permits = guest.zip(Arc::clone(http).try_acquire_owned().ok());
                let (served, permits) = match permits {
                    Some(permits) => (Served::Fully(server.router.clone()), Ok(permits)),
                    // When the maximum number of connections is reached, a few reserved permits
                    // still let health checks through.
                    None => match reserved(&reserve, is_over_its_own) {
                        Some(place) => (Served::Briefly(server.reserve.clone()), Err(place)),
                        None => {
                            metrics::counter!("helpline_accepts_refused_total").increment(1);
                            continue;
                        }
                    },
                };
                let _ = stream.set_nodelay(true);
                let handle = Arc::default();
                let stream = Stream::new(stream, Arc::clone(&handle), lingering.clone());
                let closing = closing.clone();
                server.lifecycle.spawn(async move {
                    serve_connection(stream, (peer, handle), served, closing).await;
                    drop(permits);
                });
            }
            Err(error) => {
                // The process has probably run out of file descriptors. Pause, because retrying at
                // once would use a whole core.
                tracing::warn!(cause = %error, "cannot accept connections; retrying");
                tokio::time::sleep(Duration::from_millis(limits::ACCEPT_PAUSE_MS)).await;
            }
        }
    }
}

/// Waits for a stop request and makes `/readyz` report it. Then waits for the drain delay, so that
/// load balancers notice before the instance stops serving.
async fn wait_for_stop(server: &Server, stop: &mut StopRequests) {
    stop.next().await;
    server.lifecycle.leave.cancel();
    let delay = Duration::from_millis(server.config.listening.drain_delay_ms);
    if delay.is_zero() {
        return;
    }
    tracing::info!(
        delay_ms = delay.as_millis(),
        "stop requested; reporting not ready, still serving until the drain delay is over"
    );
    // Cancel-safe: one branch is a timer, and `StopRequests::next` is cancel-safe.
    tokio::select! {
        () = tokio::time::sleep(delay) => {}
        () = stop.next() => {}
    }
}

/// How a connection is served.
enum Served {
    /// Any number of requests to this router, with keep-alive.
    Fully(Router),
    /// A single request to this router, with a short timeout for its headers.
    Briefly(Router),
}

/// Takes one of the permits that are reserved for connections beyond the regular limits. Addresses
/// that exceed their own limit can take at most half of the reserved permits.
fn reserved(reserve: &Arc<Semaphore>, is_over_its_own: bool) -> Option<OwnedSemaphorePermit> {
    if is_over_its_own && reserve.available_permits() <= HTTP_RESERVE_MAX / 2 {
        return None;
    }
    Arc::clone(reserve).try_acquire_owned().ok()
}

/// Serves HTTP/1.1 on one connection until the peer closes it, the drain ends it, or it becomes a
/// WebSocket. Uses hyper's `http1` builder, because hyper-util's `auto` builder ignores the header
/// timeout.
async fn serve_connection(
    stream: Stream,
    (peer, handle): (SocketAddr, Arc<StreamHandle>),
    served: Served,
    closing: CancellationToken,
) {
    let (router, header_timeout_ms, keeps_alive) = match served {
        Served::Fully(router) => (router, limits::HEADER_TIMEOUT_MS, true),
        Served::Briefly(router) => (router, limits::RESERVE_HEADER_TIMEOUT_MS, false),
    };
    let service = hyper::service::service_fn(move |request: Request<hyper::body::Incoming>| {
        let (router, handle) = (router.clone(), Arc::clone(&handle));
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(handle);
            Ok::<_, Infallible>(
                router
                    .oneshot(request)
                    .await
                    .unwrap_or_else(|never| match never {}),
            )
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(header_timeout_ms))
        .keep_alive(keeps_alive)
        .max_buf_size(limits::FRAME_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(connection);
    // The connection's future is not cancel-safe, so it is not cancelled: after `closing`, the code
    // below polls it to its end.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = closing.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// Serves `/metrics` on a separate listener until the instance stops. Its connections have the same
/// timeouts as the connections to the instance's main address.
pub async fn serve_metrics(lifecycle: Lifecycle, listener: TcpListener, router: Router) {
    serve_few(&lifecycle, &listener, router).await;
}

/// Serves `router` on `listener` until `lifecycle` stops, with at most
/// [`limits::METRICS_CONNECTIONS_MAX`] connections at a time.
pub(super) async fn serve_few(lifecycle: &Lifecycle, listener: &TcpListener, router: Router) {
    let places = Arc::new(Semaphore::new(limits::METRICS_CONNECTIONS_MAX));
    while let Some(accepted) = lifecycle.stop.run_until_cancelled(listener.accept()).await {
        let (Ok((stream, peer)), Ok(place)) = (accepted, Arc::clone(&places).try_acquire_owned())
        else {
            tokio::time::sleep(Duration::from_millis(limits::ACCEPT_PAUSE_MS)).await;
            continue;
        };
        let handle = Arc::default();
        let stream = Stream::new(
            stream,
            Arc::clone(&handle),
            Lingering::new(lifecycle.tasks.clone()),
        );
        let (served, closing) = (Served::Fully(router.clone()), lifecycle.stop.clone());
        lifecycle.spawn(async move {
            serve_connection(stream, (peer, handle), served, closing).await;
            drop(place);
        });
    }
}
