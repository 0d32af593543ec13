//! Checks that Redis may die, freeze or never have existed. No client may wait for Redis, and no
//! event may be missing when Redis works again.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::WITHOUT_REDIS;
use crate::test_server::{Join, Person, TestServer, eventually};

async fn two_people(server: &TestServer) -> (Person, Person, helpline_core::ids::TicketId) {
    let (ada, ben) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
    );
    let ticket = server.ticket(&ada).await;
    (ada, ben, ticket)
}

/// Sends ten messages and receives them on another instance, each within the promised time. Returns
/// the longest delivery time.
async fn converse(
    server: &TestServer,
    tag: &str,
    ada: &Person,
    ben: &Person,
    ticket: helpline_core::ids::TicketId,
    promise: Duration,
) -> Duration {
    let (mut customer, mut agent) = (server.client(0, ada).await, server.client(1, ben).await);
    agent.subscribe(ticket, None).await;
    let mut slowest = Duration::ZERO;
    for n in 0..10 {
        let key = format!("{tag}{n}");
        let ack = customer.send(ticket, &key, "x").await;
        let acked = Instant::now();
        assert_eq!(ack["type"], "ack", "{ack}");
        agent
            .expect_within("the event", promise, |frame| {
                frame["message"]["key"] == json!(key)
            })
            .await;
        slowest = slowest.max(acked.elapsed());
    }
    slowest
}

#[tokio::test]
async fn sends_ack_and_events_arrive_while_redis_dies_freezes_and_returns() {
    let server = TestServer::start(2, Join::Redis).await;
    let (ada, ben, ticket) = two_people(&server).await;
    converse(&server, "up", &ada, &ben, ticket, WITHOUT_REDIS).await;

    server.redis().freeze();
    converse(&server, "frozen", &ada, &ben, ticket, WITHOUT_REDIS).await;
    server.redis().thaw();

    server.redis().kill9().await.expect("killed");
    converse(&server, "dead", &ada, &ben, ticket, WITHOUT_REDIS).await;
    server.redis().restart().await.expect("back");

    eventually(
        "both instances hear the relay again",
        Duration::from_secs(15),
        async || {
            let fast = converse(
                &server,
                &format!("back{}", uuid::Uuid::new_v4().simple()),
                &ada,
                &ben,
                ticket,
                WITHOUT_REDIS,
            )
            .await;
            (fast < Duration::from_millis(300)).then_some(())
        },
    )
    .await;
}

#[tokio::test]
async fn a_gateway_starts_and_serves_without_its_redis() {
    let mut server = TestServer::start(0, Join::Redis).await;
    server.redis().kill9().await.expect("killed");
    for _ in 0..2 {
        let gateway = server.another(|spec| spec).await;
        server.gateways.push(gateway);
    }
    let (ada, ben, ticket) = two_people(&server).await;
    converse(&server, "never", &ada, &ben, ticket, WITHOUT_REDIS).await;
}

#[tokio::test]
async fn a_row_of_a_transaction_open_for_a_minute_is_seen_after_its_commit_without_redis() {
    let server = TestServer::start(1, Join::Redis).await;
    let (ada, ben, ticket) = two_people(&server).await;
    let other = server.ticket(&ada).await;
    let mut agent = server.client(0, &ben).await;
    agent.subscribe(ticket, None).await;
    agent.subscribe(other, None).await;
    let mut sql = server.sql().await;
    let open = sql.transaction().await.expect("a transaction");
    open.execute(
        "insert into support_messages (ticket_id, sender_id, sender_type, body, key) values ($1, $2, 'customer', 'slow', 'slow')",
        &[&ticket.uuid(), &ada.id.uuid()],
    )
    .await
    .expect("written, not committed");
    server.redis().kill9().await.expect("killed");
    // Keep writing to another ticket, so that every sweep of the database finds new events while
    // the transaction `open` is still uncommitted.
    let mut customer = server.client(0, &ada).await;
    let until = Instant::now() + Duration::from_secs(60);
    let mut n = 0;
    while Instant::now() < until {
        let key = format!("k{n}");
        assert_eq!(customer.send(other, &key, "x").await["type"], "ack");
        agent
            .expect_within("the other ticket's event", WITHOUT_REDIS, |frame| {
                frame["message"]["key"] == json!(key)
            })
            .await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        n += 1;
    }
    open.commit().await.expect("committed at last");
    agent
        .expect_within("the slow row", WITHOUT_REDIS, |frame| {
            frame["message"]["key"] == "slow"
        })
        .await;
}

#[tokio::test]
async fn writes_resume_by_themselves_when_postgres_restarts() {
    let postgres = helpline_rig::Postgres::start_temporary()
        .await
        .expect("a Postgres starts");
    let server = TestServer::start_apart(postgres, 1, Join::Alone).await;
    let ada = server.customer("Ada Lovelace");
    let ticket = server.ticket(&ada).await;
    let mut client = server.client(0, &ada).await;
    client.subscribe(ticket, None).await;
    server.postgres.kill9().await.expect("killed");
    // Send a message while the database is down. Once the database is back, the message must be
    // acknowledged, and stored only once.
    let waiting = client
        .post(json!({ "type": "send", "ticket": ticket, "key": "k1", "body": "x" }))
        .await;
    server.postgres.restart().await.expect("back");
    let ack = client.answer(waiting).await;
    assert_eq!(ack["type"], "ack", "{ack}");
    let event = client.event(ticket).await;
    assert_eq!(event["seq"], ack["seq"]);
}
