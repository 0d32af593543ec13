//! Input larger than the limits. The client must receive a refusal that names the reason, and the
//! gateway must never buffer the whole input.

use std::time::Duration;

use helpline_rig::GatewaySpec;
use serde_json::json;

use crate::measure::{RealUser, private_kib};
use crate::raw::{
    self, FIN, PING, TEXT, frame, frame_head, head, request, upgraded, upgraded_deaf,
};
use crate::test_server::{Join, TestServer};

const FRAME_MAX: usize = 64 * 1024;
const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn what_is_too_large_is_told_so_however_much_of_it_is_on_its_way() {
    let server = TestServer::start(1, Join::Alone).await;
    let (port, ada) = (server.gateways[0].port(), server.customer("Ada Lovelace"));
    let whole = |n: usize| frame(FIN | TEXT, &vec![b' '; n]);
    let (first, then, last) = (
        frame(TEXT, &vec![b' '; 40_000]),
        frame(0, &vec![b' '; 40_000]),
        frame(FIN, b""),
    );
    let cases = [
        ("one byte too many", whole(FRAME_MAX + 1)),
        ("eight MiB, sent in full", whole(8 * 1024 * 1024)),
        (
            "eight EiB announced",
            frame_head(FIN | TEXT, i64::MAX as u64),
        ),
        (
            "two fragments",
            [first.clone(), then.clone(), last].concat(),
        ),
        ("fragments without end", [first, then.repeat(50)].concat()),
        (
            "fragments of a byte",
            [frame(TEXT, b"{"), frame(0, b" ").repeat(200_000)].concat(),
        ),
        (
            "fragments of nothing",
            [frame(TEXT, b"{"), frame(0, b"").repeat(500_000)].concat(),
        ),
    ];
    for (case, bytes) in cases {
        let mut socket = upgraded(port, "/v1/ws").await;
        socket.hello(&ada.token).await;
        // Like a simple blocking client, write everything before reading anything.
        let _ = socket.write(&bytes).await;
        assert_eq!(socket.ended(PATIENCE).await.0, Some(1009), "{case}");
    }
    // A message of exactly the maximum size is answered, in one frame and in sixteen fragments.
    let mut socket = upgraded(port, "/v1/ws").await;
    socket.hello(&ada.token).await;
    socket.write(&whole(FRAME_MAX)).await.unwrap();
    let piece = vec![b' '; FRAME_MAX / 16];
    socket
        .write(
            &[
                frame(TEXT, &piece),
                frame(0, &piece).repeat(14),
                frame(FIN, &piece),
            ]
            .concat(),
        )
        .await
        .unwrap();
    for _ in 0..2 {
        let (_, answer) = socket.read_frame().await.unwrap();
        assert!(String::from_utf8_lossy(&answer).contains("malformed"));
    }
}

