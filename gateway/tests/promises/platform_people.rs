//! Names come from the platform's own tables: a changed profile reaches the tickets, and an open console
//! with the next event.
//! A person who is deleted there becomes a proposal, and once an admin erases them, no answer and no
//! frame has their name or address.

use std::time::Duration;

use helpline_core::ids::TicketId;
use helpline_core::limits;
use helpline_persistence::Names;
use helpline_persistence::migrate::{self, Choices, NamesFrom, Plan, StaffFrom};
use serde_json::{Value, json};

use crate::overheard::Overheard;
use crate::test_server::{Join, Person, TestServer, eventually};

/// A pass through the few people of a test, the job that corrects tickets, and time for a slow
/// machine.
const FOLLOWED_WITHIN: Duration =
    Duration::from_millis(2 * limits::FOLLOW_NAMES_INTERVAL_MS + 13_000);

/// Parts of the name and address that the person has on the platform, and in the token.
const PERSONAL: [&str; 3] = ["Zerlina", "zerlina", "lovelace"];

/// The platform's tables, as on Supabase, with people whose names differ from their tokens.
async fn platform(server: &TestServer, staff: &[(&Person, &str)], customers: &[&Person]) {
    let sql = server.sql().await;
    let people = customers
        .iter()
        .copied()
        .chain(staff.iter().map(|(one, _)| *one));
    let rows: Vec<String> = people
        .map(|one| format!("('{0}', 'P {0}', '{0}@platform.example')", one.id))
        .collect();
    let roles: Vec<String> = staff
        .iter()
        .map(|(one, role)| format!("('{}', '{role}')", one.id))
        .collect();
    sql.batch_execute(&format!(
        "create table public.profiles (id uuid primary key, name text, email text);
         insert into public.profiles values {};
         create table public.user_roles (user_id uuid not null, role text not null);
         insert into public.user_roles values {}",
        rows.join(", "),
        roles.join(", ")
    ))
    .await
    .expect("the platform's tables");
    let choices = Choices {
        staff_from: Some(
            StaffFrom::parse("select user_id, role from public.user_roles").expect("a query"),
        ),
        names_from: Some(
            NamesFrom::parse("select id, name, email from public.profiles").expect("a query"),
        ),
        ..Choices::default()
    };
    let url = server.postgres.admin_url(server.database());
    migrate::apply_with(&url, &Names::default(), &Plan::embedded(), &choices)
        .await
        .expect("the queries are stored");
}

/// All that the desk shows to staff about a customer and the customer's ticket.
async fn all_answers(server: &TestServer, n: usize, staff: &Person, ticket: TicketId) -> String {
    let mut answers = String::new();
    for path in [
        format!("/v1/tickets/{ticket}"),
        format!("/v1/tickets/{ticket}/activity"),
        format!("/v1/tickets/{ticket}/messages"),
        "/v1/tickets?scope=all".to_owned(),
        "/v1/tickets?scope=all&search=zerlina".to_owned(),
    ] {
        let answer = server.rest_without_body(n, staff, "GET", &path).await;
        answers.push_str(&answer.expect(200).to_string());
    }
    answers
}

#[tokio::test]
async fn a_name_of_the_platform_reaches_tickets_and_consoles_and_an_erased_one_is_gone() {
    let server = TestServer::start(2, Join::Redis).await;
    let (ada, eve) = (
        server.customer("Ada Lovelace"),
        server.customer("Eve Moneypenny"),
    );
    let (ben, kim) = (server.customer("Ben Okafor"), server.customer("Kim Doe"));
    platform(
        &server,
        &[(&ben, "support_agent"), (&kim, "admin")],
        &[&ada, &eve],
    )
    .await;
    let sql = server.sql().await;
    drop((server.client(0, &ada).await, server.client(1, &eve).await));
    let ticket = server.ticket(&ada).await;
    let is_agent = async || {
        let role = "select 1 from user_roles where user_id = $1";
        sql.query_opt(role, &[&ben.id.uuid()])
            .await
            .expect("an answer")
    };
    eventually("the agent of the platform", FOLLOWED_WITHIN, is_agent).await;

    let mut console = server.client(1, &ben).await;
    console.ask(json!({ "type": "inbox", "on": true })).await;
    sql.execute(
        "update public.profiles set name = 'Zerlina Byron', email = 'zerlina@platform.example' where id = $1",
        &[&ada.id.uuid()],
    )
    .await
    .expect("a changed profile");
    let followed = async || {
        let shown = all_answers(&server, 0, &ben, ticket).await;
        (shown.contains("Zerlina Byron") && shown.contains("zerlina@platform.example"))
            .then_some(())
    };
    eventually("the name in the tickets", FOLLOWED_WITHIN, followed).await;
    let message = "insert into support_messages (ticket_id, sender_id, sender_type, body) values ($1, $2, 'customer', 'Hello?')";
    sql.execute(message, &[&ticket.uuid(), &ada.id.uuid()])
        .await
        .expect("a message");
    let renamed = |frame: &Value| {
        let of_ticket = |one: &Value| {
            one["id"] == json!(ticket)
                && one["customer_name"] == "Zerlina Byron"
                && one["customer_email"] == "zerlina@platform.example"
        };
        frame["type"] == "inbox"
            && frame["tickets"]
                .as_array()
                .is_some_and(|all| all.iter().any(of_ticket))
    };
    console
        .expect_within("the name in the open console", FOLLOWED_WITHIN, renamed)
        .await;

    erased(&server, &kim, &ben, &ada, ticket).await;
}

