//! Two databases with a common origin, such as production and a staging copy, whose instances share
//! one Redis. Both have the same tickets and people. A copy by `createdb -T` is in the same
//! cluster, and a volume snapshot even has the same database identity. Nothing may cross from one
//! installation to the other.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use helpline_core::ids::TicketId;
use helpline_rig::Postgres;
use serde_json::{Value, json};

use crate::client::Client;
use crate::overheard::{Overheard, Publication, channels};
use crate::test_server::{Join, Person, TestServer, eventually};

/// How long a test waits for unwanted frames: longer than the intervals at which an instance probes
/// Redis, polls the database, and updates consoles.
const SETTLED: Duration = Duration::from_millis(2_500);

struct Clones {
    original: TestServer,
    copy: TestServer,
    ada: Person,
    ben: Person,
    cleo: Person,
    ticket: TicketId,
}

/// Starts one instance on the original database, and two on a copy made by `createdb -T` in the
/// same cluster. All three share one Redis.
async fn by_template() -> Clones {
    let original = TestServer::start(0, Join::Redis).await;
    let people = people(&original).await;
    let name = format!("{}_copy", original.database());
    eventually(
        "the original has no connections and can be copied",
        Duration::from_secs(10),
        async || {
            original
                .postgres
                .create_database(&name, Some(original.database()))
                .await
                .ok()
        },
    )
    .await;
    let postgres = Arc::clone(&original.postgres);
    start(original, postgres, name, people).await
}

/// Like [`by_template`], but the copy is a copy of the cluster's files.
async fn by_snapshot() -> Clones {
    let original = TestServer::start_apart(
        Postgres::start_temporary()
            .await
            .expect("a Postgres starts"),
        0,
        Join::Redis,
    )
    .await;
    let people = people(&original).await;
    original.postgres.stop().await.expect("stopped");
    let copy = original
        .postgres
        .start_snapshot()
        .await
        .expect("a copy starts");
    original.postgres.start().await.expect("started again");
    let name = original.database().to_owned();
    start(original, Arc::new(copy), name, people).await
}

type People = (Person, Person, Person, TicketId);

async fn people(server: &TestServer) -> People {
    let ada = server.customer("Ada Lovelace");
    let (ben, cleo) = (
        server.staff("Ben Okafor", "support_agent").await,
        server.staff("Cleo Duarte", "admin").await,
    );
    let ticket = server.ticket(&ada).await;
    (ada, ben, cleo, ticket)
}

async fn start(
    mut original: TestServer,
    postgres: Arc<Postgres>,
    database: String,
    (ada, ben, cleo, ticket): People,
) -> Clones {
    let gateway = original.another(|spec| spec).await;
    original.gateways.push(gateway);
    let url = original.redis().url();
    let copy = TestServer::start_on(postgres, database, 2, Join::Alone, |spec| {
        spec.env("HELPLINE_REDIS_URL", &url)
    })
    .await;
    Clones {
        original,
        copy,
        ada,
        ben,
        cleo,
        ticket,
    }
}

/// Connects a customer, and an agent who also opens a console. Both subscribe to the ticket.
async fn enter(server: &TestServer, n: usize, clones: &Clones) -> (Client, Client) {
    let (mut customer, mut agent) = (
        server.client(n, &clones.ada).await,
        server.client(n, &clones.ben).await,
    );
    customer.subscribe(clones.ticket, None).await;
    agent.subscribe(clones.ticket, None).await;
    assert_eq!(
        agent.ask(json!({ "type": "inbox", "on": true })).await["type"],
        "ok"
    );
    (customer, agent)
}

