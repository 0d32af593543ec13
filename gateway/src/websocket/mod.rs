//! `/v1/ws`: the upgrade, and one connection's life.
//!
//! - [`hello`]: from the upgrade to `welcome`
//! - [`connection`]: the loop that reads, writes, beats and ends; the only task that writes to the socket
//! - [`dispatch`]: one frame in, what it sets in motion
//! - [`requests`]: what needs the record before it can be answered, in the order asked
//! - [`wire`]: bytes, bounded; [`echo`]: for tests of conformance
//! - [`join`]: `subscribe`: the right to it, the room, the relay; [`catch_up`]: from the log to live

mod catch_up;
mod connection;
mod dispatch;
pub mod echo;
mod hello;
mod join;
mod requests;
mod wire;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use helpline_core::{limits, protocol};

use crate::connections::registry::{Directory, Full};
use crate::runtime::client_address as address;
use crate::runtime::tcp_stream::Meter;
use crate::server::app::App;
use wire::Socket;

/// Answers the upgrade request: origin, bounds, subprotocol, then the connection's own task.
pub async fn upgrade(
    State(app): State<Arc<App>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(meter): Extension<Arc<Meter>>,
    uri: Uri,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if uri.query().is_some() {
        // Addresses end up in logs and histories: nothing is taken from there, a token least of all.
        return (StatusCode::BAD_REQUEST, "the token goes into hello, not into the address").into_response();
    }
    if !origin_is_allowed(&app, &headers) {
        metrics::counter!("helpline_origins_refused_total").increment(1);
        return (StatusCode::FORBIDDEN, "origin not allowed").into_response();
    }
    if app.is_draining() {
        return (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "2")], "draining").into_response();
    }
    let offers = upgrade.requested_protocols().any(|offered| offered.as_bytes() == protocol::SUBPROTOCOL.as_bytes());
    if !offers {
        return (StatusCode::BAD_REQUEST, "the subprotocol is helpline.v1").into_response();
    }
    let from = address::client_address(peer.ip(), &headers, &app.config.listening.trusted_proxies);
    let seat = match Directory::seat(&app, Some(from)) {
        Ok(seat) => seat,
        Err(Full::Instance | Full::User) => {
            return (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], "full").into_response();
        }
        Err(Full::Address) => return (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "5")], "too many connections").into_response(),
    };
    let guest = hello::Guest { address: Some(from), user_agent: address::user_agent(&headers) };
    let alive = app.tasks.token();
    configured(upgrade.protocols([protocol::SUBPROTOCOL]), limits::FRAME_BYTES_MAX).on_upgrade(move |socket| async move {
        // The seat and the tracker's token live as long as the socket's task, which axum spawns.
        let (_seat, _alive) = (seat, alive);
        hello::receive(app, Socket::new(socket, meter), guest).await;
    })
}

/// What holds for every socket here.
fn configured(upgrade: WebSocketUpgrade, message_bytes_max: usize) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(limits::SOCKET_READ_BUFFER_BYTES)
        .write_buffer_size(limits::SOCKET_WRITE_BUFFER_BYTES)
        .max_write_buffer_size(limits::SOCKET_WRITE_BYTES_MAX.max(2 * message_bytes_max))
        .max_message_size(message_bytes_max)
        .max_frame_size(message_bytes_max)
}

/// Browsers name the page's origin: it must be one of the configured ones, to the letter. Programs that are no browser name none; they
/// hold a token of their own and no cookie that somebody else's page could borrow.
fn origin_is_allowed(app: &App, headers: &HeaderMap) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (None, _) => true,
        (Some(origin), None) => app.config.allows_origin(origin.as_bytes()),
        (Some(_), Some(_)) => false,
    }
}
