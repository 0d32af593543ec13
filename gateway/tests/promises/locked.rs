//! One long SQL transaction locks many tickets. Messages to these tickets must wait at little cost
//! to the server, and messages to other tickets must not be delayed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use helpline_core::ids::TicketId;
use helpline_core::limits;
use serde_json::json;

use crate::kit::databases;
use crate::test_server::{Join, TestServer, eventually};

const TICKETS: usize = 1_000;
/// Number of messages to each locked ticket.
const SENDS: usize = 2;

/// Number of calls of the append functions, including the calls for this test's messages to a
/// ticket that is not locked. A message that is committed alone and finds its ticket locked calls
/// both functions.
async fn calls(sql: &tokio_postgres::Client) -> i64 {
    let of = "select coalesce(sum(calls), 0)::bigint from pg_stat_user_functions where funcname in ('support_append_one', 'support_append_events')";
    sql.query_one(of, &[]).await.expect("statistics").get(0)
}

#[tokio::test]
async fn a_thousand_locked_tickets_cost_a_few_statements_and_the_others_nothing() {
    let database = databases::fresh().await;
    let admin = database.admin().await.expect("SQL connects");
    let count_calls = format!(
        "alter database {} set track_functions = 'pl'",
        database.name
    );
    admin.batch_execute(&count_calls).await.expect("counted");
    let server = TestServer::start_on(
        Arc::clone(&database.postgres),
        database.name,
        1,
        Join::Alone,
        |spec| spec,
    )
    .await;
    let ada = server.customer("Ada Lovelace");
    let free = server.ticket(&ada).await;
    let open = "insert into support_tickets (id, user_id, subject) select gen_random_uuid(), $1, 'Locked' from generate_series(1, $2::bigint) returning id";
    let mut sql = server.sql().await;
    let rows = sql.query(open, &[&ada.id.uuid(), &(TICKETS as i64)]).await;
    let tickets: Vec<TicketId> = rows
        .expect("tickets")
        .iter()
        .map(|row| TicketId::new(row.get(0)))
        .collect();
    let mut client = server.client(0, &ada).await;
    let holding = sql.transaction().await.expect("a transaction");
    holding
        .execute(
            "select 1 from support_tickets where subject = 'Locked' for update",
            &[],
        )
        .await
        .expect("locked");
    for n in 0..SENDS {
        for (at, ticket) in tickets.iter().enumerate() {
            client
                .post(json!({ "type": "send", "ticket": ticket, "key": format!("{n}-{at}"), "body": n.to_string() }))
                .await;
        }
    }
    // Wait until the writer has found every ticket locked once.
    eventually(
        "all tickets deferred",
        Duration::from_secs(20),
        async || {
            let metrics = server.metrics(0).await;
            metrics
                .lines()
                .any(|line| line == format!("helpline_tickets_deferred_total {TICKETS}"))
                .then_some(())
        },
    )
    .await;

    let mut mate = server.client(0, &ada).await;
    let (before, began) = (calls(&admin).await, Instant::now());
    let (mut own, mut slowest) = (0, Duration::ZERO);
    while began.elapsed() < Duration::from_secs(4) {
        let started = Instant::now();
        let ack = mate.send(free, &format!("free-{own}"), "x").await;
        assert_eq!(ack["type"], "ack", "{ack}");
        slowest = slowest.max(started.elapsed());
        own += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let rate = (calls(&admin).await - before - own) as f64 / began.elapsed().as_secs_f64();
    println!("{rate:.0} calls a second; slowest of {own} other sends {slowest:?}");
    assert!(rate < 40.0, "{rate:.0} calls a second for locked tickets");
    assert!(
        own > 50 && slowest < Duration::from_secs(1),
        "{own} sends, the slowest took {slowest:?}"
    );

    holding.commit().await.expect("released");
    let released = Instant::now();
    let stored = "select count(*) from support_messages where body in ('0', '1')";
    eventually("all of them stored", Duration::from_secs(10), async || {
        let count: i64 = admin.query_one(stored, &[]).await.expect("a count").get(0);
        (count == (TICKETS * SENDS) as i64).then_some(())
    })
    .await;
    println!("stored {:?} after the release", released.elapsed());
    let turned = "select count(*) from (select m.body, lag(m.body) over (partition by a.ticket_id order by a.seq) as before
        from support_ticket_activity a join support_messages m on m.id = a.message_id where m.body in ('0', '1')) in_order where before > body";
    let turned: i64 = admin.query_one(turned, &[]).await.expect("a count").get(0);
    assert_eq!(turned, 0, "in the order sent");
}

#[tokio::test]
async fn messages_that_wait_are_bounded_by_their_bytes_too() {
    let server = TestServer::start(1, Join::Alone).await;
    let ada = server.customer("Ada Lovelace");
    let (ticket, other) = (server.ticket(&ada).await, server.ticket(&ada).await);
    let mut client = server.client(0, &ada).await;
    let mut sql = server.sql().await;
    let holding = sql.transaction().await.expect("a transaction");
    let lock = "select 1 from support_tickets where id = $1 for update";
    holding
        .execute(lock, &[&ticket.uuid()])
        .await
        .expect("locked");
    let body = "x".repeat(limits::BODY_BYTES_MAX);
    let fit = limits::WRITER_BYTES_MAX / limits::BODY_BYTES_MAX;
    for n in 0..=fit {
        client
            .post(json!({ "type": "send", "ticket": ticket, "key": format!("k{n}"), "body": body }))
            .await;
    }
    let overloaded = client
        .expect("a refusal", |frame| frame["code"] == "overloaded")
        .await;
    assert!(overloaded["retry_after_ms"].is_u64(), "{overloaded}");
    holding.commit().await.expect("released");
    // After the locks are released, all accepted messages are stored, and new messages are
    // accepted.
    let stored = client
        .expect_within("an ack", Duration::from_secs(60), |frame| {
            frame["type"] == "ack" && frame["key"] == "k0"
        })
        .await;
    assert_eq!(stored["duplicate"], false);
    eventually("room again", Duration::from_secs(60), async || {
        let answer = client
            .send(other, &uuid::Uuid::new_v4().to_string(), &body)
            .await;
        (answer["type"] == "ack").then_some(())
    })
    .await;
}
