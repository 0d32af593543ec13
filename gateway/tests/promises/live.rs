//! Tests live data that is not part of the history: typing, presence, read positions, the inbox and
//! heartbeats. Also tests the shutdown of an instance.

use std::time::Duration;

use helpline_core::ids::TicketId;
use helpline_core::limits;
use serde_json::json;

use crate::test_server::{Join, TestServer};

#[tokio::test]
async fn two_people_talk_through_two_instances() {
    let server = TestServer::start(2, Join::Redis).await;
    let (ada, ben) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
    );
    let ticket = server.ticket(&ada).await;
    let (mut customer, mut agent) = (server.client(0, &ada).await, server.client(1, &ben).await);
    customer.subscribe(ticket, None).await;
    agent.subscribe(ticket, None).await;

    customer
        .say(&json!({ "type": "typing", "ticket": ticket, "on": true }))
        .await;
    let typing = agent
        .expect("typing", |frame| frame["type"] == "typing")
        .await;
    assert_eq!(typing["person"]["name"], "Ada Lovelace");

    let ack = agent.send(ticket, "a1", "How can I help?").await;
    let event = customer.event(ticket).await;
    assert_eq!(
        (&event["kind"], &event["actor"]["name"]),
        (&json!("message_added"), &json!("Ben")),
        "first names only: {event}"
    );
    assert_eq!(event["message"]["body"], "How can I help?");
    let moved = customer.event(ticket).await;
    assert_eq!(
        (&moved["kind"], &moved["new_value"]),
        (&json!("status_changed"), &json!("in_progress"))
    );

    customer
        .say(&json!({ "type": "read", "ticket": ticket, "seq": event["seq"] }))
        .await;
    let read = agent
        .expect("a read position", |frame| {
            frame["type"] == "read" && frame["person"]["type"] == "customer"
        })
        .await;
    assert_eq!(read["seq"], ack["seq"]);
    let pages = agent.subscribe(ticket, None).await;
    assert!(
        pages[0]["reads"]
            .as_array()
            .expect("reads")
            .iter()
            .any(|read| read["person"]["name"] == "Ada Lovelace"),
        "{}",
        pages[0]
    );
}

#[tokio::test]
async fn agents_see_who_else_looks_and_customers_do_not() {
    let server = TestServer::start(2, Join::Redis).await;
    let (ada, ben) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
    );
    let cleo = server.staff("Cleo Duarte", "admin").await;
    let ticket = server.ticket(&ada).await;
    let (mut customer, mut one) = (server.client(0, &ada).await, server.client(0, &ben).await);
    customer.subscribe(ticket, None).await;
    one.subscribe(ticket, None).await;
    let mut two = server.client(1, &cleo).await;
    two.subscribe(ticket, None).await;
    let names = |frame: &serde_json::Value| {
        frame["viewers"].as_array().map(|viewers| {
            viewers
                .iter()
                .filter_map(|v| v["name"].as_str().map(str::to_owned))
                .collect::<Vec<_>>()
        })
    };
    for agent in [&mut one, &mut two] {
        agent
            .expect("both viewers", |frame| {
                frame["type"] == "presence"
                    && names(frame).is_some_and(|names| {
                        names.len() == 2 && names.iter().any(|n| n == "Cleo Duarte")
                    })
            })
            .await;
    }
    drop(two);
    one.expect("one viewer left", |frame| {
        frame["type"] == "presence" && names(frame).is_some_and(|names| names == ["Ben Okafor"])
    })
    .await;
    let frames = customer.drain(Duration::from_millis(300)).await;
    assert!(
        frames.iter().all(|frame| frame["type"] != "presence"),
        "{frames:?}"
    );
}

/// Matches the `inbox_presence` frame that lists exactly these viewers of the ticket.
fn lists(ticket: TicketId, names: &[&str]) -> impl Fn(&serde_json::Value) -> bool {
    let (ticket, names) = (json!(ticket), json!(names));
    move |frame| {
        let named = |one: &serde_json::Value| {
            let viewers = one["viewers"].as_array().expect("viewers");
            let viewers: Vec<_> = viewers
                .iter()
                .map(|viewer| viewer["name"].clone())
                .collect();
            one["ticket"] == ticket && json!(viewers) == names
        };
        frame["type"] == "inbox_presence"
            && frame["tickets"]
                .as_array()
                .is_some_and(|all| all.iter().any(named))
    }
}

