//! Checks that customers never see notes, and that revoked rights end connections at once.

use std::time::Duration;

use serde_json::json;

use crate::client::connect;
use crate::test_server::{Join, TestServer, claims, sign};

#[tokio::test]
async fn a_note_never_reaches_a_customer_in_any_frame() {
    let server = TestServer::start(2, Join::Redis).await;
    let (ada, ben) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
    );
    let ticket = server.ticket(&ada).await;
    let (mut customer, mut agent) = (server.client(0, &ada).await, server.client(1, &ben).await);
    customer.subscribe(ticket, None).await;
    agent.subscribe(ticket, None).await;
    let canary = format!("canary-{}", uuid::Uuid::new_v4().simple());
    for n in 0..20 {
        let internal = n % 2 == 0;
        let body = if internal {
            canary.clone()
        } else {
            format!("public {n}")
        };
        agent
            .say(&json!({ "type": "typing", "ticket": ticket, "on": true, "internal": internal }))
            .await;
        let answer =
            agent.ask(json!({ "type": "send", "ticket": ticket, "key": format!("k{n}"), "body": body, "internal": internal })).await;
        assert_eq!(answer["type"], "ack", "{answer}");
        agent
            .say(&json!({ "type": "read", "ticket": ticket, "seq": answer["seq"] }))
            .await;
    }
    agent
        .expect("the last event", |frame| frame["message"]["key"] == "k19")
        .await;
    customer
        .expect("the last public event", |frame| {
            frame["message"]["key"] == "k19"
        })
        .await;
    customer.subscribe(ticket, Some((0, "another"))).await;
    customer.drain(Duration::from_millis(800)).await;
    for text in &customer.transcript {
        assert!(
            !text.contains(&canary) && !text.contains("internal") && !text.contains("note"),
            "leaked: {text}"
        );
    }
    let numbers = customer.numbers_seen(ticket);
    assert!(
        numbers.windows(2).all(|pair| pair[1] <= pair[0] + 1),
        "a gap reveals a note: {numbers:?}"
    );
    // On their own ticket, a member of staff counts as a customer.
    let own = server.ticket(&ben).await;
    let cleo = server.staff("Cleo Duarte", "admin").await;
    let mut other = server.client(0, &cleo).await;
    other
        .ask(json!({ "type": "send", "ticket": own, "key": "n", "body": canary, "internal": true }))
        .await;
    let mut owner = server.client(1, &ben).await;
    let pages = owner.subscribe(own, None).await;
    assert!(!format!("{pages:?}").contains(&canary));
    let refused = owner
        .ask(json!({ "type": "send", "ticket": own, "key": "n2", "body": "x", "internal": true }))
        .await;
    assert_eq!(refused["code"], "forbidden", "{refused}");
}

#[tokio::test]
async fn a_foreign_ticket_and_a_missing_one_get_the_same_answer() {
    let server = TestServer::start(1, Join::Alone).await;
    let (ada, carl) = (
        server.customer("Ada Lovelace"),
        server.customer("Carl Sagan"),
    );
    let foreign = server.ticket(&carl).await;
    let mut client = server.client(0, &ada).await;
    let mut answers = Vec::new();
    for ticket in [
        foreign,
        helpline_core::ids::TicketId::new(uuid::Uuid::now_v7()),
    ] {
        for frame in [
            json!({ "type": "subscribe", "ticket": ticket }),
            json!({ "type": "send", "ticket": ticket, "key": "k", "body": "x" }),
            json!({ "type": "send", "ticket": ticket, "key": "k", "body": "x", "internal": true }),
        ] {
            let mut answer = client.ask(frame).await;
            answer["id"] = json!(0);
            answers.push(answer);
        }
    }
    assert_eq!(answers[..3], answers[3..]);
    assert!(
        answers.iter().all(|answer| answer["code"] == "not_found"),
        "{answers:?}"
    );
    let refused: i64 = server
        .sql()
        .await
        .query_one(
            "select count(*) from access_log where user_id = $1 and refused is not null",
            &[&ada.id.uuid()],
        )
        .await
        .expect("a count")
        .get(0);
    assert!(
        refused >= 6,
        "each refused attempt leaves its row: {refused}"
    );
}

