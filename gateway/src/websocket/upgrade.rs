//! Handles the WebSocket upgrade request: checks origin, connection limits and subprotocol.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use helpline_core::{limits, protocol};

use super::hello;
use super::origins::origin_is_allowed;
use super::state::SocketState;
use super::wire::{Socket, configured};
use crate::connections::AtCapacity;
use crate::runtime::client_address::{client_address, user_agent};
use crate::runtime::request_ids::RequestIds;
use crate::runtime::tcp_stream::StreamHandle;

/// Handles the upgrade request, and starts the connection's task.
pub async fn upgrade(
    State(state): State<Arc<SocketState>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    (Extension(handle), Extension(ids)): (Extension<Arc<StreamHandle>>, Extension<Arc<RequestIds>>),
    uri: Uri,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if uri.query().is_some() {
        // Refuse any query, because it might contain a token. URLs are stored in logs and browser
        // histories.
        return (
            StatusCode::BAD_REQUEST,
            "the token goes into hello, not into the address",
        )
            .into_response();
    }
    if !origin_is_allowed(&state.listening, &headers) {
        metrics::counter!("helpline_origins_refused_total").increment(1);
        state.refused_upgrades.log_origin(&headers);
        return (StatusCode::FORBIDDEN, "origin not allowed").into_response();
    }
    if state.lifecycle.is_draining() {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            [(header::RETRY_AFTER, "2")],
            "draining",
        )
            .into_response();
    }
    let offers = upgrade
        .requested_protocols()
        .any(|offered| offered.as_bytes() == protocol::SUBPROTOCOL.as_bytes());
    if !offers {
        return (StatusCode::BAD_REQUEST, "the subprotocol is helpline.v1").into_response();
    }
    let from = client_address(peer.ip(), &headers, &state.listening.trusted_proxies);
    let permit = match state.entrance.admission.admit(Some(from)) {
        Ok(permit) => permit,
        Err(AtCapacity::Instance | AtCapacity::User) => {
            metrics::counter!("helpline_upgrades_refused_total", "reason" => "instance")
                .increment(1);
            state.refused_upgrades.log_full_instance();
            return (
                StatusCode::SERVICE_UNAVAILABLE,
                [(header::RETRY_AFTER, "5")],
                "full",
            )
                .into_response();
        }
        Err(AtCapacity::Address) => {
            metrics::counter!("helpline_upgrades_refused_total", "reason" => "address")
                .increment(1);
            state.refused_upgrades.log_full_address();
            return (
                StatusCode::TOO_MANY_REQUESTS,
                [(header::RETRY_AFTER, "5")],
                "too many connections",
            )
                .into_response();
        }
    };
    let guest = hello::Guest {
        address: Some(from),
        user_agent: user_agent(&headers),
        ids,
    };
    let alive = state.lifecycle.tasks.token();
    configured(
        upgrade.protocols([protocol::SUBPROTOCOL]),
        limits::FRAME_BYTES_MAX,
    )
    .on_upgrade(move |socket| async move {
        // The task that axum spawns for the socket owns the permit, which counts the connection,
        // and the tracker token, for which the shutdown waits. Both are released when the task
        // ends.
        let (_permit, _alive) = (permit, alive);
        hello::receive(state, Socket::new(socket, handle), guest).await;
    })
}
