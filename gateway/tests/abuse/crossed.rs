//! Checks that a request that is cut off leaves no database session state (role or claims) on its
//! Postgres connection. All people share one connection, so the state would affect the next
//! person's request.

use std::time::Duration;

use helpline_core::ids::TicketId;
use rand::RngExt;
use serde_json::json;

use crate::client::Client;
use crate::raw::{self, FIN, TEXT, frame, request, upgraded};
use crate::test_server::{Join, Person, TestServer};

const PEOPLE: usize = 40;
const ROUNDS: usize = 6;

struct Asker {
    person: Person,
    ticket: TicketId,
    secret: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_connection_to_postgres_never_answers_one_person_with_anothers_claims() {
    // Two Postgres connections: one for the writer's lane, and one for everything else.
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        spec.env("HELPLINE_POOL_CONNECTIONS_MAX", "2")
            .env("HELPLINE_WRITER_LANES", "1")
            .env("HELPLINE_CONNECTIONS_PER_USER_MAX", "500")
    })
    .await;
    let port = server.gateways[0].port();
    let url = server.gateways[0].ws_url();
    let mut people = Vec::new();
    for n in 0..PEOPLE {
        let person = server.customer(&format!("Person {n}"));
        let ticket = server.ticket(&person).await;
        let secret = format!("secret-{}", uuid::Uuid::new_v4().simple());
        assert_eq!(
            server
                .client(0, &person)
                .await
                .send(ticket, "first", &secret)
                .await["type"],
            "ack"
        );
        people.push(Asker {
            person,
            ticket,
            secret,
        });
    }
    let everybody = (0..PEOPLE).map(async |n| {
        for _ in 0..ROUNDS {
            let other = rand::rng().random_range(0..PEOPLE);
            if rand::rng().random_bool(0.4) {
                cut_off(port, &people[n], &people[other]).await;
            } else {
                ask(&url, port, &people, n, other).await;
            }
        }
    });
    futures_util::future::join_all(everybody).await;
}

/// Sends several requests at once and disconnects before any response.
async fn cut_off(port: u16, me: &Asker, other: &Asker) {
    let mut socket = upgraded(port, "/v1/ws").await;
    socket.hello(&me.person.token).await;
    for ticket in [me.ticket, other.ticket] {
        let wish = json!({ "type": "subscribe", "id": 2, "ticket": ticket }).to_string();
        let _ = socket.write(&frame(FIN | TEXT, wish.as_bytes())).await;
    }
    let mut rest = raw::connect(port).await;
    let bearer = format!("Bearer {}", me.person.token);
    let _ = rest
        .write(&raw::head(
            "GET",
            "/v1/tickets",
            port,
            &[("Authorization", &bearer)],
        ))
        .await;
    tokio::time::sleep(Duration::from_millis(rand::rng().random_range(0..8))).await;
}

/// Signs in as person `n`. Requests, over the socket and over REST, this person's own data and data
/// that this person may not read.
async fn ask(url: &str, port: u16, people: &[Asker], n: usize, other: usize) {
    let me = &people[n];
    let mut client = Client::hello(url, &me.person.token).await;
    let own = client
        .ask(json!({ "type": "subscribe", "ticket": me.ticket }))
        .await;
    assert!(
        own.to_string().contains(&me.secret),
        "the person's own ticket is missing: {own}"
    );
    let foreign = client
        .ask(json!({ "type": "subscribe", "ticket": people[other].ticket }))
        .await;
    assert_eq!(foreign["type"] == "subscribed", other == n, "{foreign}");
    let bearer = format!("Bearer {}", me.person.token);
    let mut seen = client.transcript.concat();
    for path in [
        "/v1/me".to_owned(),
        "/v1/me/unread".to_owned(),
        "/v1/tickets".to_owned(),
        format!("/v1/tickets/{}/messages", me.ticket),
    ] {
        let answer = request(port, "GET", &path, &[("Authorization", &bearer)], None).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        seen.push_str(&answer.body);
    }
    for (at, asker) in people.iter().enumerate().filter(|(at, _)| *at != n) {
        let ticket = asker.ticket.to_string();
        let leaked = seen.contains(&asker.secret)
            || (at != other && seen.contains(&ticket))
            || seen.contains(&format!("Person {at}\""));
        assert!(
            !leaked,
            "person {n} was shown what is person {at}'s: {seen}"
        );
    }
}
