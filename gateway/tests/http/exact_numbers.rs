//! Checks that integers above 2^53 - 1 are refused, because a browser would round them. The refusal
//! must name the field.

use serde_json::json;

use crate::test_server::{TestServer, ada, grace};

const MAX: u64 = (1 << 53) - 1;

#[tokio::test]
async fn a_number_that_a_browser_would_read_as_another_is_refused() {
    let server = TestServer::start().await;
    let ticket = server.ticket(ada()).await;
    let path = format!("/v1/tickets/{ticket}/messages");
    for beyond in [MAX + 1, 1 << 63, u64::MAX] {
        let upload = json!({"key": "k", "name": "a.pdf", "size_bytes": beyond});
        let bodies = [
            ("/v1/uploads", "size_bytes", upload),
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
    let last = json!({"body": "B", "based_on": MAX});
    server
        .call(ada(), "POST", &path, Some(last))
        .await
        .expect(201);
    server
        .get(grace(), &format!("{path}?before={MAX}"))
        .await
        .expect(200);
}
