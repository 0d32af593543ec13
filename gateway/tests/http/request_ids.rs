//! Checks that a request's id is in its response, its log lines and the access log. If the operator
//! enables request logs, each request writes a log line.

use std::time::Duration;

use axum::http::Request;
use helpline_rig::{Gateway, testing};
use serde_json::{Value, json};

use crate::kit::client::{self, Client};
use crate::kit::rest::{Answer, RestClient};
use crate::kit::test_server::eventually;
use crate::test_server::{PASSWORD, SECRET, TestServer, ada, database, postgres};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const TICKET: &str = "01990000-0000-7000-8000-00000000beef";

async fn gateway(settings: &[(&str, &str)]) -> (Gateway, String) {
    let name = database().await;
    let url = postgres()
        .await
        .url_for("helpline_service", PASSWORD, &name);
    let spec = Gateway::spec()
        .binary(env!("CARGO_BIN_EXE_helpline"))
        .env("HELPLINE_DATABASE_URL", url)
        .env("HELPLINE_LOG_FORMAT", "json")
        .env("HELPLINE_JWT_SECRET", SECRET);
    let spec = settings
        .iter()
        .fold(spec, |spec, (name, value)| spec.env(*name, *value));
    (spec.start().await.unwrap(), name)
}

async fn ask(gateway: &Gateway, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = Request::get(format!("{}{path}", gateway.http_url()));
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    RestClient::default()
        .send(request.body(Vec::new()).unwrap())
        .await
}

fn lines(gateway: &Gateway) -> Vec<Value> {
    let log = std::fs::read_to_string(gateway.log()).unwrap();
    log.lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect()
}

/// Waits for the first log line with this message.
async fn line(gateway: &Gateway, message: &str) -> Value {
    eventually(message, Duration::from_secs(10), async || {
        lines(gateway).into_iter().find(|line| {
            let text = line["message"].as_str();
            text.is_some_and(|text| text.starts_with(message))
        })
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_bears_its_ids_from_the_header_to_the_access_log() {
    let (gateway, name) = gateway(&[("HELPLINE_LOG_REQUESTS", "all")]).await;
    let traceparent = format!("00-{TRACE}-b7ad6b7169203331-01");
    let path = format!("/v1/tickets/{TICKET}/activity?after=7");
    let headers = [
        ("authorization", "Bearer canary.canary.canary"),
        ("x-request-id", "from-the-proxy-1"),
        ("traceparent", &*traceparent),
    ];
    let answer = ask(&gateway, &path, &headers).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("x-request-id"), Some("from-the-proxy-1"));
    let refused = line(&gateway, "a token was refused").await;
    let of_request = lines(&gateway).into_iter().find(|line| {
        line["message"] == "answered" && line["span"]["request_id"] == "from-the-proxy-1"
    });
    let of_request = of_request.unwrap();
    for line in [&refused, &of_request] {
        assert_eq!(line["span"]["request_id"], "from-the-proxy-1", "{line}");
        assert_eq!(line["span"]["trace_id"], TRACE, "{line}");
    }
    assert_eq!(of_request["method"], "GET");
    assert_eq!(of_request["route"], "/v1/tickets/{ticket}/activity");
    assert_eq!(of_request["status"], 401);
    assert!(of_request["duration_ms"].as_f64().unwrap() > 0.0);
    let log = std::fs::read_to_string(gateway.log()).unwrap();
    for unsaid in ["canary", TICKET, "after=7"] {
        assert!(!log.contains(unsaid), "{unsaid} is in the log");
    }
    let sql = testing::connect(&postgres().await.admin_url(&name))
        .await
        .unwrap();
    let asked = "select detail ->> 'trace_id' from access_log where action = 'sign_in_refused'";
    let row = sql.query_one(asked, &[]).await.unwrap();
    assert_eq!(row.get::<_, Option<&str>>(0), Some(TRACE));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_sane_id_one_is_made_and_no_request_leaves_a_line_unless_asked_for() {
    let (gateway, _) = gateway(&[]).await;
    let mut made = Vec::new();
    for given in ["two words", "{\"forged\":1}", &"x".repeat(200)] {
        let answer = ask(&gateway, "/healthz", &[("x-request-id", given)]).await;
        let id = answer.header("x-request-id").unwrap().to_owned();
        assert!(id.parse::<uuid::Uuid>().is_ok(), "{given:?} gave {id:?}");
        made.push(id);
    }
    made.dedup();
    assert_eq!(made.len(), 3);
    // A request without a matching route also gets an id.
    let nothing = ask(&gateway, "/no/such/page", &[]).await;
    assert!(nothing.header("x-request-id").is_some());
    assert!(
        lines(&gateway)
            .iter()
            .all(|line| line["message"] != "answered")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lines_of_a_socket_name_its_connection() {
    let (gateway, _) = gateway(&[("HELPLINE_LOG", "helpline_gateway=debug")]).await;
    let mut unknown = client::connect(&gateway.ws_url(), None).await.unwrap();
    unknown
        .say(&json!({"type": "hello", "id": 1, "token": "canary.canary.canary"}))
        .await;
    let refused = line(&gateway, "a token was refused").await;
    assert!(refused["span"]["request_id"].is_string(), "{refused}");
    let token = {
        let server = TestServer::start().await;
        server.token(ada())
    };
    drop(Client::hello(&gateway.ws_url(), &token).await);
    let (begun, ended) = (
        line(&gateway, "signed in at a socket").await,
        line(&gateway, "a socket has ended").await,
    );
    assert!(begun["span"]["request_id"].is_string(), "{begun}");
    assert!(begun["connection"].is_u64(), "{begun}");
    assert_eq!(begun["connection"], ended["connection"]);
    assert!(
        !std::fs::read_to_string(gateway.log())
            .unwrap()
            .contains("canary")
    );
}
