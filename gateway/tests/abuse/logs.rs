//! Checks that logs contain no tokens, texts or addresses at any log level, and that clients cannot
//! forge log lines.

use std::time::Duration;

use helpline_core::ids::TicketId;
use serde_json::json;

use crate::client::Client;
use crate::raw::{self, FIN, TEXT, UPGRADE, frame, head, request, upgraded};
use crate::test_server::{Join, Person, TestServer, claims, eventually, sign};

const FORGED: &str = "\r\n2026-01-01T00:00:00.000000Z  INFO helpline_gateway: forged\u{1b}[2K\u{1b}]0;owned\u{7}\u{9b}31m\u{2028}forged";

/// A customer with a hostile name, an agent, and a ticket on which both people write.
struct Conversation<'a> {
    server: &'a TestServer,
    eve: String,
    ben: Person,
    expired: String,
    ticket: TicketId,
}

impl<'a> Conversation<'a> {
    async fn start(server: &'a TestServer) -> Self {
        let id = server.customer("x").id;
        let mut hostile = claims(id, "Eve Secretname", 3_600);
        hostile["user_metadata"]["full_name"] = json!(format!("Eve Secretname{FORGED}"));
        hostile["email"] = json!("eve.secret@canary.example");
        let (eve, ben) = (
            sign(&hostile),
            server.staff("Ben Okafor", "support_agent").await,
        );
        let person = Person {
            id,
            token: eve.clone(),
        };
        Self {
            server,
            eve,
            ben,
            expired: sign(&claims(id, "Eve Secretname", -10)),
            ticket: server.ticket(&person).await,
        }
    }

    fn port(&self) -> u16 {
        self.server.gateways[0].port()
    }

    /// Sends valid and invalid input of every kind. At the end, the database fails during a
    /// request, so that the cause is logged.
    async fn run(&self) {
        let mut customer = Client::hello(&self.server.gateways[0].ws_url(), &self.eve).await;
        self.by_socket(&mut customer).await;
        self.by_rest().await;
        self.by_raw_bytes().await;
        let end = "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
        self.server.sql().await.query_one(end, &[]).await.unwrap();
        customer.send(self.ticket, "k3", "canary-body").await;
    }

    async fn by_socket(&self, customer: &mut Client) {
        let ticket = self.ticket;
        let mut agent = self.server.client(0, &self.ben).await;
        customer.subscribe(ticket, None).await;
        agent.subscribe(ticket, None).await;
        agent.ask(json!({ "type": "inbox", "on": true })).await;
        let body = format!(
            "canary-body{}",
            FORGED.replace(['\u{1b}', '\u{7}', '\r', '\u{9b}'], "")
        );
        assert_eq!(customer.send(ticket, "k1", &body).await["type"], "ack");
        assert_eq!(
            customer
                .send(ticket, "k2", &format!("canary-body{FORGED}"))
                .await["type"],
            "error",
            "control characters are refused"
        );
        let note = json!({ "type": "send", "ticket": ticket, "key": "n1", "body": "canary-note", "internal": true });
        assert_eq!(agent.ask(note).await["type"], "ack");
        customer
            .ask(json!({ "type": "token", "token": self.eve }))
            .await;
        customer
            .ask(json!({ "type": "token", "token": self.expired }))
            .await;
        customer
            .ask(json!({ "type": "canary-type", "body": "canary-body" }))
            .await;
        customer
            .say_raw(format!(
                "{{\"type\":\"send\",\"id\":9,\"body\":\"canary-body{FORGED}"
            ))
            .await;
    }

