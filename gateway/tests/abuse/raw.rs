//! A client that sends raw bytes which no client library would send.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use helpline_core::limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

pub const TEXT: u8 = 0x1;
pub const CLOSE: u8 = 0x8;
pub const PING: u8 = 0x9;
pub const FIN: u8 = 0x80;

/// The headers of a browser's WebSocket upgrade request, without `Origin`.
pub const UPGRADE: [(&str, &str); 5] = [
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ("Sec-WebSocket-Protocol", "helpline.v1"),
];

pub struct Raw {
    pub stream: TcpStream,
}

/// An HTTP response.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

/// Connects from 127.0.0.1.
pub async fn connect(port: u16) -> Raw {
    connect_from(Ipv4Addr::LOCALHOST, port).await
}

/// Connects from another loopback address, 127.x.y.z.
pub async fn connect_from(from: Ipv4Addr, port: u16) -> Raw {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((from, 0))).unwrap();
    Raw {
        stream: socket
            .connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
            .await
            .unwrap(),
    }
}

/// Connects, and upgrades the connection to a WebSocket.
pub async fn upgraded(port: u16, path: &str) -> Raw {
    connect(port).await.upgrade(port, path).await
}

/// Like [`upgraded`], but with a receive buffer so small that unread data soon blocks the server's
/// writes.
pub async fn upgraded_deaf(port: u16) -> Raw {
    connect_deaf(port).await.upgrade(port, "/v1/ws").await
}

/// Connects with a receive buffer of 4 KiB, so that unread data soon blocks the server's writes.
pub async fn connect_deaf(port: u16) -> Raw {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4 * 1024).unwrap();
    Raw {
        stream: socket
            .connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
            .await
            .unwrap(),
    }
}

/// Sends one HTTP request on its own connection.
pub async fn request(
    port: u16,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<&str>,
) -> Answer {
    let mut raw = connect(port).await;
    let length = body.map_or(0, str::len).to_string();
    let mut headers = headers.to_vec();
    if body.is_some() {
        headers.extend([
            ("Content-Type", "application/json"),
            ("Content-Length", length.as_str()),
        ]);
    }
    if !headers.iter().any(|(name, _)| *name == "Connection") {
        headers.push(("Connection", "close"));
    }
    raw.write(&head(method, path, port, &headers))
        .await
        .unwrap();
    // Ignore a write error: the server may answer and close before it has received the whole body.
    let _ = raw.write(body.unwrap_or("").as_bytes()).await;
    let head = raw.read_answer_head().await;
    let status = head
        .split_whitespace()
        .nth(1)
        .and_then(|code| code.parse().ok())
        .unwrap_or_default();
    let announced = head
        .to_ascii_lowercase()
        .split("content-length: ")
        .nth(1)
        .and_then(|rest| rest.lines().next()?.parse().ok());
    let mut rest = Vec::new();
    let reading = async {
        match announced {
            Some(length) => drop((&mut raw.stream).take(length).read_to_end(&mut rest).await),
            None if status == 101 => {}
            None => drop(raw.stream.read_to_end(&mut rest).await),
        }
    };
    tokio::time::timeout(Duration::from_secs(20), reading)
        .await
        .expect("an answer ends");
    Answer {
        status,
        body: String::from_utf8_lossy(&rest).into_owned(),
    }
}

/// Returns the request line and headers of an HTTP request.
pub fn head(method: &str, path: &str, port: u16, headers: &[(&str, &str)]) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    text.into_bytes()
}

/// Returns a masked WebSocket frame. The masking key is zero, so the payload is unchanged.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = frame_head(first, payload.len() as u64);
    bytes.extend_from_slice(payload);
    bytes
}

/// Returns the header of a masked WebSocket frame with this payload length.
pub fn frame_head(first: u8, length: u64) -> Vec<u8> {
    let mut bytes = vec![first];
    match length {
        0..126 => bytes.push(0x80 | length as u8),
        126..65_536 => {
            bytes.push(0x80 | 126);
            bytes.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            bytes.push(0x80 | 127);
            bytes.extend_from_slice(&length.to_be_bytes());
        }
    }
    bytes.extend_from_slice(&[0; 4]);
    bytes
}

impl Raw {
    async fn upgrade(mut self, port: u16, path: &str) -> Self {
        self.write(&head("GET", path, port, &UPGRADE))
            .await
            .unwrap();
        let head = self.read_answer_head().await;
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        self
    }

    pub async fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Sends `hello` and waits for `welcome`.
    pub async fn hello(&mut self, token: &str) {
        let text = serde_json::json!({ "type": "hello", "id": 1, "token": token }).to_string();
        self.write(&frame(FIN | TEXT, text.as_bytes()))
            .await
            .unwrap();
        let (opcode, payload) = self.read_frame().await.expect("a welcome");
        assert!(
            opcode == TEXT && payload.starts_with(br#"{"type":"welcome""#),
            "{}",
            String::from_utf8_lossy(&payload)
        );
    }

    pub async fn read_answer_head(&mut self) -> String {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            match self.stream.read_u8().await {
                Ok(byte) => bytes.push(byte),
                Err(_) => break,
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Reads the server's next frame: its opcode and payload. Returns `None` after a clean end or a
    /// TCP reset.
    pub async fn read_frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let opcode = self.stream.read_u8().await.ok()? & 0x0f;
        let length = match self.stream.read_u8().await.ok()? {
            126 => u64::from(self.stream.read_u16().await.ok()?),
            127 => self.stream.read_u64().await.ok()?,
            short => u64::from(short),
        };
        let mut payload = vec![0; length as usize];
        self.stream.read_exact(&mut payload).await.ok()?;
        Some((opcode, payload))
    }

    /// Reads until the connection ends, and answers a Close frame like a regular client. Returns
    /// the close code (`None` if no Close frame arrived) and the time until the Close frame, or
    /// until the end if no Close frame arrived.
    pub async fn ended(&mut self, within: Duration) -> (Option<u16>, Duration) {
        let started = Instant::now();
        let reading = async {
            let mut close = None;
            while let Some((opcode, payload)) = self.read_frame().await {
                if opcode == CLOSE {
                    close = Some((
                        u16::from_be_bytes([payload[0], payload[1]]),
                        started.elapsed(),
                    ));
                    let _ = self.write(&frame(FIN | CLOSE, &payload[..2])).await;
                }
            }
            (
                close.map(|(code, _)| code),
                close.map_or_else(|| started.elapsed(), |(_, took)| took),
            )
        };
        // A server that failed to parse this client's bytes does not recognize the reply to its
        // Close frame, so also allow for the server's timeouts.
        let patience = within + Duration::from_millis(limits::CLOSE_TIMEOUT_MS + limits::LINGER_MS);
        tokio::time::timeout(patience, reading)
            .await
            .unwrap_or_else(|_| panic!("still open after {within:?}"))
    }

    /// Waits until the server ends a plain HTTP connection. Returns what the server sent and how
    /// long it took.
    pub async fn cut(&mut self, within: Duration) -> (String, Duration) {
        let started = Instant::now();
        let mut bytes = Vec::new();
        let reading = self.stream.read_to_end(&mut bytes);
        let _ = tokio::time::timeout(within, reading)
            .await
            .unwrap_or_else(|_| panic!("still open after {within:?}"));
        (
            String::from_utf8_lossy(&bytes).into_owned(),
            started.elapsed(),
        )
    }
}
