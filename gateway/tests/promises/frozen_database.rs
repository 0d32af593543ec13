//! Tests a Postgres that hangs: it accepts connections but does not answer. Requests that need no
//! database must be answered as usual, and requests that need it must be refused in time. Once
//! Postgres continues, no refused request may still occupy a connection slot. Also tests an
//! instance that is frozen for a moment.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use helpline_core::limits;
use helpline_rig::Postgres;
use serde_json::json;
use tokio::io::AsyncReadExt;
use uuid::Uuid;

use crate::client::{Client, connect as connect_socket};
use crate::raw::{connect_from, head, request};
use crate::test_server::{Join, Person, TestServer, eventually};

/// Number of requests in the crowd, which is sent at once: more than the gateway has connection
/// slots for.
const CROWD: usize = limits::HTTP_CONNECTIONS_MAX + limits::HTTP_RESERVE_MAX / 2;
/// Number of kinds of requests in the crowd. Requests of every kind need the database.
const KINDS: usize = 5;
/// Number of requests in the crowd that send a message.
const SENDS: usize = CROWD / KINDS;
/// Number of sends that the test repeats at the same time, after the database has recovered.
const REPEATED_AT_ONCE: usize = 64;
/// The default timeout of a Kubernetes probe.
const PROBE: Duration = Duration::from_secs(1);
/// Pause between two rounds of health probes.
const PROBE_PAUSE: Duration = Duration::from_millis(300);
/// Maximum time of a request while the database hangs. It includes slack, because one machine runs
/// the gateway and sends all requests.
const ANSWER: Duration = Duration::from_millis(limits::REQUEST_TIMEOUT_MS + 10_000);
/// Time limit for steps that should finish immediately.
const SOON: Duration = Duration::from_secs(20);

/// The server under test, and the person who sends the requests.
struct Desk<'a> {
    server: &'a TestServer,
    ada: &'a Person,
    ticket: String,
}

/// A request and its response, if the response came in time.
#[derive(Debug)]
#[allow(dead_code, reason = "told when a test fails")]
struct Asked {
    what: &'static str,
    status: Option<u16>,
    text: String,
}

impl Desk<'_> {
    fn port(&self) -> u16 {
        self.server.gateways[0].port()
    }

    /// Sends the `n`th of the many requests that are sent at once. The requests come from several
    /// addresses.
    async fn ask(&self, n: usize, key: &str) -> Asked {
        let messages = format!("/v1/tickets/{}/messages", self.ticket);
        let (what, method, path, body) = match n % KINDS {
            0 => ("me", "GET", "/v1/me", ""),
            1 => ("list", "GET", "/v1/tickets", ""),
            2 => ("history", "GET", messages.as_str(), ""),
            3 => (
                "edit",
                "PATCH",
                "/v1/tickets/TKT-000001",
                r#"{"status":"closed"}"#,
            ),
            _ => ("send", "POST", messages.as_str(), r#"{"body":"once"}"#),
        };
        let (token, length) = (format!("Bearer {}", self.ada.token), body.len().to_string());
        let headers = [
            ("Authorization", token.as_str()),
            ("Idempotency-Key", key),
            ("Content-Type", "application/json"),
            ("Content-Length", length.as_str()),
            ("Connection", "close"),
        ];
        let from = Ipv4Addr::new(127, 0, 1, u8::try_from(1 + n / KINDS % 5).expect("a byte"));
        let mut bytes = head(method, path, self.port(), &headers);
        bytes.extend_from_slice(body.as_bytes());
        let exchange = async {
            let mut peer = connect_from(from, self.port()).await;
            // Ignore a write error: the server may refuse the request and close before everything
            // is written.
            let _ = peer.write(&bytes).await;
            let mut text = Vec::new();
            let _ = peer.stream.read_to_end(&mut text).await;
            String::from_utf8_lossy(&text).into_owned()
        };
        let text = tokio::time::timeout(ANSWER, exchange)
            .await
            .unwrap_or_default();
        let code = text.split_whitespace().nth(1);
        Asked {
            what,
            status: code.and_then(|code| code.parse().ok()),
            text,
        }
    }

    /// Requests a path, whose response must have this status. Returns how long the response took.
    async fn probe(&self, path: &str, expected: u16) -> Duration {
        let started = Instant::now();
        let answer = within(path, request(self.port(), "GET", path, &[], None)).await;
        assert_eq!(answer.status, expected, "{path}: {}", answer.body);
        started.elapsed()
    }

    /// Requests the health pages repeatedly while many other requests wait for the database.
    async fn probe_for(&self, time: Duration) {
        // The duration of the first probes is not checked, because they queue behind the many other
        // requests.
        for path in ["/healthz", "/metrics"] {
            self.probe(path, 200).await;
        }
        let until = Instant::now() + time;
        while Instant::now() < until {
            tokio::time::sleep(PROBE_PAUSE).await;
            for path in ["/healthz", "/metrics"] {
                let took = self.probe(path, 200).await;
                assert!(took < PROBE, "{path} took {took:?}");
            }
            self.probe("/readyz", 503).await;
        }
    }

    /// Checks that a new client is closed with a code that lets it reconnect, and that a request on
    /// an open connection is refused as unavailable.
    async fn refuses_sockets(&self, open: &mut Client) {
        let subscribe = json!({ "type": "subscribe", "ticket": self.ticket });
        let subscribed = open.post(subscribe).await;
        let mut late = within(
            "an upgrade",
            connect_socket(&self.server.gateways[0].ws_url(), None),
        )
        .await
        .expect("an upgrade");
        late.post(json!({ "type": "hello", "token": self.ada.token }))
            .await;
        let code = late.closed().await;
        assert!(code.is_none_or(|code| code < 4_500), "{code:?}");
        let refused = open
            .expect_within("a refusal", ANSWER, |frame| frame["id"] == subscribed)
            .await;
        assert_eq!(refused["code"], "unavailable", "{refused}");
    }

    /// Repeats every send that was refused while the database hung, with the same idempotency key.
    /// Asserts that each message is stored exactly once.
    async fn repeats(&self, keys: &[String]) {
        let sends: Vec<_> = (0..keys.len()).filter(|n| n % KINDS == KINDS - 1).collect();
        for some in sends.chunks(REPEATED_AT_ONCE) {
            let repeated = some.iter().map(|n| self.ask(*n, &keys[*n]));
            for answer in futures_util::future::join_all(repeated).await {
                assert!(matches!(answer.status, Some(200 | 201)), "{answer:?}");
            }
        }
        let count =
            "select count(*), count(distinct key) from support_messages where body = 'once'";
        let sql = self.server.sql().await;
        let stored = sql.query_one(count, &[]).await.expect("a count");
        let stored: (i64, i64) = (stored.get(0), stored.get(1));
        // The test sent one more message than [`SENDS`]: over the socket.
        let expected = i64::try_from(SENDS + 1).expect("few");
        assert_eq!(stored, (expected, expected));
    }
}

