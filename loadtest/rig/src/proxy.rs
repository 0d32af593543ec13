//! A TCP proxy that behaves like a bad network.
//!
//! One task accepts connections (and closes its listener while it refuses them), and one task per
//! connection carries both directions. All tasks watch one shared [`Weather`], and a change wakes
//! them. A cut increments the generation: connections of older generations end.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::{RigError, free_port};

/// Bytes carried at once: few, so that delay and throttling take effect.
const PIECE_BYTES: usize = 4 * 1024;

/// What the proxy does with bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    /// Delivers them.
    Pass,
    /// Stops reading, so that buffers fill up as with a peer that has stopped reading.
    Stall,
    /// Reads and discards them while the connection stays open (half-open).
    Swallow,
}

#[derive(Debug, Clone, Copy)]
struct Weather {
    flow: Flow,
    /// Whether bytes may have been lost since the last fair weather.
    lost: bool,
    accepts: bool,
    delay: Duration,
    bytes_per_second: Option<u32>,
    generation: u64,
    upstream: SocketAddr,
}

/// Listens on its own port and forwards bytes to and from the upstream, with the faults that it is
/// told to inject. Stops on drop.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    weather: watch::Sender<Weather>,
    // Owns the acceptor, which owns the connections: all of them end on drop.
    _tasks: JoinSet<()>,
}

impl Proxy {
    /// Starts a proxy in front of `127.0.0.1:<upstream_port>`, without faults.
    ///
    /// # Errors
    /// [`RigError::Io`].
    pub async fn start(upstream_port: u16) -> Result<Self, RigError> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let listener = TcpListener::bind(address)
            .await
            .map_err(RigError::io(format!("listening on {address}")))?;
        let upstream = SocketAddr::from((Ipv4Addr::LOCALHOST, upstream_port));
        let fair = Weather {
            flow: Flow::Pass,
            lost: false,
            accepts: true,
            delay: Duration::ZERO,
            bytes_per_second: None,
            generation: 0,
            upstream,
        };
        let (weather, watching) = watch::channel(fair);
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(address, listener, watching));
        Ok(Self {
            address,
            weather,
            _tasks: tasks,
        })
    }

    /// The port to connect to instead of the upstream's port.
    pub const fn port(&self) -> u16 {
        self.address.port()
    }

    /// Ends every connection. New ones are accepted.
    pub fn cut(&self) {
        self.weather.send_modify(|weather| weather.generation += 1);
    }

    /// Ends every connection. New ones lead to another upstream.
    pub fn redirect(&self, upstream_port: u16) {
        self.weather.send_modify(|weather| {
            weather.upstream = SocketAddr::from((Ipv4Addr::LOCALHOST, upstream_port));
            weather.generation += 1;
        });
    }

    /// New connections lead to another upstream. Existing ones stay where they are, as behind a
    /// load balancer.
    pub fn lead_to(&self, upstream_port: u16) {
        self.weather.send_modify(|weather| {
            weather.upstream = SocketAddr::from((Ipv4Addr::LOCALHOST, upstream_port));
        });
    }

    /// Refuses new connections (the port is closed). Existing ones stay open.
    pub fn refuse(&self) {
        self.weather.send_modify(|weather| weather.accepts = false);
    }

    /// Ends every connection and refuses new ones, as if the cable were unplugged.
    pub fn unplug(&self) {
        self.refuse();
        self.cut();
    }

    /// Delays every chunk of bytes by this long, in either direction.
    pub fn delay(&self, by: Duration) {
        self.weather.send_modify(|weather| weather.delay = by);
    }

    /// Limits each direction of each connection to this many bytes per second.
    pub fn throttle(&self, bytes_per_second: u32) {
        self.weather
            .send_modify(|weather| weather.bytes_per_second = Some(bytes_per_second.max(1)));
    }

    /// Stops reading from both sides and keeps every connection open. After [`Self::resume`] the
    /// bytes flow again; none are lost.
    pub fn stall(&self) {
        self.weather
            .send_modify(|weather| weather.flow = Flow::Stall);
    }

    /// Reads and discards bytes, and keeps every connection open: neither side notices.
    pub fn half_open(&self) {
        self.weather
            .send_modify(|weather| (weather.flow, weather.lost) = (Flow::Swallow, true));
    }

    /// Ends all faults. Connections that lost bytes are cut, because their ends could not interpret
    /// what follows.
    pub fn resume(&self) {
        self.weather.send_modify(|weather| {
            let generation = weather.generation + u64::from(weather.lost);
            *weather = Weather {
                flow: Flow::Pass,
                lost: false,
                accepts: true,
                delay: Duration::ZERO,
                bytes_per_second: None,
                generation,
                ..*weather
            };
        });
    }
}

/// Owns the connections' tasks, which end with it.
async fn accept(address: SocketAddr, first: TcpListener, mut weather: watch::Receiver<Weather>) {
    let mut listener = Some(first);
    let mut connections = JoinSet::new();
    loop {
        let accepts = weather.borrow_and_update().accepts;
        if !accepts {
            listener = None;
        } else if listener.is_none() {
            listener = TcpListener::bind(address).await.ok();
        }
        // All branches are cancel-safe: `accept`, `changed` and `join_next` document it.
        tokio::select! {
            accepted = next_client(listener.as_ref()) => {
                if let Some(client) = accepted {
                    connections.spawn(forward(client, weather.clone()));
                }
            }
            changed = weather.changed() => if changed.is_err() { return },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn next_client(listener: Option<&TcpListener>) -> Option<TcpStream> {
    match listener {
        Some(listener) => listener.accept().await.ok().map(|(client, _)| client),
        None => std::future::pending().await,
    }
}

async fn forward(client: TcpStream, weather: watch::Receiver<Weather>) {
    let upstream = weather.borrow().upstream;
    let Ok(server) = TcpStream::connect(upstream).await else {
        return;
    };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (client_in, client_out) = client.into_split();
    let (server_in, server_out) = server.into_split();
    let born = weather.borrow().generation;
    let mut watching = weather.clone();
    tokio::select! {
        () = async { tokio::join!(pump(client_in, server_out, weather.clone(), born), pump(server_in, client_out, weather, born)); } => {}
        // The proxy cut this connection or was dropped.
        _ = watching.wait_for(|now| now.generation != born) => {}
    }
}

/// Forwards one direction until its end, and then closes the write half.
async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut weather: watch::Receiver<Weather>,
    born: u64,
) {
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        if weather
            .wait_for(|now| now.flow != Flow::Stall)
            .await
            .is_err()
        {
            return;
        }
        let Ok(n @ 1..) = from.read(&mut piece).await else {
            break;
        };
        let now = *weather.borrow();
        if now.generation != born {
            // The connection was cut, but the other branch has not noticed yet. Earlier bytes may
            // have been lost.
            return;
        }
        if now.flow == Flow::Swallow {
            continue;
        }
        let held_back = now.bytes_per_second.map_or(Duration::ZERO, |rate| {
            Duration::from_secs_f64(n as f64 / f64::from(rate))
        });
        if !(now.delay + held_back).is_zero() {
            tokio::time::sleep(now.delay + held_back).await;
        }
        // Bytes that were read before a stall wait here for its end.
        if weather
            .wait_for(|now| now.flow != Flow::Stall)
            .await
            .is_err()
            || to.write_all(&piece[..n]).await.is_err()
        {
            return;
        }
    }
    let _ = to.shutdown().await;
}
