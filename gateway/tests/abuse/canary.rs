//! Compares, byte for byte, what a customer receives in two runs: with and without internal notes.
//! Writing, editing, redacting, typing and reading notes must change nothing for the customer.

use std::time::Duration;

use helpline_core::ids::TicketId;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::Client;
use crate::raw::request;
use crate::test_server::{Join, Person, TestServer, claims, sign};

/// Whether the staff write internal notes in this test run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Notes {
    Written,
    None,
}

/// One test run: the server, its people, and all data that was sent to the customer.
struct Run {
    server: TestServer,
    notes: Notes,
    canary: String,
    ticket: TicketId,
    agent: Client,
    agent_token: String,
    customer: Client,
    customer_token: String,
    bytes: Vec<String>,
    steps: u32,
}

impl Run {
    async fn start(notes: Notes, canary: &str) -> Self {
        // A long heartbeat, so that no ping is sent during the run. Pings would arrive at a
        // different point in each run.
        let server = TestServer::start_with(2, Join::Redis, |spec| {
            spec.env("HELPLINE_HEARTBEAT_MS", "60000")
        })
        .await;
        let (ada, ben) = (
            server.customer("Ada Lovelace"),
            server.staff("Ben Okafor", "support_agent").await,
        );
        let ticket = server.ticket(&ada).await;
        let (mut customer, mut agent) =
            (server.client(0, &ada).await, server.client(1, &ben).await);
        customer.subscribe(ticket, None).await;
        agent.subscribe(ticket, None).await;
        agent.ask(json!({ "type": "inbox", "on": true })).await;
        let (agent_token, customer_token) = (ben.token, ada.token);
        Self {
            server,
            notes,
            canary: canary.to_owned(),
            ticket,
            agent,
            agent_token,
            customer,
            customer_token,
            bytes: Vec::new(),
            steps: 0,
        }
    }

    fn key(&mut self) -> String {
        self.steps += 1;
        format!("step{}", self.steps)
    }

    /// Sends a request as the agent. Returns the response.
    async fn desk_asks(&mut self, method: &str, path: &str, body: Value) -> Value {
        let (bearer, key) = (
            format!("Bearer {}", self.agent_token),
            Uuid::new_v4().to_string(),
        );
        let headers = [
            ("Authorization", bearer.as_str()),
            ("Idempotency-Key", key.as_str()),
        ];
        let path = format!("/v1/tickets/{}{path}", self.ticket);
        let answer = request(
            self.server.gateways[1].port(),
            method,
            &path,
            &headers,
            Some(&body.to_string()),
        )
        .await;
        assert!(
            (200..300).contains(&answer.status),
            "{method} {path}: {} {}",
            answer.status,
            answer.body
        );
        serde_json::from_str(&answer.body).unwrap_or_default()
    }

    /// Sends a request as the customer. Keeps the response for the comparison.
    async fn customer_asks(&mut self, method: &str, path: &str, body: Option<Value>) {
        let bearer = format!("Bearer {}", self.customer_token);
        let body = body.map(|body| body.to_string());
        let answer = request(
            self.server.gateways[0].port(),
            method,
            path,
            &[("Authorization", &bearer)],
            body.as_deref(),
        )
        .await;
        self.bytes
            .push(format!("{method} {} {}", answer.status, answer.body));
    }

    /// Waits until the agent receives an event of this kind.
    async fn agent_sees(&mut self, kind: &str) -> Value {
        self.agent
            .expect(kind, |frame| {
                frame["type"] == "event" && frame["kind"] == kind
            })
            .await
    }

    /// Waits until the agent receives an event of this kind, and sends that the agent has read it.
    async fn agent_reads(&mut self, kind: &str) -> Value {
        let event = self.agent_sees(kind).await;
        let seq = event["seq"].as_u64();
        self.agent
            .say(&json!({ "type": "read", "ticket": self.ticket, "seq": seq }))
            .await;
        self.agent
            .expect("their own mark", |frame| {
                frame["type"] == "read"
                    && frame["person"]["type"] == "admin"
                    && frame["seq"].as_u64() == seq
            })
            .await;
        event
    }

    /// Waits until the agent and the customer receive an event of this kind, and until the customer
    /// sees that the agent has read it.
    async fn all_see(&mut self, kind: &str) -> Value {
        let seen = self
            .customer
            .expect(kind, |frame| {
                frame["type"] == "event" && frame["kind"] == kind
            })
            .await;
        self.agent_reads(kind).await;
        self.customer
            .expect("the agent's mark", |frame| {
                frame["type"] == "read" && frame["seq"] == seen["seq"]
            })
            .await;
        seen
    }

