//! Tests what a ticket list shows about messages: who wrote last, which customer is waiting, and
//! what is unread. Also tests to whom a reply assigns the ticket.

use serde_json::{Value, json};

use crate::test_server::{TestServer, ada, alan, carl, grace, katherine};

async fn tickets(server: &TestServer, query: &str) -> Vec<Value> {
    let path = format!("/v1/tickets?scope=all&{query}");
    let page = server.get(grace(), &path).await.expect(200);
    page["tickets"].as_array().unwrap().clone()
}

fn numbers(tickets: &[Value]) -> Vec<&str> {
    tickets
        .iter()
        .map(|ticket| ticket["id"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_list_who_waits_and_each_side_is_told_who_wrote_last() {
    let server = TestServer::start().await;
    let (first, second) = (server.ticket(ada()).await, server.ticket(carl()).await);
    for query in ["sort=waiting", "needs_answer=true&sort=oldest"] {
        let listed = tickets(&server, query).await;
        assert_eq!(numbers(&listed), [first.as_str(), &second], "{query}");
        assert!(
            listed
                .iter()
                .all(|ticket| ticket["waiting_since"].is_string())
        );
    }
    server.message(grace(), &first, "Please restart it.").await;
    assert_eq!(numbers(&tickets(&server, "sort=waiting").await), [&second]);
    let counts = server.get(grace(), "/v1/tickets/counts").await.expect(200);
    assert_eq!(
        (&counts["needs_answer"], &counts["all"]),
        (&json!(1), &json!(2))
    );
    let stats = server.get(grace(), "/v1/stats").await.expect(200);
    assert_eq!(stats["needs_answer_tickets"], 1);

    let own = server.get(ada(), "/v1/tickets").await.expect(200)["tickets"][0].clone();
    assert_eq!(own["waiting_since"], Value::Null);
    let last = &own["last_message"];
    assert_eq!(
        (&last["side"], &last["name"], &last["snippet"]),
        (
            &json!("staff"),
            &json!("Grace"),
            &json!("Please restart it.")
        )
    );
    let answered = &tickets(&server, "sort=oldest").await[0];
    assert_eq!(answered["last_message"]["name"], grace().name);
    for query in ["sort=waiting", "needs_answer=true", "needs_answer=false"] {
        let refused = server.get(ada(), &format!("/v1/tickets?{query}")).await;
        assert_eq!(refused.refused(422), "invalid_field", "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unread_is_told_over_all_own_tickets() {
    let server = TestServer::start().await;
    let unread = async |person| server.get(person, "/v1/me/unread").await.expect(200);
    let nothing = json!({"tickets": 0, "messages": 0});
    let ticket = server.ticket(ada()).await;
    assert_eq!(unread(ada()).await, nothing);
    server.message(grace(), &ticket, "Done.").await;
    let end = json!({"status": "resolved"});
    let path = format!("/v1/tickets/{ticket}");
    server
        .call(grace(), "PATCH", &path, Some(end))
        .await
        .expect(200);
    assert_eq!(unread(ada()).await, json!({"tickets": 1, "messages": 1}));
    for other in [carl(), grace()] {
        assert_eq!(unread(other).await, nothing);
    }
    let query = server.get(ada(), "/v1/me/unread?scope=all").await;
    assert_eq!(query.refused(422), "unknown_field");
}

#[tokio::test(flavor = "multi_thread")]
async fn how_the_team_sorts_its_work_is_no_news_to_the_customer() {
    let server = TestServer::start().await;
    let ticket = server.ticket(ada()).await;
    let path = format!("/v1/tickets/{ticket}");
    let change = async |patch: Value| {
        server
            .call(grace(), "PATCH", &path, Some(patch))
            .await
            .expect(200)
    };
    let stands = async || {
        let unread = server.get(ada(), "/v1/me/unread").await.expect(200);
        let own = server.get(ada(), &path).await.expect(200);
        let listed = server.get(ada(), "/v1/tickets").await.expect(200)["tickets"][0].clone();
        let is_read = |ticket: &Value| ticket["read_seq"] == ticket["seq"];
        assert_eq!(is_read(&own), is_read(&listed), "{own} {listed}");
        (unread["tickets"].clone(), is_read(&own))
    };
    for patch in [
        json!({"assigned_to": "me"}),
        json!({"priority": "urgent"}),
        json!({"category": "billing"}),
        json!({"assigned_to": "nobody"}),
    ] {
        change(patch.clone()).await;
        assert_eq!(stands().await, (json!(0), true), "{patch}");
    }
    change(json!({"status": "resolved"})).await;
    assert_eq!(stands().await, (json!(1), false), "an end is");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_gives_an_unassigned_ticket_to_its_author_when_an_admin_wants_that() {
    let server = TestServer::start().await;
    let set = async |value: Value| {
        let path = "/v1/settings/reply_assigns";
        server
            .call(katherine(), "PUT", path, Some(json!({"value": value})))
            .await
    };
    assert_eq!(set(json!(true)).await.expect(200)["reply_assigns"], true);
    let ticket = server.ticket(ada()).await;
    let (one, two) = tokio::join!(
        server.message(grace(), &ticket, "I take it."),
        server.message(alan(), &ticket, "I do."),
    );
    assert_ne!(one, two);
    let path = format!("/v1/tickets/{ticket}/activity?limit=100");
    let events = server.get(grace(), &path).await.expect(200)["events"].clone();
    let assigned: Vec<_> = events
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["kind"] == "assigned")
        .collect();
    assert_eq!(assigned.len(), 1, "{events}");
    assert_eq!(assigned[0]["actor"]["id"], assigned[0]["new_value"]);
    assert_eq!(set(Value::Null).await.expect(200)["reply_assigns"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_launchers_site_may_ask_for_the_unread_and_for_nothing_else() {
    const SITE: &str = "https://shop.example";
    let server = TestServer::start_with(&["--widget-sites", SITE]).await;
    for (path, allowed) in [("/v1/me/unread", Some(SITE)), ("/v1/me", None)] {
        let preflight = server
            .request("OPTIONS", path)
            .header("origin", SITE)
            .header("access-control-request-method", "GET");
        let answer = server.send(preflight.body(Vec::new()).unwrap()).await;
        let header = answer.header("access-control-allow-origin");
        assert_eq!(header, allowed, "{path}");
    }
}
