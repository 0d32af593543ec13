//! Tests people whose platform uses subjects that are not UUIDs: over REST and sockets, on two
//! instances, and while the operator changes which person a subject belongs to.

use helpline_core::ids::TicketId;
use helpline_rig::testing;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{Client, connect};
use crate::kit::rest::{Answer, RestClient, signed, with_body};
use crate::test_server::{Join, TestServer, sign};

const ISSUER: &str = "https://tenant.auth0.example/";
const SUB: &str = "auth0|64b7f1e2a9c3d4e5f6a7b8c9";

fn token(issuer: &str, sub: &str) -> String {
    let mut claims = testing::claims(sub, "Sue Subject", 3_600);
    claims["iss"] = json!(issuer);
    claims["email"] = json!("sue@example.org");
    sign(&claims)
}

impl TestServer {
    async fn ask_as(
        &self,
        n: usize,
        token: &str,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let url = format!("{}{path}", self.gateways[n].http_url());
        let request =
            signed(method, &url, token).header("idempotency-key", Uuid::new_v4().to_string());
        RestClient::default()
            .send(with_body(request, body.as_ref()))
            .await
    }

    async fn me(&self, n: usize, token: &str) -> Value {
        let me = self.ask_as(n, token, "GET", "/v1/me", None).await;
        me.expect(200)["user"]["id"].clone()
    }
}

#[tokio::test]
async fn a_person_of_an_issuer_opens_a_ticket_comes_back_and_sees_it() {
    let server = TestServer::start(2, Join::Redis).await;
    let token_of_sue = token(ISSUER, SUB);
    let open =
        json!({"subject": "It does not work", "category": "general", "description": "At all."});
    let opened = server
        .ask_as(0, &token_of_sue, "POST", "/v1/tickets", Some(open))
        .await
        .expect(201);
    let ticket: TicketId = opened["id"]
        .as_str()
        .expect("an id")
        .parse()
        .expect("a UUID");
    // Open a socket on the other instance, with another token of the same person.
    let mut client = Client::hello(&server.gateways[1].ws_url(), &token(ISSUER, SUB)).await;
    client.subscribe(ticket, None).await;
    assert_eq!(client.send(ticket, "k1", "Still not.").await["type"], "ack");
    let listed = server
        .ask_as(1, &token(ISSUER, SUB), "GET", "/v1/tickets", None)
        .await
        .expect(200);
    assert_eq!(listed["tickets"][0]["id"], opened["id"]);
    // The same subject of another issuer is another person, and so is the same subject in upper
    // case.
    for other in [
        token("https://other.example/", SUB),
        token(ISSUER, &SUB.to_uppercase()),
    ] {
        let path = format!("/v1/tickets/{ticket}");
        let refused = server.ask_as(0, &other, "GET", &path, None).await;
        assert_eq!(refused.refused(404), "not_found");
    }
    // A new token extends the connection only if it has the same subject and issuer as the old
    // token.
    let renewed = client
        .ask(json!({ "type": "token", "token": token(ISSUER, SUB) }))
        .await;
    assert_eq!(renewed["type"], "ok", "{renewed}");
    let refused = client
        .ask(json!({ "type": "token", "token": token("https://other.example/", SUB) }))
        .await;
    assert_eq!(refused["code"], "not_authenticated");
    assert_eq!(client.closed().await, Some(4501));
}

#[tokio::test]
async fn newcomers_who_come_to_two_instances_at_once_are_one_person_each() {
    let server = TestServer::start(2, Join::Redis).await;
    for n in 0..10 {
        let token = token(ISSUER, &format!("user_2x{n}"));
        let (one, two, three) = tokio::join!(
            server.me(0, &token),
            server.me(1, &token),
            server.me(1, &token)
        );
        assert!(one.is_string() && one == two && two == three);
    }
    let rows = server
        .sql()
        .await
        .query_one(
            "select count(*), count(distinct person) from people_subjects",
            &[],
        )
        .await
        .expect("counted");
    assert_eq!((rows.get::<_, i64>(0), rows.get::<_, i64>(1)), (10, 10));
}

#[tokio::test]
async fn who_a_subject_is_by_the_operators_word_counts_from_the_next_token() {
    let server = TestServer::start(1, Join::Alone).await;
    let (ada, carl) = (
        server.customer("Ada Lovelace"),
        server.customer("Carl Sagan"),
    );
    let sql = server.sql().await;
    let insert = "insert into people_subjects (issuer, subject, person) values ($1, $2, $3)";
    sql.execute(insert, &[&ISSUER, &SUB, &ada.id.uuid()])
        .await
        .expect("mapped");
    let url = server.gateways[0].ws_url();
    let mut client = Client::hello(&url, &token(ISSUER, SUB)).await;
    let ticket = server.ticket(&ada).await;
    client.subscribe(ticket, None).await;
    sql.execute("update people_subjects set person = $1", &[&carl.id.uuid()])
        .await
        .expect("mapped anew");
    assert_eq!(server.me(0, &token(ISSUER, SUB)).await, json!(carl.id));
    // The connection belongs to the former person of this subject until its token expires. A new
    // token for the new person does not extend it.
    let refused = client
        .ask(json!({ "type": "token", "token": token(ISSUER, SUB) }))
        .await;
    assert_eq!(refused["code"], "not_authenticated");
    assert_eq!(client.closed().await, Some(4501));
    // The access log records refused requests of a blocked person with that person's id.
    sql.execute(
        "insert into people (id, blocked_at) values ($1, now()) on conflict (id) do update set blocked_at = now()",
        &[&carl.id.uuid()],
    )
    .await
    .expect("blocked");
    let mut blocked = connect(&url, None).await.expect("the gateway accepts");
    let refused = blocked
        .ask(json!({ "type": "hello", "token": token(ISSUER, SUB) }))
        .await;
    assert_eq!(refused["code"], "blocked");
    let refused = server
        .ask_as(0, &token(ISSUER, SUB), "GET", "/v1/me", None)
        .await;
    assert_eq!(refused.refused(403), "blocked");
    let rows = sql
        .query_one(
            "select count(*) from access_log where refused = 'blocked' and user_id = $1",
            &[&carl.id.uuid()],
        )
        .await
        .expect("counted");
    assert_eq!(rows.get::<_, i64>(0), 2);
}

#[tokio::test]
async fn a_refusal_before_the_database_was_asked_names_the_subject() {
    let server = TestServer::start_with(1, Join::Alone, |spec| {
        spec.env("HELPLINE_REQUESTS_PER_SECOND", "1")
            .env("HELPLINE_REQUESTS_BURST", "1")
    })
    .await;
    let token = token(ISSUER, SUB);
    // Send so many concurrent requests that they exceed the rate limit even on a slow machine.
    let asking = (0..20).map(|_| server.ask_as(0, &token, "GET", "/v1/me", None));
    let answers = futures_util::future::join_all(asking).await;
    let answers: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert!(answers.contains(&429), "{answers:?}");
    let sql = "select detail -> 'subject', user_id is null, action from access_log where refused = 'rate_limited' order by id limit 1";
    let row = server.sql().await.query_one(sql, &[]).await.expect("one");
    assert_eq!(row.get::<_, Value>(0), json!({"iss": ISSUER, "sub": SUB}));
    assert!(row.get::<_, bool>(1));
    assert_ne!(row.get::<_, &str>(2), "sign_in_refused");
}