    /// Does everything that staff can do with notes without the customer's knowledge. In the run
    /// without notes, does nothing.
    async fn behind_the_back(&mut self) {
        if self.notes == Notes::None {
            return;
        }
        let (ticket, canary) = (self.ticket, self.canary.clone());
        for on in [true, false] {
            self.agent
                .say(&json!({ "type": "typing", "ticket": ticket, "on": on, "internal": true }))
                .await;
        }
        let key = format!("note{}", Uuid::new_v4());
        let note = json!({ "type": "send", "ticket": ticket, "key": key, "body": format!("{canary} by socket"), "internal": true });
        assert_eq!(self.agent.ask(note).await["type"], "ack");
        let first = self.agent_reads("internal_note_added").await;
        self.desk_asks(
            "POST",
            "/messages",
            json!({ "body": format!("{canary} by REST"), "internal": true }),
        )
        .await;
        let second = self.agent_sees("internal_note_added").await;
        let path =
            |event: &Value| format!("/messages/{}", event["message"]["id"].as_str().unwrap());
        self.desk_asks(
            "PATCH",
            &path(&first),
            json!({ "body": format!("{canary} edited") }),
        )
        .await;
        self.agent_sees("note_edited").await;
        self.desk_asks("DELETE", &path(&second), json!({})).await;
        self.agent_sees("note_redacted").await;
        let sql = self.server.sql().await;
        let by_sql = "insert into support_messages (ticket_id, sender_type, body, is_internal) values ($1, 'system', $2, true)";
        sql.execute(by_sql, &[&ticket.uuid(), &format!("{canary} by SQL")])
            .await
            .unwrap();
        self.agent_sees("internal_note_added").await;
        let logged = "select log_ticket_activity($1, 'logged', null, null, $2)";
        sql.execute(logged, &[&ticket.uuid(), &format!("{canary} logged")])
            .await
            .unwrap();
        self.agent_reads("logged").await;
    }

    /// Runs all steps of the test. In the run with internal notes, staff work with notes after
    /// every step.
    async fn whole(mut self) -> Vec<String> {
        let ticket = self.ticket;
        // First mark the existing events as read, so that later `read` frames cover only events
        // that this test writes.
        self.agent
            .say(&json!({ "type": "read", "ticket": ticket, "seq": 2 }))
            .await;
        self.agent
            .expect("their own mark", |frame| frame["type"] == "read")
            .await;
        self.customer
            .expect("the agent's mark", |frame| frame["type"] == "read")
            .await;
        self.behind_the_back().await;
        self.agent
            .say(&json!({ "type": "typing", "ticket": ticket, "on": true }))
            .await;
        self.customer
            .expect("typing", |frame| frame["type"] == "typing")
            .await;
        let key = self.key();
        self.agent.send(ticket, &key, "How can I help?").await;
        self.all_see("message_added").await;
        self.all_see("status_changed").await;
        self.behind_the_back().await;
        self.desk_asks("PATCH", "", json!({ "assigned_to": "me" }))
            .await;
        self.all_see("assigned").await;
        self.behind_the_back().await;
        let key = self.key();
        self.customer.send(ticket, &key, "It is broken.").await;
        let mine = self.all_see("message_added").await;
        self.customer
            .say(&json!({ "type": "read", "ticket": ticket, "seq": mine["seq"] }))
            .await;
        self.customer
            .expect("the customer's own mark", |frame| {
                frame["type"] == "read" && frame["person"]["type"] == "customer"
            })
            .await;
        self.behind_the_back().await;
        let answer = self
            .desk_asks("POST", "/messages", json!({ "body": "Try again." }))
            .await;
        let sent = self.all_see("message_added").await;
        let _ = answer;
        self.desk_asks(
            "PATCH",
            &format!("/messages/{}", sent["message"]["id"].as_str().unwrap()),
            json!({ "body": "Please try again." }),
        )
        .await;
        self.all_see("message_edited").await;
        self.desk_asks("PATCH", "", json!({ "priority": "urgent" }))
            .await;
        self.agent_reads("priority_changed").await;
        self.behind_the_back().await;
        self.desk_asks("PATCH", "", json!({ "status": "resolved" }))
            .await;
        self.all_see("resolved").await;
        self.behind_the_back().await;
        self.looks_around().await;
        self.comes_back().await;
        self.bytes
            .splice(0..0, std::mem::take(&mut self.customer.transcript));
        self.bytes
    }