/// The person is deleted on the platform, proposed, and erased by an admin.
async fn erased(
    server: &TestServer,
    admin: &Person,
    agent: &Person,
    gone: &Person,
    ticket: TicketId,
) {
    let sql = server.sql().await;
    let id = gone.id.uuid();
    sql.execute("delete from public.profiles where id = $1", &[&id])
        .await
        .expect("deleted on the platform");
    // The hour that a person has to be gone passes at once.
    let an_hour_ago = async || {
        let earlier = "update platform_people set gone_since = gone_since - interval '2 hours' where person_id = $1 and gone_since is not null";
        let moved = sql.execute(earlier, &[&id]).await.expect("an answer");
        (moved > 0).then_some(())
    };
    eventually("the person is gone", FOLLOWED_WITHIN, an_hour_ago).await;
    let proposed = async || {
        let view = server
            .rest_without_body(0, admin, "GET", "/v1/erasures")
            .await
            .expect(200);
        (view["proposals"] != json!([])).then_some(view)
    };
    let view = eventually("a proposal", FOLLOWED_WITHIN, proposed).await;
    assert_eq!(view["proposals"][0]["person"], json!(gone.id), "{view}");
    assert_eq!(view["proposals"][0]["name"], "Zerlina Byron");
    assert_eq!(view["proposals"].as_array().map(Vec::len), Some(1));

    let overheard = Overheard::start(server.redis()).await;
    let mut console = server.client(1, agent).await;
    console.ask(json!({ "type": "inbox", "on": true })).await;
    console.subscribe(ticket, None).await;
    let path = format!("/v1/erasures/{}", gone.id);
    let answer = server
        .rest(0, admin, "PUT", &path, json!({ "erase": true }))
        .await;
    assert_eq!(answer.status, 204, "{}", answer.text());
    let nameless = |frame: &Value| {
        let of_ticket = |one: &Value| {
            one["id"] == json!(ticket)
                && one["customer_name"].is_null()
                && one["customer_email"].is_null()
        };
        frame["type"] == "inbox"
            && frame["tickets"]
                .as_array()
                .is_some_and(|all| all.iter().any(of_ticket))
    };
    let left = "select (select count(*) from people p where p.id = $1) + (select count(*) from support_tickets t where t.customer_email is not null and t.user_id = $1)";
    let followed = async || {
        let row = sql.query_one(left, &[&id]).await.expect("an answer");
        (row.get::<_, i64>(0) == 0).then_some(())
    };
    eventually("the copies are removed", FOLLOWED_WITHIN, followed).await;
    for n in [0, 1] {
        let shown = all_answers(server, n, agent, ticket).await;
        assert!(shown.contains(&ticket.to_string()), "the ticket stays");
        for word in PERSONAL {
            assert!(!shown.contains(word), "{word}: {shown}");
        }
        let panel = format!("/v1/people/{}", gone.id);
        let panel = server.rest_without_body(n, agent, "GET", &panel).await;
        assert!(!panel.text().contains("Zerlina"), "{}", panel.text());
    }
    // What the agent writes afterwards reaches the other instance, without the name.
    console.send(ticket, "k1", "Are you still there?").await;
    console
        .expect_within("the ticket without a name", FOLLOWED_WITHIN, nameless)
        .await;
    for publication in overheard.end().await {
        for word in PERSONAL {
            assert!(!publication.payload.contains(word), "{publication:?}");
        }
    }
}
