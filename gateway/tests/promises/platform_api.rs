//! A hosting platform's own pages write through the schema `helpline_api`, and people with Helpline's
//! apps see it live: the sweep finds what plain SQL has written.

use std::time::Duration;

use helpline_core::limits;
use helpline_persistence::Names;
use helpline_persistence::migrate::{self, Choices, Plan, PlatformApi};
use serde_json::json;

use crate::test_server::{Join, Person, TestServer};

/// Opens a session as PostgREST does for a request with this person's token.
async fn page(server: &TestServer, person: &Person) -> tokio_postgres::Client {
    let page = server.sql().await;
    let claims = json!({ "sub": person.id, "role": "authenticated" });
    page.batch_execute(&format!(
        "set role authenticated; set search_path = helpline_api; set request.jwt.claims = '{claims}'"
    ))
    .await
    .expect("the platform's role");
    page
}

/// Time within which an event of plain SQL reaches a room: two sweeps, and the time for reading.
fn soon() -> Duration {
    Duration::from_millis(2 * limits::SWEEP_INTERVAL_MS + 500)
}

#[tokio::test]
async fn what_the_platforms_pages_write_arrives_live_in_the_apps() {
    let server = TestServer::start(2, Join::Redis).await;
    server
        .sql()
        .await
        .batch_execute(
            "do $$ begin create role authenticated nologin noinherit; exception when duplicate_object then null; end $$",
        )
        .await
        .expect("a role of the platform");
    let choices = Choices {
        platform_api: Some(PlatformApi::parse("authenticated").expect("a role")),
        ..Choices::default()
    };
    let url = server.postgres.admin_url(server.database());
    migrate::apply_with(&url, &Names::default(), &Plan::embedded(), &choices)
        .await
        .expect("the schema helpline_api");
    let (ada, eve) = (server.customer("Ada Lovelace"), server.customer("Eve"));
    let ben = server.staff("Ben Okafor", "support_agent").await;
    let (ticket, other) = (server.ticket(&ada).await, server.ticket(&eve).await);
    let (mut customer, mut agent) = (server.client(0, &ada).await, server.client(1, &ben).await);
    let mut stranger = server.client(1, &eve).await;
    customer.subscribe(ticket, None).await;
    agent.subscribe(ticket, None).await;
    stranger.subscribe(other, None).await;

    let says = |words: &'static str| {
        move |frame: &serde_json::Value| {
            frame["message"]["body"] == words && frame["type"] == "event"
        }
    };
    let (hers, his) = (page(&server, &ada).await, page(&server, &ben).await);
    hers.batch_execute(&format!(
        "insert into support_messages (ticket_id, message) values ('{ticket}', 'Wo bleibt es? مرحبا')"
    ))
    .await
    .expect("a message");
    for client in [&mut customer, &mut agent] {
        let event = client
            .expect_within("the message", soon(), says("Wo bleibt es? مرحبا"))
            .await;
        assert_eq!(event["kind"], "message_added");
        assert_eq!(event["actor"]["name"], "Ada Lovelace");
    }
    his.batch_execute(&format!(
        "insert into support_messages (ticket_id, message, is_internal) values ('{ticket}', 'canary', true);
         insert into support_messages (ticket_id, message) values ('{ticket}', 'It is on its way');
         select update_ticket_status('{ticket}', 'resolved')"
    ))
    .await
    .expect("an answer");
    let resolved = |frame: &serde_json::Value| frame["kind"] == "resolved";
    agent
        .expect_within("the note", soon(), says("canary"))
        .await;
    agent
        .expect_within("the new status", soon(), resolved)
        .await;
    let answer = customer
        .expect_within("the answer", soon(), says("It is on its way"))
        .await;
    assert_eq!(
        answer["actor"]["name"], "Ben",
        "customers see first names only"
    );
    customer
        .expect_within("the new status", soon(), resolved)
        .await;
    // The other customer got nothing, and no one's numbers have a gap.
    stranger.listen(Duration::from_millis(300)).await;
    assert_eq!(stranger.numbers_seen(ticket), Vec::<u64>::new());
    for client in [&customer, &agent] {
        let seen = client.numbers_seen(ticket);
        let expected: Vec<u64> = (1..=seen.len() as u64).collect();
        assert_eq!(seen, expected);
    }
}
