//! Checks that an ack means that the message is committed, and that a retry never stores the
//! message twice.

use std::collections::HashMap;

use helpline_core::limits;
use serde_json::json;

use crate::client::{PATIENCE, WITHOUT_REDIS};
use crate::test_server::{Join, TestServer, eventually};

async fn stored(server: &TestServer, key: &str) -> i64 {
    server
        .sql()
        .await
        .query_one(
            "select count(*) from support_messages where key = $1",
            &[&key],
        )
        .await
        .expect("a count")
        .get(0)
}

#[tokio::test]
async fn an_ack_means_committed_with_its_audit_row() {
    let server = TestServer::start(1, Join::Alone).await;
    let ada = server.customer("Ada Lovelace");
    let ticket = server.ticket(&ada).await;
    let mut client = server.client(0, &ada).await;
    let ack = client.send(ticket, "k1", "hello").await;
    assert_eq!(ack["type"], "ack", "{ack}");
    // Kill the gateway immediately after the ack. The message must be in the database.
    server.gateways[0].kill9().await.expect("killed");
    let row = server
        .sql()
        .await
        .query_one(
            "select a.public_seq from support_messages m join support_ticket_activity a on a.message_id = m.id
             join support_ticket_heads h on h.ticket_id = m.ticket_id and h.public_seq = a.public_seq where m.key = 'k1'",
            &[],
        )
        .await
        .expect("message, event and head are stored together");
    assert_eq!(row.get::<_, i64>(0), ack["seq"].as_i64().expect("a number"));
}

#[tokio::test]
async fn a_crash_between_commit_and_publish_neither_loses_nor_doubles() {
    let server = TestServer::start(1, Join::Redis).await;
    let (ada, ben) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
    );
    let ticket = server.ticket(&ada).await;
    let mut watcher = server.client(0, &ben).await;
    watcher.subscribe(ticket, None).await;

    let doomed = server
        .another(|spec| spec.arg("--failpoint").arg("after-commit"))
        .await;
    let mut client = crate::client::Client::hello(&doomed.ws_url(), &ada.token).await;
    client
        .post(json!({ "type": "send", "ticket": ticket, "key": "k1", "body": "into the tunnel" }))
        .await;
    client.closed().await;
    assert_eq!(
        stored(&server, "k1").await,
        1,
        "the instance stopped after its commit"
    );

    // The gateway died before it could publish or acknowledge the message, but the sweep of the
    // other gateway delivers it in time.
    let event = watcher
        .expect_within("the swept event", WITHOUT_REDIS, |frame| {
            frame["message"]["key"] == "k1"
        })
        .await;
    let mut again = server.client(0, &ada).await;
    let ack = again.send(ticket, "k1", "into the tunnel").await;
    assert_eq!(ack["duplicate"], true, "{ack}");
    // This ticket has no notes, so the customer's event numbers equal the staff's.
    assert_eq!(ack["seq"], event["seq"]);
    assert_eq!(stored(&server, "k1").await, 1);
}

#[tokio::test]
async fn a_batch_that_crashes_is_answered_and_the_next_one_is_written() {
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        spec.arg("--failpoint").arg("crash-in-batch")
    })
    .await;
    let ada = server.customer("Ada Lovelace");
    let ticket = server.ticket(&ada).await;
    let mut client = server.client(0, &ada).await;
    let refused = client.send(ticket, "k1", "into the tunnel").await;
    assert_eq!(refused["code"], "unavailable", "{refused}");
    assert_eq!(
        client.send(ticket, "k1", "into the tunnel").await["duplicate"],
        false
    );
}

/// The number of append statements that wait for a lock.
async fn waits_for_a_lock(sql: &tokio_postgres::Client) -> i64 {
    let count = "select count(*) from pg_stat_activity
        where wait_event_type = 'Lock' and datname = current_database() and query like '%support_append%'";
    sql.query_one(count, &[]).await.expect("a count").get(0)
}

