//! The build before beside this one: on one database and one Redis, behind one address, while instances are restarted forth to this build and
//! back again. People with either build's web client and the load generators of both builds go on all the time. Nothing may be refused, lost,
//! doubled or shown to a customer who must not see it.
//!
//! `.ci/test-world previous_build` builds what this needs and says where it lies.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use helpline_rig::{Gateway, Postgres, Redis, free_port, testing};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::task::JoinSet;
use uuid::Uuid;

const SECRET: &str = "the secret of two builds that stand beside each other";
const PASSWORD: &str = "runtime";
/// News between instances of two builds may take the sweep's way, which takes 2 s; and this machine is busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Build {
    Previous,
    This,
}

impl Build {
    /// Where its programs and the bundle of its client lie.
    fn file(self, name: &str) -> PathBuf {
        let var = if self == Self::Previous {
            "HELPLINE_TEST_PREVIOUS"
        } else {
            "HELPLINE_TEST_THIS"
        };
        let dir = std::env::var_os(var)
            .unwrap_or_else(|| panic!("{var} is not set: run .ci/test-world previous_build"));
        Path::new(&dir).join(name)
    }

    /// The load generator's subcommand that checks histories on running instances.
    fn load(self) -> Vec<String> {
        match self {
            Self::Previous => vec!["rooms".into()],
            Self::This => vec![
                "prove".into(),
                "--out".into(),
                concat!(env!("CARGO_TARGET_TMPDIR"), "/previous").into(),
            ],
        }
    }

    /// A note's flag over REST, as this build's client is told of it.
    const fn flag(self) -> &'static str {
        match self {
            Self::Previous => "is_internal",
            Self::This => "internal",
        }
    }
}

/// Two instances behind one address.
struct Fleet {
    postgres: Postgres,
    redis: Redis,
    ports: [u16; 2],
    running: [Option<Gateway>; 2],
}

impl Fleet {
    async fn start(builds: [Build; 2]) -> Self {
        let postgres = Postgres::start_temporary_with(&[("max_connections", "200")])
            .await
            .expect("a Postgres starts");
        // An update migrates first, and with the newer build.
        let migrated = Command::new(Build::This.file("helpline"))
            .arg("migrate")
            .env(
                "HELPLINE_ADMIN_DATABASE_URL",
                postgres.admin_url("postgres"),
            )
            .env("HELPLINE_RUNTIME_PASSWORD", PASSWORD)
            .status();
        assert!(migrated.await.expect("it runs").success());
        let redis = Redis::start_new().await.expect("a Redis starts");
        let mut fleet = Self {
            postgres,
            redis,
            ports: [free_port(), free_port()],
            running: [None, None],
        };
        for (n, build) in builds.into_iter().enumerate() {
            fleet.boot(n, build).await;
        }
        fleet
    }

    async fn boot(&mut self, n: usize, build: Build) {
        let spec = Gateway::spec()
            .binary(build.file("helpline"))
            .port(self.ports[n])
            .env(
                "HELPLINE_DATABASE_URL",
                self.postgres
                    .url_for("helpline_service", PASSWORD, "postgres"),
            )
            .env("HELPLINE_REDIS_URL", self.redis.url())
            .env("HELPLINE_JWT_SECRET", SECRET)
            .env("HELPLINE_POOL_CONNECTIONS_MAX", "16");
        self.running[n] = Some(spec.start().await.expect("an instance starts"));
    }

    /// A rolling restart of one instance, into this build.
    async fn roll(&mut self, n: usize, build: Build) {
        let old = self.running[n].take().expect("it runs");
        assert_eq!(old.stop().await.expect("it drains"), Some(0));
        self.boot(n, build).await;
    }

    fn urls(&self) -> String {
        self.ports
            .map(|port| format!("http://127.0.0.1:{port}"))
            .join(",")
    }
}

/// One address for both: each connection goes to the next instance that takes it.
async fn balancer(ports: [u16; 2]) -> (String, JoinSet<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("it listens"));
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let next = AtomicUsize::new(0);
        let mut connections = JoinSet::new();
        while let Ok((mut client, _)) = listener.accept().await {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            connections.spawn(async move {
                for n in 0..ports.len() {
                    if let Ok(mut server) =
                        TcpStream::connect(("127.0.0.1", ports[(turn + n) % ports.len()])).await
                    {
                        let _ = copy_bidirectional(&mut client, &mut server).await;
                        return;
                    }
                }
            });
        }
    });
    (url, tasks)
}

/// A person at a ticket, with the web client of one build.
struct Person {
    name: String,
    build: Build,
    is_staff: bool,
    _process: Child,
    orders: ChildStdin,
    told: Lines<BufReader<ChildStdout>>,
    /// By number: text, and whether it is a note.
    seen: BTreeMap<u64, (String, bool)>,
    posted: Vec<String>,
    /// What should not be.
    faults: Vec<String>,
}

/// What all people need to know.
struct Scene<'a> {
    origin: &'a str,
    canary: &'a str,
}

