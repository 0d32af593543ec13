//! Checks that cross-origin REST requests are allowed for exactly the configured origins.

use clap::Parser;
use helpline_gateway::config::Config;

use crate::test_server::{Answer, PASSWORD, SECRET, Settings, TestServer, ada};

const SITE: &str = "https://platform.example";

async fn from(
    server: &TestServer,
    origin: &str,
    method: &str,
    path: &str,
    asks: Option<&str>,
) -> Answer {
    let mut request = server
        .request(method, path)
        .header("origin", origin)
        .header("authorization", format!("Bearer {}", server.token(ada())));
    if let Some(asks) = asks {
        request = request
            .header("access-control-request-method", asks)
            .header("access-control-request-headers", "authorization");
    }
    server.send(request.body(Vec::new()).unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_configured_sites_may_ask_and_read_the_answers() {
    let public = "https://desk.example";
    let server = TestServer::start_with(&["--origins", SITE, "--public-url", public]).await;
    let own = from(&server, public, "GET", "/v1/me", None).await;
    assert_eq!(own.header("access-control-allow-origin"), Some(public));
    let preflight = from(
        &server,
        SITE,
        "OPTIONS",
        "/v1/tickets/x/messages",
        Some("POST"),
    )
    .await;
    assert_eq!((preflight.status, preflight.bytes.len()), (204, 0));
    assert_eq!(preflight.header("access-control-allow-origin"), Some(SITE));
    assert_eq!(
        preflight.header("access-control-allow-methods"),
        Some("GET, POST, PUT, PATCH, DELETE")
    );
    assert_eq!(
        preflight.header("access-control-allow-headers"),
        Some("authorization, content-type, idempotency-key, if-match, traceparent, x-request-id")
    );
    assert_eq!(
        preflight.header("access-control-allow-credentials"),
        None,
        "tokens come in a header, never in a cookie"
    );
    for (path, status) in [
        ("/v1/me", 200),
        ("/v1/tickets?scope=all", 403),
        ("/v1/nothing", 404),
    ] {
        let answer = from(&server, SITE, "GET", path, None).await;
        assert_eq!(
            (answer.status, answer.header("access-control-allow-origin")),
            (status, Some(SITE)),
            "{path}"
        );
        assert_eq!(
            (
                answer.header("vary"),
                answer.header("access-control-allow-credentials")
            ),
            (Some("origin"), None)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_any_other_site_are_told_nothing() {
    let server = TestServer::start_with(&["--origins", SITE]).await;
    for origin in [
        "https://platform.example.evil",
        "https://platform.exampl",
        "http://platform.example",
        "https://PLATFORM.example",
        "null",
        "*",
    ] {
        let preflight = from(&server, origin, "OPTIONS", "/v1/me", Some("GET")).await;
        assert_eq!(
            (
                preflight.status,
                preflight.header("access-control-allow-methods")
            ),
            (405, None),
            "{origin}"
        );
        for answer in [
            preflight,
            from(&server, origin, "GET", "/v1/me", None).await,
        ] {
            assert_eq!(
                answer.header("access-control-allow-origin"),
                None,
                "{origin}"
            );
            assert_eq!(answer.header("vary"), Some("origin"), "{origin}");
        }
    }
    for path in ["/metrics", "/support", "/dev/token", "/openapi.json"] {
        assert_eq!(
            from(&server, SITE, "GET", path, None)
                .await
                .header("access-control-allow-origin"),
            None,
            "{path} is not part of /v1"
        );
    }
}

#[test]
fn pages_of_this_machine_may_connect_to_an_instance_that_only_this_machine_reaches() {
    for (listen, origin, may) in [
        ("127.0.0.1:8080", "http://127.0.0.1:8080", true),
        ("127.0.0.1:8080", "http://localhost:8080", true),
        ("[::1]:8080", "http://localhost:8080", true),
        ("127.0.0.1:8080", "http://localhost:8081", false),
        ("0.0.0.0:8080", "http://localhost:8080", false),
        ("0.0.0.0:8080", "http://127.0.0.1:8080", false),
        ("0.0.0.0:8080", "http://0.0.0.0:8080", false),
        ("[::]:8080", "http://localhost:8080", false),
        ("192.0.2.7:8080", "http://localhost:8080", false),
        ("192.0.2.7:8080", "http://192.0.2.7:8080", true),
    ] {
        let url = format!("postgres://helpline_service:{PASSWORD}@127.0.0.1:1/desk");
        let given = [
            "serve",
            "--database-url",
            &url,
            "--jwt-secret",
            SECRET,
            "--listen",
            listen,
        ];
        let config = Config::try_from(Settings::parse_from(given).serve).unwrap();
        assert_eq!(
            config.listening.allows_origin(origin.as_bytes()),
            may,
            "{origin} at {listen}"
        );
    }
}
