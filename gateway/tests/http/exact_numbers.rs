//! Checks that integers above 2^53 - 1 are refused, because a browser would round them. The refusal
//! must name the field.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::test_server::{TestServer, ada, grace};

const MAX: u64 = (1 << 53) - 1;

fn attachments(size_bytes: u64) -> Value {
    json!([{"id": Uuid::new_v4(), "name": "a.pdf", "content_type": "application/pdf", "size_bytes": size_bytes}])
}

#[tokio::test]
async fn a_number_that_a_browser_would_read_as_another_is_refused() {
    let server = TestServer::start().await;
    let ticket = server.ticket(ada()).await;
    let path = format!("/v1/tickets/{ticket}/messages");
    for beyond in [MAX + 1, 1 << 63, u64::MAX] {
        let opening = json!({"subject": "S", "category": "general", "description": "D", "attachments": attachments(beyond)});
        let bodies = [
            ("/v1/tickets", "attachments", opening),
            (
                &path,
                "attachments",
                json!({"body": "B", "attachments": attachments(beyond)}),
            ),
            (&path, "based_on", json!({"body": "B", "based_on": beyond})),
        ];
        for (path, field, body) in bodies {
            let answer = server.call(ada(), "POST", path, Some(body)).await;
            assert_eq!(
                answer.refused(422),
                "invalid_field",
                "{path} {field} {beyond}"
            );
            let title = answer.json()["title"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            assert!(title.starts_with(field), "{title}");
        }
        for route in ["messages", "activity"] {
            for name in ["before", "after"] {
                let path = format!("/v1/tickets/{ticket}/{route}?{name}={beyond}");
                let answer = server.get(grace(), &path).await;
                assert_eq!(answer.refused(422), "invalid_field", "{path}");
            }
        }
    }
    let last = json!({"body": "B", "based_on": MAX, "attachments": attachments(MAX)});
    server
        .call(ada(), "POST", &path, Some(last))
        .await
        .expect(201);
    server
        .get(grace(), &format!("{path}?before={MAX}"))
        .await
        .expect(200);
}