    /// Requests everything that a customer can request over REST.
    async fn looks_around(&mut self) {
        let ticket = self.ticket;
        for path in [
            "/v1/me".to_owned(),
            "/v1/me/unread".to_owned(),
            "/v1/tickets".to_owned(),
            format!("/v1/tickets?search={}", self.canary),
            "/v1/tickets?search=broken".to_owned(),
            format!("/v1/tickets/{ticket}"),
            format!("/v1/tickets/{ticket}/activity"),
            format!("/v1/tickets/{ticket}/activity?after=2&limit=2"),
            format!("/v1/tickets/{ticket}/messages"),
            "/v1/stats".to_owned(),
            "/v1/agents".to_owned(),
        ] {
            self.customer_asks("GET", &path.replace(&self.canary, "needle-in-notes"), None)
                .await;
            self.customer_asks("GET", &path, None).await;
        }
        self.customer_asks(
            "PUT",
            &format!("/v1/tickets/{ticket}/rating"),
            Some(json!({ "satisfaction_rating": 4 })),
        )
        .await;
        self.customer
            .expect("the rating", |frame| frame["kind"] == "rated")
            .await;
    }

    /// Resumes the customer's subscription on the other instance, from every possible position in
    /// the history.
    async fn comes_back(&mut self) {
        let mut again =
            Client::hello(&self.server.gateways[1].ws_url(), &self.customer_token).await;
        let pages = again.subscribe(self.ticket, None).await;
        let epoch = pages[0]["epoch"].as_str().unwrap().to_owned();
        for after in 0..pages[0]["head"].as_u64().unwrap() {
            again.subscribe(self.ticket, Some((after, &epoch))).await;
        }
        again.drain(Duration::from_millis(300)).await;
        self.bytes.append(&mut again.transcript);
        self.customer.drain(Duration::from_millis(300)).await;
    }
}

/// Replaces what differs between any two test runs: ids, times and the database epoch.
fn normal(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let id = rest
            .get(..36)
            .filter(|id| id.parse::<Uuid>().is_ok() && id.contains('-'));
        let time = rest.get(..11).is_some_and(|t| {
            t.as_bytes()[4] == b'-' && t.as_bytes()[10] == b'T' && t.as_bytes()[0].is_ascii_digit()
        });
        if id.is_some() {
            out.push_str("<id>");
            rest = &rest[36..];
        } else if time {
            out.push_str("<time>");
            rest = &rest[rest.find('"').unwrap_or(rest.len())..];
        } else if let Some(epoch) = rest.strip_prefix("\"epoch\":\"") {
            out.push_str("\"epoch\":\"<epoch>");
            rest = &epoch[epoch.find('"').unwrap_or(0)..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_is_sent_the_same_bytes_whether_notes_are_written_or_not() {
    let canary = format!("canary-{}", Uuid::new_v4().simple());
    let with = tokio::spawn({
        let canary = canary.clone();
        async move { Run::start(Notes::Written, &canary).await.whole().await }
    });
    let without = Run::start(Notes::None, &canary).await.whole().await;
    let with = with.await.unwrap();
    for text in &with {
        assert!(!text.contains(&canary), "leaked: {text}");
    }
    // An ack may arrive before or after the event of its message, so compare acks separately.
    let normalised = |texts: &[String]| {
        let (mut acks, rest): (Vec<_>, Vec<_>) = texts
            .iter()
            .map(|text| normal(text))
            .partition(|text| text.starts_with(r#"{"type":"ack""#));
        acks.extend(rest);
        acks
    };
    let (with, without) = (normalised(&with), normalised(&without));
    for (n, (one, other)) in with.iter().zip(&without).enumerate() {
        assert_eq!(
            one, other,
            "frame or answer {n} to the customer differs because of notes"
        );
    }
    assert_eq!(
        with.len(),
        without.len(),
        "something more was sent: {:?}",
        with.last().zip(without.last())
    );
    assert!(
        with.len() > 40,
        "the scenario has shrunk to {} frames and answers",
        with.len()
    );
}

#[tokio::test]
async fn a_blocked_person_is_cut_off_everywhere_within_five_seconds_without_redis() {
    let server = TestServer::start(2, Join::Redis).await;
    let eve = server.customer("Eve");
    let (mut one, mut two) = (server.client(0, &eve).await, server.client(1, &eve).await);
    server.redis().kill9().await.unwrap();
    server
        .sql()
        .await
        .execute(
            "update people set blocked_at = now() where id = $1",
            &[&eve.id.uuid()],
        )
        .await
        .unwrap();
    let closing = async { (one.closed().await, two.closed().await) };
    let codes = tokio::time::timeout(Duration::from_secs(5), closing)
        .await
        .expect("within five seconds");
    assert_eq!(codes, (Some(4503), Some(4503)));
    let fresh = Person {
        id: eve.id,
        token: sign(&claims(eve.id, "Eve", 600)),
    };
    let mut again = crate::client::connect(&server.gateways[0].ws_url(), None)
        .await
        .unwrap();
    assert_eq!(
        again
            .ask(json!({ "type": "hello", "token": fresh.token }))
            .await["code"],
        "blocked"
    );
    assert_eq!(again.closed().await, Some(4503));
}
