//! Checks that data that a newer version of Helpline or a predecessor system wrote does not affect
//! other people, tickets or statistics.

use serde_json::json;

use crate::client::WITHOUT_REDIS;
use crate::test_server::{Join, TestServer};

#[tokio::test]
async fn one_person_or_ticket_of_a_newer_version_keeps_nobody_else_out() {
    let server = TestServer::start(1, Join::Alone).await;
    let ada = server.customer("Ada Lovelace");
    let ben = server.staff("Ben Okafor", "support_agent").await;
    let odd = server.customer("Odd Future");
    let (ticket, strange) = (server.ticket(&ada).await, server.ticket(&ada).await);
    server
        .sql()
        .await
        .batch_execute(&format!(
            "alter table user_roles drop constraint user_roles_role_check; insert into user_roles (user_id, role) values ('{}', 'auditor');
             alter table support_tickets drop constraint support_tickets_category_check, drop constraint support_tickets_status_check;
             update support_tickets set category = 'of_the_future' where id = '{strange}'",
            odd.id
        ))
        .await
        .expect("written by a newer version");
    let url = server.gateways[0].ws_url();
    // Sign in many people concurrently, so that several sign-ins share one SQL statement.
    let crowd = (0..18).map(|n| {
        let (url, token) = (
            url.clone(),
            if n % 10 == 3 {
                odd.token.clone()
            } else {
                ada.token.clone()
            },
        );
        async move {
            let mut client = crate::client::connect(&url, None)
                .await
                .expect("the gateway accepts");
            (
                n % 10 != 3,
                client.ask(json!({ "type": "hello", "token": token })).await,
            )
        }
    });
    for (is_welcome, answer) in futures_util::future::join_all(crowd).await {
        assert_eq!(answer["type"] == "welcome", is_welcome, "{answer}");
    }
    let mut console = server.client(0, &ben).await;
    assert_eq!(
        console.ask(json!({ "type": "inbox", "on": true })).await["type"],
        "ok"
    );
    server
        .sql()
        .await
        .batch_execute(&format!(
            "insert into support_messages (ticket_id, sender_id, sender_type, body)
             select id, user_id, 'customer', 'x' from support_tickets where id in ('{ticket}', '{strange}')"
        ))
        .await
        .expect("both move");
    let of = json!(ticket);
    console
        .expect_within(
            "the ticket next to the unreadable one",
            WITHOUT_REDIS,
            |frame| {
                frame["type"] == "inbox"
                    && frame["tickets"]
                        .as_array()
                        .is_some_and(|all| all.iter().any(|one| one["id"] == of))
            },
        )
        .await;
    let mut customer = server.client(0, &ada).await;
    server
        .sql()
        .await
        .batch_execute(&format!(
            "update support_tickets set status = 'of_the_future' where id = '{strange}'"
        ))
        .await
        .expect_err("a move that is not allowed");
    server
        .sql()
        .await
        .batch_execute(&format!(
            "alter table support_tickets disable trigger user; update support_tickets set status = 'of_the_future' where id = '{strange}';
             alter table support_tickets enable trigger user"
        ))
        .await
        .expect("written by a newer version");
    let refused = customer
        .ask(json!({ "type": "subscribe", "ticket": strange }))
        .await;
    assert_eq!(
        (&refused["type"], &refused["code"]),
        (&json!("error"), &json!("internal"))
    );
    assert_eq!(
        customer.subscribe(ticket, None).await[0]["type"],
        "subscribed"
    );
}

#[tokio::test]
async fn figures_that_make_no_sense_keep_back_no_ticket() {
    let server = TestServer::start(1, Join::Alone).await;
    let (ada, ben) = (
        server.customer("Ada Lovelace"),
        server.staff("Ben Okafor", "support_agent").await,
    );
    server.sql()
        .await
        .batch_execute("create or replace function support_read_stats() returns setof support_ticket_stats language sql as $$ select 1 / 0, s.* from support_ticket_stats s $$")
        .await
        .expect_err("another shape");
    server
        .sql()
        .await
        .batch_execute(
            "create or replace function support_read_stats() returns setof support_ticket_stats language plpgsql security definer
             set search_path = pg_catalog, helpline, pg_temp as $$ begin perform 1 / 0; end $$",
        )
        .await
        .expect("figures fail");
    let mut console = server.client(0, &ben).await;
    assert_eq!(
        console.ask(json!({ "type": "inbox", "on": true })).await["type"],
        "ok"
    );
    let ticket = json!(server.ticket(&ada).await);
    console
        .expect_within("the ticket", WITHOUT_REDIS, |frame| {
            frame["type"] == "inbox"
                && frame["tickets"]
                    .as_array()
                    .is_some_and(|all| all.iter().any(|one| one["id"] == ticket))
        })
        .await;
}

#[tokio::test]
async fn numbers_of_an_earlier_system_are_shown_as_they_are_and_blind_nobody() {
    const NUMBERS: &[&str] = &["SUP-2024-17", "TKT-42", "#7/ä", "99999999999999999999999"];
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
    for number in NUMBERS {
        sql.execute(
            "insert into support_tickets (user_id, subject, ticket_number) values ($1, 'Carried over', $2)",
            &[&ada.id.uuid(), number],
        )
        .await
        .expect("carried over");
    }
    server.ticket(&ada).await;
    let mut told = std::collections::BTreeSet::new();
    while told.len() < NUMBERS.len() + 1 {
        let frame = console
            .expect_within("every ticket", WITHOUT_REDIS, |frame| {
                frame["type"] == "inbox" && frame["tickets"] != json!([])
            })
            .await;
        told.extend(
            frame["tickets"]
                .as_array()
                .expect("tickets")
                .iter()
                .map(|one| one["ticket_number"].as_str().expect("a number").to_owned()),
        );
    }
    assert!(
        NUMBERS.iter().all(|number| told.contains(*number)),
        "{told:?}"
    );
}
