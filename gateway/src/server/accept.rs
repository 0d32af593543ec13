//! The listener: HTTP/1.1 with bounded times, until the upgrade takes a stream over.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use helpline_core::limits::{self, HTTP_CONNECTIONS_MAX};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::build::Server;
use super::drain::drain;
use crate::runtime::lifecycle::Lifecycle;
use crate::runtime::tcp_stream::{Lingering, Meter, Stream};

/// Serves until `shutdown` is cancelled, then drains: accepts no more, says `bye`, and finishes what is under way.
pub async fn serve(server: Server, listener: TcpListener, shutdown: CancellationToken) {
    let lingering = Lingering::new(server.lifecycle.tasks.clone());
    let http = Arc::new(Semaphore::new(HTTP_CONNECTIONS_MAX));
    let closing = CancellationToken::new();
    loop {
        // Cancel-safe: accept takes nothing unless it completes; a token.
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shutdown.cancelled() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let permits = server
                    .admission
                    .admit_guest(peer.ip())
                    .zip(Arc::clone(&http).try_acquire_owned().ok());
                let Some(permits) = permits else {
                    metrics::counter!("helpline_accepts_refused_total").increment(1);
                    continue;
                };
                let _ = stream.set_nodelay(true);
                let meter = Arc::default();
                let stream = Stream::new(stream, Arc::clone(&meter), lingering.clone());
                let (router, closing) = (server.router.clone(), closing.clone());
                server.lifecycle.spawn(async move {
                    serve_connection(stream, (peer, meter), router, closing).await;
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
    drop(listener);
    drain(&server, &http, &closing).await;
}

/// Speaks HTTP/1.1 with one peer until it or the drain ends it, or the upgrade takes the stream over. The header timeout needs the
/// plain builder: hyper-util's `auto` one does not keep it.
async fn serve_connection(
    stream: Stream,
    (peer, meter): (SocketAddr, Arc<Meter>),
    router: Router,
    closing: CancellationToken,
) {
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
        .header_read_timeout(Duration::from_millis(limits::HEADER_TIMEOUT_MS))
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
        let (router, closing) = (router.clone(), lifecycle.stop.clone());
        lifecycle.spawn(async move {
            serve_connection(stream, (peer, meter), router, closing).await;
            drop(place);
        });
    }
}