/// Fails if a step takes longer than [`SOON`].
async fn within<T>(what: &str, step: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, step)
        .await
        .unwrap_or_else(|_| panic!("{what} takes longer than {SOON:?}"))
}

/// Asserts that every request was refused, and that each refusal says when to retry.
fn is_refused(answers: &[Asked]) {
    for answer in answers {
        let says_when = answer.text.to_ascii_lowercase().contains("retry-after: ");
        assert!(answer.status == Some(503) && says_when, "{answer:?}");
    }
    let count = |code: &str| {
        let answers = answers.iter().filter(|answer| answer.text.contains(code));
        answers.count()
    };
    let counts = (count("\"unavailable\""), count("\"overloaded\""));
    assert!(
        counts.0 > CROWD / 2 && counts.1 > 0,
        "{counts:?}: most requests must get a slot, and some none"
    );
}

#[tokio::test]
async fn a_database_that_hangs_takes_no_place_and_loses_nothing() {
    let postgres = Postgres::start_temporary()
        .await
        .expect("a Postgres starts");
    let server = &TestServer::start_apart(postgres, 1, Join::Alone).await;
    let ada = &server.customer("Ada Lovelace");
    let ticket = server.ticket(ada).await;
    let desk = Desk {
        server,
        ada,
        ticket: ticket.to_string(),
    };
    let mut open = server.client(0, ada).await;
    open.subscribe(ticket, None).await;
    desk.probe("/readyz", 200).await;
    let keys: Vec<String> = (0..CROWD).map(|_| Uuid::new_v4().to_string()).collect();
    let crowd = |size: usize, kinds: usize| {
        let asking = keys.iter().take(size).enumerate();
        let asking = asking.map(|(n, key)| desk.ask(n * kinds, key));
        futures_util::future::join_all(asking)
    };

    server.postgres.freeze();
    let send = json!({ "type": "send", "ticket": ticket, "key": "socket", "body": "once" });
    let waiting = open.post(send).await;
    let all_along = async {
        desk.probe_for(Duration::from_secs(5)).await;
        // The many requests that were refused have freed their connection slots, so requests that
        // need no database are answered as usual.
        for path in ["/openapi.json", "/docs", "/v1/config"] {
            desk.probe(path, 200).await;
        }
        desk.refuses_sockets(&mut open).await;
    };
    let (answers, ()) = tokio::join!(crowd(CROWD, 1), all_along);
    is_refused(&answers);

    server.postgres.thaw();
    eventually("it serves again", SOON, async || {
        let answer = request(desk.port(), "GET", "/readyz", &[], None).await;
        (answer.status == 200).then_some(())
    })
    .await;
    assert_eq!(within("the ack", open.answer(waiting)).await["type"], "ack");
    desk.repeats(&keys).await;
    // All connection slots of the gateway are free again, so it serves every one of many new
    // requests.
    for answer in crowd(limits::HTTP_CONNECTIONS_MAX / 2, KINDS).await {
        assert_eq!(answer.status, Some(200), "{answer:?}");
    }
}

#[tokio::test]
async fn an_instance_that_stands_still_for_a_moment_turns_no_connection_away() {
    const COMING: usize = 800;
    let server = TestServer::start(1, Join::Alone).await;
    let port = server.gateways[0].port();
    server.gateways[0].freeze();
    let connecting = (0..COMING).map(|_| connect_from(Ipv4Addr::LOCALHOST, port));
    let connected = tokio::time::timeout(
        Duration::from_secs(5),
        futures_util::future::join_all(connecting),
    );
    let mut connected = connected.await.expect("the kernel accepts all connections");
    server.gateways[0].thaw();
    for peer in &mut connected {
        let asked = head("GET", "/healthz", port, &[("Connection", "close")]);
        peer.write(&asked).await.expect("it is open");
    }
    for peer in &mut connected {
        let answer = within("an answer", peer.read_answer_head()).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}