#[tokio::test]
async fn a_role_taken_by_sql_ends_every_socket_within_five_seconds_without_redis() {
    let server = TestServer::start(2, Join::Redis).await;
    let ben = server.staff("Ben Okafor", "support_agent").await;
    let (mut one, mut two) = (server.client(0, &ben).await, server.client(1, &ben).await);
    server.redis().kill9().await.expect("killed");
    server
        .sql()
        .await
        .execute(
            "delete from user_roles where user_id = $1",
            &[&ben.id.uuid()],
        )
        .await
        .expect("taken away");
    let closing = async { (one.closed().await, two.closed().await) };
    let codes = tokio::time::timeout(Duration::from_secs(5), closing)
        .await
        .expect("within five seconds");
    assert_eq!(codes, (Some(4503), Some(4503)));
}

#[tokio::test]
async fn a_connection_ends_with_its_token_unless_renewed() {
    let server = TestServer::start(1, Join::Alone).await;
    let ada = server.customer("Ada Lovelace");
    let brief = sign(&claims(ada.id, "Ada Lovelace", 3));
    let url = server.gateways[0].ws_url();
    let (mut lapses, mut renews) = (
        crate::client::Client::hello(&url, &brief).await,
        crate::client::Client::hello(&url, &brief).await,
    );
    assert_eq!(
        renews
            .ask(json!({ "type": "token", "token": ada.token }))
            .await["type"],
        "ok"
    );
    assert_eq!(lapses.closed().await, Some(4501));
    let ticket = server.ticket(&ada).await;
    assert_eq!(renews.send(ticket, "k1", "still here").await["type"], "ack");
    let carl = server.customer("Carl Sagan");
    let refused = renews
        .ask(json!({ "type": "token", "token": carl.token }))
        .await;
    assert_eq!(refused["code"], "not_authenticated");
    assert_eq!(renews.closed().await, Some(4501));
}

#[tokio::test]
async fn origins_are_exact_and_hello_comes_first() {
    let site = "https://desk.example.org";
    let server =
        TestServer::start_with(1, Join::Alone, |spec| spec.env("HELPLINE_ORIGINS", site)).await;
    let url = server.gateways[0].ws_url();
    assert!(connect(&url, Some(site)).await.is_ok());
    for foreign in [
        "null",
        "https://desk.example.org.evil.org",
        "http://desk.example.org",
        "https://desk.example.org:8443",
        "https://DESK.example.org",
    ] {
        assert!(connect(&url, Some(foreign)).await.is_err(), "{foreign}");
    }
    let ada = server.customer("Ada Lovelace");
    for (first, code) in [
        (
            json!({ "type": "subscribe", "id": 1, "ticket": uuid::Uuid::nil() }),
            4500,
        ),
        (
            json!({ "type": "hello", "id": 1, "token": "x".repeat(18_000) }),
            1009,
        ),
        (json!({ "type": "hello", "id": 1, "token": "a.b.c" }), 4501),
        (
            json!({ "type": "hello", "id": 1, "token": sign(&claims(ada.id, "Ada", -10)) }),
            4501,
        ),
    ] {
        let mut client = connect(&url, None).await.expect("accepted");
        client.say(&first).await;
        assert_eq!(client.closed().await, Some(code), "{first}");
    }
    assert!(
        connect(&format!("{url}?token={}", ada.token), None)
            .await
            .is_err(),
        "a token in the address is never taken"
    );
}

#[tokio::test]
async fn one_person_has_so_many_connections_and_no_more() {
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        spec.env("HELPLINE_CONNECTIONS_PER_USER_MAX", "2")
    })
    .await;
    let ada = server.customer("Ada Lovelace");
    let (_one, two) = (server.client(0, &ada).await, server.client(0, &ada).await);
    let mut third = connect(&server.gateways[0].ws_url(), None)
        .await
        .expect("accepted");
    third
        .post(json!({ "type": "hello", "token": ada.token }))
        .await;
    assert_eq!(third.closed().await, Some(4504));
    drop(two);
    crate::test_server::eventually(
        "a connection slot is free again",
        Duration::from_secs(5),
        async || {
            let mut again = connect(&server.gateways[0].ws_url(), None).await.ok()?;
            again
                .post(json!({ "type": "hello", "token": ada.token }))
                .await;
            again.welcomed().await.then_some(())
        },
    )
    .await;
}