    async fn by_rest(&self) {
        let (port, eve, ticket) = (self.port(), &self.eve, self.ticket);
        let bearer = format!("Bearer {eve}");
        let hostile_agent = "Mozilla/5.0 canary-agent\u{a0}\u{2028}\u{9b}31m";
        let headers = [
            ("Authorization", bearer.as_str()),
            ("User-Agent", hostile_agent),
            ("Idempotency-Key", "r1"),
        ];
        let new = json!({ "subject": format!("canary-subject{FORGED}"), "description": "canary-body", "category": "general" }).to_string();
        request(port, "POST", "/v1/tickets", &headers, Some(&new)).await;
        request(
            port,
            "POST",
            &format!("/v1/tickets/{ticket}/messages"),
            &headers,
            Some(&json!({ "body": "canary-body" }).to_string()),
        )
        .await;
        request(
            port,
            "GET",
            &format!("/v1/tickets?search=canary-search&x={FORGED}")
                .replace(['\r', '\n', ' '], "%0a"),
            &headers,
            None,
        )
        .await;
        request(port, "GET", &format!("/v1/me?token={eve}"), &[], None).await;
        request(port, "GET", &format!("/v1/ws?token={eve}"), &UPGRADE, None).await;
    }

    /// Sends invalid tokens, and headers with line breaks in their values.
    async fn by_raw_bytes(&self) {
        let port = self.port();
        // A raw line feed ends a header. The text after it is another header, or invalid.
        let mut split = raw::connect(port).await;
        let _ = split
            .write(&head(
                "GET",
                "/v1/me",
                port,
                &[("User-Agent", &format!("x{FORGED}"))],
            ))
            .await;
        split.cut(Duration::from_secs(15)).await;
        for token in [
            self.expired.as_str(),
            "canary.token.broken",
            &format!("canary{FORGED}"),
        ] {
            let mut guest = upgraded(port, "/v1/ws").await;
            guest
                .write(&frame(
                    FIN | TEXT,
                    json!({ "type": "hello", "id": 1, "token": token })
                        .to_string()
                        .as_bytes(),
                ))
                .await
                .unwrap();
            guest.ended(Duration::from_secs(10)).await;
        }
    }

    /// The words that must not appear in any log.
    fn secrets(&self) -> Vec<String> {
        let mut secrets: Vec<String> = ["canary", "Secretname", "eve.secret", "ben.okafor"]
            .map(str::to_owned)
            .into();
        for token in [&self.eve, &self.ben.token, &self.expired] {
            secrets.extend(token.split('.').skip(1).map(str::to_owned));
        }
        secrets
    }
}

async fn log_of(format: &str) -> (Vec<String>, String) {
    let server = TestServer::start_with(1, Join::Redis, |spec| {
        spec.env("HELPLINE_LOG", "trace")
            .env("HELPLINE_LOG_FORMAT", format)
    })
    .await;
    let conversation = Conversation::start(&server).await;
    conversation.run().await;
    server.gateways[0].stop().await.unwrap();
    let log = server.gateways[0].log().to_owned();
    let text = eventually("the log's last line", Duration::from_secs(5), async || {
        std::fs::read(&log)
            .ok()
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .filter(|text| text.contains("drained"))
    })
    .await;
    (conversation.secrets(), text)
}

#[tokio::test]
async fn nothing_secret_and_nothing_forged_stands_in_the_log_at_any_level() {
    let ((secrets, text), json) = tokio::join!(log_of("text"), log_of("json"));
    for secret in &secrets {
        let line = text.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(line, None, "{secret:?} is logged");
    }
    assert!(text.lines().count() > 2, "something was logged: {text}");
    for line in text.lines() {
        let is_ours = line.len() > 20
            && line.as_bytes()[..4].iter().all(u8::is_ascii_digit)
            && line.as_bytes()[10] == b'T';
        assert!(is_ours, "a line that this process did not write: {line:?}");
        assert!(
            !line.chars().any(char::is_control),
            "control characters: {line:?}"
        );
    }
    let (secrets, text) = json;
    assert!(!secrets.iter().any(|secret| text.contains(secret.as_str())));
    assert!(text.lines().all(|line| {
        serde_json::from_str::<serde_json::Value>(line)
            .is_ok_and(|line| line["timestamp"].is_string())
    }));
}
