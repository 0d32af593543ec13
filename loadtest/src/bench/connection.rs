//! A WebSocket from the load generator to any of the measured servers. To open it, a list of steps
//! (frames to send or to await) is executed. Afterwards frames are read and written as text.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::error::LoadError;
use crate::wire::LinkError;

/// Time limit for connecting and for all opening steps, while the machine opens thousands of other
/// connections.
const OPEN_TIMEOUT: Duration = Duration::from_secs(60);
/// Size of each connection's buffers. It is small, because a load generator opens thousands of
/// connections. A burst of 16 frames fits.
const BUFFER_BYTES: usize = 4 * 1024;

/// How to open a connection.
#[derive(Debug, Clone)]
pub struct Opening {
    /// The WebSocket URL, `ws://127.0.0.1:port/path`.
    pub url: String,
    /// The WebSocket subprotocol to offer.
    pub subprotocol: Option<&'static str>,
    /// Frames to send and to await before the connection counts as open.
    pub steps: Vec<Step>,
}

/// One step of [`Opening::steps`].
#[derive(Debug, Clone)]
pub enum Step {
    /// Sends a frame.
    Send(Utf8Bytes),
    /// Waits for a frame with this prefix, and discards all frames before that frame.
    Await(&'static str),
}

/// An open WebSocket connection to a measured server.
#[derive(Debug)]
pub struct Connection {
    socket: WebSocketStream<TcpStream>,
}

impl Connection {
    /// Connects and runs the opening's steps.
    ///
    /// # Errors
    /// [`LoadError::Link`].
    pub async fn open(opening: &Opening) -> Result<Self, LoadError> {
        timeout(OPEN_TIMEOUT, Self::open_without_limit(opening))
            .await
            .map_err(|_| LinkError::Silent)?
    }

    async fn open_without_limit(opening: &Opening) -> Result<Self, LoadError> {
        let broken = |error| LinkError::Open(Box::new(error));
        let mut request = opening.url.as_str().into_client_request().map_err(broken)?;
        if let Some(name) = opening.subprotocol {
            request
                .headers_mut()
                .insert("sec-websocket-protocol", HeaderValue::from_static(name));
        }
        let authority = request
            .uri()
            .authority()
            .map(ToString::to_string)
            .unwrap_or_default();
        let stream = TcpStream::connect(&authority)
            .await
            .map_err(|error| broken(error.into()))?;
        stream
            .set_nodelay(true)
            .map_err(|error| broken(error.into()))?;
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER_BYTES)
            .write_buffer_size(BUFFER_BYTES);
        let (socket, _) = client_async_with_config(request, stream, Some(config))
            .await
            .map_err(broken)?;
        let mut connection = Self { socket };
        for step in &opening.steps {
            match step {
                Step::Send(text) => connection.send(text.clone()).await?,
                Step::Await(start) => connection.receive_until(start).await?,
            }
        }
        Ok(connection)
    }

    async fn receive_until(&mut self, start: &str) -> Result<(), LoadError> {
        loop {
            let text = self.receive().await?;
            if text.starts_with(start) {
                return Ok(());
            }
            if text.starts_with("{\"type\":\"error\"") {
                return Err(LinkError::Protocol(text.to_string()).into());
            }
        }
    }

    /// Writes a frame and flushes the socket.
    ///
    /// # Errors
    /// [`LoadError::Link`].
    pub async fn send(&mut self, text: Utf8Bytes) -> Result<(), LoadError> {
        self.socket
            .send(Message::Text(text))
            .await
            .map_err(|error| LinkError::Broken(Box::new(error)).into())
    }

    /// Adds a frame to the write buffer without flushing.
    ///
    /// # Errors
    /// [`LoadError::Link`].
    pub async fn queue(&mut self, text: Utf8Bytes) -> Result<(), LoadError> {
        self.socket
            .feed(Message::Text(text))
            .await
            .map_err(|error| LinkError::Broken(Box::new(error)).into())
    }

    /// Flushes the write buffer.
    ///
    /// # Errors
    /// [`LoadError::Link`].
    pub async fn flush(&mut self) -> Result<(), LoadError> {
        self.socket
            .flush()
            .await
            .map_err(|error| LinkError::Broken(Box::new(error)).into())
    }

    /// Returns the next text frame. Cancel-safe: tungstenite keeps partial frames.
    ///
    /// # Errors
    /// [`LoadError::Link`].
    pub async fn receive(&mut self) -> Result<Utf8Bytes, LoadError> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return Ok(text),
                Some(Ok(Message::Close(frame))) => {
                    return Err(
                        LinkError::Closed(frame.map_or(1005, |frame| frame.code.into())).into(),
                    );
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(LinkError::Broken(Box::new(error)).into()),
                None => return Err(LinkError::Ended.into()),
            }
        }
    }
}
