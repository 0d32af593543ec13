//! Checks that each read by staff and each refusal writes an access log row with the person, the
//! address and the user agent. Changes write the same data into the ticket's history.

use serde_json::json;

use crate::test_server::{TestServer, ada, carl, grace};

#[tokio::test(flavor = "multi_thread")]
async fn rows_bear_the_address_behind_trusted_proxies_alone() {
    let server = TestServer::start_with(&["--trusted-proxies", "127.0.0.0/8"]).await;
    let ticket = server.ticket(ada()).await;
    let request = server
        .request("GET", &format!("/v1/tickets/{ticket}"))
        .header("authorization", format!("Bearer {}", server.token(grace())));
    let request = request
        .header("x-forwarded-for", "10.9.9.9, 203.0.113.7")
        .header("user-agent", "desk/1");
    server
        .send(request.body(Vec::new()).unwrap())
        .await
        .expect(200);
    let row = server
        .database
        .query_one(
            "select host(ip_address), user_agent from access_log where action = 'ticket_opened'",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(
        (row.get::<_, &str>(0), row.get::<_, &str>(1)),
        ("203.0.113.7", "desk/1")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn history_bears_the_address_and_the_agent() {
    let server = TestServer::start().await;
    let ticket = server.ticket(ada()).await;
    let token = server.token(ada());
    for (method, path, body) in [
        (
            "POST",
            format!("/v1/tickets/{ticket}/messages"),
            json!({"body": "Hello"}),
        ),
        (
            "PATCH",
            format!("/v1/tickets/{ticket}"),
            json!({"status": "closed"}),
        ),
        (
            "PUT",
            format!("/v1/tickets/{ticket}/rating"),
            json!({"satisfaction_rating": 5}),
        ),
    ] {
        let request = server
            .request(method, &path)
            .header("authorization", format!("Bearer {token}"))
            .header("idempotency-key", "k");
        let request = request
            .header("user-agent", "desk/2")
            .header("content-type", "application/json");
        let status = server
            .send(request.body(body.to_string().into()).unwrap())
            .await
            .status;
        assert!((200..300).contains(&status), "{method} {path}");
    }
    let rows = server
        .database
        .query("select kind from support_ticket_activity where user_agent = 'desk/2' and host(ip_address) = '127.0.0.1' order by seq", &[]);
    let kinds: Vec<String> = rows.await.unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(kinds, ["message_added", "closed", "rated"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_leaves_what_was_searched_for_and_a_customers_own_list_nothing() {
    let server = TestServer::start().await;
    server
        .get(grace(), "/v1/tickets?scope=all&search=export")
        .await
        .expect(200);
    server.get(ada(), "/v1/tickets").await.expect(200);
    let row = server
        .database
        .query_one(
            "select detail ->> 'search' from access_log where action = 'tickets_searched'",
            &[],
        )
        .await
        .unwrap();
    assert_eq!(row.get::<_, &str>(0), "export");
    let own = server
        .database
        .query_one(
            "select count(*) from access_log where user_id = $1",
            &[&ada().id.uuid()],
        )
        .await
        .unwrap();
    assert_eq!(own.get::<_, i64>(0), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_attempt_names_the_ticket_that_was_tried() {
    let server = TestServer::start().await;
    let ticket = server.ticket(carl()).await;
    assert_eq!(
        server
            .get(ada(), &format!("/v1/tickets/{ticket}"))
            .await
            .refused(404),
        "not_found"
    );
    let rows = server
        .access_rows(Some(ada().id), "ticket_open_refused")
        .await;
    assert_eq!(
        rows,
        [(Some("not_found".to_owned()), Some(ticket.parse().unwrap()))]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_staff_read_that_cannot_be_recorded_does_not_happen() {
    let server = TestServer::start().await;
    let ticket = server.ticket(ada()).await;
    server
        .database
        .batch_execute("alter table access_log add constraint nothing_more check (false) not valid")
        .await
        .unwrap();
    let answer = server.get(grace(), &format!("/v1/tickets/{ticket}")).await;
    assert!(
        answer.status >= 400 && !answer.text().contains("It does not work"),
        "{}",
        answer.text()
    );
    server
        .get(ada(), &format!("/v1/tickets/{ticket}"))
        .await
        .expect(200);
}
