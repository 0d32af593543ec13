//! Checks who tickets can be assigned to, what happens to the tickets of a person who is blocked or
//! loses their role, and that a legal hold preserves tickets.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::test_server::{Answer, TestServer, ada, alan, carl, grace, katherine};

impl TestServer {
    async fn assign(&self, ticket: &str, to: &Value) -> Answer {
        let path = format!("/v1/tickets/{ticket}");
        let body = json!({"assigned_to": to});
        self.call(grace(), "PATCH", &path, Some(body)).await
    }

    async fn block_alan(&self) {
        let sql = format!(
            "update helpline.people set blocked_at = now() where id = '{}'",
            alan().id
        );
        self.database.batch_execute(&sql).await.unwrap();
    }

    /// The console's number of unassigned tickets, and the unassigned tickets that it lists.
    async fn unassigned(&self) -> (Value, Vec<String>) {
        let counts = self.get(grace(), "/v1/tickets/counts").await.expect(200);
        let path = "/v1/tickets?scope=all&tab=active&assigned_to=nobody&sort=oldest";
        let page = self.get(grace(), path).await.expect(200);
        let listed = page["tickets"].as_array().unwrap().iter();
        let ids = listed.map(|ticket| ticket["id"].as_str().unwrap().to_owned());
        (counts["unassigned"].clone(), ids.collect())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_of_a_person_who_leaves_are_unassigned_at_once_and_the_history_says_so() {
    for blocked in [true, false] {
        let server = TestServer::start().await;
        let (first, second) = (server.ticket(ada()).await, server.ticket(carl()).await);
        for ticket in [&first, &second] {
            server.assign(ticket, &json!(alan().id)).await.expect(200);
        }
        assert_eq!(server.unassigned().await, (json!(0), vec![]));
        if blocked {
            server.block_alan().await;
        } else {
            let role = format!("/v1/roles/{}", alan().id);
            server
                .call(katherine(), "DELETE", &role, None)
                .await
                .expect(204);
        }
        let expected = (json!(2), vec![first.clone(), second]);
        assert_eq!(server.unassigned().await, expected, "blocked: {blocked}");
        let path = format!("/v1/tickets/{first}/activity?limit=50");
        let page = server.get(grace(), &path).await.expect(200);
        let last = page["events"].as_array().unwrap().last().unwrap();
        assert_eq!(
            (&last["kind"], &last["old_value"]),
            (&json!("unassigned"), &json!(alan().id)),
            "{last}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_work_on_a_ticket_is_refused_at_the_field() {
    let server = TestServer::start().await;
    let (hers, agents) = (server.ticket(ada()).await, server.ticket(grace()).await);
    server.block_alan().await;
    let agents_listed = server.get(grace(), "/v1/agents").await.expect(200);
    assert!(!agents_listed.to_string().contains(&alan().id.to_string()));
    for id in [alan().id.uuid(), carl().id.uuid(), Uuid::now_v7()] {
        let answer = server.assign(&hers, &json!(id)).await;
        let title = answer.json()["title"].to_string();
        assert_eq!(answer.refused(422), "invalid_field", "{id}");
        assert!(title.contains("assigned_to: "), "{title}");
        // If one field is refused, the whole change is refused.
        let both = json!({"priority": "urgent", "assigned_to": id});
        let path = format!("/v1/tickets/{hers}");
        let answer = server.call(grace(), "PATCH", &path, Some(both)).await;
        assert_eq!(answer.refused(422), "invalid_field", "{id}");
        let kept = server.get(grace(), &path).await.expect(200);
        assert_eq!(
            (&kept["priority"], &kept["assigned_to"]),
            (&json!("medium"), &Value::Null)
        );
    }
    // A ticket cannot be assigned to its own customer, even if the customer is a member of staff.
    let path = format!("/v1/tickets/{agents}");
    let body = json!({"assigned_to": grace().id});
    let answer = server.call(katherine(), "PATCH", &path, Some(body)).await;
    let title = answer.json()["title"].to_string();
    assert_eq!(answer.refused(422), "invalid_field");
    assert!(title.contains("assigned_to: "), "{title}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_for_an_unknown_person_is_refused_in_words_about_people() {
    let server = TestServer::start().await;
    let unknown = format!("/v1/roles/{}", Uuid::now_v7());
    for role in ["support_agent", "admin"] {
        let body = json!({"role": role});
        let answer = server.call(katherine(), "PUT", &unknown, Some(body)).await;
        let title = answer.json()["title"].to_string();
        assert_eq!(answer.refused(404), "not_found");
        assert!(title.contains("no such person"), "{title}");
    }
    // Revoking the role of a person who has no role succeeds.
    server
        .call(katherine(), "DELETE", &unknown, None)
        .await
        .expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_legal_hold_wins_over_the_redaction_of_a_message() {
    let server = TestServer::start().await;
    let ticket = server.ticket(ada()).await;
    let message = server.message(ada(), &ticket, "My password is 1234").await;
    let hold = async |on: bool| {
        let sql =
            format!("update helpline.support_tickets set legal_hold = {on} where id = '{ticket}'");
        server.database.batch_execute(&sql).await.unwrap();
    };
    let path = format!("/v1/tickets/{ticket}/messages/{message}");
    hold(true).await;
    for person in [ada(), katherine()] {
        let answer = server.call(person, "DELETE", &path, None).await;
        assert_eq!(answer.refused(409), "legal_hold", "{}", person.name);
    }
    let rows = server
        .access_rows(Some(ada().id), "message_redact_refused")
        .await;
    assert_eq!(rows[0].0.as_deref(), Some("legal_hold"));
    let activity = format!("/v1/tickets/{ticket}/activity?limit=50");
    let page = server.get(ada(), &activity).await.expect(200).to_string();
    assert!(page.contains("My password is 1234"));
    hold(false).await;
    server.call(ada(), "DELETE", &path, None).await.expect(204);
    let page = server.get(ada(), &activity).await.expect(200).to_string();
    assert!(!page.contains("My password is 1234"));
}
