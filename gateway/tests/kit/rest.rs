//! A REST client over TCP for tests. It adds no token or body to a request.

use std::sync::OnceLock;
use std::time::Duration;

use axum::http::{HeaderMap, Request, Uri, request};
use serde_json::Value;

use super::openapi::{Contract, Exchange};

/// How long a test waits for a response. A real person would not wait longer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A REST client that reuses its connections. To use a separate connection, create a new client.
#[derive(Clone)]
pub struct RestClient {
    agent: ureq::Agent,
}

/// An HTTP response.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    /// The parsed body; null if the body is not JSON.
    pub body: Value,
}

impl Default for RestClient {
    fn default() -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .allow_non_standard_methods(true)
            .proxy(None)
            .timeout_global(Some(TIMEOUT));
        Self {
            agent: agent.build().new_agent(),
        }
    }
}

impl RestClient {
    /// Sends one request, and compares the response with `/openapi.json`.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Answer {
        let agent = self.agent.clone();
        let exchange = move || {
            let asked = request.clone();
            let answer = exchanged(&agent, request);
            hold(&agent, &asked, &answer);
            answer
        };
        tokio::task::spawn_blocking(exchange)
            .await
            .expect("the request's task does not panic")
    }
}

fn exchanged(agent: &ureq::Agent, request: Request<Vec<u8>>) -> Answer {
    let mut response = agent.run(request).expect("the gateway answers");
    let bytes = response.body_mut().read_to_vec().expect("a body");
    Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        bytes,
    }
}

/// The `/openapi.json` of the build under test, fetched from the first gateway that a test uses.
static CONTRACT: OnceLock<Contract> = OnceLock::new();

fn hold(agent: &ureq::Agent, asked: &Request<Vec<u8>>, answer: &Answer) {
    let uri = asked.uri();
    if !uri.path().starts_with("/v1/") {
        return;
    }
    let contract = CONTRACT.get_or_init(|| {
        let address = Uri::builder()
            .scheme("http")
            .authority(uri.authority().expect("a whole address").as_str())
            .path_and_query("/openapi.json");
        let document = Request::get(address.build().expect("an address")).body(Vec::new());
        Contract::new(&exchanged(agent, document.expect("a request")).expect(200))
    });
    let exchange = Exchange {
        method: asked.method().as_str(),
        path: uri.path(),
        query: uri.query().unwrap_or(""),
        body: asked.body(),
        status: answer.status,
        headers: &answer.headers,
        answer: &answer.bytes,
    };
    if let Err(fault) = contract.check(&exchange) {
        panic!(
            "the exchange does not match /openapi.json: {fault}\n{}",
            answer.text()
        );
    }
}

/// Starts building a request with this bearer token.
pub fn signed(method: &str, url: &str, token: &str) -> request::Builder {
    Request::builder()
        .method(method)
        .uri(url)
        .header("authorization", format!("Bearer {token}"))
}

/// Finishes a request, with a JSON body if there is one.
pub fn with_body(request: request::Builder, body: Option<&Value>) -> Request<Vec<u8>> {
    let request = match body {
        Some(body) => request
            .header("content-type", "application/json")
            .body(body.to_string().into_bytes()),
        None => request.body(Vec::new()),
    };
    request.expect("a request")
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Returns the body as text. Panics if the response has another status.
    #[track_caller]
    pub fn expect_text(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text());
        self.text()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Returns the body as JSON. Panics if the response has another status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        if self.bytes.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    /// Returns the error code in the body. Panics if the response has another status.
    #[track_caller]
    pub fn refused(&self, status: u16) -> String {
        self.expect(status)["code"]
            .as_str()
            .expect("a problem has a code")
            .to_owned()
    }
}
