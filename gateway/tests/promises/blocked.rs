//! Checks that a person whom an admin blocks is disconnected from every instance and cannot sign in
//! again.

use std::time::Duration;

use serde_json::json;

use crate::client::connect;
use crate::test_server::{Join, TestServer};

#[tokio::test]
async fn a_blocked_person_is_closed_everywhere_and_comes_back_nowhere() {
    let server = TestServer::start(2, Join::Redis).await;
    let boss = server.staff("Cleo Duarte", "admin").await;
    let (agent, customer) = (
        server.staff("Ben Okafor", "support_agent").await,
        server.customer("Ada Lovelace"),
    );
    for person in [agent, customer] {
        let (mut one, mut two) = (
            server.client(0, &person).await,
            server.client(1, &person).await,
        );
        let ticket = server.ticket(&person).await;
        one.subscribe(ticket, None).await;
        let path = format!("/v1/people/{}/blocked", person.id);
        let change = |blocked: bool| json!({ "blocked": blocked });
        let answer = server.rest(1, &boss, "PUT", &path, change(true)).await;
        answer.expect(204);
        let closing = async { (one.closed().await, two.closed().await) };
        let codes = tokio::time::timeout(Duration::from_secs(5), closing)
            .await
            .expect("within five seconds");
        assert_eq!(codes, (Some(4503), Some(4503)), "{}", person.id);
        for n in [0, 1] {
            let url = server.gateways[n].ws_url();
            let mut again = connect(&url, None).await.expect("accepted");
            let refused = again
                .ask(json!({ "type": "hello", "token": person.token }))
                .await;
            assert_eq!(refused["code"], "blocked", "instance {n}");
            assert_eq!(again.closed().await, Some(4503), "instance {n}");
            let refused = server.rest_without_body(n, &person, "GET", "/v1/me").await;
            assert_eq!(refused.refused(403), "blocked", "instance {n}");
        }
        server
            .rest(0, &boss, "PUT", &path, change(false))
            .await
            .expect(204);
        server.client(1, &person).await;
    }
}
