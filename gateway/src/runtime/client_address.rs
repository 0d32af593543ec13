//! The address and the user agent of a client.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap, header};
use helpline_core::limits;

use crate::config::Cidr;

/// The client's address. If the peer is a trusted proxy, `X-Forwarded-For` is read from its end to
/// the first address that is not a trusted proxy. The client can forge everything to the left of
/// that address.
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[Cidr]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|block| block.contains(address));
    let mut address = peer.to_canonical();
    if !is_trusted(address) {
        return address;
    }
    let hops: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .flat_map(|value| value.to_str().unwrap_or("").split(','))
        .collect();
    for hop in hops.into_iter().rev() {
        let Ok(named) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        address = named.to_canonical();
        if !is_trusted(address) {
            break;
        }
    }
    address
}

/// The address of the connection's peer, as the accept loop recorded it.
pub fn peer(extensions: &Extensions) -> Option<IpAddr> {
    extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|ConnectInfo(peer)| peer.ip())
}

/// The client's `User-Agent` without control characters, cut to [`limits::USER_AGENT_CHARS_MAX`] characters. `None` if it is empty.
pub fn user_agent(headers: &HeaderMap) -> Option<String> {
    let text = String::from_utf8_lossy(headers.get(header::USER_AGENT)?.as_bytes()).into_owned();
    let line: String = text
        .chars()
        .filter(|c| !c.is_control())
        .take(limits::USER_AGENT_CHARS_MAX)
        .collect();
    (!line.is_empty()).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(peer: &str, forwarded: &[&str]) -> String {
        let trusted: Vec<Cidr> = ["10.0.0.0/8", "fd00::/8"]
            .iter()
            .map(|block| block.parse().expect("a block"))
            .collect();
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().expect("a header"));
        }
        client_address(peer.parse().expect("a peer"), &headers, &trusted).to_string()
    }

    #[test]
    fn the_address_is_right_through_no_one_and_two_hops() {
        assert_eq!(address("203.0.113.7", &[]), "203.0.113.7");
        assert_eq!(address("203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
        assert_eq!(address("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(
            address("10.0.0.1", &["198.51.100.1, 10.0.0.2"]),
            "198.51.100.1"
        );
        assert_eq!(
            address("10.0.0.1", &["198.51.100.1", "10.0.0.2"]),
            "198.51.100.1"
        );
        assert_eq!(address("::ffff:10.0.0.1", &["2001:db8::1"]), "2001:db8::1");
    }

    #[test]
    fn what_a_client_forges_before_its_proxy_does_not_count() {
        assert_eq!(
            address("10.0.0.1", &["127.0.0.1, 198.51.100.1"]),
            "198.51.100.1"
        );
        assert_eq!(address("10.0.0.1", &["garbage, 10.0.0.9"]), "10.0.0.9");
        assert_eq!(address("10.0.0.1", &["198.51.100.1, garbage"]), "10.0.0.1");
        assert_eq!(address("10.0.0.1", &[]), "10.0.0.1");
    }
}
