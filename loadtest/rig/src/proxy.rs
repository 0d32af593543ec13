//! A TCP proxy that behaves like a bad network.
//!
//! One task accepts connections, and closes its listener while the proxy refuses connections. One
//! task per connection forwards bytes in both directions. All tasks watch one shared [`Weather`]
//! (the current faults) and wake when it changes. [`Proxy::cut`] increments the generation number
//! in `Weather`. A connection ends when this number differs from the number at the connection's
//! start.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::{RigError, free_port};

/// Bytes read and forwarded at a time. The number is small, so that a throttled connection forwards
/// many small chunks instead of a few large ones.
const PIECE_BYTES: usize = 4 * 1024;

/// What the proxy does with the bytes it receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    /// Delivers the bytes.
    Pass,
    /// Stops reading, so that the sender's buffers fill up, as when the receiver has stopped
    /// reading.
    Stall,
    /// Reads and discards the bytes while the connection stays open (a half-open connection).
    Swallow,
}

#[derive(Debug, Clone, Copy)]
struct Weather {
    flow: Flow,
    /// Whether the proxy may have discarded bytes since its start or the last [`Proxy::resume`].
    lost: bool,
    accepts: bool,
    delay: Duration,
    bytes_per_second: Option<u32>,
    generation: u64,
    upstream: SocketAddr,
}

/// Listens on its own port and forwards bytes to and from an upstream port. Its methods inject
/// network faults. Stops on drop.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    weather: watch::Sender<Weather>,
    // The task that accepts connections; it owns the connections' tasks. Dropping the proxy ends
    // all these tasks.
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

    /// The proxy's port. Clients connect to it instead of the upstream's port.
    pub const fn port(&self) -> u16 {
        self.address.port()
    }

    /// Ends every existing connection. New connections are accepted.
    pub fn cut(&self) {
        self.weather.send_modify(|weather| weather.generation += 1);
    }

    /// Ends every existing connection, and sends new connections to `upstream_port`.
    pub fn redirect(&self, upstream_port: u16) {
        self.weather.send_modify(|weather| {
            weather.upstream = SocketAddr::from((Ipv4Addr::LOCALHOST, upstream_port));
            weather.generation += 1;
        });
    }

    /// Sends new connections to `upstream_port`. Existing connections keep their upstream, as
    /// behind a load balancer.
    pub fn lead_to(&self, upstream_port: u16) {
        self.weather.send_modify(|weather| {
            weather.upstream = SocketAddr::from((Ipv4Addr::LOCALHOST, upstream_port));
        });
    }

    /// Refuses new connections (the port is closed). Existing connections stay open.
    pub fn refuse(&self) {
        self.weather.send_modify(|weather| weather.accepts = false);
    }

    /// Ends every existing connection and refuses new connections, as if the cable were unplugged.
    pub fn unplug(&self) {
        self.refuse();
        self.cut();
    }

    /// Delays every chunk of bytes by this duration, in each direction.
    pub fn delay(&self, by: Duration) {
        self.weather.send_modify(|weather| weather.delay = by);
    }

    /// Limits each direction of each connection to this many bytes per second.
    pub fn throttle(&self, bytes_per_second: u32) {
        self.weather
            .send_modify(|weather| weather.bytes_per_second = Some(bytes_per_second.max(1)));
    }

    /// Stops reading from both sides and keeps every connection open. After [`Self::resume`] the
    /// bytes flow again, and no byte is lost.
    pub fn stall(&self) {
        self.weather
            .send_modify(|weather| weather.flow = Flow::Stall);
    }

    /// Reads and discards all bytes, and keeps every connection open. Neither the client nor the
    /// upstream sees an error.
    pub fn half_open(&self) {
        self.weather
            .send_modify(|weather| (weather.flow, weather.lost) = (Flow::Swallow, true));
    }

    /// Ends all faults. Connections that lost bytes are cut, because the missing bytes would
    /// corrupt their streams.
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

/// Accepts connections and starts a task for each. The connections' tasks end when this task ends.
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
        // All branches are cancel-safe, according to the documentation of `accept`, `changed` and
        // `join_next`.
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
        // The proxy cut this connection, or the proxy was dropped.
        _ = watching.wait_for(|now| now.generation != born) => {}
    }
}

/// Forwards the bytes of one direction until the sender closes its side. Then closes the receiver's
/// side.
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
            // The proxy has cut this connection, but `forward` has not ended this task yet. Bytes
            // may be missing before this chunk, so do not forward the chunk.
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
        // Bytes that were read before a stall wait at this point until the stall ends.
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
