//! Checks that a secret that is redacted from a ticket disappears at once from every open view on
//! every instance.

use serde_json::{Value, json};

use crate::test_server::{Join, TestServer};

#[tokio::test]
async fn a_redacted_subject_is_taken_from_all_who_look_at_once() {
    let server = TestServer::start(2, Join::Redis).await;
    let ada = server.customer("Ada Lovelace");
    let (ben, kim) = (
        server.staff("Ben Okafor", "support_agent").await,
        server.staff("Kim Doe", "admin").await,
    );
    let ticket = server.ticket(&ada).await;
    let mut members = Vec::new();
    for (n, person) in [(0, &ada), (1, &ada), (0, &ben), (1, &ben)] {
        let mut client = server.client(n, person).await;
        client.subscribe(ticket, None).await;
        members.push(client);
    }
    let mut console = server.client(1, &ben).await;
    console.ask(json!({"type": "inbox", "on": true})).await;
    let path = format!("/v1/tickets/{}/subject", ticket.uuid());
    let answer = server.rest_without_body(0, &kim, "DELETE", &path).await;
    answer.expect(204);
    for client in &mut members {
        client
            .expect("a reset of the ticket", |frame| {
                frame["type"] == "reset" && frame["ticket"] == json!(ticket)
            })
            .await;
        let pages = client.subscribe(ticket, None).await;
        assert!(!json!(pages).to_string().contains("It does not work"));
    }
    let redacted = |frame: &Value| {
        let tickets = frame["tickets"].as_array();
        frame["type"] == "inbox"
            && tickets.is_some_and(|all| all.iter().any(|one| one["subject"] == "[redacted]"))
    };
    console.expect("the subject in the list", redacted).await;
}