#[tokio::test]
async fn a_retry_that_overlaps_its_first_send_is_stored_once() {
    let server = TestServer::start(2, Join::Redis).await;
    let ada = server.customer("Ada Lovelace");
    let ticket = server.ticket(&ada).await;
    let (mut one, mut two) = (server.client(0, &ada).await, server.client(1, &ada).await);
    let mut sql = server.sql().await;
    let holding = sql.transaction().await.expect("a transaction");
    holding
        .execute(
            "select 1 from support_tickets where id = $1 for update",
            &[&ticket.uuid()],
        )
        .await
        .expect("the ticket is locked");
    let first = one
        .post(json!({ "type": "send", "ticket": ticket, "key": "k1", "body": "once" }))
        .await;
    let second = two
        .post(json!({ "type": "send", "ticket": ticket, "key": "k1", "body": "once" }))
        .await;
    let watching = server.sql().await;
    eventually("both sends wait for the lock", PATIENCE, async || {
        waits_for_a_lock(&watching).await.eq(&2).then_some(())
    })
    .await;
    holding.commit().await.expect("the lock is released");
    let (first, second) = (one.answer(first).await, two.answer(second).await);
    assert_eq!(first["seq"], second["seq"], "{first} {second}");
    assert_ne!(
        first["duplicate"], second["duplicate"],
        "exactly one send stored the message"
    );
    assert_eq!(stored(&server, "k1").await, 1);
}

#[tokio::test]
async fn a_held_ticket_stalls_neither_its_lane_nor_its_order() {
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        spec.env("HELPLINE_WRITER_LANES", "1")
    })
    .await;
    let ada = server.customer("Ada Lovelace");
    let (held, free) = (server.ticket(&ada).await, server.ticket(&ada).await);
    let mut client = server.client(0, &ada).await;
    let mut sql = server.sql().await;
    let holding = sql.transaction().await.expect("a transaction");
    holding
        .execute(
            "select 1 from support_tickets where id = $1 for update",
            &[&held.uuid()],
        )
        .await
        .expect("the ticket is locked");
    let mut waiting = Vec::new();
    for n in 0..10 {
        waiting.push(client.post(json!({ "type": "send", "ticket": held, "key": format!("h{n}"), "body": "held" })).await);
        let ack = client.send(free, &format!("f{n}"), "free").await;
        assert_eq!(ack["type"], "ack", "{ack}");
    }
    holding.commit().await.expect("the lock is released");
    let mut seqs = Vec::new();
    for id in waiting {
        seqs.push(client.answer(id).await["seq"].as_u64().expect("an ack"));
    }
    assert!(
        seqs.windows(2).all(|pair| pair[1] == pair[0] + 1),
        "{seqs:?}"
    );
}

/// A commit of one message stalls. A message for another ticket is committed beside it; a message
/// for the same ticket waits for its turn.
#[tokio::test]
async fn a_message_alone_does_not_make_the_next_one_wait() {
    let server = TestServer::start(1, Join::Alone).await;
    let ada = server.customer("Ada Lovelace");
    let (stalled, free) = (server.ticket(&ada).await, server.ticket(&ada).await);
    let mut client = server.client(0, &ada).await;
    let mut sql = server.sql().await;
    let watching = server.sql().await;
    for round in 0..2 {
        let stalling = sql.transaction().await.expect("a transaction");
        stalling
            .execute(
                "select 1 from support_ticket_heads where ticket_id = $1 for update",
                &[&stalled.uuid()],
            )
            .await
            .expect("the head is locked");
        let first = client
            .post(json!({ "type": "send", "ticket": stalled, "key": format!("first{round}"), "body": "stalled" }))
            .await;
        eventually("the commit waits", PATIENCE, async || {
            waits_for_a_lock(&watching).await.eq(&1).then_some(())
        })
        .await;
        let second = if round == 0 {
            let ack = client.send(free, "beside", "beside the first").await;
            assert_eq!(ack["type"], "ack", "{ack}");
            None
        } else {
            Some(client
                .post(json!({ "type": "send", "ticket": stalled, "key": "behind", "body": "behind the first" }))
                .await)
        };
        stalling.commit().await.expect("the head is released");
        let first = client.answer(first).await["seq"].as_u64().expect("an ack");
        if let Some(second) = second {
            assert_eq!(client.answer(second).await["seq"], first + 1);
        }
    }
}

