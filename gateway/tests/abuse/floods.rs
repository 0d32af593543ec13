//! Clients that send frames faster than the rate limit of a connection, a user or an address. The
//! server first refuses their frames as too fast and then disconnects them. Other users are served
//! as before.

use std::time::Duration;

use helpline_rig::GatewaySpec;
use serde_json::json;

use crate::client::Client;
use crate::measure::{RealUser, figure};
use crate::raw::{self, UPGRADE, head};
use crate::test_server::{Join, TestServer};

/// Sets a low frame rate and a small burst, with the environment variables of the `--frames-…`
/// options.
fn slow_down(spec: GatewaySpec) -> GatewaySpec {
    spec.env("HELPLINE_FRAMES_PER_SECOND", "10")
        .env("HELPLINE_FRAMES_BURST", "60")
}

fn question(n: u32) -> String {
    json!({ "type": "unsubscribe", "id": 1_000 + n, "ticket": uuid::Uuid::nil() }).to_string()
}

/// Sends this many frames as fast as the socket accepts them. Returns how many were refused, and
/// the close code if the connection ended.
async fn flood(client: &mut Client, frames: u32) -> (usize, Option<u16>) {
    let mut ended = false;
    for n in 0..frames {
        if !client.say_raw(question(n)).await {
            ended = true;
            break;
        }
    }
    let code = if ended || frames > 250 {
        client.closed().await
    } else {
        None
    };
    client.drain(Duration::from_millis(300)).await;
    (
        client
            .transcript
            .iter()
            .filter(|text| text.contains("rate_limited"))
            .count(),
        code,
    )
}

#[tokio::test]
async fn one_connection_is_warned_and_then_closed_while_others_are_served() {
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        slow_down(spec).env("HELPLINE_FRAMES_PER_SECOND", "40")
    })
    .await;
    let mut real = RealUser::of(&server).await;
    let before = real.latency(20).await;
    let eve = server.customer("Eve");
    for _ in 0..3 {
        let mut client = server.client(0, &eve).await;
        let (refused, code) = flood(&mut client, 2_000).await;
        assert!(refused >= 20, "{refused} refusals came before the end");
        assert_eq!(code, Some(4008));
        tokio::time::sleep(Duration::from_millis(400)).await;
        real.is_served_as_before(before, "beside a flood").await;
    }
}

#[tokio::test]
async fn a_user_is_held_to_one_rate_across_all_connections() {
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        slow_down(spec).env("HELPLINE_FRAMES_USER_FACTOR", "2")
    })
    .await;
    let (eve, ada) = (server.customer("Eve"), server.customer("Ada Lovelace"));
    let mut refused = Vec::new();
    for _ in 0..5 {
        let mut client = server.client(0, &eve).await;
        refused.push(flood(&mut client, 50).await.0);
    }
    assert_eq!(
        refused[..2],
        [0, 0],
        "each connection has its own rate, and two together fit the user's rate"
    );
    assert!(
        refused[3] > 20 && refused[4] > 20,
        "the user's rate is that of two connections: {refused:?}"
    );
    let mut other = server.client(0, &ada).await;
    assert_eq!(
        flood(&mut other, 50).await.0,
        0,
        "another user has a rate of their own"
    );
    let mut last = server.client(0, &eve).await;
    assert_eq!(
        flood(&mut last, 400).await.1,
        Some(4008),
        "a client that keeps sending is disconnected"
    );
}

#[tokio::test]
async fn an_address_is_held_to_one_rate_and_named_by_trusted_proxies_alone() {
    let trusting = |spec: GatewaySpec| {
        slow_down(spec)
            .env("HELPLINE_FRAMES_USER_FACTOR", "2")
            .env("HELPLINE_FRAMES_ADDRESS_FACTOR", "3")
            .env("HELPLINE_TRUSTED_PROXIES", "127.0.0.2")
    };
    let server = TestServer::start_with(1, Join::Alone, trusting).await;
    let port = server.gateways[0].port();
    // The limit of one address is 180 frames in total, over all of its connections.
    let mut refused = 0;
    for n in 0..8 {
        let someone = server.customer(&format!("Eve {n}"));
        // 127.0.0.1 is not a trusted proxy, so its `X-Forwarded-For` is ignored.
        refused = frames_from(
            [127, 0, 0, 1],
            port,
            &format!("203.0.113.{n}"),
            &someone.token,
        )
        .await;
    }
    assert!(
        refused > 20,
        "eight users of one address share its rate: {refused} refused of the last fifty"
    );
    let elsewhere = server.customer("Ada Lovelace");
    assert_eq!(
        frames_from([127, 0, 0, 2], port, "198.51.100.7", &elsewhere.token).await,
        0,
        "the trusted proxy names another address"
    );
    for n in 0..8 {
        let someone = server.customer(&format!("Mallory {n}"));
        refused = frames_from(
            [127, 0, 0, 2],
            port,
            &format!("203.0.113.{n}, 198.51.100.8"),
            &someone.token,
        )
        .await;
    }
    assert!(
        refused > 20,
        "an address that the client itself wrote was used: {refused}"
    );
}

/// Sends fifty frames from address `from` with this `X-Forwarded-For`. Returns how many were
/// refused.
async fn frames_from(from: [u8; 4], port: u16, forwarded: &str, token: &str) -> usize {
    let mut socket = raw::connect_from(from.into(), port).await;
    let mut headers = UPGRADE.to_vec();
    headers.push(("X-Forwarded-For", forwarded));
    socket
        .write(&head("GET", "/v1/ws", port, &headers))
        .await
        .unwrap();
    let head = socket.read_answer_head().await;
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    socket.hello(token).await;
    for n in 0..50 {
        socket
            .write(&raw::frame(raw::FIN | raw::TEXT, question(n).as_bytes()))
            .await
            .unwrap();
    }
    let mut refused = 0;
    for _ in 0..50 {
        let (_, answer) = socket.read_frame().await.expect("an answer each");
        refused += usize::from(String::from_utf8_lossy(&answer).contains("rate_limited"));
    }
    refused
}

#[tokio::test]
async fn a_flood_of_bad_tokens_does_not_become_a_flood_of_rows() {
    let server = TestServer::start(1, Join::Alone).await;
    let port = server.gateways[0].port();
    let mut real = RealUser::of(&server).await;
    let before = real.latency(20).await;
    for _ in 0..400 {
        let mut client = crate::client::connect(&server.gateways[0].ws_url(), None)
            .await
            .unwrap();
        client
            .say(&json!({ "type": "hello", "id": 1, "token": "a.b.c" }))
            .await;
        assert_eq!(client.closed().await, Some(4501));
    }
    real.is_served_as_before(before, "beside bad tokens").await;
    let rows: i64 = server
        .sql()
        .await
        .query_one(
            "select count(*) from access_log where action = 'sign_in_refused'",
            &[],
        )
        .await
        .unwrap()
        .get(0);
    assert!((100..350).contains(&rows), "{rows} rows of 400 refusals");
    assert!(figure(port, "helpline_refused_sign_ins_unrecorded_total").await > 0.0);
}