/// Makes one instance send every kind of message to other instances. Returns once clients of
/// another instance have received all of them.
async fn everything_happens(
    server: &TestServer,
    clones: &Clones,
    listeners: &mut (Client, Client),
) {
    let Clones {
        ada,
        ben,
        cleo,
        ticket,
        ..
    } = clones;
    let (mut customer, mut agent, mut boss) = (
        server.client(0, ada).await,
        server.client(0, ben).await,
        server.client(0, cleo).await,
    );
    for client in [&mut customer, &mut agent, &mut boss] {
        client.subscribe(*ticket, None).await;
    }
    let ack = customer
        .send(*ticket, "in-the-copy", "written in the copy")
        .await;
    let note = json!({ "type": "send", "ticket": ticket, "key": "note", "body": "a note in the copy", "internal": true });
    assert_eq!(agent.ask(note).await["type"], "ack");
    let of_ticket =
        |frame: &Value, word: &str| frame["type"] == word && frame["ticket"] == json!(ticket);
    listeners
        .0
        .expect("the message", |frame| {
            frame["message"]["key"] == "in-the-copy"
        })
        .await;
    listeners
        .1
        .expect("the note", |frame| frame["message"]["key"] == "note")
        .await;
    customer
        .say(&json!({ "type": "typing", "ticket": ticket, "on": true }))
        .await;
    listeners
        .1
        .expect("typing", |frame| of_ticket(frame, "typing"))
        .await;
    agent
        .say(&json!({ "type": "read", "ticket": ticket, "seq": ack["seq"] }))
        .await;
    listeners
        .0
        .expect("the read position", |frame| of_ticket(frame, "read"))
        .await;
    let sees_cleo = |frame: &Value| {
        of_ticket(frame, "presence")
            && frame["viewers"]
                .to_string()
                .contains(&json!(cleo.id).to_string())
    };
    listeners
        .1
        .expect("the admin among the viewers", sees_cleo)
        .await;
    let moved =
        |frame: &Value| frame["type"] == "inbox" && frame.to_string().contains(&ticket.to_string());
    listeners.1.expect("the ticket in the console", moved).await;
    let role = server
        .rest(
            0,
            cleo,
            "PUT",
            &format!("/v1/roles/{}", ben.id),
            json!({ "role": "admin" }),
        )
        .await;
    assert_eq!(role.status, 204, "{role:?}");
    assert_eq!(
        listeners.1.closed().await,
        Some(4003),
        "another role ends the agent's connection, on the other instance too"
    );
}

/// Makes an instance of the copy send every kind of message. Returns the types of the frames that
/// clients of the original receive during this time, and all messages that were published on Redis.
async fn crossing(clones: &Clones) -> (BTreeSet<String>, Vec<Publication>) {
    let Clones { original, copy, .. } = clones;
    let (mut customer, mut agent) = enter(original, 0, clones).await;
    let mut listeners = enter(copy, 1, clones).await;
    customer.listen(SETTLED).await;
    agent.listen(SETTLED).await;
    customer.transcript.clear();
    agent.transcript.clear();
    let overheard = Overheard::start(original.redis()).await;
    everything_happens(copy, clones, &mut listeners).await;
    customer.listen(SETTLED).await;
    agent.listen(SETTLED).await;
    let told = customer
        .transcript
        .iter()
        .chain(&agent.transcript)
        .map(|text| serde_json::from_str::<Value>(text).expect("JSON"));
    let is_quiet = |frame: &Value| {
        frame["type"] == "ping"
            || (frame["type"] == "inbox"
                && frame["tickets"] == json!([])
                && frame["moved"] == json!([]))
    };
    let crossed = told
        .filter(|frame| !is_quiet(frame))
        .map(|frame| frame["type"].to_string())
        .collect();
    (crossed, overheard.end().await)
}

#[tokio::test]
async fn nothing_that_happens_on_a_copy_reaches_the_original_through_a_shared_redis() {
    let clones = by_template().await;
    let (crossed, heard) = crossing(&clones).await;
    // On Redis itself, the copy's instances must publish on no channel that the original's instance
    // subscribes to.
    let Clones { original, copy, .. } = &clones;
    for gateway in &copy.gateways {
        gateway.kill9().await.expect("killed");
    }
    let own = eventually(
        "only the original listens",
        Duration::from_secs(10),
        async || {
            let own = channels(original.redis()).await;
            let probes = own
                .iter()
                .filter(|channel| channel.contains("probe"))
                .count();
            (probes == 1).then_some(own)
        },
    )
    .await;
    let own_id = own
        .iter()
        .find_map(|channel| channel.split_once("probe."))
        .expect("the original's probe")
        .1;
    let spoken: BTreeSet<_> = heard
        .iter()
        .filter(|said| said.sender() != own_id)
        .map(|said| said.channel.clone())
        .collect();
    assert!(
        spoken.len() >= 4,
        "the copy's instances published: {spoken:?}"
    );
    let shared: Vec<_> = spoken.intersection(&own).collect();
    assert!(
        crossed.is_empty() && shared.is_empty(),
        "clients of the original received frames of the copy: {crossed:?}, over {shared:?}"
    );
}

#[tokio::test]
async fn nothing_that_happens_on_a_volume_snapshot_reaches_the_original_through_a_shared_redis() {
    let clones = by_snapshot().await;
    let (crossed, _) = crossing(&clones).await;
    assert!(
        crossed.is_empty(),
        "clients of the original received frames of the copy: {crossed:?}"
    );
}
