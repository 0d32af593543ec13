//! `/debug/echo`: returns every received message to its sender. Available only in debug builds, and
//! only if enabled. A WebSocket conformance suite needs such an endpoint. It has the same upgrade
//! settings as `/v1/ws`, so that the suite tests the production configuration.

use std::sync::Arc;

use axum::Extension;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use tokio_tungstenite::tungstenite;

use super::wire::configured;
use crate::runtime::tcp_stream::StreamHandle;

/// The largest message of the conformance suite, in bytes. `/v1/ws` accepts only smaller messages.
const MESSAGE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Accepts the upgrade request and starts the echo loop.
pub async fn upgrade(
    Extension(stream): Extension<Arc<StreamHandle>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    configured(upgrade, MESSAGE_BYTES_MAX).on_upgrade(move |socket| async move {
        stream.meter.message();
        say_back(socket).await;
    })
}

async fn say_back(mut socket: WebSocket) {
    loop {
        match socket.recv().await {
            Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => {
                if socket.send(message).await.is_err() {
                    return;
                }
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_))) => {}
            Some(Err(error)) => {
                let code = match error
                    .into_inner()
                    .downcast::<tungstenite::Error>()
                    .as_deref()
                {
                    Ok(tungstenite::Error::Utf8(_)) => 1007,
                    Ok(tungstenite::Error::Capacity(_)) => 1009,
                    _ => 1002,
                };
                let frame = CloseFrame {
                    code,
                    reason: Utf8Bytes::from_static(""),
                };
                // Ignore an error, because the peer may already be disconnected.
                let _ = socket.send(Message::Close(Some(frame))).await;
                return;
            }
            None => return,
        }
    }
}
