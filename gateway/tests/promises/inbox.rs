//! Tests the ticket lists of consoles. Every changed ticket must be sent with all its fields, or
//! only with the new position of its last event, in frames of bounded size.

use std::time::Duration;

use helpline_core::limits;
use serde_json::json;

use crate::test_server::{Join, TestServer, eventually};

#[tokio::test]
async fn the_inbox_tells_of_every_changed_ticket_across_instances() {
    let server = TestServer::start(2, Join::Redis).await;
    let (ada, ben) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
    );
    let mut console = server.client(0, &ben).await;
    assert_eq!(
        console.ask(json!({ "type": "inbox", "on": true })).await["type"],
        "ok"
    );
    console
        .expect("the figures", |frame| {
            frame["type"] == "inbox" && frame["stats"].is_object()
        })
        .await;
    let ticket = server.ticket(&ada).await;
    let names = |frame: &serde_json::Value, seq: u64| {
        frame["type"] == "inbox"
            && ["tickets", "moved"].iter().any(|list| {
                let of_ticket = |t: &serde_json::Value| {
                    t["id"] == json!(ticket) && t["seq"].as_u64().is_some_and(|s| s >= seq)
                };
                frame[list]
                    .as_array()
                    .is_some_and(|tickets| tickets.iter().any(of_ticket))
            })
    };
    // Plain SQL created the ticket, so no instance published it. The console must still receive it.
    console
        .expect("the new ticket", |frame| names(frame, 2))
        .await;
    let mut customer = server.client(1, &ada).await;
    let ack = customer.send(ticket, "k1", "hello").await;
    console
        .expect("its new state", |frame| {
            names(frame, ack["seq"].as_u64().expect("a number"))
        })
        .await;
    let mut customer_console = server.client(0, &ada).await;
    assert_eq!(
        customer_console
            .ask(json!({ "type": "inbox", "on": true }))
            .await["code"],
        "forbidden"
    );
}

#[tokio::test]
async fn the_inbox_tells_all_of_a_ticket_once_and_then_its_place_until_more_changes_or_somebody_enters()
 {
    let server = TestServer::start(1, Join::Alone).await;
    let (ada, ben) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
    );
    let ticket = server.ticket(&ada).await;
    let (mut first, mut second) = (server.client(0, &ben).await, server.client(0, &ben).await);
    let mut customer = server.client(0, &ada).await;
    // Shortly after sign-in, the server copies the customer's e-mail address to the ticket. Wait
    // for that change, because it makes the server send all fields of the ticket.
    let sql = server.sql().await;
    eventually(
        "the customer's address is copied to the ticket",
        Duration::from_secs(20),
        async || {
            let asked = sql.query_one("select count(*) from helpline.people_to_follow", &[]);
            (asked.await.expect("a count").get::<_, i64>(0) == 0).then_some(())
        },
    )
    .await;
    assert_eq!(
        first.ask(json!({ "type": "inbox", "on": true })).await["type"],
        "ok"
    );
    let at = |list: &'static str, seq: &serde_json::Value| {
        let wanted = (json!(ticket), seq.clone());
        move |frame: &serde_json::Value| {
            let is_it = |t: &serde_json::Value| (t["id"].clone(), t["seq"].clone()) == wanted;
            frame["type"] == "inbox"
                && frame[list]
                    .as_array()
                    .is_some_and(|tickets| tickets.iter().any(is_it))
        }
    };
    customer.send(ticket, "k1", "one").await;
    // Plain SQL created the ticket. The sweep may find the ticket before the customer's message
    // `k1`, or together with it.
    first
        .expect("the whole ticket", |frame| {
            frame["type"] == "inbox" && frame["tickets"][0]["id"] == json!(ticket)
        })
        .await;
    let ack = customer.send(ticket, "k2", "two").await;
    let frame = first.expect("its position", at("moved", &ack["seq"])).await;
    assert_eq!(frame["tickets"], json!([]));
    assert_eq!(
        second.ask(json!({ "type": "inbox", "on": true })).await["type"],
        "ok"
    );
    let ack = customer.send(ticket, "k3", "three").await;
    second
        .expect(
            "the whole ticket, for a new console",
            at("tickets", &ack["seq"]),
        )
        .await;
    // A console gets changed tickets with all their fields until `INBOX_SETTLE_MS` after it
    // subscribes. After that, the second console gets the same frames as the first console:
    // positions only.
    tokio::time::sleep(Duration::from_millis(limits::INBOX_SETTLE_MS + 500)).await;
    let ack = customer.send(ticket, "k3b", "three and a half").await;
    first.expect("its position", at("moved", &ack["seq"])).await;
    let mut third = server.client(0, &ben).await;
    assert_eq!(
        third.ask(json!({ "type": "inbox", "on": true })).await["type"],
        "ok"
    );
    let ack = customer.send(ticket, "k3c", "nearly four").await;
    third
        .expect(
            "the whole ticket, for a new console",
            at("tickets", &ack["seq"]),
        )
        .await;
    first
        .expect("its position, as before", at("moved", &ack["seq"]))
        .await;
    // The first reply by staff changes the ticket's status, so the ticket is sent with all its
    // fields.
    let mut agent = server.client(0, &ben).await;
    let ack = agent.send(ticket, "k4", "an answer").await;
    let moved = json!(ack["seq"].as_u64().expect("a number") + 1);
    let frame = first
        .expect(
            "the whole ticket, with the new status",
            at("tickets", &moved),
        )
        .await;
    assert_eq!(frame["tickets"][0]["status"], "in_progress");
}

