//! Bytes in and out of one socket: what arrives as a text frame, and how to close so that the peer hears it.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use futures_util::StreamExt;
use helpline_core::limits;
use helpline_core::reject::CloseCode;
use tokio_tungstenite::tungstenite;

/// What came.
pub(super) enum Incoming {
    /// A text frame.
    Text(Utf8Bytes),
    /// A sign of life without content (a WebSocket ping or pong).
    Life,
    /// The peer closes, or is gone.
    End,
    /// A frame beyond the limits.
    TooBig,
    /// A frame that the protocol has no use for: binary, or broken framing.
    Broken,
}

/// Reads one message. Cancel-safe: tungstenite keeps what has arrived of it.
pub(super) async fn receive(socket: &mut WebSocket) -> Incoming {
    match socket.next().await {
        None => Incoming::End,
        Some(Ok(Message::Text(text))) => Incoming::Text(text),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Incoming::Life,
        Some(Ok(Message::Close(_))) => Incoming::End,
        Some(Ok(Message::Binary(_))) => Incoming::Broken,
        Some(Err(error)) => match error.into_inner().downcast::<tungstenite::Error>().as_deref() {
            Ok(tungstenite::Error::Capacity(_)) => Incoming::TooBig,
            Ok(tungstenite::Error::Protocol(tungstenite::error::ProtocolError::ResetWithoutClosingHandshake)) => Incoming::End,
            Ok(tungstenite::Error::Protocol(_) | tungstenite::Error::Utf8(_)) => Incoming::Broken,
            Ok(_) | Err(_) => Incoming::End,
        },
    }
}

/// Writes one frame and flushes it; false when the socket takes nothing in time.
pub(super) async fn send(socket: &mut WebSocket, frame: Utf8Bytes) -> bool {
    let write = socket.send(Message::Text(frame));
    matches!(tokio::time::timeout(Duration::from_millis(limits::WRITE_TIMEOUT_MS), write).await, Ok(Ok(())))
}

/// Says why, and keeps reading until the peer has heard it: otherwise it would see an unclean end.
pub(super) async fn close(mut socket: WebSocket, code: CloseCode) {
    metrics::counter!("helpline_closes_total", "code" => code.code().to_string()).increment(1);
    let farewell = async {
        let frame = CloseFrame { code: code.code(), reason: Utf8Bytes::from_static(code.reason()) };
        if socket.send(Message::Close(Some(frame))).await.is_ok() {
            while let Some(Ok(_)) = socket.next().await {}
        }
    };
    // A peer that does not answer the Close is dropped.
    let _ = tokio::time::timeout(Duration::from_millis(limits::CLOSE_TIMEOUT_MS), farewell).await;
}
