//! Two agents take the same ticket at the same moment on two instances. One must get the ticket,
//! and the other must be refused.

use serde_json::json;

use crate::test_server::{Join, TestServer};

const ROUNDS: usize = 20;

#[tokio::test]
async fn of_two_who_take_a_ticket_at_the_same_moment_exactly_one_has_it() {
    let server = TestServer::start(2, Join::Redis).await;
    let ada = server.customer("Ada Lovelace");
    let agents = [
        server.staff("Ben Okafor", "support_agent").await,
        server.staff("Cleo Duarte", "support_agent").await,
    ];
    for (n, agent) in agents.iter().enumerate() {
        // Sign in both agents first, so that the database knows their names.
        server.client(n, agent).await;
    }
    let names = ["Ben", "Cleo"];
    for round in 0..ROUNDS {
        let path = format!("/v1/tickets/{}", server.ticket(&ada).await.uuid());
        let take = json!({"assigned_to": "me", "if_assigned_to": "nobody"});
        let (first, second) = tokio::join!(
            server.rest(0, &agents[0], "PATCH", &path, take.clone()),
            server.rest(1, &agents[1], "PATCH", &path, take.clone()),
        );
        let (winner, lost) = match (first.status, second.status) {
            (200, 409) => (0, second),
            (409, 200) => (1, first),
            both => panic!("round {round}: {both:?}"),
        };
        assert_eq!(
            lost.json()["assigned_to"],
            json!({"id": agents[winner].id, "name": names[winner]}),
            "round {round}"
        );
        assert_eq!(lost.refused(409), "conflict");
        let ticket = server
            .rest_without_body(1 - winner, &agents[1 - winner], "GET", &path)
            .await
            .expect(200);
        assert_eq!(
            ticket["assigned_to"]["id"],
            json!(agents[winner].id),
            "round {round}"
        );
    }
}
