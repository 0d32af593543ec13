//! Reads from and writes to one WebSocket, and closes it so that the peer receives the close code.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use futures_util::{SinkExt, StreamExt};
use helpline_core::limits;
use helpline_core::reject::CloseCode;
use tokio_tungstenite::tungstenite;

use crate::connections::send_queue::Batch;
use crate::runtime::tcp_stream::{Meter, StreamHandle};

/// Sets the buffer sizes and message limits that all WebSockets share.
pub(super) fn configured(upgrade: WebSocketUpgrade, message_bytes_max: usize) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(limits::SOCKET_READ_BUFFER_BYTES)
        .write_buffer_size(limits::SOCKET_WRITE_BUFFER_BYTES)
        .max_write_buffer_size(limits::SOCKET_WRITE_BYTES_MAX.max(2 * message_bytes_max))
        .max_message_size(message_bytes_max)
        .max_frame_size(message_bytes_max)
}

/// An upgraded WebSocket, and the handle of its TCP stream.
pub(super) struct Socket {
    /// The WebSocket. It is boxed because it is large and many futures contain it.
    inner: Box<WebSocket>,
    stream: Arc<StreamHandle>,
    /// The maximum number of bytes that an incomplete message may have used on the wire.
    wire_bytes_max: u64,
}

/// An incoming message, or the end of the connection.
pub(super) enum Incoming {
    /// A complete text message.
    Text(Utf8Bytes),
    /// A WebSocket ping or pong, whose payload is ignored.
    KeepAlive,
    /// The peer closed the connection or is unreachable.
    End,
    /// A message that exceeds the size limit or has too many fragments.
    TooBig,
    /// Something that the protocol does not allow: a binary message or invalid framing.
    Broken,
}

impl Socket {
    /// Wraps a new WebSocket. Until [`Self::admit`] is called, messages are limited to the size of
    /// a `hello` frame.
    pub(super) fn new(inner: WebSocket, stream: Arc<StreamHandle>) -> Self {
        // Start a new message in the meter (it counts the bytes of an incomplete message), because
        // the bytes that it has counted belong to the HTTP upgrade request.
        stream.meter.message();
        Self {
            inner: Box::new(inner),
            stream,
            wire_bytes_max: limits::HELLO_WIRE_BYTES_MAX,
        }
    }

    /// Allows messages of the full size, because the client has signed in.
    pub(super) const fn admit(&mut self) {
        self.wire_bytes_max = limits::MESSAGE_WIRE_BYTES_MAX;
    }

    /// The handle of the TCP stream. The handle's meter tells by when a partially received message
    /// must be complete.
    pub(super) fn stream(&self) -> Arc<StreamHandle> {
        Arc::clone(&self.stream)
    }

    /// Reads one message. Cancel-safe, because tungstenite keeps a partial message.
    pub(super) async fn receive(&mut self) -> Incoming {
        poll_fn(|context| self.poll_receive(context)).await
    }

    /// The polling form of [`Self::receive`], for a caller that also polls other sources.
    pub(super) fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Incoming> {
        match self.inner.poll_next_unpin(context) {
            Poll::Ready(came) => Poll::Ready(sort(came, &self.stream.meter)),
            // The message is incomplete but has already used too many bytes, most likely for empty
            // fragments.
            Poll::Pending if self.stream.meter.unfinished_bytes() > self.wire_bytes_max => {
                Poll::Ready(Incoming::TooBig)
            }
            Poll::Pending => Poll::Pending,
        }
    }

    /// Writes the frames and flushes. Frames that the socket cannot accept yet stay in the batch.
    /// Large frames bypass the WebSocket library, see [`crate::runtime::direct_frame`].
    pub(super) fn poll_write(
        &mut self,
        frames: &mut Batch,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), axum::Error>> {
        while let Some(next) = frames.peek() {
            if next.len() > limits::SOCKET_COPIED_BYTES_MAX {
                // This frame bypasses the library's buffer, so first flush the frames that are in
                // the buffer.
                ready!(self.inner.poll_flush_unpin(context))?;
                self.stream.direct.put(frames.pop().unwrap_or_default());
                continue;
            }
            ready!(self.inner.poll_ready_unpin(context))?;
            if let Some(frame) = frames.pop() {
                self.inner.start_send_unpin(Message::Text(frame))?;
            }
        }
        self.inner.poll_flush_unpin(context)
    }

    /// Writes one frame and flushes it. Returns false on an error or timeout.
    pub(super) async fn send(&mut self, frame: Utf8Bytes) -> bool {
        let writing = self.inner.send(Message::Text(frame));
        matches!(
            tokio::time::timeout(Duration::from_millis(limits::WRITE_TIMEOUT_MS), writing).await,
            Ok(Ok(()))
        )
    }

    /// Sends the close code, and reads until the peer has sent its close frame, so that the peer
    /// sees a clean close. If the peer still sends data that cannot be parsed,
    /// [`crate::runtime::tcp_stream::Lingering`] reads the stream to its end.
    pub(super) async fn close(mut self, code: CloseCode) {
        metrics::counter!("helpline_closes_total", "code" => code.code().to_string()).increment(1);
        let until = Instant::now() + Duration::from_millis(limits::CLOSE_TIMEOUT_MS);
        let closing = async {
            let frame = CloseFrame {
                code: code.code(),
                reason: Utf8Bytes::from_static(code.reason()),
            };
            if self.inner.send(Message::Close(Some(frame))).await.is_ok() {
                while let Some(Ok(_)) = self.inner.next().await {
                    self.stream.meter.message();
                }
            }
        };
        // If the peer does not answer the close frame in time, the connection is dropped.
        let _ = tokio::time::timeout_at(until.into(), closing).await;
    }
}

fn sort(came: Option<Result<Message, axum::Error>>, meter: &Meter) -> Incoming {
    match came {
        None => Incoming::End,
        Some(Ok(Message::Text(text))) => {
            meter.message();
            Incoming::Text(text)
        }
        Some(Ok(Message::Ping(payload) | Message::Pong(payload))) => {
            meter.control(payload.len());
            Incoming::KeepAlive
        }
        Some(Ok(Message::Close(_))) => Incoming::End,
        Some(Ok(Message::Binary(_))) => Incoming::Broken,
        Some(Err(error)) => match error
            .into_inner()
            .downcast::<tungstenite::Error>()
            .as_deref()
        {
            Ok(tungstenite::Error::Capacity(_)) => Incoming::TooBig,
            Ok(tungstenite::Error::Protocol(
                tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
            )) => Incoming::End,
            Ok(tungstenite::Error::Protocol(_) | tungstenite::Error::Utf8(_)) => Incoming::Broken,
            Ok(_) | Err(_) => Incoming::End,
        },
    }
}
