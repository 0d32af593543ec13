//! Slow clients. They delay `hello`, the end of a header, body or frame, reading, or answering. The
//! server must end their connections and serve other clients as before.

use std::time::{Duration, Instant};

use helpline_core::limits;
use helpline_rig::Proxy;
use serde_json::json;

use crate::client::{Client, connect};
use crate::measure::{RealUser, figure, figure_becomes, private_kib};
use crate::raw::{self, FIN, TEXT, frame, frame_head, head, upgraded};
use crate::test_server::{Join, TestServer, eventually};

/// Extra time that a busy machine may add to a timeout.
const SLACK: Duration = Duration::from_secs(4);
const SHORT: Duration = Duration::from_secs(10);
const LONG: Duration = Duration::from_secs(30);

/// Sends one byte per `pause` until the server answers or closes. Returns how long that took.
async fn trickle(mut peer: raw::Raw, bytes: Vec<u8>, pause: Duration) -> Duration {
    use tokio::io::AsyncReadExt;
    let started = Instant::now();
    let mut answer = vec![0; 4096];
    for piece in bytes.chunks(1).cycle() {
        if peer.write(piece).await.is_err() || started.elapsed() > LONG + SLACK * 2 {
            break;
        }
        // The end of the stream, a Close frame or a response all mean that the server has given up
        // on this client.
        if tokio::time::timeout(pause, peer.stream.read(&mut answer))
            .await
            .is_ok()
        {
            break;
        }
    }
    started.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_never_finishes_is_cut_off_and_nobody_else_notices() {
    let server = TestServer::start(1, Join::Alone).await;
    let (port, ada) = (server.gateways[0].port(), server.customer("Ada Lovelace"));
    let mut real = RealUser::of(&server).await;
    let before = real.latency(20).await;
    let mut short = tokio::task::JoinSet::new();
    let mut long = tokio::task::JoinSet::new();
    for n in 0..60 {
        let half_head = b"GET /v1/me HTTP/1.1\r\nHost: x\r\nX-Slow: ".to_vec();
        match n % 3 {
            0 => short.spawn(async move { raw::connect(port).await.cut(SHORT + SLACK).await.1 }),
            1 => short.spawn(async move {
                let mut peer = raw::connect(port).await;
                peer.write(&half_head).await.unwrap();
                peer.cut(SHORT + SLACK).await.1
            }),
            // A header that arrives byte by byte but never ends.
            _ => short.spawn(async move {
                let mut peer = raw::connect(port).await;
                peer.write(&half_head).await.unwrap();
                trickle(peer, b"a".to_vec(), Duration::from_millis(300)).await
            }),
        };
        match n % 2 {
            0 => short.spawn(async move {
                let mut peer = upgraded(port, "/v1/ws").await;
                let (code, took) = peer.ended(SHORT + SLACK).await;
                assert_eq!(code, Some(4501), "silent before hello");
                took
            }),
            _ => short.spawn(async move {
                let mut peer = upgraded(port, "/v1/ws").await;
                peer.write(&frame_head(FIN | TEXT, 200)).await.unwrap();
                trickle(peer, b"{".to_vec(), Duration::from_millis(300)).await
            }),
        };
        let token = ada.token.clone();
        let kind = n % 4;
        if n < 16 {
            long.spawn(async move { (kind, unfinished(port, &token, kind).await) });
        }
    }
    while let Some(took) = short.join_next().await {
        let took = took.unwrap();
        assert!(took < SHORT + SLACK, "cut off after {took:?}");
        real.is_served_as_before(before, "beside silent and half connections")
            .await;
    }
    while let Some(ended) = long.join_next().await {
        let (kind, took) = ended.unwrap();
        assert!(
            took < LONG + SLACK,
            "the {kind}th kind was cut off after {took:?}"
        );
        real.is_served_as_before(before, "beside slow bodies and half frames")
            .await;
    }
}

#[tokio::test]
async fn who_says_hello_to_a_process_that_stands_still_is_not_told_to_stay_away() {
    let server = TestServer::start(1, Join::Alone).await;
    let (gateway, ada) = (&server.gateways[0], server.customer("Ada Lovelace"));
    let mut peers = Vec::new();
    for _ in 0..limits::CONNECTIONS_PER_USER_MAX {
        peers.push(upgraded(gateway.port(), "/v1/ws").await);
    }
    gateway.freeze();
    for peer in &mut peers {
        let hello = json!({ "type": "hello", "id": 1, "token": ada.token }).to_string();
        peer.write(&frame(FIN | TEXT, hello.as_bytes()))
            .await
            .unwrap();
    }
    // Keep the gateway frozen for longer than it waits for a client's `hello`.
    tokio::time::sleep(Duration::from_millis(
        limits::HELLO_TIMEOUT_MS + limits::STANDSTILL_MS,
    ))
    .await;
    gateway.thaw();
    for mut peer in peers {
        let (opcode, payload) = peer.read_frame().await.expect("an answer");
        let answer = String::from_utf8_lossy(&payload);
        assert!(
            opcode == TEXT && answer.starts_with(r#"{"type":"welcome""#),
            "{opcode} {answer}"
        );
    }
}

/// Signs in or sends a complete header, and then starts a message or a request body that it never
/// ends. Returns how long the server waited.
async fn unfinished(port: u16, token: &str, kind: u32) -> Duration {
    let within = LONG + SLACK;
    match kind {
        // A request body that stops after its first bytes.
        0 => {
            let bearer = format!("Bearer {token}");
            let mut peer = raw::connect(port).await;
            let headers = [
                ("Authorization", bearer.as_str()),
                ("Content-Type", "application/json"),
                ("Content-Length", "5000"),
            ];
            peer.write(&head("POST", "/v1/tickets", port, &headers))
                .await
                .unwrap();
            peer.write(b"{\"subject\":").await.unwrap();
            let (answer, took) = peer.cut(within).await;
            assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
            took
        }
        // A request body that arrives byte by byte, for a route that does not exist.
        1 => {
            let mut peer = raw::connect(port).await;
            peer.write(&head(
                "POST",
                "/v1/no-such-thing",
                port,
                &[("Content-Length", "5000")],
            ))
            .await
            .unwrap();
            trickle(peer, b"x".to_vec(), Duration::from_millis(500)).await
        }
        // Half a WebSocket frame, then silence.
        2 => {
            let mut peer = upgraded(port, "/v1/ws").await;
            peer.hello(token).await;
            peer.write(&frame_head(FIN | TEXT, 60_000)).await.unwrap();
            peer.write(b"{\"type\":").await.unwrap();
            let (code, took) = peer.ended(within).await;
            assert_eq!(code, Some(4001), "half a frame");
            took
        }
        // A fragmented message that never ends, from a client that sends pings between the
        // fragments.
        _ => {
            let mut peer = upgraded(port, "/v1/ws").await;
            peer.hello(token).await;
            peer.write(&frame(TEXT, b"{")).await.unwrap();
            let started = Instant::now();
            while started.elapsed() < within + SLACK {
                if peer
                    .write(&[frame(0, b" "), frame(FIN | raw::PING, b"alive")].concat())
                    .await
                    .is_err()
                {
                    break;
                }
                let answer = tokio::time::timeout(Duration::from_secs(1), peer.read_frame()).await;
                if matches!(answer, Ok(None | Some((raw::CLOSE, _)))) {
                    break;
                }
            }
            started.elapsed()
        }
    }
}

#[tokio::test]
async fn a_frozen_peer_is_found_within_one_and_a_half_heartbeats() {
    let heartbeat = Duration::from_millis(2_000);
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        spec.env("HELPLINE_HEARTBEAT_MS", "2000")
    })
    .await;
    let port = server.gateways[0].port();
    let (ada, ben) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
    );
    let cleo = server.staff("Cleo Duarte", "admin").await;
    let ticket = server.ticket(&ada).await;
    let tasks_before = threads_and_descriptors(server.gateways[0].pid().unwrap());
    let mut witness = server.client(0, &cleo).await;
    witness.subscribe(ticket, None).await;
    for stalls in [true, false] {
        let cable = Proxy::start(port).await.unwrap();
        let mut frozen = Client::hello(
            &format!("ws://127.0.0.1:{}/v1/ws", cable.port()),
            &ben.token,
        )
        .await;
        frozen.subscribe(ticket, None).await;
        let viewers = |frame: &serde_json::Value| frame["viewers"].as_array().map(Vec::len);
        witness
            .expect("both are there", |frame| {
                frame["type"] == "presence" && viewers(frame) == Some(2)
            })
            .await;
        if stalls {
            cable.stall()
        } else {
            cable.half_open()
        }
        let started = Instant::now();
        // The server last received something from the stalled client at most one heartbeat plus
        // jitter before the stall. Presence frames are sent at most every 250 ms.
        let within = heartbeat * 3 / 2 + Duration::from_millis(600);
        witness
            .expect_within("presence falls", within, |frame| {
                frame["type"] == "presence" && viewers(frame) == Some(1)
            })
            .await;
        assert!(started.elapsed() < within);
        let gone = async {
            figure_becomes(port, "helpline_connections", 1.0, Duration::from_secs(5)).await;
            // The gauge `helpline_sockets` is updated every five seconds, and closing the socket of
            // an unresponsive client takes two seconds.
            figure_becomes(port, "helpline_sockets", 1.0, Duration::from_secs(12)).await;
        };
        // Until the stalled client is gone, let the other client (`witness`) answer pings, so that
        // the server does not disconnect it.
        tokio::select! {
            () = gone => {}
            _ = witness.drain(Duration::from_secs(60)) => panic!("the witness was cut off"),
        }
    }
    drop(witness);
    figure_becomes(port, "helpline_sockets", 0.0, Duration::from_secs(12)).await;
    eventually(
        "no descriptor is left behind",
        Duration::from_secs(10),
        async || {
            (threads_and_descriptors(server.gateways[0].pid().unwrap()) <= tasks_before + 4)
                .then_some(())
        },
    )
    .await;
}

