//! Free ports, without races between parallel tests.

use std::collections::HashSet;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Mutex, PoisonError};

/// The range of ports to choose from. It is below Linux's ephemeral range (32768 and up): while a
/// server restarts, no outgoing connection can take its port.
const PORTS: std::ops::Range<u16> = 15_000..32_000;

static TAKEN: Mutex<Option<HashSet<u16>>> = Mutex::new(None);

/// Returns a free port on 127.0.0.1 that this process has not returned before. The choice is
/// random, so that two processes rarely choose the same port.
///
/// # Panics
/// If no port is left.
pub fn free_port() -> u16 {
    let mut guard = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let taken = guard.get_or_insert_default();
    let span = PORTS.end - PORTS.start;
    let first: u16 = rand::random::<u16>() % span;
    let port = (0..span)
        .map(|n| PORTS.start + (first + n) % span)
        .find(|port| {
            !taken.contains(port) && TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()
        })
        .expect("seventeen thousand ports are more than any rig uses");
    taken.insert(port);
    port
}
