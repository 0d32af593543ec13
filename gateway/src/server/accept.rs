//! The listener: HTTP/1.1 with bounded times, until the upgrade takes a stream over.

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
use crate::runtime::tcp_stream::{Lingering, Meter, Stream};

/// Serves until asked to stop, and on through the drain delay, in which only readiness tells of the stop. Then drains: accepts no more,
/// says `bye`, and finishes what is under way. Each further request to stop ends what is being waited for.
pub async fn serve(server: Server, listener: TcpListener, mut stop: StopRequests) {
    let http = Arc::new(Semaphore::new(HTTP_CONNECTIONS_MAX));
    let closing = CancellationToken::new();
    // Cancel-safe: it takes no connection that it does not serve.
    tokio::select! {
        () = accept_all(&server, &listener, &http, &closing) => {}
        () = wait_for_stop(&server, &mut stop) => {}
    }
    drop(listener);
    drain(&server, &http, &closing, &mut stop).await;
}

/// Never ends.
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
                    // What the orchestrator asks is answered also when requests have taken every place.
                    None => match reserved(&reserve, is_over_its_own) {
                        Some(place) => (Served::Briefly(server.reserve.clone()), Err(place)),
                        None => {
                            metrics::counter!("helpline_accepts_refused_total").increment(1);
                            continue;
                        }
                    },
                };
                let _ = stream.set_nodelay(true);
                let meter = Arc::default();
                let stream = Stream::new(stream, Arc::clone(&meter), lingering.clone());
                let closing = closing.clone();
                server.lifecycle.spawn(async move {
                    serve_connection(stream, (peer, meter), served, closing).await;
                    drop(permits);
                });
            }
            Err(error) => {
                // No file descriptors left, most likely: connections that close free some. Spinning would not.
                tracing::warn!(cause = %error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(limits::ACCEPT_PAUSE_MS)).await;
            }
        }
    }
}

/// Waits for the request to stop, tells balancers, and gives them their time.
async fn wait_for_stop(server: &Server, stop: &mut StopRequests) {
    stop.next().await;
    server.lifecycle.leave.cancel();
    let delay = Duration::from_millis(server.config.listening.drain_delay_ms);
    if delay.is_zero() {
        return;
    }
    tracing::info!(
        delay_ms = delay.as_millis(),
        "asked to stop; not ready any more, and still serving"
    );
    // Cancel-safe: a timer; a request to stop.
    tokio::select! {
        () = tokio::time::sleep(delay) => {}
        () = stop.next() => {}
    }
}

/// How a connection is served.
enum Served {
    /// Request after request, by this router.
    Fully(Router),
    /// One request that must come soon, by this router.
    Briefly(Router),
}

/// A place beyond the bounds. An address that has more connections than it may have takes no more than half of them.
fn reserved(reserve: &Arc<Semaphore>, is_over_its_own: bool) -> Option<OwnedSemaphorePermit> {
    if is_over_its_own && reserve.available_permits() <= HTTP_RESERVE_MAX / 2 {
        return None;
    }
    Arc::clone(reserve).try_acquire_owned().ok()
}

/// Speaks HTTP/1.1 with one peer until it or the drain ends it, or the upgrade takes the stream over. The header timeout needs the
/// plain builder: hyper-util's `auto` one does not keep it.
async fn serve_connection(
    stream: Stream,
    (peer, meter): (SocketAddr, Arc<Meter>),
    served: Served,
    closing: CancellationToken,
) {
    let (router, header_timeout_ms, keeps_alive) = match served {
        Served::Fully(router) => (router, limits::HEADER_TIMEOUT_MS, true),
        Served::Briefly(router) => (router, limits::RESERVE_HEADER_TIMEOUT_MS, false),
    };
    let service = hyper::service::service_fn(move |request: Request<hyper::body::Incoming>| {
        let (router, meter) = (router.clone(), Arc::clone(&meter));
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(meter);
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
    // Not cancel-safe, and need not be: after the token the same future is driven on to its end.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = closing.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// Serves a listener of its own until the instance stops, within the same times and bounds: for `/metrics` on another address.
pub async fn serve_metrics(lifecycle: Lifecycle, listener: TcpListener, router: Router) {
    serve_few(&lifecycle, &listener, router).await;
}

/// The same, for as long as the listener is lent.
pub(super) async fn serve_few(lifecycle: &Lifecycle, listener: &TcpListener, router: Router) {
    let places = Arc::new(Semaphore::new(limits::METRICS_CONNECTIONS_MAX));
    while let Some(accepted) = lifecycle.stop.run_until_cancelled(listener.accept()).await {
        let (Ok((stream, peer)), Ok(place)) = (accepted, Arc::clone(&places).try_acquire_owned())
        else {
            tokio::time::sleep(Duration::from_millis(limits::ACCEPT_PAUSE_MS)).await;
            continue;
        };
        let meter = Arc::default();
        let stream = Stream::new(
            stream,
            Arc::clone(&meter),
            Lingering::new(lifecycle.tasks.clone()),
        );
        let (served, closing) = (Served::Fully(router.clone()), lifecycle.stop.clone());
        lifecycle.spawn(async move {
            serve_connection(stream, (peer, meter), served, closing).await;
            drop(place);
        });
    }
}