fn threads_and_descriptors(pid: u32) -> usize {
    let sockets = std::fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .flatten();
    sockets
        .filter(|fd| {
            std::fs::read_link(fd.path())
                .is_ok_and(|to| to.to_string_lossy().starts_with("socket:"))
        })
        .count()
}

#[tokio::test]
async fn twenty_readers_that_stop_cost_nobody_and_no_more_than_their_outboxes() {
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        spec.env("HELPLINE_CONNECTIONS_PER_USER_MAX", "100")
    })
    .await;
    let (ada, ben) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
    );
    let ticket = server.ticket(&ada).await;
    let pid = server.gateways[0].pid().unwrap();
    let mut writer = server.client(0, &ada).await;
    let mut mate = server.client(0, &ben).await;
    mate.subscribe(ticket, None).await;
    let before = private_kib(pid);
    let mut stopped = Vec::new();
    for _ in 0..20 {
        let mut reader = server.client(0, &ben).await;
        reader.subscribe(ticket, None).await;
        stopped.push(reader);
    }
    let body = "x".repeat(16 * 1024);
    let (mut slowest, mut most) = (Duration::ZERO, 0);
    for n in 0..500 {
        let started = Instant::now();
        let key = format!("k{n}");
        assert_eq!(writer.send(ticket, &key, &body).await["type"], "ack");
        mate.expect("the mate's event", |frame| {
            frame["message"]["key"] == json!(key)
        })
        .await;
        slowest = slowest.max(started.elapsed());
        if n % 20 == 0 {
            most = most.max(private_kib(pid));
        }
    }
    assert!(
        slowest < Duration::from_secs(2),
        "another subscriber waited {slowest:?}"
    );
    // The limit covers twenty full send queues of 2 MiB, and what the allocator keeps after 500
    // messages of 16 KiB.
    assert!(
        most < before + 80 * 1024,
        "{before} KiB before, {most} KiB with twenty stopped readers"
    );
    let mut codes = Vec::new();
    for reader in &mut stopped {
        codes.push(reader.closed().await);
    }
    assert!(
        codes.iter().all(|code| matches!(code, Some(4001) | None)),
        "{codes:?}"
    );
}

#[tokio::test]
async fn a_reader_of_answers_that_stops_does_not_keep_its_place() {
    const STOPPED: u8 = 6;
    let server = TestServer::start(1, Join::Alone).await;
    let port = server.gateways[0].port();
    let mut stopped = Vec::new();
    for _ in 0..STOPPED {
        let mut peer = raw::connect_deaf(port).await;
        // Pipeline the requests and read no response, so that all buffers between server and client
        // fill up.
        let requests = head("GET", "/openapi.json", port, &[]).repeat(400);
        let _ = tokio::time::timeout(Duration::from_millis(50), peer.write(&requests)).await;
        stopped.push(peer);
    }
    eventually("stalled writes are given up", LONG, async || {
        (figure(port, "helpline_stalled_writes_total").await >= f64::from(STOPPED)).then_some(())
    })
    .await;
    assert!(connect(&server.gateways[0].ws_url(), None).await.is_ok());
}