#[tokio::test]
async fn what_was_announced_is_not_told_again_when_the_sweep_finds_it() {
    let server = TestServer::start(1, Join::Alone).await;
    let (ada, ben) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
    );
    let ticket = server.ticket(&ada).await;
    let (mut console, mut customer) = (server.client(0, &ben).await, server.client(0, &ada).await);
    assert_eq!(
        console.ask(json!({ "type": "inbox", "on": true })).await["type"],
        "ok"
    );
    let names = |frame: &serde_json::Value, ticket: &serde_json::Value, seq: &serde_json::Value| {
        let has = |list: &str| {
            frame[list]
                .as_array()
                .is_some_and(|all| all.iter().any(|t| t["id"] == *ticket && t["seq"] == *seq))
        };
        frame["type"] == "inbox" && (has("tickets") || has("moved"))
    };
    let (id, ticket) = (ticket, json!(ticket));
    for key in ["k1", "k2", "k3"] {
        let seq = customer.send(id, key, "hello").await["seq"].clone();
        console
            .expect("the change", |frame| names(frame, &ticket, &seq))
            .await;
        // Only the sweep finds this ticket, because plain SQL created it. When the ticket arrives,
        // a sweep has also read the customer's message, which the instance published at once.
        let found = json!(server.ticket(&ada).await);
        console
            .expect("the ticket that the sweep finds", |frame| {
                names(frame, &found, &json!(2))
            })
            .await;
        let frames = console
            .transcript
            .iter()
            .map(|text| serde_json::from_str(text).expect("JSON"));
        assert_eq!(
            frames.filter(|frame| names(frame, &ticket, &seq)).count(),
            1,
            "told once"
        );
    }
}

#[tokio::test]
async fn a_console_is_told_of_hundreds_of_large_tickets_in_frames_that_it_can_be_sent() {
    const TICKETS: usize = 700;
    let server = TestServer::start(1, Join::Alone).await;
    let (ada, ben) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
    );
    let mut console = server.client(0, &ben).await;
    assert_eq!(
        console.ask(json!({ "type": "inbox", "on": true })).await["type"],
        "ok"
    );
    let sql = server.sql().await;
    let subject = "ع".repeat(limits::SUBJECT_CHARS_MAX);
    sql.execute(
        "insert into support_tickets (user_id, subject, status, satisfaction_rating, satisfaction_comment)
         select $1::text::uuid, $2, 'closed', 5, repeat('م', 300) from generate_series(1, 700)",
        &[&ada.id.to_string(), &subject],
    )
    .await
    .expect("made");
    let mut told = std::collections::HashSet::new();
    while told.len() < TICKETS {
        let frame = console
            .expect("more of them", |frame| {
                frame["type"] == "inbox" && frame["tickets"] != json!([])
            })
            .await;
        assert!(frame.to_string().len() <= limits::INBOX_FRAME_BYTES_MAX + 8 * 1024);
        told.extend(
            frame["tickets"]
                .as_array()
                .expect("tickets")
                .iter()
                .map(|ticket| ticket["id"].to_string()),
        );
    }
}
