//! One WebSocket connection to a gateway. It connects, signs in, and ends at the first error.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use helpline_core::protocol::{ClientFrame, CommonFrame, SUBPROTOCOL};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

/// Time limit from the start of connecting to the server's `welcome`.
const OPEN_TIMEOUT: Duration = Duration::from_secs(15);
/// Time limit of one write. A write that takes longer means that the server has stopped reading.
const WRITE_TIMEOUT: Duration = Duration::from_secs(15);
/// Size of each connection's buffers. It is small, because a load generator opens thousands of
/// connections.
const BUFFER_BYTES: usize = 4 * 1024;

/// Why a connection could not be opened, or why it ended.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The port is closed, or the server refused the WebSocket upgrade.
    #[error("the connection could not be opened")]
    Open(#[source] Box<Error>),
    /// The TCP or TLS connection failed.
    #[error("the connection broke")]
    Broken(#[source] Box<Error>),
    /// The server closed the connection with this WebSocket close code.
    #[error("the server closed the connection with {0}")]
    Closed(u16),
    /// The connection ended without a WebSocket Close frame.
    #[error("the connection ended")]
    Ended,
    /// The server sent nothing for too long, or a write took too long.
    #[error("the server was silent for too long")]
    Silent,
    /// A frame violates the protocol.
    #[error("the server broke the protocol: {0}")]
    Protocol(String),
}

impl LinkError {
    /// Whether the client must not reconnect: close codes 4500 to 4999 and protocol violations.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Closed(4500..=4999) | Self::Protocol(_))
    }
}

/// A signed-in WebSocket connection to a gateway.
#[derive(Debug)]
pub struct Link {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// If the server sends nothing for longer than this, the connection counts as lost.
    silence_max: Duration,
    heard: Instant,
}

impl Link {
    /// Connects to a gateway and signs in.
    ///
    /// # Errors
    /// Any [`LinkError`].
    pub async fn open(url: &str, token: &str) -> Result<Self, LinkError> {
        timeout(OPEN_TIMEOUT, Self::open_without_limit(url, token))
            .await
            .map_err(|_| LinkError::Silent)?
    }

    async fn open_without_limit(url: &str, token: &str) -> Result<Self, LinkError> {
        let opening = |error| LinkError::Open(Box::new(error));
        let mut request = url.into_client_request().map_err(opening)?;
        request.headers_mut().insert(
            "sec-websocket-protocol",
            HeaderValue::from_static(SUBPROTOCOL),
        );
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER_BYTES)
            .write_buffer_size(BUFFER_BYTES);
        let (socket, _) = connect_async_with_config(request, Some(config), true)
            .await
            .map_err(opening)?;
        let mut link = Self {
            socket,
            silence_max: OPEN_TIMEOUT,
            heard: Instant::now(),
        };
        link.send(&ClientFrame::Hello {
            id: 0,
            token: token.to_owned(),
        })
        .await?;
        let answer = link.next().await?;
        match serde_json::from_str(&answer) {
            Ok(CommonFrame::Welcome { heartbeat_ms, .. }) => {
                link.silence_max = Duration::from_millis(heartbeat_ms * 3 / 2);
                Ok(link)
            }
            // After the server refused the `hello`, the close code of the connection says whether
            // the client may reconnect.
            Ok(CommonFrame::Error { .. }) => {
                Err(link.next().await.err().unwrap_or(LinkError::Ended))
            }
            _ => Err(LinkError::Protocol(format!(
                "hello was answered with {answer}"
            ))),
        }
    }

    /// Writes a frame and flushes the socket.
    ///
    /// # Errors
    /// [`LinkError::Broken`], [`LinkError::Silent`].
    pub async fn send(&mut self, frame: &ClientFrame) -> Result<(), LinkError> {
        self.queue(frame).await?;
        self.flush().await
    }

    /// Adds a frame to the write buffer. Call [`Self::flush`] to send it.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn queue(&mut self, frame: &ClientFrame) -> Result<(), LinkError> {
        self.queue_text(
            serde_json::to_string(frame)
                .expect("protocol types encode")
                .into(),
        )
        .await
    }

    /// As [`Self::queue`], for a frame that is already encoded.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn queue_text(&mut self, text: Utf8Bytes) -> Result<(), LinkError> {
        bounded(self.socket.feed(Message::Text(text))).await
    }

    /// Flushes the write buffer.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn flush(&mut self) -> Result<(), LinkError> {
        bounded(self.socket.flush()).await
    }

    /// Returns the next text frame. This includes `ping` frames, which the caller must answer,
    /// because they contain heads (newest event numbers) that the caller needs. Cancel-safe:
    /// tungstenite keeps partial frames.
    ///
    /// # Errors
    /// Any [`LinkError`]; [`LinkError::Silent`] if nothing arrived for 1.5 heartbeats.
    pub async fn next(&mut self) -> Result<Utf8Bytes, LinkError> {
        loop {
            let arrived =
                tokio::time::timeout_at(self.heard + self.silence_max, self.socket.next()).await;
            let message = arrived
                .map_err(|_| LinkError::Silent)?
                .ok_or(LinkError::Ended)?;
            self.heard = Instant::now();
            match message {
                Ok(Message::Text(text)) => return Ok(text),
                Ok(Message::Close(frame)) => {
                    return Err(frame.map_or(LinkError::Ended, |frame| {
                        LinkError::Closed(frame.code.into())
                    }));
                }
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {}
                Ok(Message::Binary(_)) => return Err(LinkError::Protocol("a binary frame".into())),
                Err(Error::ConnectionClosed | Error::AlreadyClosed) => {
                    return Err(LinkError::Ended);
                }
                Err(error) => return Err(LinkError::Broken(Box::new(error))),
            }
        }
    }
}

async fn bounded(writing: impl Future<Output = Result<(), Error>>) -> Result<(), LinkError> {
    match timeout(WRITE_TIMEOUT, writing).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(LinkError::Broken(Box::new(error))),
        Err(_) => Err(LinkError::Silent),
    }
}
