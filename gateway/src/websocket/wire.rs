//! Bytes in and out of one socket: what arrives as a text frame, and how to close so that the peer receives it.

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
use crate::runtime::tcp_stream::Meter;

/// What holds for every socket here.
pub(super) fn configured(upgrade: WebSocketUpgrade, message_bytes_max: usize) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(limits::SOCKET_READ_BUFFER_BYTES)
        .write_buffer_size(limits::SOCKET_WRITE_BUFFER_BYTES)
        .max_write_buffer_size(limits::SOCKET_WRITE_BYTES_MAX.max(2 * message_bytes_max))
        .max_message_size(message_bytes_max)
        .max_frame_size(message_bytes_max)
}

/// One upgraded connection, with the meter of the stream below it.
pub(super) struct Socket {
    /// Boxed: the futures that hold it while they wait are many, and it is large.
    inner: Box<WebSocket>,
    meter: Arc<Meter>,
    /// What a message that is not whole may have cost.
    wire_bytes_max: u64,
}

/// What came.
pub(super) enum Incoming {
    /// A text frame.
    Text(Utf8Bytes),
    /// A WebSocket ping or pong, without content.
    KeepAlive,
    /// The peer closes, or is gone.
    End,
    /// A frame beyond the limits, or a message in too many pieces.
    TooBig,
    /// A frame that the protocol has no use for: binary, or broken framing.
    Broken,
}

impl Socket {
    /// A fresh socket: only `hello` is expected of it.
    pub(super) fn new(inner: WebSocket, meter: Arc<Meter>) -> Self {
        // What came until now was the upgrade's request.
        meter.message();
        Self {
            inner: Box::new(inner),
            meter,
            wire_bytes_max: limits::HELLO_WIRE_BYTES_MAX,
        }
    }

    /// From now on messages of full size may come.
    pub(super) const fn admit(&mut self) {
        self.wire_bytes_max = limits::MESSAGE_WIRE_BYTES_MAX;
    }

    /// The meter, to be watched while a message is awaited.
    pub(super) fn meter(&self) -> Arc<Meter> {
        Arc::clone(&self.meter)
    }

    /// Reads one message. Cancel-safe: tungstenite keeps what has arrived of it.
    pub(super) async fn receive(&mut self) -> Incoming {
        poll_fn(|context| self.poll_receive(context)).await
    }

    /// The same, for a caller that also waits for something else.
    pub(super) fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Incoming> {
        match self.inner.poll_next_unpin(context) {
            Poll::Ready(came) => Poll::Ready(sort(came, &self.meter)),
            // Nothing whole, and already too much of it: fragments of nothing, most likely.
            Poll::Pending if self.meter.unfinished_bytes() > self.wire_bytes_max => {
                Poll::Ready(Incoming::TooBig)
            }
            Poll::Pending => Poll::Pending,
        }
    }

    /// Hands over frames and flushes once. What has not been handed over yet stays in the batch.
    pub(super) fn poll_write(
        &mut self,
        frames: &mut Batch,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), axum::Error>> {
        while !frames.is_empty() {
            ready!(self.inner.poll_ready_unpin(context))?;
            if let Some(frame) = frames.pop() {
                self.inner.start_send_unpin(Message::Text(frame))?;
            }
        }
        self.inner.poll_flush_unpin(context)
    }

    /// Writes one frame and flushes it; false when the socket takes nothing in time.
    pub(super) async fn send(&mut self, frame: Utf8Bytes) -> bool {
        let writing = self.inner.send(Message::Text(frame));
        matches!(
            tokio::time::timeout(Duration::from_millis(limits::WRITE_TIMEOUT_MS), writing).await,
            Ok(Ok(()))
        )
    }

    /// Sends the close code, and keeps reading until the peer has answered: otherwise it would see an unclean end. A peer that still sends what we
    /// no longer understand is read to its end below, by [`crate::runtime::tcp_stream::Lingering`].
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
                    self.meter.message();
                }
            }
        };
        // A peer that does not answer the Close is dropped.
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
