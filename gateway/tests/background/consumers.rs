//! Consumers and timers: each event is handled once and in order although instances are killed, and
//! what the system writes reaches the people who are connected.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::kit::test_server::{TestServer, eventually};
use crate::receiver::Receiver;
use crate::start;
use crate::work::CONSUMER;

pub const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until the consumer has handled all events.
pub async fn handled_all(sql: &Client) {
    let sql_text = "select (select count(*) from helpline.support_ticket_activity) \
                    - (select count(*) from helpline.test_done where what = $1)";
    eventually("all events are handled", PATIENCE, async || {
        let left: i64 = sql.query_one(sql_text, &[&CONSUMER]).await.unwrap().get(0);
        (left <= 0).then_some(())
    })
    .await;
}

async fn by_ticket(sql: &Client, query: &str) -> BTreeMap<Uuid, Vec<i64>> {
    let mut all: BTreeMap<_, Vec<i64>> = BTreeMap::new();
    for row in sql.query(query, &[]).await.unwrap() {
        all.entry(row.get(0)).or_default().push(row.get(1));
    }
    all
}

/// Waits until a handler waits at the gate, and does not just pass it. Returns the application name of its connection.
pub async fn at_the_gate(sql: &Client) -> String {
    let waiting = "select application_name from pg_stat_activity \
                   where state = 'active' and query like '%test_pass%' and wait_event = 'PgSleep' and pid <> pg_backend_pid() and datname = current_database()";
    eventually("a handler waits at the gate", PATIENCE, async || {
        let rows = sql.query(waiting, &[]).await.unwrap();
        rows.first().map(|row| row.get(0))
    })
    .await
}

pub async fn close(sql: &Client, gate: &str) {
    let text = "insert into helpline.test_gates (gate) values ($1)";
    sql.execute(text, &[&gate]).await.unwrap();
}

pub async fn open_all(sql: &Client) {
    sql.batch_execute("truncate helpline.test_gates")
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_event_is_handled_once_and_in_order_although_instances_are_killed() {
    let receiver = Receiver::start().await;
    let server = start(2, receiver.port).await;
    let sql = server.sql().await;
    let ada = server.customer("Ada Lovelace");
    let mut tickets = Vec::new();
    for _ in 0..4 {
        tickets.push(server.ticket(&ada).await);
    }
    for round in 0..4 {
        close(&sql, CONSUMER).await;
        for (n, ticket) in tickets.iter().enumerate() {
            let path = format!("/v1/tickets/{ticket}/messages");
            let body = json!({ "body": format!("Message {round} {n}") });
            let sent = server.rest(round % 2, &ada, "POST", &path, body).await;
            assert_eq!(sent.status, 201, "{}", sent.body);
        }
        at_the_gate(&sql).await;
        // One of the two has a transaction in which it has handled events. Both are killed in turn,
        // so that one of the kills hits it.
        for gateway in &server.gateways {
            gateway.kill9().await.unwrap();
            gateway.start().await.unwrap();
        }
        open_all(&sql).await;
    }
    handled_all(&sql).await;
    let expected =
        "select ticket_id, seq from helpline.support_ticket_activity order by ticket_id, seq";
    let handled = format!(
        "select ticket_id, seq from helpline.test_done where what = '{CONSUMER}' order by n"
    );
    assert_eq!(
        by_ticket(&sql, &handled).await,
        by_ticket(&sql, expected).await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_uses_no_connection_of_requests() {
    let receiver = Receiver::start().await;
    let server = start(1, receiver.port).await;
    let sql = server.sql().await;
    let ada = server.customer("Ada Lovelace");
    close(&sql, CONSUMER).await;
    let ticket = server.ticket(&ada).await;
    assert_eq!(at_the_gate(&sql).await, "helpline background");
    let path = format!("/v1/tickets/{ticket}");
    let answer = server.rest_without_body(0, &ada, "GET", &path).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    // A stop does not wait for the handler: its work is rolled back.
    server.gateways[0].terminate();
    assert_eq!(server.gateways[0].ends().await.unwrap(), Some(0));
    open_all(&sql).await;
    let done: i64 = count(&sql, CONSUMER).await;
    assert_eq!(done, 0);
    server.gateways[0].start().await.unwrap();
    handled_all(&sql).await;
}

pub async fn count(sql: &Client, what: &str) -> i64 {
    let text = "select count(*) from helpline.test_done where what = $1";
    sql.query_one(text, &[&what]).await.unwrap().get(0)
}

async fn priority(server: &TestServer, ticket: Uuid) -> String {
    let sql = server.sql().await;
    let text = "select priority from helpline.support_tickets where id = $1";
    sql.query_one(text, &[&ticket]).await.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_acts_as_the_system_and_everybody_sees_it_and_the_consumer_knows_its_cause() {
    let receiver = Receiver::start().await;
    let server = start(1, receiver.port).await;
    let sql = server.sql().await;
    let (ada, grace) = (
        server.customer("Ada Lovelace"),
        server.staff("Grace Hopper", "support_agent").await,
    );
    let ticket = server.ticket(&ada).await;
    let mut client = server.client(0, &grace).await;
    client.subscribe(ticket, None).await;
    let path = format!("/v1/tickets/{ticket}/messages");
    let body = json!({ "body": "timer" });
    let sent = server.rest(0, &ada, "POST", &path, body).await;
    assert_eq!(sent.status, 201, "{}", sent.body);
    let event = client
        .expect("the system's event", |frame| {
            frame["type"] == "event" && frame["kind"] == "priority_changed"
        })
        .await;
    assert_eq!(
        (&event["new_value"], &event["actor"]["type"]),
        (&json!("urgent"), &json!("system")),
        "{event}"
    );
    eventually("the consumer recognises its cause", PATIENCE, async || {
        (count(&sql, "own event escalation").await == 1).then_some(())
    })
    .await;

    // While the clock is in doubt, only timers that can be undone fire.
    let other = server.ticket(&ada).await;
    let pause = "select helpline.background_pause_clock(700000)";
    sql.batch_execute(pause).await.unwrap();
    for text in ["irreversible", "timer"] {
        let ticket = if text == "timer" { ticket } else { other };
        if text == "timer" {
            let calm = "update helpline.support_tickets set priority = 'low' where id = $1";
            sql.execute(calm, &[&ticket.uuid()]).await.unwrap();
        }
        let path = format!("/v1/tickets/{ticket}/messages");
        let sent = server
            .rest(0, &ada, "POST", &path, json!({ "body": text }))
            .await;
        assert_eq!(sent.status, 201, "{}", sent.body);
    }
    eventually("the reversible timer fires", PATIENCE, async || {
        (priority(&server, ticket.uuid()).await == "urgent").then_some(())
    })
    .await;
    handled_all(&sql).await;
    assert_eq!(priority(&server, other.uuid()).await, "medium");
    sql.batch_execute("select helpline.background_resume_clock()")
        .await
        .unwrap();
    eventually("the other timer fires", PATIENCE, async || {
        (priority(&server, other.uuid()).await == "urgent").then_some(())
    })
    .await;
}
