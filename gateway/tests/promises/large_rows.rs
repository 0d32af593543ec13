//! Checks that rows of the maximum size reach their readers, and so do larger rows that were
//! written before the database limited sizes.

use helpline_core::limits;
use serde_json::json;

use crate::bad_rows::{assert_contiguous, by_customer, has_key, without_size_checks};
use crate::client::seqs;
use crate::test_server::{Join, TestServer};

#[tokio::test]
async fn rows_from_before_the_size_checks_close_no_connection() {
    let server = TestServer::start(1, Join::Alone).await;
    let ada = server.customer("Ada Lovelace");
    let ben = server.staff("Ben Okafor", "support_agent").await;
    let ticket = server.ticket(&ada).await;
    let (mut agent, mut customer) = (server.client(0, &ben).await, server.client(0, &ada).await);
    agent.subscribe(ticket, None).await;
    customer.subscribe(ticket, None).await;
    without_size_checks(&server).await;
    let entry = "jsonb_build_array(jsonb_build_object('id', gen_random_uuid(), 'name', repeat('n', 3000000), 'content_type', 'text/plain', 'size_bytes', 5))";
    by_customer(&server, ticket, &ada, "huge", entry).await;
    for reader in [&mut agent, &mut customer] {
        let event = reader
            .expect("the row with a huge name", has_key("huge"))
            .await;
        assert_eq!(event["message"]["attachments"], json!([]));
    }
    let sql = server.sql().await;
    sql.batch_execute(&format!(
        "select log_ticket_activity('{ticket}', 'called', repeat('o', 3000000), repeat('n', 3000000), repeat('d', 3000000))"
    ))
    .await
    .expect("logged");
    let event = agent
        .expect("the row with a huge description", |frame| {
            frame["kind"] == "logged"
        })
        .await;
    assert!(
        event.to_string().len() < limits::SOCKET_WRITE_BYTES_MAX / 4,
        "{} bytes",
        event.to_string().len()
    );
    assert!(
        event["description"]
            .as_str()
            .is_some_and(|text| text.ends_with('…')),
        "truncated, with an ellipsis"
    );
    let pages = agent.subscribe(ticket, None).await;
    assert_eq!(seqs(&pages).last().copied(), pages[0]["head"].as_u64());
    assert_contiguous(&customer, ticket);
}

#[tokio::test]
async fn the_largest_rows_that_are_allowed_reach_everybody() {
    let server = TestServer::start(2, Join::Redis).await;
    let ada = server.customer("Ada Lovelace");
    let ben = server.staff("Ben Okafor", "support_agent").await;
    let ticket = server.ticket(&ada).await;
    let (mut agent, mut customer) = (server.client(0, &ben).await, server.client(1, &ada).await);
    agent.subscribe(ticket, None).await;
    customer.subscribe(ticket, None).await;
    // Every name has the maximum length, and each byte of the texts takes six bytes in JSON.
    let sql = server.sql().await;
    let entries =
        "(select jsonb_agg(jsonb_build_object('id', gen_random_uuid(), 'name', repeat('ﷺ', 200), 'content_type', repeat('ﷺ', 200),
        'size_bytes', 9007199254740991)) from generate_series(1, 10))";
    sql.batch_execute(&format!(
        "update people set display_name = repeat(chr(1), 200);
         insert into support_messages (ticket_id, sender_id, sender_type, body, attachments, key)
         values ('{ticket}', '{0}', 'customer', repeat(chr(1), 16384), {entries}, repeat('k', 64));
         update support_messages set body = repeat(chr(2), 16384) where key = repeat('k', 64);
         select log_ticket_activity('{ticket}', 'x', repeat(chr(1), 16384), repeat(chr(1), 16384), repeat(chr(1), 8192))",
        ada.id
    ))
    .await
    .expect("all of it is allowed");
    let key = "k".repeat(64);
    for reader in [&mut agent, &mut customer] {
        let event = reader.expect("the largest message", has_key(&key)).await;
        assert_eq!(
            event["message"]["attachments"].as_array().map(Vec::len),
            Some(limits::ATTACHMENTS_MAX)
        );
    }
    agent
        .expect("the largest edit", |frame| {
            frame["kind"] == "message_edited"
        })
        .await;
    agent
        .expect("the largest logged event", |frame| {
            frame["kind"] == "logged"
        })
        .await;
    let largest = agent
        .transcript
        .iter()
        .map(String::len)
        .max()
        .unwrap_or_default();
    assert!(largest > 2 * limits::BODY_BYTES_MAX * 6, "{largest} bytes");
    for reader in [&mut agent, &mut customer] {
        let pages = reader.subscribe(ticket, None).await;
        assert_eq!(seqs(&pages).last().copied(), pages[0]["head"].as_u64());
    }
    assert_eq!(
        customer.send(ticket, "after", "and on").await["type"],
        "ack"
    );
}