/// Many messages queue behind a stalled commit. They fill several lanes of the writer, one of them
/// with several batches, and one of the tickets is locked. Each ticket's messages must keep their
/// order.
#[tokio::test]
async fn a_backlog_that_fills_several_lanes_keeps_every_tickets_order() {
    const FEW: usize = 40;
    let server = TestServer::start(1, Join::Alone).await;
    let ada = server.customer("Ada Lovelace");
    let (stalled, held, hot) = (
        server.ticket(&ada).await,
        server.ticket(&ada).await,
        server.ticket(&ada).await,
    );
    let mut tickets = vec![held, hot];
    for _ in 0..8 {
        tickets.push(server.ticket(&ada).await);
    }
    let mut client = server.client(0, &ada).await;
    let (mut sql, mut other) = (server.sql().await, server.sql().await);
    let stalling = sql.transaction().await.expect("a transaction");
    let head = "select 1 from support_ticket_heads where ticket_id = $1 for update";
    stalling
        .execute(head, &[&stalled.uuid()])
        .await
        .expect("the head is locked");
    let first = client
        .post(json!({ "type": "send", "ticket": stalled, "key": "s", "body": "stalled" }))
        .await;
    let watching = server.sql().await;
    eventually("the commit waits", PATIENCE, async || {
        waits_for_a_lock(&watching).await.eq(&1).then_some(())
    })
    .await;
    let holding = other.transaction().await.expect("a transaction");
    holding
        .execute(
            "select 1 from support_tickets where id = $1 for update",
            &[&held.uuid()],
        )
        .await
        .expect("the ticket is locked");
    let mut waiting = Vec::new();
    for n in 0..2 * limits::BATCH_MESSAGES_MAX + 50 {
        waiting.push((hot, client.post(json!({ "type": "send", "ticket": hot, "key": format!("hot{n}"), "body": "hot" })).await));
        let ticket = tickets[n % tickets.len()];
        if n < FEW * tickets.len() && ticket != hot {
            waiting.push((ticket, client.post(json!({ "type": "send", "ticket": ticket, "key": format!("k{n}"), "body": "few" })).await));
        }
    }
    stalling.commit().await.expect("the head is released");
    assert_eq!(client.answer(first).await["type"], "ack");
    let mut seqs: HashMap<_, Vec<u64>> = HashMap::new();
    let (of_held, of_others): (Vec<_>, Vec<_>) =
        waiting.into_iter().partition(|(ticket, _)| *ticket == held);
    for (ticket, id) in of_others {
        seqs.entry(ticket)
            .or_default()
            .push(client.answer(id).await["seq"].as_u64().expect("an ack"));
    }
    holding.commit().await.expect("the ticket is released");
    for (ticket, id) in of_held {
        seqs.entry(ticket)
            .or_default()
            .push(client.answer(id).await["seq"].as_u64().expect("an ack"));
    }
    assert_eq!(seqs.len(), tickets.len());
    for (ticket, seqs) in seqs {
        assert!(
            seqs.windows(2).all(|pair| pair[1] == pair[0] + 1),
            "{ticket}: {seqs:?}"
        );
    }
}

#[tokio::test]
async fn a_retry_is_answered_as_before_after_the_ticket_was_closed() {
    let server = TestServer::start(1, Join::Alone).await;
    let ada = server.customer("Ada Lovelace");
    let ticket = server.ticket(&ada).await;
    let mut client = server.client(0, &ada).await;
    let ack = client.send(ticket, "k1", "hello").await;
    server
        .sql()
        .await
        .execute(
            "update support_tickets set status = 'closed' where id = $1",
            &[&ticket.uuid()],
        )
        .await
        .expect("closed");
    let again = client.send(ticket, "k1", "hello").await;
    assert_eq!(
        (&again["type"], &again["duplicate"], &again["seq"]),
        (&json!("ack"), &json!(true), &ack["seq"]),
        "{again}"
    );
    let refused = client.send(ticket, "k2", "one more").await;
    assert_eq!(refused["code"], "ticket_closed", "{refused}");
}

#[tokio::test]
async fn a_key_names_one_text() {
    let server = TestServer::start(1, Join::Alone).await;
    let ada = server.customer("Ada Lovelace");
    let ticket = server.ticket(&ada).await;
    let mut client = server.client(0, &ada).await;
    assert_eq!(client.send(ticket, "k1", "one").await["type"], "ack");
    assert_eq!(
        client.send(ticket, "k1", "another").await["code"],
        "key_reused"
    );
    assert_eq!(stored(&server, "k1").await, 1);
}
