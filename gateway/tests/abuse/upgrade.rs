//! Checks who may open a WebSocket, and how: only exact origins, no token in the URL, and `hello`
//! as the first frame.

use std::time::Duration;

use serde_json::json;

use crate::raw::{self, FIN, PING, TEXT, UPGRADE, frame, request, upgraded};
use crate::test_server::{Join, TestServer};

const SITE: &str = "https://desk.example.org";

#[tokio::test]
async fn foreign_pages_are_turned_away_before_the_upgrade() {
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        spec.env("HELPLINE_ORIGINS", SITE)
            .env("HELPLINE_PUBLIC_URL", "https://public.example")
    })
    .await;
    let port = server.gateways[0].port();
    let with = async |origins: &[&str]| {
        let mut headers = UPGRADE.to_vec();
        headers.extend(origins.iter().map(|origin| ("Origin", *origin)));
        request(port, "GET", "/v1/ws", &headers, None).await.status
    };
    assert_eq!(with(&[SITE]).await, 101);
    assert_eq!(with(&["https://public.example"]).await, 101);
    assert_eq!(
        with(&[]).await,
        101,
        "a program that is not a browser sends no origin"
    );
    let look_alikes = [
        "https://evil.example",
        "null",
        "",
        "file://",
        "http://desk.example.org",
        "https://desk.example.org.evil.example",
        "https://evil-desk.example.org",
        "https://desk.example.org@evil.example",
        "https://desk.example.org:8443",
        "https://desk.example.org:443",
        "https://desk.example.org/",
        "https://DESK.example.org",
        "https://desk.example.org https://evil.example",
        "https://desk.example.org, https://evil.example",
        "https://d\u{e9}sk.example.org",
        "http://127.0.0.1",
        "http://localhost:1",
    ];
    for origin in look_alikes {
        assert_eq!(with(&[origin]).await, 403, "{origin:?}");
    }
    assert_eq!(with(&[SITE, SITE]).await, 403, "two origins are refused");
    assert_eq!(with(&[SITE, "https://evil.example"]).await, 403);
    assert_eq!(with(&["https://evil.example", SITE]).await, 403);
    // The log must have one line for all refused origins. The line names `--public-url`, the
    // setting that allows an origin.
    let log = std::fs::read_to_string(server.gateways[0].log()).unwrap();
    let told: Vec<_> = log
        .lines()
        .filter(|line| line.contains("--public-url"))
        .collect();
    assert!(
        matches!(told.as_slice(), [one] if one.contains("https://evil.example")),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_token_in_an_address_is_never_taken() {
    let server = TestServer::start(1, Join::Alone).await;
    let (port, ada) = (server.gateways[0].port(), server.customer("Ada Lovelace"));
    for name in ["token", "access_token", "jwt", "authorization"] {
        let socket = request(
            port,
            "GET",
            &format!("/v1/ws?{name}={}", ada.token),
            &UPGRADE,
            None,
        )
        .await;
        assert_eq!(socket.status, 400, "{name}");
        let rest = request(
            port,
            "GET",
            &format!("/v1/me?{name}={}", ada.token),
            &[],
            None,
        )
        .await;
        assert_eq!(rest.status, 401, "{name}: {}", rest.body);
        assert!(!socket.body.contains(&ada.token) && !rest.body.contains(&ada.token));
    }
    let mut headers = UPGRADE.to_vec();
    let offered = format!("helpline.v1, {}", ada.token);
    headers.pop();
    headers.push(("Sec-WebSocket-Protocol", &offered));
    headers.push(("Authorization", "Bearer broken"));
    assert_eq!(
        request(port, "GET", "/v1/ws", &headers, None).await.status,
        101,
        "other offered protocols and headers are ignored"
    );
}

#[tokio::test]
async fn before_hello_there_is_one_small_frame_and_nothing_else() {
    let server = TestServer::start(1, Join::Alone).await;
    let (port, ada) = (server.gateways[0].port(), server.customer("Ada Lovelace"));
    let ticket = server.ticket(&ada).await;
    let patience = Duration::from_secs(9);
    let first = async |bytes: Vec<u8>| {
        let mut socket = upgraded(port, "/v1/ws").await;
        // Ignore a write error: the server may close before everything is written.
        let _ = socket.write(&bytes).await;
        socket.ended(patience).await.0
    };
    let text = |value: serde_json::Value| frame(FIN | TEXT, value.to_string().as_bytes());
    let hello = |padding: usize| json!({ "type": "hello", "id": 1, "token": format!("{}{}", ada.token, "x".repeat(padding)) });
    assert_eq!(
        first(text(
            json!({ "type": "subscribe", "id": 1, "ticket": ticket })
        ))
        .await,
        Some(4500)
    );
    assert_eq!(first(text(json!({ "type": "pong" }))).await, Some(4500));
    assert_eq!(first(frame(FIN | TEXT, b"{")).await, Some(4500));
    assert_eq!(first(frame(FIN | 0x2, b"\0")).await, Some(4500), "binary");
    assert_eq!(first(text(hello(17 * 1024))).await, Some(1009));
    assert_eq!(first(text(hello(60 * 1024))).await, Some(1009));
    // The frame declares a length above the limit, so the server closes before it has received the
    // whole frame.
    assert_eq!(
        first(
            [
                raw::frame_head(FIN | TEXT, 60 * 1024),
                vec![b'x'; 40 * 1024]
            ]
            .concat()
        )
        .await,
        Some(1009)
    );
    assert_eq!(
        first(frame(0, b"").repeat(50_000)).await,
        Some(4500),
        "empty continuation frames before any message"
    );
    assert_eq!(
        first([frame(TEXT, b"{"), frame(0, b"").repeat(50_000)].concat()).await,
        Some(1009),
        "a hello of endless empty fragments"
    );
    assert_eq!(
        first(frame(FIN | PING, b"x").repeat(50)).await,
        Some(4500),
        "a flood of pings"
    );
    // Send `hello` and a second frame at once: the second frame waits for `welcome` and is then
    // handled as usual.
    let mut hasty = upgraded(port, "/v1/ws").await;
    hasty
        .write(
            &[
                text(hello(0)),
                text(json!({ "type": "subscribe", "id": 2, "ticket": ticket })),
            ]
            .concat(),
        )
        .await
        .unwrap();
    let (_, welcome) = hasty.read_frame().await.unwrap();
    assert!(welcome.starts_with(br#"{"type":"welcome""#));
    let (_, page) = hasty.read_frame().await.unwrap();
    assert!(page.starts_with(br#"{"type":"subscribed","id":2"#));
}

#[tokio::test]
async fn an_operator_sees_upgrades_that_a_limit_refused() {
    for (setting, status, reason, line) in [
        (
            "HELPLINE_CONNECTIONS_MAX",
            503,
            "instance",
            "this instance has its maximum number of connections",
        ),
        (
            "HELPLINE_CONNECTIONS_PER_ADDRESS_MAX",
            429,
            "address",
            "its address has the maximum number of connections",
        ),
    ] {
        // Set the limit to 4 rather than 1, because connections without a WebSocket also count for
        // the address until they are closed.
        let server = TestServer::start_with(1, Join::Alone, |spec| spec.env(setting, "4")).await;
        let gateway = &server.gateways[0];
        let ada = server.customer("Ada Lovelace");
        let mut open = Vec::new();
        for _ in 0..4 {
            open.push(server.client(0, &ada).await);
        }
        for _ in 0..3 {
            let refused = raw::request(gateway.port(), "GET", "/v1/ws", &raw::UPGRADE, None).await;
            assert_eq!(refused.status, status, "{setting}");
        }
        let counter = format!("helpline_upgrades_refused_total{{reason=\"{reason}\"}} 3");
        let page = server.metrics(0).await;
        assert!(page.lines().any(|found| found == counter), "{page}");
        let log = std::fs::read_to_string(gateway.log()).unwrap();
        assert_eq!(log.matches(line).count(), 1, "once a minute: {log}");
    }
}
