//! Checks that a client that reads too slowly is disconnected and catches up after it reconnects.
//! Also checks that other subscribers of the ticket notice nothing.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::{connect, seqs};
use crate::test_server::{Join, TestServer};

#[tokio::test]
async fn a_reader_that_stops_costs_nobody_and_misses_nothing() {
    let server = TestServer::start(1, Join::Alone).await;
    let (ada, ben) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
    );
    let ticket = server.ticket(&ada).await;
    // This client reads nothing after it has subscribed, so its socket buffers fill up, and then
    // its send queue on the server.
    let mut stopped = server.client(0, &ben).await;
    let pages = stopped.subscribe(ticket, None).await;
    let (head, epoch) = (
        pages[0]["head"].as_u64().expect("a head"),
        pages[0]["epoch"].as_str().expect("an epoch").to_owned(),
    );
    let mut mate = server.client(0, &ben).await;
    mate.subscribe(ticket, None).await;
    let mut writer = server.client(0, &ada).await;
    let body = "x".repeat(16 * 1024);
    let mut slowest = Duration::ZERO;
    for n in 0..1_000 {
        let started = Instant::now();
        let key = format!("k{n}");
        assert_eq!(writer.send(ticket, &key, &body).await["type"], "ack");
        mate.expect("the mate's event", |frame| {
            frame["message"]["key"] == json!(key)
        })
        .await;
        slowest = slowest.max(started.elapsed());
    }
    assert!(
        slowest < Duration::from_secs(2),
        "another subscriber waited {slowest:?}"
    );
    assert_eq!(
        stopped.closed().await.filter(|code| *code != 4001),
        None,
        "cut off as too slow, or reset with its buffers full"
    );
    let mut back = server.client(0, &ben).await;
    let pages = back.subscribe(ticket, Some((head, &epoch))).await;
    let numbers = seqs(&pages);
    assert_eq!(numbers.first().copied(), Some(head + 1));
    assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1));
    assert!(numbers.len() >= 1_000);
}

#[tokio::test]
async fn a_frame_beyond_the_limit_is_closed_1009() {
    let server = TestServer::start(1, Join::Alone).await;
    let ada = server.customer("Ada Lovelace");
    let mut client = server.client(0, &ada).await;
    client.say_raw("x".repeat(64 * 1024 + 1)).await;
    assert_eq!(client.closed().await, Some(1009));
}

#[tokio::test]
async fn a_flood_is_refused_then_closed() {
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        spec.env("HELPLINE_FRAMES_PER_SECOND", "5")
            .env("HELPLINE_FRAMES_BURST", "10")
    })
    .await;
    let ada = server.customer("Ada Lovelace");
    let mut client = server.client(0, &ada).await;
    for n in 0..400 {
        if !client
            .say_raw(
                json!({ "type": "unsubscribe", "id": 1_000 + n, "ticket": uuid::Uuid::nil() })
                    .to_string(),
            )
            .await
        {
            break;
        }
    }
    assert_eq!(client.closed().await, Some(4008));
    assert!(
        client
            .transcript
            .iter()
            .any(|text| text.contains("rate_limited"))
    );
}

#[tokio::test]
async fn silence_before_hello_is_closed_4501() {
    let server = TestServer::start(1, Join::Alone).await;
    let mut silent = connect(&server.gateways[0].ws_url(), None)
        .await
        .expect("accepted");
    let started = Instant::now();
    assert_eq!(silent.closed().await, Some(4501));
    assert!(started.elapsed() < Duration::from_secs(12));
}
