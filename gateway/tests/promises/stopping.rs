//! Tests the shutdown of an instance. Load balancers must see that the instance is not ready before
//! any request is refused, and a second signal must end the wait for the load balancers.

use std::time::{Duration, Instant};

use helpline_rig::Gateway;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use crate::client::{PATIENCE, connect};
use crate::kit::rest::RestClient;
use crate::test_server::{Join, TestServer, eventually};

/// A drain delay longer than any test runs, so that only a second signal ends it.
const LONG_MS: &str = "600000";
/// Time limit for a shutdown that has nothing to wait for.
const AT_ONCE: Duration = Duration::from_secs(4);

async fn ready(gateway: &Gateway) -> (u16, Value) {
    let request = axum::http::Request::get(format!("{}/readyz", gateway.http_url()));
    let request = request.body(Vec::new()).expect("a request");
    let answer = RestClient::default().send(request).await;
    (answer.status, answer.body)
}

/// Sends SIGTERM and waits until `/readyz` reports the drain.
async fn told_to_stop(gateway: &Gateway) {
    gateway.terminate();
    let told = async || (gateway.get_status("/readyz").await == Some(503)).then_some(());
    eventually("draining at /readyz", PATIENCE, told).await;
}

#[tokio::test]
async fn before_a_drain_readiness_says_so_and_everything_still_works() {
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        spec.env("HELPLINE_DRAIN_DELAY_MS", LONG_MS)
            .env("HELPLINE_BYE_SPREAD_MS", "100")
    })
    .await;
    let gateway = &server.gateways[0];
    let ada = server.customer("Ada Lovelace");
    let ticket = server.ticket(&ada).await;
    let mut before = server.client(0, &ada).await;
    before.subscribe(ticket, None).await;
    told_to_stop(gateway).await;
    let (status, report) = ready(gateway).await;
    assert_eq!(
        (status, &report["ready"], &report["draining"]),
        (503, &json!(false), &json!(true)),
        "{report}"
    );
    assert_eq!(gateway.get_status("/healthz").await, Some(200));

    let mut meanwhile = server.client(0, &ada).await;
    meanwhile.subscribe(ticket, None).await;
    assert_eq!(meanwhile.send(ticket, "k1", "x").await["type"], "ack");
    before.event(ticket).await;
    let path = format!("/v1/tickets/{ticket}/messages");
    let sent = server
        .rest(0, &ada, "POST", &path, json!({ "body": "y" }))
        .await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    before.event(ticket).await;
    assert!(
        !before.transcript.iter().any(|text| text.contains("bye")),
        "a client received bye before the delay ended"
    );

    // A second signal ends the delay for the load balancers.
    gateway.terminate();
    for client in [&mut before, &mut meanwhile] {
        client.expect("bye", |frame| frame["type"] == "bye").await;
        assert_eq!(client.closed().await, Some(1012));
    }
    assert!(connect(&gateway.ws_url(), None).await.is_err());
    assert_eq!(gateway.ends().await.expect("it ends"), Some(0));
}

#[tokio::test]
async fn the_delay_ends_without_being_asked() {
    let delay = Duration::from_millis(1_500);
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        spec.env("HELPLINE_DRAIN_DELAY_MS", delay.as_millis().to_string())
            .env("HELPLINE_BYE_SPREAD_MS", "100")
    })
    .await;
    let ada = server.customer("Ada Lovelace");
    let mut client = server.client(0, &ada).await;
    let started = Instant::now();
    told_to_stop(&server.gateways[0]).await;
    client.expect("bye", |frame| frame["type"] == "bye").await;
    assert!(started.elapsed() >= delay, "{:?}", started.elapsed());
    assert_eq!(client.closed().await, Some(1012));
    assert_eq!(server.gateways[0].ends().await.expect("it ends"), Some(0));
}

#[tokio::test]
async fn who_asks_again_is_not_kept_waiting_by_a_drain() {
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        spec.env("HELPLINE_BYE_SPREAD_MS", LONG_MS)
            .env("HELPLINE_DRAIN_TIMEOUT_MS", "1200000")
    })
    .await;
    let gateway = &server.gateways[0];
    let ada = server.customer("Ada Lovelace");
    let ticket = server.ticket(&ada).await;
    let mut clients = Vec::new();
    for _ in 0..5 {
        clients.push(server.client(0, &ada).await);
    }
    // Three clients could delay the shutdown: one answers nothing, not even the Close frame; one
    // has an incomplete request; and one has sent a message that waits for a lock.
    let mut deaf = connect(&gateway.ws_url(), None).await.expect("accepted");
    deaf.post(json!({ "type": "hello", "token": ada.token }))
        .await;
    assert!(deaf.welcomed().await);
    let mut half = TcpStream::connect(("127.0.0.1", gateway.port()))
        .await
        .expect("accepted");
    tokio::io::AsyncWriteExt::write_all(&mut half, b"GET /healthz HTTP/1.1\r\nHo")
        .await
        .expect("written");
    let mut sql = server.sql().await;
    let holding = sql.transaction().await.expect("a transaction");
    let lock = "select 1 from support_tickets where id = $1 for update";
    holding
        .execute(lock, &[&ticket.uuid()])
        .await
        .expect("locked");
    clients[0]
        .post(json!({ "type": "send", "ticket": ticket, "key": "k1", "body": "x" }))
        .await;
    clients[0]
        .ask(json!({ "type": "unsubscribe", "ticket": ticket }))
        .await;

    gateway.terminate();
    for client in &mut clients {
        client.expect("bye", |frame| frame["type"] == "bye").await;
    }
    let asked_again = Instant::now();
    gateway.signal("INT");
    for client in &mut clients {
        assert_eq!(client.closed().await, Some(1012));
    }
    assert_eq!(gateway.ends().await.expect("it ends"), Some(0));
    assert!(
        asked_again.elapsed() < AT_ONCE,
        "{:?}",
        asked_again.elapsed()
    );
    let _ = half.read_to_end(&mut Vec::new()).await;
    drop(holding);
}

#[tokio::test]
async fn a_hangup_ends_nothing() {
    let server = TestServer::start(1, Join::Alone).await;
    let gateway = &server.gateways[0];
    let ada = server.customer("Ada Lovelace");
    let ticket = server.ticket(&ada).await;
    let mut client = server.client(0, &ada).await;
    for n in 0..3 {
        gateway.signal("HUP");
        assert_eq!(
            client.send(ticket, &format!("k{n}"), "x").await["type"],
            "ack"
        );
    }
    // SIGHUP must also have no effect during the shutdown, because some supervisors send it right
    // after SIGTERM.
    gateway.terminate();
    gateway.signal("HUP");
    client.expect("bye", |frame| frame["type"] == "bye").await;
    assert_eq!(client.closed().await, Some(1012));
    assert_eq!(gateway.ends().await.expect("it ends"), Some(0));
}
