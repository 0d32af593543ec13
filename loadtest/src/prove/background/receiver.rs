//! The receiver of the test deliveries: an HTTP server that records each request, refuses some first
//! attempts, takes others only after the sender has given up, and can be frozen.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;
use uuid::Uuid;

use super::epoch_s;
use crate::error::LoadError;

/// How long some requests wait for their answer. It is longer than a gateway waits.
const LATE: Duration = Duration::from_secs(20);
/// One first attempt in so many is refused.
const REFUSED: u128 = 10;
/// One first attempt in so many is answered [`LATE`].
const ANSWERED_LATE: u128 = 100;

/// A request that the receiver got.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Seconds since 1970.
    pub at: f64,
    /// Which deployment sent it: the path of the request.
    pub path: String,
    /// Whom the delivery is for.
    pub receiver: String,
    /// What the delivery is about.
    pub key: String,
    /// The delivery's id.
    pub id: Uuid,
    /// Whether the receiver has taken it: it answers, or tries to answer, with 200.
    pub taken: bool,
}

/// A running receiver, which stops when it is dropped.
#[derive(Debug)]
pub struct Receiver {
    port: u16,
    shared: Arc<Shared>,
    _accepting: JoinSet<()>,
}

#[derive(Debug)]
struct Shared {
    arrivals: Mutex<Vec<Arrival>>,
    frozen: watch::Sender<bool>,
    /// Whether every request is answered with 200 at once, except while it is frozen.
    always_answers: bool,
}

impl Receiver {
    /// Starts a receiver on a free port.
    ///
    /// # Errors
    /// If no port can be opened.
    pub async fn start() -> Result<Self, LoadError> {
        Self::start_with(false).await
    }

    /// Like [`Self::start`], but the receiver answers every request at once.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn start_answering() -> Result<Self, LoadError> {
        Self::start_with(true).await
    }

    async fn start_with(always_answers: bool) -> Result<Self, LoadError> {
        let failed = |error: std::io::Error| LoadError::Program {
            program: "the receiver of deliveries",
            why: error.to_string(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
        let port = listener.local_addr().map_err(failed)?.port();
        let shared = Arc::new(Shared {
            arrivals: Mutex::default(),
            frozen: watch::Sender::new(false),
            always_answers,
        });
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self {
            port,
            shared,
            _accepting: accepting,
        })
    }

    /// Host, port and path to which a deployment sends its deliveries.
    pub fn address(&self, path: &str) -> String {
        format!("127.0.0.1:{}/{path}", self.port)
    }

    /// Accepts connections from now on, but answers none until [`Self::thaw`].
    pub fn freeze(&self) {
        self.shared.frozen.send_replace(true);
    }

    /// Ends [`Self::freeze`].
    pub fn thaw(&self) {
        self.shared.frozen.send_replace(false);
    }

    /// The requests so far of one deployment.
    pub fn arrivals(&self, path: &str) -> Vec<Arrival> {
        let arrivals = self.shared.lock();
        arrivals
            .iter()
            .filter(|it| it.path == path)
            .cloned()
            .collect()
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arrival>> {
        self.arrivals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut serving = JoinSet::new();
    loop {
        // Cancel-safe: a connection that is not accepted waits in the queue.
        tokio::select! {
            accepted = listener.accept() => if let Ok((stream, _)) = accepted {
                serving.spawn(serve(stream, Arc::clone(&shared)));
            },
            Some(_) = serving.join_next(), if !serving.is_empty() => {}
        }
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let mut stream = BufReader::new(stream);
    let Some((arrival, attempt)) = read(&mut stream).await else {
        return;
    };
    let mixed = arrival.id.as_u128() ^ (arrival.id.as_u128() >> 17);
    let nth = {
        let mut arrivals = shared.lock();
        arrivals.push(arrival);
        arrivals.len() - 1
    };
    let mut frozen = shared.frozen.subscribe();
    if frozen.wait_for(|frozen| !frozen).await.is_err() {
        return;
    }
    let is_first = attempt == 1 && !shared.always_answers;
    if is_first && mixed.is_multiple_of(REFUSED) {
        let _ = stream
            .get_mut()
            .write_all(b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n")
            .await;
        return;
    }
    if is_first && mixed % ANSWERED_LATE == 1 {
        sleep(LATE).await;
    }
    shared.lock()[nth].taken = true;
    let _ = stream
        .get_mut()
        .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        .await;
}

/// Reads a request and the number of the attempt. `None` if it ends early or is no delivery.
async fn read(stream: &mut BufReader<TcpStream>) -> Option<(Arrival, u32)> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    let path = line.split(' ').nth(1)?.trim_start_matches('/').to_owned();
    let mut arrival = Arrival {
        at: epoch_s(),
        path,
        receiver: String::new(),
        key: String::new(),
        id: Uuid::nil(),
        taken: false,
    };
    let mut attempt = 0;
    loop {
        line.clear();
        stream.read_line(&mut line).await.ok()?;
        let Some((name, value)) = line.trim().split_once(": ") else {
            return line.trim().is_empty().then_some((arrival, attempt));
        };
        match name {
            "x-id" => arrival.id = value.parse().ok()?,
            "x-receiver" => value.clone_into(&mut arrival.receiver),
            "x-key" => value.clone_into(&mut arrival.key),
            "x-attempt" => attempt = value.parse().ok()?,
            _ => {}
        }
    }
}
