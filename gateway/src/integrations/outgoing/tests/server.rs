//! An HTTP server for tests, which answers with raw bytes.

use std::io::{Read, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

/// A server on this machine.
pub struct Server {
    pub address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts a server that reads a request, and then calls `answer` with the connection.
    pub fn start(
        address: &str,
        answer: impl Fn(&mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self::listening(TcpListener::bind(address).expect("a free port"), answer)
    }

    fn listening(
        listener: TcpListener,
        answer: impl Fn(&mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().expect("an address");
        let connections = Arc::new(AtomicUsize::new(0));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (counted, read) = (Arc::clone(&connections), Arc::clone(&requests));
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                counted.fetch_add(1, Ordering::SeqCst);
                let wait = Some(Duration::from_secs(20));
                stream.set_read_timeout(wait).expect("a timeout");
                let (read, answer) = (Arc::clone(&read), Arc::clone(&answer));
                std::thread::spawn(move || {
                    // On a connection that is kept open, several requests arrive.
                    while let Some(request) = request(&mut stream) {
                        read.lock().push(request);
                        if answer(&mut stream).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Self {
            address,
            connections,
            requests,
        }
    }

    /// Starts a server that answers every request with this text.
    pub fn saying(address: &str, answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::start(address, move |stream| stream.write_all(&answer))
    }

    /// Starts several servers on the same port of different addresses. Each answers with its own
    /// address.
    pub fn on_one_port<const N: usize>(ips: [&str; N]) -> [Self; N] {
        // Another test may use the port on one of the addresses.
        for _ in 0..100 {
            let first = TcpListener::bind((ips[0], 0)).expect("a free port");
            let port = first.local_addr().expect("an address").port();
            let others = ips[1..].iter().map(|ip| TcpListener::bind((*ip, port)));
            let Ok(others) = others.collect::<Result<Vec<_>, _>>() else {
                continue;
            };
            let mut listeners = std::iter::once(first).chain(others);
            return ips.map(|ip| {
                let answer = ok(ip);
                Self::listening(listeners.next().expect("one each"), move |stream| {
                    stream.write_all(answer.as_bytes())
                })
            });
        }
        panic!("no port is free on all addresses");
    }

    /// The URL of this server, by its address.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Number of accepted connections.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The heads of all requests, in lower case.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().clone()
    }
}

/// Reads the head of a request. `None` if the client closed the connection.
///
/// A server must read the request before it closes the connection: the kernel resets a connection
/// that is closed with unread bytes, and the client may then lose the answer.
pub fn request(stream: &mut impl Read) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    Some(String::from_utf8_lossy(&head).to_lowercase())
}

/// An answer with a body, on a connection that stays open.
pub fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}
