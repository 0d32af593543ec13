//! Adapters for the measured servers: Helpline, comparable servers (peers) and a minimal server
//! (the baseline).

mod baseline;
mod helpline;
mod nchan;
mod node;

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::connection::Opening;
use crate::error::LoadError;
use crate::target::Relay;

pub use baseline::Baseline;
pub use helpline::{Helpline, Talk};

/// Time limit for a server to become ready.
const READY_TIMEOUT: Duration = Duration::from_secs(20);
const READY_POLL: Duration = Duration::from_millis(20);
/// Size of the frames that the benchmark sends to the peers (comparable servers). The size equals
/// the size of a typing frame of Helpline.
const PAYLOAD_BYTES: usize = 185;

/// A running server. The methods say how to connect to it and how to read its frames.
pub trait Peer: Send + Sync {
    /// The server's name in the report.
    fn name(&self) -> &'static str;
    /// The features of Helpline that this server lacks. The report shows this text next to the
    /// server's figures; empty if nothing is missing.
    fn lacks(&self) -> &'static str;
    /// The ids of all the server's processes, including Postgres and Redis if the server depends on
    /// them.
    fn processes(&self) -> Vec<u32>;
    /// The ids of the processes that keep client connections.
    fn holders(&self) -> Vec<u32>;
    /// How to open a connection that joins the endpoint's room.
    fn opening(&self, endpoint: Endpoint) -> Opening;
    /// The `n`th frame that the room's speaker (its sending member) sends in benchmark run `run`.
    fn frame(&self, run: u32, room: usize, n: u64) -> Utf8Bytes;
    /// Says what kind of frame a received text is.
    fn classify(&self, text: &str) -> Received;
    /// Whether a received frame is the `n`th frame that its room's speaker (the sending member)
    /// sent.
    fn bears(&self, text: &str, n: u64) -> bool;
}

/// A server that takes messages: it acks each message to its sender and sends an event with the
/// message's text to all members of the room.
pub trait Talker: Peer {
    /// The frame that sends a message to the room. Its ack returns `id`. A repeated frame with the
    /// same `key` is the same message.
    fn message(&self, room: usize, id: u64, key: &str, text: &str) -> Utf8Bytes;
}

/// The instance, room and role of a connection that a scenario opens.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint {
    /// The instance to connect to.
    pub instance: usize,
    /// The room to join.
    pub room: usize,
    /// Whether the connection sends frames or only receives them.
    pub side: Side,
}

/// The role of a connection in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The member that sends frames.
    Speaker,
    /// A member that only receives frames, with its number in the room.
    Listener(usize),
}

/// The kind of a received frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// A frame that the room's speaker (its sending member) sent.
    Delivery,
    /// A heartbeat, with the frame that the client must answer.
    Ping(Utf8Bytes),
    /// Any frame except deliveries and heartbeats.
    Other,
}

/// The servers that can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// Helpline with typing frames, which it does not store
    Helpline,
    /// Helpline with messages, which it commits, audits and numbers
    Stored,
    /// A minimal server with tokio and tungstenite
    Baseline,
    /// nginx with nchan
    Nchan,
    /// Socket.IO 4
    SocketIo,
    /// The Node.js library `ws` with hand-written rooms
    Ws,
}

/// What a group of scenarios requires from each server.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    /// Number of instances. Two or more instances are connected through Redis.
    pub instances: usize,
    /// Maximum number of rooms that a scenario opens.
    pub rooms: usize,
    /// Whether Helpline uses Redis when there is only one instance.
    pub relay: Relay,
}

/// The binaries, settings and directories needed to start the servers.
#[derive(Debug, Clone)]
pub struct Means {
    /// Path of Helpline's binary; `None` for the default.
    pub bin: Option<PathBuf>,
    /// Additional settings of Helpline's gateways, each as `NAME=VALUE`.
    pub settings: Vec<String>,
    /// Directory with the peers' source files: `loadtest/peers`.
    pub peers: PathBuf,
    /// Directory for the servers' configuration files and logs.
    pub work: PathBuf,
}

/// Starts a server. The inner error says why a peer is not available; the report repeats this
/// reason.
///
/// # Errors
/// If Helpline or the baseline server does not start.
pub async fn start(
    kind: Kind,
    setup: Setup,
    means: &Means,
) -> Result<Result<Box<dyn Peer>, String>, LoadError> {
    let peer: Result<Box<dyn Peer>, String> = match kind {
        Kind::Helpline => Ok(Box::new(Helpline::start(setup, means, Talk::Typing).await?)),
        Kind::Stored => Ok(Box::new(
            Helpline::start(setup, means, Talk::Messages).await?,
        )),
        Kind::Baseline => Ok(Box::new(Baseline::start(means).await?)),
        Kind::Nchan => nchan::Nchan::start(setup, means)
            .await
            .map(|peer| Box::new(peer) as _),
        Kind::SocketIo => node::SocketIo::start(setup, means)
            .await
            .map(|peer| Box::new(peer) as _),
        Kind::Ws => node::Ws::start(means).await.map(|peer| Box::new(peer) as _),
    };
    Ok(peer)
}

/// Returns a payload that ends in `n` and has the size of Helpline's typing frames. [`bears_mark`]
/// recognises it.
fn payload(n: u64) -> String {
    format!("{n:#>PAYLOAD_BYTES$}")
}

/// Whether a frame ends in the number `n` that [`payload`] added. Ignores the few characters that a
/// server appends.
fn bears_mark(text: &str, n: u64) -> bool {
    text.rsplit_once('#')
        .and_then(|(_, rest)| rest.trim_end_matches(['"', ']', '}']).parse().ok())
        == Some(n)
}

/// Waits until a GET request for `path` returns 200.
async fn ready(port: u16, path: &str, process: &helpline_rig::Process) -> Result<(), String> {
    let deadline = Instant::now() + READY_TIMEOUT;
    loop {
        if get(port, path)
            .await
            .is_some_and(|head| head.starts_with("HTTP/1.1 200"))
        {
            return Ok(());
        }
        if let Some(status) = process.ended() {
            return Err(format!(
                "ended with {status}: {}",
                last_lines(process.log())
            ));
        }
        if Instant::now() > deadline {
            return Err("did not become ready".into());
        }
        sleep(READY_POLL).await;
    }
}

async fn get(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    stream
        .write_all(
            format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                .as_bytes(),
        )
        .await
        .ok()?;
    let mut head = Vec::new();
    stream.take(512).read_to_end(&mut head).await.ok()?;
    Some(String::from_utf8_lossy(&head).into_owned())
}

fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(3)..].join(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_behind_what_a_server_wraps_around_it() {
        assert!(bears_mark(
            &format!("42[\"typing\",\"{}\"]", payload(17)),
            17
        ));
        assert!(bears_mark(&payload(0), 0));
        assert!(!bears_mark(&payload(18), 17));
    }
}
