//! Checks that every refusal over HTTP has the same format: a problem document (RFC 9457).

use std::time::Duration;

use axum::http::Request;
use helpline_core::limits;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::test_server::{Answer, TestServer, ada, grace, katherine};

#[track_caller]
fn is_problem(answer: &Answer, status: u16, code: &str) {
    let problem = answer.expect(status);
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(
        (problem["type"].as_str(), problem["status"].as_u64()),
        (Some("about:blank"), Some(u64::from(status)))
    );
    assert_eq!(problem["code"], code, "{problem}");
    assert!(
        problem["title"]
            .as_str()
            .is_some_and(|title| !title.is_empty())
    );
}

fn signed(server: &TestServer, method: &str, path: &str) -> axum::http::request::Builder {
    server
        .request(method, path)
        .header("authorization", format!("Bearer {}", server.token(ada())))
}

async fn post(server: &TestServer, body: impl Into<Vec<u8>>, content_type: &str) -> Answer {
    let request = signed(server, "POST", "/v1/tickets")
        .header("idempotency-key", "k")
        .header("content-type", content_type);
    server.send(request.body(body.into()).unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_refusal_is_a_problem() {
    let server = TestServer::start().await;
    let new = json!({"subject": "S", "category": "general", "description": "D"});
    is_problem(&server.get(ada(), "/v1/nothing").await, 404, "not_found");
    is_problem(&server.get(ada(), "/nothing").await, 404, "not_found");
    is_problem(
        &server.call(ada(), "DELETE", "/v1/me", None).await,
        405,
        "unknown_type",
    );
    is_problem(
        &post(&server, new.to_string(), "text/plain").await,
        415,
        "malformed",
    );
    is_problem(
        &post(&server, "{", "application/json").await,
        400,
        "malformed",
    );
    let deep = format!("{{\"metadata\":{{\"a\":{}", "[".repeat(50_000));
    is_problem(
        &post(&server, deep, "application/json").await,
        400,
        "malformed",
    );
    is_problem(
        &post(
            &server,
            "x".repeat(limits::JSON_BODY_BYTES_MAX + 1),
            "application/json",
        )
        .await,
        413,
        "too_large",
    );
    is_problem(
        &post(&server, "{}", "application/json").await,
        422,
        "invalid_field",
    );
    is_problem(
        &server.get(ada(), "/v1/tickets?limit=x").await,
        422,
        "invalid_field",
    );
    is_problem(
        &server.get(ada(), "/v1/tickets?unknown=1").await,
        422,
        "unknown_field",
    );
    let without_key =
        signed(&server, "POST", "/v1/tickets").header("content-type", "application/json");
    is_problem(
        &server
            .send(without_key.body(new.to_string().into()).unwrap())
            .await,
        422,
        "invalid_field",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_out_of_bounds_are_named() {
    let server = TestServer::start().await;
    let cases: [(&str, Value, &str); 7] = [
        ("subject", json!(""), "invalid_field"),
        (
            "subject",
            json!("x".repeat(limits::SUBJECT_CHARS_MAX + 1)),
            "invalid_field",
        ),
        ("subject", json!("two\nlines"), "invalid_field"),
        ("description", json!(" "), "invalid_body"),
        ("description", json!("\u{1b}[2J"), "invalid_body"),
        (
            "description",
            json!("x".repeat(limits::BODY_BYTES_MAX + 1)),
            "invalid_body",
        ),
        (
            "metadata",
            json!({"k": "x".repeat(limits::METADATA_BYTES_MAX)}),
            "invalid_field",
        ),
    ];
    for (field, value, code) in cases {
        let mut body = json!({"subject": "S", "category": "general", "description": "D"});
        body[field] = value;
        let answer = server.call(ada(), "POST", "/v1/tickets", Some(body)).await;
        assert_eq!(answer.refused(422), code);
        assert!(
            answer.json()["title"].as_str().unwrap().starts_with(field),
            "{}",
            answer.text()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_of_one_user_are_refused_and_others_are_not() {
    let server =
        TestServer::start_with(&["--requests-per-second", "1", "--requests-burst", "3"]).await;
    let mut refused = Vec::new();
    for _ in 0..6 {
        let answer = server.get(ada(), "/v1/me").await;
        if answer.status != 200 {
            refused.push(answer);
        }
    }
    assert!(refused.len() >= 2, "{refused:?}");
    is_problem(&refused[0], 429, "rate_limited");
    assert!(
        refused[0].json()["retry_after_ms"]
            .as_u64()
            .is_some_and(|ms| (1..=1_000).contains(&ms))
    );
    assert_eq!(refused[0].header("retry-after"), Some("1"));
    server.get(grace(), "/v1/me").await.expect(200);
    assert!(
        !server
            .access_rows(Some(ada().id), "me_refused")
            .await
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_bad_tokens_is_no_flood_of_rows() {
    let server = TestServer::start().await;
    let mut limited = 0;
    for _ in 0..limits::SIGN_INS_REFUSED_BURST * 2 {
        let request = server
            .request("GET", "/v1/me")
            .header("authorization", "Bearer nonsense");
        limited += u32::from(server.send(request.body(Vec::new()).unwrap()).await.status == 429);
    }
    assert!(limited > 0);
    let rows = server.access_rows(None, "sign_in_refused").await.len();
    assert_eq!(
        rows,
        (limits::SIGN_INS_REFUSED_BURST * 2 - limited) as usize
    );
    server.get(ada(), "/v1/me").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_come_is_given_up() {
    // The peer shuts down its side of the connection without finishing its request. The server must
    // end the connection soon, long before the timeout for unfinished requests.
    let server = TestServer::start().await;
    let mut stream = TcpStream::connect(server.url.trim_start_matches("http://"))
        .await
        .unwrap();
    let head = format!(
        "POST /v1/tickets HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\nIdempotency-Key: k\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{",
        server.token(ada())
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    let text = String::from_utf8_lossy(&answer);
    assert!(
        text.is_empty() || text.starts_with("HTTP/1.1 400"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_tells_what_it_is_made_of() {
    let server = TestServer::start().await;
    let ticket = server.ticket(ada()).await;
    let hostile = [
        "'; drop table people; --",
        "\u{202e}gpj.exe",
        "<script>alert(1)</script>",
        "${jndi:ldap://x}",
        "../../etc/passwd",
        "%00",
    ];
    for text in hostile {
        for (method, path, body) in [
            ("GET", "/v1/tickets/x", None),
            (
                "PATCH",
                &*format!("/v1/tickets/{ticket}"),
                Some(json!({"assigned_to": text})),
            ),
            (
                "POST",
                "/v1/tickets",
                Some(json!({"subject": text, "category": text, "description": text})),
            ),
        ] {
            let answer = server
                .call(ada(), method, path, body)
                .await
                .text()
                .to_lowercase();
            for word in [
                "postgres",
                "panicked",
                "sqlstate",
                "select ",
                ".rs:",
                "/src/",
                "helpline_service",
                "backtrace",
            ] {
                assert!(!answer.contains(word), "{word} in {answer}");
            }
        }
    }
    let request = Request::builder()
        .method("GET")
        .uri(format!("{}/v1/tickets/%00%ff", server.url));
    let request = request
        .header("authorization", format!("Bearer {}", server.token(ada())))
        .body(Vec::new())
        .unwrap();
    assert_eq!(server.send(request).await.refused(404), "not_found");
}

#[tokio::test]
async fn a_nul_in_metadata_is_refused_at_its_field() {
    let server = TestServer::start().await;
    for (field, metadata) in [
        ("metadata.a", json!({"a": "x\u{0}y"})),
        ("metadata", json!({"\u{0}": 1})),
        ("metadata.a.b[1]", json!({"a": {"b": [1, "\u{0}"]}})),
        ("metadata.a", json!({"a": {"\u{0}": null}})),
    ] {
        let body = json!({"subject": "S", "category": "general", "description": "D", "metadata": metadata});
        let answer = server.call(ada(), "POST", "/v1/tickets", Some(body)).await;
        assert_eq!(answer.refused(422), "invalid_field", "{metadata}");
        let title = answer.body["title"].as_str().unwrap();
        assert!(
            title.starts_with(&format!("{field}: ")),
            "{metadata}: {title}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_with_the_character_nul_is_refused_at_its_field() {
    let server = TestServer::start().await;
    for (path, field) in [
        ("/v1/people?email=a%00b", "email"),
        ("/v1/roles?query=%00", "query"),
        ("/v1/tickets?search=a%00b", "search"),
    ] {
        let refused = server.get(katherine(), path).await;
        is_problem(&refused, 422, "invalid_field");
        let title = refused.json()["title"].as_str().unwrap().to_owned();
        assert!(title.starts_with(&format!("{field}: ")), "{path}: {title}");
    }
}
