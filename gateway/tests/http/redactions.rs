//! Tests that an admin can remove a secret over REST: from a ticket's subject, from a rating's
//! comment, and from the history.

use helpline_gateway::dev::people::DemoPerson;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::test_server::{Answer, TestServer, ada, alan, grace, katherine};

const SECRET: &str = "xyzzy";

impl TestServer {
    async fn remove(&self, person: &DemoPerson, ticket: &str, what: &str) -> Answer {
        let path = format!("/v1/tickets/{ticket}/{what}");
        self.call(person, "DELETE", &path, None).await
    }

    /// Reads everything that this person can read of the ticket.
    async fn read(&self, person: &DemoPerson, ticket: &str) -> String {
        let mut read = String::new();
        for path in [
            format!("/v1/tickets/{ticket}"),
            format!("/v1/tickets/{ticket}/activity?limit=50"),
        ] {
            read += &self.get(person, &path).await.expect(200).to_string();
        }
        read
    }

    /// Creates a closed ticket with a secret in its subject, in the comments of its two ratings,
    /// and in an event of kind `logged`. Returns the ticket's id and the event's position.
    async fn secrets(&self) -> (String, u64) {
        let ticket = self
            .ticket_about(ada(), json!({"subject": "My password is xyzzy"}))
            .await;
        let path = format!("/v1/tickets/{ticket}");
        let close = Some(json!({"status": "closed"}));
        self.call(ada(), "PATCH", &path, close).await.expect(200);
        for comment in ["xyzzy", "xyzzy again"] {
            let body = json!({"satisfaction_rating": 2, "satisfaction_comment": comment});
            let rated = self
                .call(ada(), "PUT", &format!("{path}/rating"), Some(body))
                .await;
            rated.expect(200);
        }
        let sql = "select helpline.log_ticket_activity($1, 'called', 'xyzzy', 'plugh', 'told them xyzzy')";
        let id: Uuid = ticket.parse().unwrap();
        self.database.execute(sql, &[&id]).await.unwrap();
        let page = self
            .get(grace(), &format!("{path}/activity?limit=50"))
            .await
            .expect(200);
        let last = page["events"].as_array().unwrap().last().unwrap();
        assert_eq!(last["kind"], "logged");
        (ticket, last["seq"].as_u64().unwrap())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_removes_a_secret_wherever_it_stands_and_the_history_says_so() {
    let server = TestServer::start().await;
    let (ticket, logged) = server.secrets().await;
    assert!(server.read(grace(), &ticket).await.contains(SECRET));
    let event = format!("activity/{logged}");
    for what in ["subject", "rating/comment", &event] {
        server.remove(katherine(), &ticket, what).await.expect(204);
    }
    for person in [ada(), grace(), katherine()] {
        let read = server.read(person, &ticket).await;
        assert!(!read.contains(SECRET), "{}: {read}", person.name);
    }
    let shown = server
        .get(ada(), &format!("/v1/tickets/{ticket}"))
        .await
        .expect(200);
    assert_eq!(
        (&shown["subject"], &shown["rating"]),
        (
            &json!("[redacted]"),
            &json!({"satisfaction_rating": 2, "satisfaction_comment": null})
        )
    );
    let path = format!("/v1/tickets/{ticket}/activity?limit=50");
    let page = server.get(grace(), &path).await.expect(200);
    let events = page["events"].as_array().unwrap();
    let receipts = events[events.len() - 3..].iter();
    let receipts: Vec<_> = receipts
        .map(|event| (&event["description"], &event["actor"]["id"]))
        .collect();
    let by = json!(katherine().id);
    assert_eq!(
        receipts,
        [
            (&json!("subject redacted"), &by),
            (&json!("rating comment redacted"), &by),
            (&json!(format!("event {logged} redacted")), &by),
        ]
    );
    // Removing a text that is already removed succeeds and records nothing.
    for what in ["subject", "rating/comment"] {
        server.remove(katherine(), &ticket, what).await.expect(204);
    }
    let again = server.get(grace(), &path).await.expect(200);
    assert_eq!(again["head"], page["head"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_admins_may_a_hold_wins_and_each_refusal_leaves_its_row() {
    let server = TestServer::start().await;
    let (ticket, logged) = server.secrets().await;
    let event = format!("activity/{logged}");
    let all = [
        ("subject", "subject_redact_refused"),
        ("rating/comment", "rating_redact_refused"),
        (&event, "event_redact_refused"),
    ];
    let hold = async |on: bool| {
        let sql = format!("update helpline.support_tickets set legal_hold = {on}");
        server.database.batch_execute(&sql).await.unwrap();
    };
    for (what, row) in all {
        for person in [ada(), alan()] {
            let answer = server.remove(person, &ticket, what).await;
            assert_eq!(
                answer.refused(403),
                "forbidden",
                "{what} by {}",
                person.name
            );
            let rows = server.access_rows(Some(person.id), row).await;
            assert_eq!(
                rows,
                [(Some("forbidden".to_owned()), Some(ticket.parse().unwrap()))]
            );
        }
        hold(true).await;
        let answer = server.remove(katherine(), &ticket, what).await;
        assert_eq!(answer.refused(409), "legal_hold", "{what}");
        let rows = server.access_rows(Some(katherine().id), row).await;
        assert_eq!(rows[0].0.as_deref(), Some("legal_hold"));
        hold(false).await;
    }
    assert!(
        server
            .read(grace(), &ticket)
            .await
            .contains("told them xyzzy")
    );
    // Redaction also works in an archived ticket.
    let sql = "update helpline.support_tickets set archived_at = now()";
    server.database.batch_execute(sql).await.unwrap();
    for (what, _) in all {
        server.remove(katherine(), &ticket, what).await.expect(204);
    }
    assert!(!server.read(grace(), &ticket).await.contains(SECRET));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_events_that_hold_a_persons_text_can_be_redacted() {
    let server = TestServer::start().await;
    let (ticket, _) = server.secrets().await;
    for (seq, status, title) in [
        (
            "1",
            422,
            "seq: only logged and rated events contain text that can be removed",
        ),
        ("999", 404, "no such event"),
        ("9223372036854775808", 404, "no such event"),
        ("18446744073709551616", 404, "no such event"),
        ("-1", 404, "no such event"),
        ("first", 404, "no such event"),
    ] {
        let answer = server
            .remove(katherine(), &ticket, &format!("activity/{seq}"))
            .await;
        assert_eq!(
            (answer.status, &answer.json()["title"]),
            (status, &Value::from(title)),
            "{seq}"
        );
    }
}