#[tokio::test]
async fn a_console_is_told_who_looks_at_a_ticket_at_another_instance() {
    let server = TestServer::start(2, Join::Redis).await;
    let (ada, ben, cleo) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
        server.staff("Cleo Duarte", "support_agent").await,
    );
    let (one, two) = (server.ticket(&ada).await, server.ticket(&ada).await);
    let mut customer = server.client(0, &ada).await;
    customer.subscribe(one, None).await;
    // The agent opens the ticket before a console opens on the other instance. The console's
    // instance must therefore ask the agent's instance for the current viewers.
    let mut there = server.client(0, &ben).await;
    there.subscribe(one, None).await;
    there
        .expect("that he is there", |frame| frame["type"] == "presence")
        .await;
    let watch = json!({ "type": "inbox", "on": true });
    let mut console = server.client(1, &cleo).await;
    console.ask(watch.clone()).await;
    let soon = Duration::from_secs(5);
    console
        .expect_within("who was there before", soon, lists(one, &["Ben Okafor"]))
        .await;
    there.subscribe(two, None).await;
    console
        .expect_within("who has come", soon, lists(two, &["Ben Okafor"]))
        .await;
    there
        .ask(json!({ "type": "unsubscribe", "ticket": two }))
        .await;
    console
        .expect_within("that he has left", soon, lists(two, &[]))
        .await;
    // A second console on the same instance immediately receives the viewers that the instance
    // already knows.
    let mut second = server.client(1, &ben).await;
    second.ask(watch).await;
    second
        .expect_within("what is known", soon, lists(one, &["Ben Okafor"]))
        .await;
    let frames = customer.drain(Duration::from_millis(300)).await;
    assert!(
        frames.iter().all(|frame| frame["type"] != "inbox_presence"),
        "{frames:?}"
    );
    server.gateways[0].kill9().await.expect("killed");
    let lease = Duration::from_millis(limits::PRESENCE_LEASE_MS + limits::PRESENCE_RENEW_MS);
    console
        .expect_within("the end of the lease", lease + soon, lists(one, &[]))
        .await;
}

#[tokio::test]
async fn a_ping_names_moved_heads_and_a_silent_peer_is_closed_4002() {
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        spec.env("HELPLINE_HEARTBEAT_MS", "400")
    })
    .await;
    let ada = server.customer("Ada Lovelace");
    let ticket = server.ticket(&ada).await;
    let mut client = server.client(0, &ada).await;
    client.subscribe(ticket, None).await;
    let ack = client.send(ticket, "k1", "x").await;
    let ping = client
        .expect("a ping with heads", |frame| {
            frame["type"] == "ping" && frame["heads"] != json!([])
        })
        .await;
    assert_eq!(
        ping["heads"],
        json!([{ "ticket": ticket, "seq": ack["seq"] }])
    );
    let mut mute = crate::client::connect(&server.gateways[0].ws_url(), None)
        .await
        .expect("accepted");
    mute.post(json!({ "type": "hello", "token": ada.token }))
        .await;
    mute.is_mute = true;
    assert_eq!(mute.closed().await, Some(4002));
}

#[tokio::test]
async fn a_stale_answer_is_told_so_and_sent_again_without_the_guard() {
    let server = TestServer::start(1, Join::Alone).await;
    let (ada, ben) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
    );
    let ticket = server.ticket(&ada).await;
    let (mut customer, mut agent) = (server.client(0, &ada).await, server.client(0, &ben).await);
    let seen = agent.subscribe(ticket, None).await[0]["head"].clone();
    // A note makes an agent's send stale (`based_on` is too old), but not a customer's.
    let customer_seen = customer.subscribe(ticket, None).await[0]["head"].clone();
    agent.ask(json!({ "type": "send", "ticket": ticket, "key": "n1", "body": "a note", "internal": true })).await;
    let guarded = |key: &str, based_on: &serde_json::Value| json!({ "type": "send", "ticket": ticket, "key": key, "body": "guarded", "based_on": based_on });
    assert_eq!(
        customer.ask(guarded("c1", &customer_seen)).await["type"],
        "ack"
    );
    let stale = agent.ask(guarded("a1", &seen)).await;
    assert_eq!(stale["code"], "stale", "{stale}");
    assert!(stale["head"].as_u64() > seen.as_u64());
    assert_eq!(agent.send(ticket, "a1", "guarded").await["type"], "ack");
}

#[tokio::test]
async fn a_drained_instance_finishes_what_is_under_way_and_says_bye() {
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        spec.env("HELPLINE_BYE_SPREAD_MS", "300")
    })
    .await;
    let ada = server.customer("Ada Lovelace");
    let ticket = server.ticket(&ada).await;
    let mut client = server.client(0, &ada).await;
    let mut sql = server.sql().await;
    let holding = sql.transaction().await.expect("a transaction");
    holding
        .execute(
            "select 1 from support_tickets where id = $1 for update",
            &[&ticket.uuid()],
        )
        .await
        .expect("locked");
    let under_way = client
        .post(json!({ "type": "send", "ticket": ticket, "key": "k1", "body": "x" }))
        .await;
    client
        .ask(json!({ "type": "unsubscribe", "ticket": ticket }))
        .await;
    server.gateways[0].terminate();
    let bye = client.expect("bye", |frame| frame["type"] == "bye").await;
    assert!(bye["retry_after_ms"].is_u64());
    holding.commit().await.expect("released");
    let ack = client.answer(under_way).await;
    assert_eq!(ack["type"], "ack", "{ack}");
    assert_eq!(client.closed().await, Some(1012));
    assert_eq!(server.gateways[0].ends().await.expect("it ends"), Some(0));
}
