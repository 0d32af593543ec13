//! Tests what the console shows about people: the panel next to a ticket, one person's tickets, and
//! the ticket counts of the console's views.

use std::sync::Arc;

use helpline_core::ids::UserId;
use helpline_persistence::people::Identity;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::kit::client::Client;
use crate::test_server::{TestServer, ada, alan, carl, grace, katherine};

#[tokio::test(flavor = "multi_thread")]
async fn the_panel_shows_who_it_is_where_from_and_how_many_tickets() {
    let server = TestServer::start_with(&["--trusted-proxies", "127.0.0.0/8"]).await;
    let (first, second) = (server.ticket(ada()).await, server.ticket(ada()).await);
    server
        .call(
            ada(),
            "PATCH",
            &format!("/v1/tickets/{second}"),
            Some(json!({"status": "closed"})),
        )
        .await
        .expect(200);
    let write = async |address: &str, agent: &str| {
        let request = server
            .request("POST", &format!("/v1/tickets/{first}/messages"))
            .header("idempotency-key", agent);
        let request = request
            .header("authorization", format!("Bearer {}", server.token(ada())))
            .header("content-type", "application/json");
        let request = request
            .header("x-forwarded-for", address)
            .header("user-agent", agent);
        server
            .send(request.body(br#"{"body":"Hello"}"#.to_vec()).unwrap())
            .await
            .expect(201);
    };
    write("203.0.113.7", "first/1").await;
    write("203.0.113.8", "last/2").await;
    // The agent writes after the customer. The agent's address and user agent must not appear as
    // the customer's.
    server.message(grace(), &first, "An answer").await;
    let view = server
        .get(grace(), &format!("/v1/people/{}", ada().id))
        .await
        .expect(200);
    assert_eq!(
        (&view["name"], &view["email"]),
        (&json!("Ada Lovelace"), &json!("ada@example.org"))
    );
    assert_eq!(
        (&view["address"], &view["user_agent"]),
        (&json!("203.0.113.8"), &json!("last/2"))
    );
    assert_eq!(view["tickets"], json!({"open": 1, "total": 2}));
    assert!(view["last_seen_at"].is_string());
    let detail = server
        .database
        .query_one(
            "select detail ->> 'person' from access_log where action = 'person_opened'",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(detail.get::<_, String>(0), ada().id.to_string());

    let quiet = server
        .get(grace(), &format!("/v1/people/{}", carl().id))
        .await
        .expect(200);
    assert_eq!(
        (&quiet["address"], &quiet["tickets"]),
        (&Value::Null, &json!({"open": 0, "total": 0}))
    );
    for unknown in [Uuid::now_v7().to_string(), "ada".to_owned()] {
        let answer = server.get(grace(), &format!("/v1/people/{unknown}")).await;
        assert_eq!(
            (answer.refused(404), answer.json()["title"].as_str()),
            ("not_found".to_owned(), Some("no such person"))
        );
    }
    assert_eq!(
        server
            .get(ada(), &format!("/v1/people/{}", ada().id))
            .await
            .refused(403),
        "forbidden"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_can_be_one_persons() {
    let server = TestServer::start().await;
    let (hers, _) = (server.ticket(ada()).await, server.ticket(carl()).await);
    let page = server
        .get(
            grace(),
            &format!("/v1/tickets?scope=all&user_id={}", ada().id),
        )
        .await
        .expect(200);
    let ids: Vec<&str> = page["tickets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|ticket| ticket["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, [hers]);
    let row = server
        .database
        .query_one(
            "select detail ->> 'user_id' from access_log where action = 'tickets_listed'",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(row.get::<_, String>(0), ada().id.to_string());
    assert_eq!(
        server
            .get(grace(), "/v1/tickets?scope=all&user_id=me")
            .await
            .refused(422),
        "invalid_field"
    );
    assert_eq!(
        server
            .get(ada(), &format!("/v1/tickets?user_id={}", carl().id))
            .await
            .refused(422),
        "invalid_field"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_counts_are_those_of_the_lists() {
    let server = TestServer::start().await;
    let mut tickets = Vec::new();
    for n in 0..9 {
        tickets.push(
            server
                .ticket_about(
                    ada(),
                    json!({"priority": if n % 3 == 0 { "urgent" } else { "low" }}),
                )
                .await,
        );
    }
    for (ticket, patch) in [
        (0, json!({"assigned_to": "me"})),
        (1, json!({"assigned_to": "me", "status": "resolved"})),
        (2, json!({"assigned_to": alan().id, "status": "escalated"})),
        (3, json!({"status": "closed"})),
        (
            4,
            json!({"status": "waiting_on_customer", "assigned_to": "me"}),
        ),
        (5, json!({"status": "resolved"})),
    ] {
        server
            .call(
                grace(),
                "PATCH",
                &format!("/v1/tickets/{}", tickets[ticket]),
                Some(patch),
            )
            .await
            .expect(200);
    }
    server
        .database
        .execute(
            "update support_tickets set archived_at = now() where id = $1",
            &[&tickets[5].parse::<Uuid>().unwrap()],
        )
        .await
        .unwrap();
    for agent in [grace(), alan(), katherine()] {
        let counts = server.get(agent, "/v1/tickets/counts").await.expect(200);
        for (view, query) in [
            ("mine", "tab=active&assigned_to=me"),
            ("unassigned", "tab=active&assigned_to=nobody"),
            ("all", "tab=active"),
            ("urgent", "tab=active&priority=urgent"),
            ("needs_answer", "tab=active&needs_answer=true"),
            ("resolved", "status=resolved"),
            ("closed", "status=closed"),
        ] {
            let page = server
                .get(agent, &format!("/v1/tickets?scope=all&limit=100&{query}"))
                .await
                .expect(200);
            assert_eq!(
                counts[view],
                page["tickets"].as_array().unwrap().len(),
                "{view} of {}",
                agent.name
            );
        }
    }
    let counts = server.get(grace(), "/v1/tickets/counts").await.expect(200);
    assert_eq!(
        counts,
        json!({"mine": 2, "unassigned": 3, "all": 6, "urgent": 2, "needs_answer": 6, "resolved": 1, "closed": 1})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_sign_in_that_the_record_cannot_take_fails_alone_in_a_crowd() {
    let server = TestServer::start().await;
    let sign_in = |n: u128, name: &'static str| {
        let signing_in = Arc::clone(&server.sign_in);
        let identity = Identity {
            subject: UserId::new(Uuid::from_u128(n)).into(),
            email: None,
            name: Some(name.to_owned()),
        };
        tokio::spawn(async move { signing_in.sign_in(&identity).await })
    };
    // Start so many sign-ins at once that they share batches. Some valid sign-ins are then in one
    // batch with an invalid one.
    let crowd: Vec<_> = (1..=200)
        .map(|n| {
            sign_in(
                n,
                if n % 50 == 0 {
                    "not\0acceptable"
                } else {
                    "Good"
                },
            )
        })
        .collect();
    for (n, signed_in) in crowd.into_iter().enumerate() {
        let signed_in = signed_in.await.unwrap();
        assert_eq!(signed_in.is_err(), (n + 1) % 50 == 0, "{n}: {signed_in:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_whose_person_is_given_another_role_is_asked_to_come_back() {
    let server = TestServer::start().await;
    let socket = format!("{}/v1/ws", server.url.replacen("http", "ws", 1));
    let role = format!("/v1/roles/{}", carl().id);
    let change = async |body: Option<Value>| {
        let method = if body.is_some() { "PUT" } else { "DELETE" };
        let done = server.call(katherine(), method, &role, body).await;
        done.expect(204);
    };
    for (word, comes_back) in [
        (Some("support_agent"), true),
        (Some("admin"), true),
        (Some("support_agent"), true),
        (None, false),
    ] {
        let mut client = Client::hello(&socket, &server.token(carl())).await;
        change(word.map(|role| json!({"role": role}))).await;
        let code = client.closed().await.expect("a close code");
        assert_eq!(
            (4000..4500).contains(&code),
            comes_back,
            "{word:?}: closed {code}"
        );
    }
    let mut client = Client::hello(&socket, &server.token(carl())).await;
    let block = "update people set blocked_at = now() where id = $1";
    let blocked = server.database.execute(block, &[&carl().id.uuid()]).await;
    blocked.unwrap();
    assert_eq!(client.closed().await, Some(4503), "blocked");
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_find_people_by_their_address() {
    let server = TestServer::start().await;
    let twin = uuid::Uuid::now_v7();
    server.get(ada(), "/v1/me").await.expect(200);
    for insert in [
        "insert into people (id, email, display_name, blocked_at, last_seen_at)
         values ($1, 'ADA@Example.Org', 'Ada at another provider', now(), now() + interval '1 minute')",
        "insert into people_subjects (issuer, subject, person) values ('https://id.example/', 'auth0|twin', $1)",
    ] {
        server.database.execute(insert, &[&twin]).await.unwrap();
    }
    let found = server
        .get(katherine(), "/v1/people?email=%20ada@example.ORG")
        .await
        .expect(200);
    // The person who signed in first comes first, even if another person was seen more recently.
    let told = |one: &serde_json::Value| {
        let fields = ["user_id", "name", "email", "blocked", "subject"];
        fields.map(|field| one[field].clone())
    };
    assert_eq!(
        found
            .as_array()
            .unwrap()
            .iter()
            .map(told)
            .collect::<Vec<_>>(),
        [
            [
                json!(ada().id),
                json!("Ada Lovelace"),
                json!("ada@example.org"),
                json!(false),
                json!(null)
            ],
            [
                json!(twin),
                json!("Ada at another provider"),
                json!("ADA@Example.Org"),
                json!(true),
                json!("https://id.example/ auth0|twin")
            ],
        ]
    );
    assert!(found[0]["since"].is_string() && found[1]["last_seen_at"].is_string());
    let staff = server
        .get(katherine(), "/v1/people?email=Grace@helpline.example")
        .await
        .expect(200);
    assert_eq!(staff[0]["role"], "support_agent");
    let none = server
        .get(katherine(), "/v1/people?email=ada@example")
        .await
        .expect(200);
    assert_eq!(none, json!([]), "a part of an address must find no one");
    // The access log must contain the people who were found, but not the e-mail address that was
    // searched for.
    let detail =
        "select detail::text from access_log where action = 'people_found' order by id limit 1";
    let detail: String = server.database.query_one(detail, &[]).await.unwrap().get(0);
    assert!(
        detail.contains(&twin.to_string()) && !detail.to_lowercase().contains("ada@"),
        "{detail}"
    );
    for query in ["", "?email=", "?email=%20"] {
        let refused = server
            .get(katherine(), &format!("/v1/people{query}"))
            .await
            .expect(422);
        assert!(
            refused["title"].as_str().unwrap().starts_with("email: "),
            "{refused}"
        );
    }
    let long = format!("/v1/people?email={}@example.org", "a".repeat(320));
    server.get(katherine(), &long).await.expect(422);
    server
        .get(grace(), "/v1/people?email=ada@example.org")
        .await
        .expect(403);
}