impl Person {
    fn arrive(
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

    async fn order(&mut self, order: Value) {
        self.orders
            .write_all(format!("{order}\n").as_bytes())
            .await
            .expect("the client listens");
    }

    /// Reads what the client tells until this holds.
    async fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let reading = async {
            while !holds(self) {
                let line = self
                    .told
                    .next_line()
                    .await
                    .expect("it can be read")
                    .expect("the client lives");
                let told: Value = serde_json::from_str(&line).expect("the client tells JSON");
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

    fn has_seen(&self, body: &str) -> bool {
        self.seen.values().any(|(seen, _)| seen == body)
    }
}

/// A customer and an agent at one ticket, each with a build of their own.
struct Talk {
    customer: Person,
    agent: Person,
    ticket: Uuid,
    said: usize,
}

impl Talk {
    /// Both write, and the agent writes notes by socket and over REST as well; done when both have seen what they may.
    async fn turn(&mut self, canary: &str) {
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
            .order(json!({ "post": { "body": posted, "note": self.agent.build.flag() } }))
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

fn token(user: Uuid, name: &str) -> String {
    testing::sign(SECRET, &testing::claims(user, name, 3_600))
}

/// The load generator of one build, on both instances at once; it has joined when this returns.
async fn load(fleet: &Fleet, build: Build) -> (Build, Child, Lines<BufReader<ChildStdout>>) {
    let mut process = Command::new(build.file("helpline-loadtest"))
        .args(build.load())
        .args([
            "--tickets",
            "6",
            "--rate",
            "12",
            "--seconds",
            "6",
            "--urls",
            &fleet.urls(),
        ])
        .env("HELPLINE_JWT_SECRET", SECRET)
        .env(
            "HELPLINE_ADMIN_DATABASE_URL",
            fleet.postgres.admin_url("postgres"),
        )
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the load generator runs");
    let mut lines = BufReader::new(process.stdout.take().expect("piped")).lines();
    let joined = async {
        while !lines
            .next_line()
            .await
            .expect("it can be read")
            .expect("it goes on")
            .starts_with("joined")
        {}
    };
    tokio::time::timeout(PATIENCE, joined)
        .await
        .expect("its members join");
    (build, process, lines)
}

/// A ticket with its customer and an agent.
async fn talk(
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the build before: .ci/test-world previous_build"]
async fn a_rolling_restart_forth_and_back_refuses_loses_and_leaks_nothing() {
    use Build::{Previous, This};
    let mut fleet = Fleet::start([Previous, Previous]).await;
    let (origin, _balancer) = balancer(fleet.ports).await;
    let sql = testing::connect(&fleet.postgres.admin_url("postgres"))
        .await
        .expect("SQL connects");
    let canary = format!("canary{}", Uuid::new_v4().simple());
    let scene = Scene {
        origin: &origin,
        canary: &canary,
    };
    let mut talks = Vec::new();
    for (of_customer, of_agent) in [
        (Previous, Previous),
        (Previous, This),
        (This, Previous),
        (This, This),
    ] {
        talks.push(talk(&sql, &scene, of_customer, of_agent).await);
    }
    turn_all(&mut talks, &canary).await;
    // Forth to this build, back to the one before, and forth again.
    for (n, build) in [
        (0, This),
        (1, This),
        (0, Previous),
        (1, Previous),
        (1, This),
        (0, This),
    ] {
        let generators = [load(&fleet, Previous).await, load(&fleet, This).await];
        tokio::join!(fleet.roll(n, build), turn_all(&mut talks, &canary));
        turn_all(&mut talks, &canary).await;
        for (of, mut process, mut lines) in generators {
            let mut said = String::new();
            while let Some(line) = lines.next_line().await.expect("it can be read") {
                said = format!("{said}\n{line}");
            }
            let verdict = process.wait().await.expect("it ends");
            assert!(
                verdict.success(),
                "the load generator of {of:?}, instance {n} to {build:?}: {verdict}{said}"
            );
        }
    }
    for talk in &talks {
        check(&sql, talk, &canary).await;
    }
    let refused = "select action || ' ' || refused || ' ' || detail from access_log where refused is not null";
    let refused: Vec<String> = sql
        .query(refused, &[])
        .await
        .expect("rows")
        .iter()
        .map(|row| row.get(0))
        .collect();
    assert!(refused.is_empty(), "refused: {refused:?}");
    let public =
        "select count(*) from support_messages where not is_internal and body like '%canary%'";
    assert_eq!(
        sql.query_one(public, &[])
            .await
            .expect("a count")
            .get::<_, i64>(0),
        0,
        "public notes"
    );
    println!(
        "{} turns of {} conversations through 6 restarts",
        talks[0].said,
        talks.len()
    );
}

async fn turn_all(talks: &mut [Talk], canary: &str) {
    futures_util::future::join_all(talks.iter_mut().map(|talk| talk.turn(canary))).await;
}

/// Both have seen what the database holds, once and in its order.
async fn check(sql: &tokio_postgres::Client, talk: &Talk, canary: &str) {
    let rows =
        "select a.seq, a.public_seq, m.body, m.is_internal from support_ticket_activity a join support_messages m on m.id = a.message_id
        where a.ticket_id = $1 and a.kind in ('message_added', 'internal_note_added') order by a.seq";
    let rows = sql.query(rows, &[&talk.ticket]).await.expect("rows");
    let number = |n: i64| u64::try_from(n).expect("numbers count from 1");
    let text = |row: &tokio_postgres::Row| (row.get::<_, String>(2), row.get::<_, bool>(3));
    let for_staff: BTreeMap<_, _> = rows
        .iter()
        .map(|row| (number(row.get(0)), text(row)))
        .collect();
    let for_customer: BTreeMap<_, _> = rows
        .iter()
        .filter_map(|row| Some((number(row.get::<_, Option<i64>>(1)?), text(row))))
        .collect();
    assert_eq!(
        rows.len(),
        talk.said * 4,
        "each message once: {for_staff:?}"
    );
    for person in [&talk.customer, &talk.agent] {
        let truth = if person.is_staff {
            &for_staff
        } else {
            &for_customer
        };
        assert_eq!(
            &person.seen, truth,
            "{} with the client of {:?}",
            person.name, person.build
        );
        assert_eq!(
            person.faults,
            Vec::<String>::new(),
            "{} with the client of {:?}",
            person.name,
            person.build
        );
    }
    assert!(
        talk.customer
            .seen
            .values()
            .all(|(body, _)| !body.contains(canary))
    );
}
