//! One instance from its parts to its last socket: [`build`], [`run`], and the drain at the end.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use helpline_core::limits::{self, HTTP_CONNECTIONS_MAX};
use helpline_core::protocol::CommonFrame;
use helpline_core::reject::CloseCode;
use helpline_persistence::sweep::Look;
use helpline_persistence::{Settings, Store, StoreError};
use hyper_util::rt::{TokioIo, TokioTimer};
use metrics_exporter_prometheus::PrometheusHandle;
use rand::RngExt;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::auth::Verifier;
use crate::config::{Config, Echo};
use crate::connections::registry::{Bounds, Connection, Directory, Rates};
use crate::connections::send_queue::Ending;
use crate::database::audit_log as audit;
use crate::database::batch_loader::Crowd;
use crate::live::epoch::CurrentEpoch;
use crate::live::frames::frame;
use crate::live::inbox::Inbox;
use crate::live::presence::Presence;
use crate::live::read_positions::Reads;
use crate::live::relay::Relay;
use crate::live::rooms::Rooms;
use crate::live::{access_check as standing, inbox, presence, read_positions as reads, relay, sweep};
use crate::runtime::tcp_stream::{Lingering, Meter, Stream};
use crate::server::app::App;
use crate::websocket as socket;
use crate::writer::Writer;
use crate::{jobs, writer};

/// Makes an instance and starts its tasks; it serves nobody yet.
///
/// # Errors
/// When the record cannot be reached, or its role may too much.
pub async fn build(config: Config) -> Result<Arc<App>, StoreError> {
    let settings = Settings { url: config.backing.database_url.expose().to_owned(), connections_max: config.backing.pool_connections_max };
    let store = Store::connect(settings).await?;
    // Taken before anybody is served: what is written from here on is found by the sweep, whoever watches.
    let Look { snapshot, epoch, origin, .. } = helpline_persistence::sweep::look(&store, None).await?;
    let instance = uuid::Uuid::now_v7();
    let (relay, relay_ends) = match &config.backing.redis_url {
        Some(url) => {
            let (relay, ends) = Relay::redis(instance, url.expose(), config.backing.redis_prefix.clone(), (&epoch, &origin));
            (relay, Some(ends))
        }
        None => (Relay::alone(), None),
    };
    let epoch = CurrentEpoch::new(epoch);
    let (writer, queue_end) = Writer::new();
    let (audit_lane, audit_end) = audit::AuditLane::new();
    let bounds = Bounds {
        connections_max: config.limits.connections_max,
        per_address_max: config.limits.connections_per_address_max,
        per_user_max: config.limits.connections_per_user_max,
    };
    let rates = Rates::new(config.user_frame_rate(), config.address_frame_rate());
    let (sign_ins, sign_ins_end) = Crowd::new();
    let (openings, openings_end) = Crowd::new();
    let (places, places_end) = Crowd::new();
    let app = Arc::new_cyclic(|me| App {
        instance,
        verifier: Verifier::new(&config.auth),
        config,
        store,
        epoch,
        rooms: Rooms::default(),
        writer,
        relay,
        inbox: Inbox::default(),
        presence: Presence::default(),
        reads: Reads::default(),
        directory: Directory::new(bounds, rates),
        audit_lane,
        tasks: TaskTracker::new(),
        stop: CancellationToken::new(),
        drain: CancellationToken::new(),
        sign_ins,
        openings,
        places,
        join_turns: Semaphore::new(limits::JOIN_READS_AT_ONCE_MAX),
        lock_waits: Semaphore::new(limits::LOCK_WAITS_MAX),
        sweep_wanted: tokio::sync::Notify::new(),
        me: me.clone(),
    });
    writer::start(&app, queue_end);
    if let Some(ends) = relay_ends {
        relay::start(&app, ends);
    }
    sign_ins_end.start(&app);
    openings_end.start(&app);
    places_end.start(&app);
    app.tasks.spawn(audit::run(Arc::clone(&app), audit_end));
    app.tasks.spawn(sweep::run(Arc::clone(&app), snapshot));
    app.tasks.spawn(standing::run(Arc::clone(&app)));
    app.tasks.spawn(presence::run(Arc::clone(&app)));
    app.tasks.spawn(reads::run(Arc::clone(&app)));
    app.tasks.spawn(inbox::run(Arc::clone(&app)));
    app.tasks.spawn(jobs::run(Arc::clone(&app)));
    Ok(app)
}

