//! Opens many plain HTTP connections (without a WebSocket upgrade) from one address, more than the
//! gateway's limit. Health checks and real users must be served during that time.

use std::net::Ipv4Addr;
use std::time::Duration;

use crate::measure::RealUser;
use crate::raw::{connect_from, request};
use crate::test_server::{Join, TestServer};

#[tokio::test]
async fn one_address_cannot_take_every_place_before_the_upgrade() {
    let server = TestServer::start(1, Join::Alone).await;
    let port = server.gateways[0].port();
    let mut real = RealUser::of(&server).await;
    let before = real.latency(20).await;
    // Open more connections than the gateway has slots, so fast that no connection reaches the
    // header timeout.
    let crowd = futures_util::future::join_all((0..2_300).map(async |_| {
        let mut peer = connect_from(Ipv4Addr::new(127, 0, 0, 9), port).await;
        let _ = peer.write(b"GET / HTTP/1.1\r\nX-Slow: ").await;
        peer
    }))
    .await;
    for _ in 0..5 {
        let answer = tokio::time::timeout(
            Duration::from_secs(3),
            request(port, "GET", "/healthz", &[], None),
        )
        .await;
        assert_eq!(answer.expect("others are answered").status, 200);
        server.client(0, &server.customer("Ada Lovelace")).await;
    }
    real.is_served_as_before(before, "beside a crowd").await;
    drop(crowd);
}
