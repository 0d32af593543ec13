//! Deliveries: repeated under the same id after a kill, held on a database that is not confirmed,
//! and fair between receivers.

use std::time::Duration;

use helpline_core::ids::TicketId;
use helpline_core::limits;
use serde_json::json;
use tokio_postgres::Client;

use crate::consumers::PATIENCE;
use crate::kit::rest::RestClient;
use crate::kit::test_server::{Person, TestServer, eventually};
use crate::receiver::Receiver;
use crate::{instance, start};

/// How long a test waits for a delivery that must not happen: several times the interval at which
/// an instance looks for deliveries.
const SETTLED: Duration = Duration::from_millis(2_500);

async fn plan(server: &TestServer, ada: &Person, ticket: TicketId, receiver: &str) {
    let path = format!("/v1/tickets/{ticket}/messages");
    let body = json!({ "body": format!("deliver {receiver}") });
    let sent = server.rest(0, ada, "POST", &path, body).await;
    assert_eq!(sent.status, 201, "{}", sent.body);
}

async fn number(sql: &Client, of: &str) -> i64 {
    let text = format!("select count(*) from helpline.deliveries where {of}");
    sql.query_one(&text, &[]).await.unwrap().get(0)
}

async fn background(server: &TestServer) -> serde_json::Value {
    let url = format!("{}/readyz", server.gateways[0].http_url());
    let request = axum::http::Request::get(url).body(Vec::new()).unwrap();
    let answer = RestClient::default().send(request).await;
    assert_eq!(answer.status, 200, "a hold does not change readiness");
    answer.body["background"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_repeated_under_its_id_after_its_instance_was_killed() {
    let receiver = Receiver::start().await;
    *receiver.unanswered.lock() = 1;
    let server = start(1, receiver.port).await;
    let (sql, ada) = (server.sql().await, server.customer("Ada Lovelace"));
    let ticket = server.ticket(&ada).await;
    plan(&server, &ada, ticket, "later").await;
    eventually("the first attempt", PATIENCE, async || {
        (receiver.received("later").len() == 1).then_some(())
    })
    .await;
    server.gateways[0].kill9().await.unwrap();
    server.gateways[0].start().await.unwrap();
    // The lease holds: the killed instance might still be at it.
    tokio::time::sleep(SETTLED).await;
    assert_eq!(receiver.received("later").len(), 1);
    sql.batch_execute("update helpline.deliveries set lease_until = now()")
        .await
        .unwrap();
    eventually("the delivery is done", PATIENCE, async || {
        (number(&sql, "done_at is not null").await == 1).then_some(())
    })
    .await;
    let received = receiver.received("later");
    let attempts: Vec<_> = received.iter().map(|(_, attempt)| *attempt).collect();
    assert_eq!(attempts, [1, 2]);
    assert_eq!(received[0].0, received[1].0, "the same id");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_stops_gives_its_deliveries_back() {
    let receiver = Receiver::start().await;
    *receiver.unanswered.lock() = 1;
    let server = start(1, receiver.port).await;
    let (sql, ada) = (server.sql().await, server.customer("Ada Lovelace"));
    let ticket = server.ticket(&ada).await;
    plan(&server, &ada, ticket, "later").await;
    eventually("the first attempt", PATIENCE, async || {
        (receiver.received("later").len() == 1).then_some(())
    })
    .await;
    assert_eq!(server.gateways[0].stop().await.unwrap(), Some(0));
    assert_eq!(number(&sql, "lease_token is not null").await, 0);
    server.gateways[0].start().await.unwrap();
    eventually("the delivery is done", PATIENCE, async || {
        (number(&sql, "done_at is not null").await == 1).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_delivered_at_another_address_until_it_is_confirmed() {
    let receiver = Receiver::start().await;
    let mut server = start(0, receiver.port).await;
    let at = |url: &'static str| {
        move |spec| instance(spec, receiver.port).env("HELPLINE_PUBLIC_URL", url)
    };
    let production = server.another(at("https://desk.example.com")).await;
    server.gateways.push(production);
    let (sql, ada) = (server.sql().await, server.customer("Ada Lovelace"));
    let ticket = server.ticket(&ada).await;
    plan(&server, &ada, ticket, "one").await;
    eventually("production delivers", PATIENCE, async || {
        (receiver.received("one").len() == 1).then_some(())
    })
    .await;
    assert_eq!(background(&server).await, "running");
    server.gateways[0].stop().await.unwrap();

    server.gateways[0] = server.another(at("https://staging.example.com")).await;
    plan(&server, &ada, ticket, "two").await;
    eventually("the delivery is planned", PATIENCE, async || {
        (number(&sql, "receiver = 'two'").await == 1).then_some(())
    })
    .await;
    tokio::time::sleep(SETTLED).await;
    assert_eq!(receiver.received("two"), []);
    assert_eq!(number(&sql, "receiver = 'two' and attempts = 0").await, 1);
    assert_eq!(background(&server).await, "unconfirmed");
    let metrics = server.metrics(0).await;
    assert!(
        metrics.contains("helpline_background_held{reason=\"unconfirmed\"} 1"),
        "{metrics}"
    );
    sql.batch_execute("select helpline.background_confirm('https://staging.example.com')")
        .await
        .unwrap();
    eventually("the confirmed one delivers", PATIENCE, async || {
        (receiver.received("two").len() == 1).then_some(())
    })
    .await;
    // A restore holds again.
    sql.batch_execute("select helpline.helpline_record_restore()")
        .await
        .unwrap();
    plan(&server, &ada, ticket, "three").await;
    tokio::time::sleep(SETTLED).await;
    assert_eq!(receiver.received("three"), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_never_answers_does_not_delay_another() {
    let receiver = Receiver::start().await;
    let server = start(1, receiver.port).await;
    let (sql, ada) = (server.sql().await, server.customer("Ada Lovelace"));
    let ticket = server.ticket(&ada).await;
    for _ in 0..30 {
        plan(&server, &ada, ticket, "slow").await;
    }
    eventually("the slow ones are attempted", PATIENCE, async || {
        (!receiver.received("slow").is_empty()).then_some(())
    })
    .await;
    for _ in 0..10 {
        plan(&server, &ada, ticket, "fast").await;
    }
    // Less than the time limit of an attempt.
    eventually("the fast ones arrive", Duration::from_secs(8), async || {
        (number(&sql, "receiver = 'fast' and done_at is not null").await == 10).then_some(())
    })
    .await;
    let leased = number(&sql, "receiver = 'slow' and lease_token is not null").await;
    assert!(leased <= i64::from(limits::DELIVERY_PER_RECEIVER_MAX));
}