/// Serves until `shutdown` is cancelled, then drains: nobody new, `bye` to everybody, what is under way is finished.
pub async fn run(app: Arc<App>, metrics: PrometheusHandle, listener: TcpListener, shutdown: CancellationToken) {
    let sockets = axum::routing::get(socket::upgrade).with_state(Arc::clone(&app));
    let mut router = crate::http::router(Arc::clone(&app), metrics).route("/v1/ws", sockets);
    if app.config.echo == Echo::Present {
        router = router.route("/debug/echo", axum::routing::get(socket::echo::upgrade));
    }
    let lingering = Lingering::new(app.tasks.clone());
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
                let places = Directory::guest(&app, peer.ip()).zip(Arc::clone(&http).try_acquire_owned().ok());
                let Some(places) = places else {
                    metrics::counter!("helpline_accepts_refused_total").increment(1);
                    continue;
                };
                let _ = stream.set_nodelay(true);
                let meter = Arc::default();
                let stream = Stream::new(stream, Arc::clone(&meter), lingering.clone());
                let (router, closing) = (router.clone(), closing.clone());
                app.tasks.spawn(async move {
                    answer(stream, (peer, meter), router, closing).await;
                    drop(places);
                });
            }
            Err(error) => {
                // Descriptors gone, most likely: those that close make room. Spinning would not.
                tracing::warn!(cause = %error, "cannot accept");
                tokio::time::sleep(Duration::from_millis(limits::ACCEPT_PAUSE_MS)).await;
            }
        }
    }
    drop(listener);
    drain(&app, &http, &closing).await;
}

/// Speaks HTTP/1.1 with one peer until it or the drain ends it, or the upgrade takes the stream over. The header timeout needs the
/// plain builder: hyper-util's `auto` one does not keep it.
async fn answer(stream: Stream, (peer, meter): (SocketAddr, Arc<Meter>), router: Router, closing: CancellationToken) {
    let service = hyper::service::service_fn(move |request: Request<hyper::body::Incoming>| {
        let (router, meter) = (router.clone(), Arc::clone(&meter));
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(meter);
            Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {}))
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

async fn drain(app: &Arc<App>, http: &Semaphore, closing: &CancellationToken) {
    let deadline = tokio::time::Instant::now() + Duration::from_millis(app.config.listening.drain_timeout_ms);
    app.drain.cancel();
    tracing::info!(sockets = app.directory.count(), "draining");
    closing.cancel();
    for connection in app.directory.all() {
        app.tasks.spawn(farewell(Arc::clone(app), connection));
    }
    let is_busy = || app.directory.count() > 0 || http.available_permits() < HTTP_CONNECTIONS_MAX;
    while is_busy() && tokio::time::Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    app.stop.cancel();
    app.tasks.close();
    if tokio::time::timeout_at(deadline + Duration::from_secs(2), app.tasks.wait()).await.is_err() {
        tracing::warn!("some tasks did not end in time");
    }
}

/// Answers a listener of its own until `stop`, within the same times and bounds: for `/metrics` on an address apart.
pub async fn answer_apart(app: Arc<App>, listener: TcpListener, router: Router) {
    let places = Arc::new(Semaphore::new(limits::METRICS_CONNECTIONS_MAX));
    while let Some(accepted) = app.stop.run_until_cancelled(listener.accept()).await {
        let (Ok((stream, peer)), Ok(place)) = (accepted, Arc::clone(&places).try_acquire_owned()) else {
            tokio::time::sleep(Duration::from_millis(limits::ACCEPT_PAUSE_MS)).await;
            continue;
        };
        let meter = Arc::default();
        let stream = Stream::new(stream, Arc::clone(&meter), Lingering::new(app.tasks.clone()));
        let (router, closing) = (router.clone(), app.stop.clone());
        app.tasks.spawn(async move {
            answer(stream, (peer, meter), router, closing).await;
            drop(place);
        });
    }
}

/// Says `bye` with a delay of its own, so that the clients do not all knock elsewhere at once, waits for the acks under way, and closes.
async fn farewell(app: Arc<App>, connection: Arc<Connection>) {
    let spread = app.config.listening.bye_spread_ms.max(1);
    let retry_after_ms = rand::rng().random_range(0..spread);
    connection.outbox.push(frame(&CommonFrame::Bye { retry_after_ms, reason: "restart".to_owned() }));
    let pause = Duration::from_millis(rand::rng().random_range(0..spread));
    tokio::time::sleep(pause).await;
    let patience = tokio::time::Instant::now() + Duration::from_millis(limits::LOCK_TIMEOUT_MS);
    while connection.awaited_acks.load(Ordering::Acquire) > 0 && tokio::time::Instant::now() < patience {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    connection.outbox.end(Ending::AfterDrain(CloseCode::Restart));
}