#[tokio::test]
async fn a_large_json_body_is_refused_and_the_refusal_arrives() {
    let server = TestServer::start(1, Join::Alone).await;
    let (port, ada) = (server.gateways[0].port(), server.customer("Ada Lovelace"));
    let bearer = format!("Bearer {}", ada.token);
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Idempotency-Key", "k1"),
        ("Content-Type", "application/json"),
    ];
    for size in [FRAME_MAX + 1, 4 * 1024 * 1024] {
        let body =
            json!({ "subject": "x".repeat(size), "description": "d", "category": "general" })
                .to_string();
        let answer = request(port, "POST", "/v1/tickets", &headers[..2], Some(&body)).await;
        assert_eq!(answer.status, 413, "{}", answer.body);
        assert!(answer.body.contains("too_large"));
    }
    // Send an oversized body in chunks, without a declared length.
    let mut chunked = raw::connect(port).await;
    let mut all = headers.to_vec();
    all.push(("Transfer-Encoding", "chunked"));
    chunked
        .write(&head("POST", "/v1/tickets", port, &all))
        .await
        .unwrap();
    for _ in 0..400 {
        if chunked
            .write(format!("4000\r\n{}\r\n", " ".repeat(0x4000)).as_bytes())
            .await
            .is_err()
        {
            break;
        }
    }
    let (answer, _) = chunked.cut(PATIENCE).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    // Send a request header that never ends.
    let mut headers = raw::connect(port).await;
    headers.write(b"GET /v1/me HTTP/1.1\r\n").await.unwrap();
    for n in 0..100_000 {
        if headers
            .write(format!("X-{n}: {}\r\n", "y".repeat(200)).as_bytes())
            .await
            .is_err()
        {
            break;
        }
    }
    let (answer, _) = headers.cut(PATIENCE).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn memory_is_bounded_while_many_hold_the_largest_unfinished_message() {
    const ATTACKERS: usize = 150;
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        spec.env("HELPLINE_CONNECTIONS_PER_USER_MAX", "1000")
    })
    .await;
    let (port, pid) = (server.gateways[0].port(), server.gateways[0].pid().unwrap());
    let eve = server.customer("Eve");
    let mut real = RealUser::of(&server).await;
    let latency = real.latency(20).await;
    let before = private_kib(pid);
    let mut held = Vec::new();
    for n in 0..ATTACKERS {
        let mut socket = upgraded(port, "/v1/ws").await;
        if n % 3 != 2 {
            socket.hello(&eve.token).await;
        }
        let bytes = match n % 3 {
            // A frame whose last byte is missing.
            0 => [
                frame_head(FIN | TEXT, FRAME_MAX as u64),
                vec![b'x'; FRAME_MAX - 1],
            ]
            .concat(),
            // A fragmented message whose last fragment is missing.
            1 => [
                frame(TEXT, &vec![b'x'; 8_000]),
                frame(0, &vec![b'x'; 8_000]).repeat(7),
            ]
            .concat(),
            // Before `hello`, the gateway must not trust the length that a frame declares.
            _ => [frame_head(FIN | TEXT, FRAME_MAX as u64), vec![b'x'; 4_000]].concat(),
        };
        socket.write(&bytes).await.unwrap();
        held.push(socket);
    }
    real.is_served_as_before(latency, "beside unfinished messages")
        .await;
    let each = private_kib(pid).saturating_sub(before) / ATTACKERS as u64;
    // The limit covers a full message, its read buffer, and the connection itself, whose future is
    // large in a debug build.
    assert!(each < 192, "an unfinished message holds {each} KiB");
    drop(held);
}

#[tokio::test]
async fn pings_of_a_peer_that_reads_no_pong_do_not_pile_up() {
    // Use the default rates of production, not the higher rates of the tests.
    let as_shipped = |spec: GatewaySpec| {
        spec.env("HELPLINE_FRAMES_PER_SECOND", "30")
            .env("HELPLINE_FRAMES_BURST", "300")
    };
    let server = TestServer::start_with(1, Join::Alone, as_shipped).await;
    let (port, pid) = (server.gateways[0].port(), server.gateways[0].pid().unwrap());
    let ada = server.customer("Ada Lovelace");
    let mut real = RealUser::of(&server).await;
    let latency = real.latency(20).await;
    let before = private_kib(pid);
    let pings = frame(FIN | PING, &[b'p'; 125]).repeat(100);
    let mut floods = tokio::task::JoinSet::new();
    for n in 0..8 {
        let mut socket = upgraded_deaf(port).await;
        if n % 2 == 0 {
            socket.hello(&ada.token).await;
        }
        let pings = pings.clone();
        floods.spawn(async move {
            let mut sent = 0;
            let sending = async {
                while socket.write(&pings).await.is_ok() {
                    sent += 100;
                }
            };
            // The timeout may cut off the last ping in the middle. This is harmless, because no
            // bytes are sent after that ping.
            let _ = tokio::time::timeout(Duration::from_secs(4), sending).await;
            (socket, sent)
        });
    }
    let mut most = 0;
    let mut ended = Vec::new();
    while ended.len() < 8 {
        // Measure the memory during the flood, because the gateway releases the memory when the
        // flood ends.
        match tokio::time::timeout(Duration::from_millis(100), floods.join_next()).await {
            Ok(flood) => ended.push(flood.unwrap().unwrap()),
            Err(_) => most = most.max(private_kib(pid).saturating_sub(before)),
        }
    }
    let sent: u32 = ended.iter().map(|(_, sent)| sent).sum();
    // The flood limits close a connection after a few hundred pings, and the limit of the write buffer
    // keeps eight clients below 8 MiB. Measured: below 1 MiB; 106 MiB and growing without the limits.
    assert!(most < 16 * 1024, "{sent} pings accumulated {most} KiB");
    real.is_served_as_before(latency, "beside floods of pings")
        .await;
    for (mut socket, _) in ended {
        let (code, _) = socket.ended(PATIENCE).await;
        assert!(
            matches!(code, Some(4500 | 4008) | None),
            "a flood was not closed: {code:?}"
        );
    }
}
