//! A small DNS server, and a resolver that asks it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::http::Uri;
use ureq::config::Config;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

const TYPE_A: u16 = 1;
const TYPE_AAAA: u16 = 28;

/// A DNS server on this machine that answers every name, with another answer each time. Its answers
/// have no lifetime, as those of an attacker's server. The last answer is repeated.
pub struct DnsServer {
    address: SocketAddr,
    lookups: Arc<AtomicUsize>,
}

impl DnsServer {
    pub fn start(answers: &[&[&str]]) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        let address = socket.local_addr().expect("an address");
        let lookups = Arc::new(AtomicUsize::new(0));
        let answers: Vec<Vec<IpAddr>> = answers
            .iter()
            .map(|answer| answer.iter().map(|ip| ip.parse().expect("ip")).collect())
            .collect();
        let counted = Arc::clone(&lookups);
        std::thread::spawn(move || {
            let mut query = [0; 512];
            while let Ok((length, client)) = socket.recv_from(&mut query) {
                let query = &query[..length];
                let wanted = u16::from_be_bytes([query[length - 4], query[length - 3]]);
                let number = match wanted {
                    TYPE_A => counted.fetch_add(1, Ordering::SeqCst),
                    _ => counted.load(Ordering::SeqCst) - 1,
                };
                let answer = &answers[number.min(answers.len() - 1)];
                let _ = socket.send_to(&response(query, wanted, answer), client);
            }
        });
        Self { address, lookups }
    }

    /// A resolver that asks this server.
    pub fn resolver(&self) -> DnsResolver {
        DnsResolver {
            server: self.address,
        }
    }

    /// How many times a name was looked up.
    pub fn lookups(&self) -> usize {
        self.lookups.load(Ordering::SeqCst)
    }
}

fn response(query: &[u8], wanted: u16, answer: &[IpAddr]) -> Vec<u8> {
    let data: Vec<Vec<u8>> = answer
        .iter()
        .filter_map(|ip| match ip {
            IpAddr::V4(ip) if wanted == TYPE_A => Some(ip.octets().to_vec()),
            IpAddr::V6(ip) if wanted == TYPE_AAAA => Some(ip.octets().to_vec()),
            IpAddr::V4(_) | IpAddr::V6(_) => None,
        })
        .collect();
    let mut response = query.to_vec();
    response[2..4].copy_from_slice(&[0x81, 0x80]);
    response[7] = u8::try_from(data.len()).expect("a few addresses");
    for data in data {
        // A pointer to the name in the question, the type, the class, and a lifetime of 0 s.
        response.extend([0xc0, 12]);
        response.extend(wanted.to_be_bytes());
        response.extend([0, 1, 0, 0, 0, 0]);
        response.extend(u16::try_from(data.len()).expect("short").to_be_bytes());
        response.extend(data);
    }
    response
}

/// Asks a DNS server at each lookup, without a cache.
#[derive(Debug)]
pub struct DnsResolver {
    server: SocketAddr,
}

impl DnsResolver {
    fn ask(&self, name: &str, wanted: u16) -> Vec<IpAddr> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
        let wait = Some(Duration::from_secs(5));
        socket.set_read_timeout(wait).expect("a timeout");
        let mut query = vec![0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        for label in name.split('.') {
            query.push(u8::try_from(label.len()).expect("a short label"));
            query.extend(label.bytes());
        }
        query.push(0);
        query.extend(wanted.to_be_bytes());
        query.extend([0, 1]);
        socket.send_to(&query, self.server).expect("sent");
        let mut answer = [0; 512];
        let length = socket.recv(&mut answer).expect("the server answers");
        let mut records = &answer[query.len()..length];
        let mut found = Vec::new();
        while !records.is_empty() {
            let length = usize::from(records[11]);
            let data = &records[12..12 + length];
            found.push(match <[u8; 4]>::try_from(data) {
                Ok(v4) => IpAddr::from(v4),
                Err(_) => IpAddr::from(<[u8; 16]>::try_from(data).expect("an IPv6 address")),
            });
            records = &records[12 + length..];
        }
        found
    }
}

impl Resolver for DnsResolver {
    fn resolve(
        &self,
        uri: &Uri,
        _config: &Config,
        _timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let name = uri.host().expect("a host");
        let port = uri.port_u16().unwrap_or(443);
        let mut found = self.empty();
        let v4 = self.ask(name, TYPE_A);
        for ip in v4.into_iter().chain(self.ask(name, TYPE_AAAA)) {
            found.push(SocketAddr::new(ip, port));
        }
        if found.is_empty() {
            return Err(ureq::Error::HostNotFound);
        }
        Ok(found)
    }
}
