//! The servers that are measured: Helpline, its peers and the baseline, each behind the same adapter.

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

pub use helpline::{Helpline, Talk};

/// A server that does not answer by then will not.
const READY_TIMEOUT: Duration = Duration::from_secs(20);
const READY_POLL: Duration = Duration::from_millis(20);
/// What peers are sent: as many bytes as one of Helpline's typing frames.
const PAYLOAD_BYTES: usize = 185;

/// A running server and how one speaks with it.
pub trait Peer: Send + Sync {
    /// Its name in the report.
    fn name(&self) -> &'static str;
    /// What it does not do, to stand beside its figures; empty when there is nothing to say.
    fn lacks(&self) -> &'static str;
    /// Every process of it, what it stands on included (Postgres, Redis).
    fn processes(&self) -> Vec<u32>;
    /// The processes that hold connections.
    fn holders(&self) -> Vec<u32>;
    /// How a connection comes to stand in a room.
    fn opening(&self, endpoint: Endpoint) -> Opening;
    /// The `n`th frame that a room's speaker sends in this run.
    fn frame(&self, run: u32, room: usize, n: u64) -> Utf8Bytes;
    /// What an arrived frame is.
    fn classify(&self, text: &str) -> Received;
    /// Whether a delivery is the room's `n`th.
    fn bears(&self, text: &str, n: u64) -> bool;
}

/// Whose connection it is.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint {
    /// On which instance.
    pub instance: usize,
    /// In which room.
    pub room: usize,
    /// Who they are there.
    pub side: Side,
}

/// The role of a connection in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The one who sends.
    Speaker,
    /// One of those who receive, by their number.
    Listener(usize),
}

/// What arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// What the speaker sent.
    Delivery,
    /// A sign of life that wants this answer.
    Ping(Utf8Bytes),
    /// Anything else.
    Other,
}

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// Helpline, with typing frames, which it does not store either.
    Helpline,
    /// Helpline, with messages: committed, audited, numbered.
    Stored,
    /// The least that a tokio and tungstenite server can do.
    Baseline,
    /// nginx with nchan.
    Nchan,
    /// Socket.IO 4.
    SocketIo,
    /// `ws`, by hand.
    Ws,
}

/// What a group of runs needs of each server.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    /// Instances, joined by Redis when there is more than one.
    pub instances: usize,
    /// Rooms at most.
    pub rooms: usize,
    /// Whether a single instance of Helpline has a Redis.
    pub relay: Relay,
}

/// What is needed to start them.
#[derive(Debug, Clone)]
pub struct Means {
    /// Helpline's binary.
    pub bin: Option<PathBuf>,
    /// Further settings of its gateways, `NAME=VALUE`.
    pub settings: Vec<String>,
    /// Where the peers' files are: `loadtest/peers`.
    pub peers: PathBuf,
    /// Where configurations and logs go.
    pub work: PathBuf,
}

/// Starts a server. The text says why it cannot be had: the report says so too.
///
/// # Errors
/// When Helpline or the baseline, which are ours, do not start.
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
        Kind::Baseline => Ok(Box::new(baseline::Baseline::start(means).await?)),
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

/// Marks the `n`th frame for [`bears_mark`], at the size of Helpline's typing frames.
fn payload(n: u64) -> String {
    format!("{n:#>PAYLOAD_BYTES$}")
}

/// Whether a frame ends in the mark of `n` (and the few characters that the server puts behind it).
fn bears_mark(text: &str, n: u64) -> bool {
    text.rsplit_once('#')
        .and_then(|(_, rest)| rest.trim_end_matches(['"', ']', '}']).parse().ok())
        == Some(n)
}

/// Waits for a 200 on `path`.
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
