//! Test people who use the web client of one of the two builds, and their messages to each other.

use std::collections::BTreeMap;
use std::process::Stdio;

use helpline_rig::testing;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use uuid::Uuid;

use crate::fleet::Build;
use crate::{PATIENCE, SECRET};

/// A person on a ticket who uses the web client of one build.
pub struct Person {
    pub name: String,
    pub build: Build,
    pub is_staff: bool,
    _process: Child,
    orders: ChildStdin,
    told: Lines<BufReader<ChildStdout>>,
    /// What the person has seen, by event number: the text, and whether it is an internal note.
    pub seen: BTreeMap<u64, (String, bool)>,
    pub posted: Vec<String>,
    /// Unexpected output of the web client.
    pub faults: Vec<String>,
}

/// Settings that all people of the test share.
pub struct Scene<'a> {
    pub origin: &'a str,
    pub canary: &'a str,
}

impl Person {
    pub fn arrive(
        scene: &Scene<'_>,
        build: Build,
        (name, id, is_staff): (&str, Uuid, bool),
        ticket: Uuid,
    ) -> Self {
        let identity =
            json!({ "id": id, "name": name, "role": is_staff.then_some("support_agent") });
        let mut process = Command::new("node")
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../web-client/world/person.mjs"
            ))
            .arg(build.file("client.mjs"))
            .args([
                scene.origin,
                &token(id, name),
                &identity.to_string(),
                &ticket.to_string(),
                scene.canary,
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("node runs");
        let (orders, told) = (
            process.stdin.take().expect("piped"),
            process.stdout.take().expect("piped"),
        );
        Self {
            name: name.to_owned(),
            build,
            is_staff,
            _process: process,
            orders,
            told: BufReader::new(told).lines(),
            seen: BTreeMap::new(),
            posted: Vec::new(),
            faults: Vec::new(),
        }
    }

    pub async fn order(&mut self, order: Value) {
        self.orders
            .write_all(format!("{order}\n").as_bytes())
            .await
            .expect("the client listens");
    }

    /// Reads the web client's output until the condition is true.
    pub async fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let reading = async {
            while !holds(self) {
                let line = self
                    .told
                    .next_line()
                    .await
                    .expect("it can be read")
                    .expect("the client lives");
                let told: Value = serde_json::from_str(&line).expect("the client writes JSON");
                if let (Some(body), Some(seq)) = (told["seen"].as_str(), told["seq"].as_u64()) {
                    self.seen
                        .insert(seq, (body.to_owned(), told["note"] == true));
                } else if let Some(body) = told["posted"].as_str() {
                    self.posted.push(body.to_owned());
                } else if told.get("live").is_none() {
                    self.faults.push(line);
                }
            }
        };
        let done = tokio::time::timeout(PATIENCE, reading).await;
        assert!(
            done.is_ok(),
            "{} ({:?}) never: {what}; seen {:?}; faults {:?}",
            self.name,
            self.build,
            self.seen,
            self.faults
        );
    }

    pub fn has_seen(&self, body: &str) -> bool {
        self.seen.values().any(|(seen, _)| seen == body)
    }
}

/// A customer and an agent on one ticket. Each uses the web client of one build.
pub struct Talk {
    pub customer: Person,
    pub agent: Person,
    pub ticket: Uuid,
    pub said: usize,
}

impl Talk {
    /// Makes the customer and the agent send messages. The agent also sends internal notes by
    /// WebSocket and REST. Returns once each of them has seen everything that they may see.
    pub async fn turn(&mut self, canary: &str) {
        self.said += 1;
        let n = self.said;
        let (question, answer) = (format!("question {n}"), format!("answer {n}"));
        let (noted, posted) = (
            format!("{canary} noted {n}"),
            format!("{canary} posted {n}"),
        );
        self.customer.order(json!({ "say": question })).await;
        self.agent
            .order(json!({ "say": noted, "note": true }))
            .await;
        self.agent
            .order(json!({ "post": { "body": posted, "note": "internal" } }))
            .await;
        self.agent.order(json!({ "say": answer })).await;
        let all = [&question, &answer, &noted, &posted];
        self.agent
            .until("all of it", |agent| {
                all.iter().all(|body| agent.has_seen(body)) && agent.posted.contains(&posted)
            })
            .await;
        self.customer
            .until("the public part", |customer| {
                customer.has_seen(&question) && customer.has_seen(&answer)
            })
            .await;
    }
}

pub fn token(user: Uuid, name: &str) -> String {
    testing::sign(SECRET, &testing::claims(user, name, 3_600))
}

/// Creates a ticket, and starts web clients for its customer and an agent.
pub async fn talk(
    sql: &tokio_postgres::Client,
    scene: &Scene<'_>,
    of_customer: Build,
    of_agent: Build,
) -> Talk {
    let (customer, agent, ticket) = (Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7());
    sql.execute(
        "insert into user_roles (user_id, role) values ($1, 'support_agent')",
        &[&agent],
    )
    .await
    .expect("a role");
    let opened = "insert into support_tickets (id, user_id, subject) values ($1, $2, 'Two builds')";
    sql.execute(opened, &[&ticket, &customer])
        .await
        .expect("a ticket");
    Talk {
        customer: Person::arrive(
            scene,
            of_customer,
            ("Ada Lovelace", customer, false),
            ticket,
        ),
        agent: Person::arrive(scene, of_agent, ("Ben Okafor", agent, true), ticket),
        ticket,
        said: 0,
    }
}
