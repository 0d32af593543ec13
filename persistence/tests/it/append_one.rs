//! `support_append_one` does what `support_append_events` does with a batch of one message: both
//! run the same steps in two databases, which must then hold the same rows. And the trigger of the
//! messages stands aside only for the one insert of `support_append_one`.

use std::collections::{BTreeMap, HashMap};

use helpline_core::ids::{TicketId, UserId};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::test_db::{TestDb, user};

/// One message for either function.
#[derive(Debug, Clone)]
struct Message {
    wait: bool,
    id: Uuid,
    ticket: Uuid,
    sender: Uuid,
    key: String,
    body: String,
    internal: bool,
    attachments: Value,
    based_on: Option<i64>,
    address: Option<&'static str>,
    user_agent: Option<&'static str>,
}

#[derive(Debug, Clone)]
enum Step {
    Send(Message),
    /// Plain SQL, as the platform's administrator or as a person would run it.
    Sql(String),
}

const ONE: &str = "select to_jsonb(r) from support_append_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::inet, $11) r";
const BATCH: &str = "select to_jsonb(r) from support_append_events($1, array[$2::uuid], array[$3::uuid], array[$4::uuid], array[$5::text], \
     array[$6::text], array[$7::boolean], array[$8::jsonb], array[$9::bigint], array[$10::text::inet], array[$11::text]) r";

/// The columns of the outcome. The event's columns follow them.
const OUTCOME: [&str; 5] = ["n", "code", "head", "side", "message_id"];

/// Sends a message and returns the outcomes and the events, or the database's error.
async fn send(client: &Client, sql: &str, message: &Message) -> Value {
    let statement = client.prepare(sql).await.unwrap();
    let answer = client
        .query(
            &statement,
            &[
                &message.wait,
                &message.id,
                &message.ticket,
                &message.sender,
                &message.key,
                &message.body,
                &message.internal,
                &message.attachments,
                &message.based_on,
                &message.address,
                &message.user_agent,
            ],
        )
        .await;
    let rows = match answer {
        Ok(rows) => rows,
        Err(error) => return refusal(&error),
    };
    let (mut outcomes, mut events) = (Vec::new(), Vec::new());
    for row in rows {
        let mut event: BTreeMap<String, Value> = serde_json::from_value(row.get(0)).unwrap();
        let outcome: BTreeMap<_, _> = OUTCOME
            .iter()
            .map(|name| (*name, event.remove(*name).unwrap()))
            .collect();
        if !outcome["n"].is_null() {
            outcomes.push(outcome);
        }
        if !event["ticket_id"].is_null() {
            events.push(event);
        }
    }
    json!({ "outcomes": outcomes, "events": events })
}

fn refusal(error: &tokio_postgres::Error) -> Value {
    let error = error.as_db_error().expect("the database's answer");
    json!({ "code": error.code().code(), "constraint": error.constraint(), "message": error.message() })
}

/// Replaces what differs between two databases that did the same: times become the names of the
/// messages that were written at these times, and transactions the order in which they came.
struct Normal {
    messages: HashMap<String, String>,
    transactions: BTreeMap<u64, usize>,
    cluster: i64,
}

impl Normal {
    async fn of(client: &Client) -> Self {
        let times = client
            .query(
                "select to_jsonb(m.created_at) #>> '{}', m.id::text from support_messages m order by m.created_at, m.id",
                &[],
            )
            .await
            .unwrap();
        let transactions = client
            .query(
                "select distinct a.xid::text from support_ticket_activity a",
                &[],
            )
            .await
            .unwrap();
        let mut transactions: Vec<u64> = transactions
            .iter()
            .map(|row| row.get::<_, String>(0).parse().unwrap())
            .collect();
        transactions.sort_unstable();
        let cluster = client.query_one("select helpline_cluster()", &[]).await;
        Self {
            messages: times.iter().map(|row| (row.get(0), row.get(1))).collect(),
            transactions: transactions
                .into_iter()
                .enumerate()
                .map(|(n, xid)| (xid, n))
                .collect(),
            cluster: cluster.unwrap().get(0),
        }
    }

    fn value(&self, name: &str, value: Value) -> Value {
        match value {
            Value::Object(fields) => fields
                .into_iter()
                .map(|(name, value)| {
                    let value = self.value(&name, value);
                    (name, value)
                })
                .collect(),
            Value::Array(values) => values
                .into_iter()
                .map(|value| self.value(name, value))
                .collect(),
            Value::String(text) if name == "xid" => {
                json!(
                    text.parse()
                        .map(|xid: u64| self.transactions.get(&xid))
                        .ok()
                )
            }
            Value::Number(number) if name == "xid" => {
                json!(number.as_u64().map(|xid: u64| self.transactions.get(&xid)))
            }
            Value::Number(number) if name == "cluster" => {
                json!(number.as_i64() == Some(self.cluster))
            }
            Value::String(text) if chrono::DateTime::parse_from_rfc3339(&text).is_ok() => {
                match self.messages.get(&text) {
                    Some(message) => json!(format!("the time of {message}")),
                    None => json!("another time"),
                }
            }
            other => other,
        }
    }
}

/// Every row of every table, without its times.
async fn everything(db: &TestDb) -> BTreeMap<String, Vec<String>> {
    let normal = Normal::of(&db.admin).await;
    let tables = "select c.relname::text from pg_class c where c.relnamespace = 'helpline'::regnamespace and c.relkind = 'r' \
         and c.relname not in ('helpline_schema_history', 'helpline_objects')";
    let mut found = BTreeMap::new();
    for table in db.admin.query(tables, &[]).await.unwrap() {
        let table: String = table.get(0);
        // Tallies of seconds depend on how fast the test runs.
        let rows = format!(
            "select to_jsonb(t) from helpline.{table} t where to_jsonb(t) ->> 'metric' is null or to_jsonb(t) ->> 'metric' not like '%seconds'"
        );
        let mut rows: Vec<String> = db
            .admin
            .query(&rows, &[])
            .await
            .unwrap()
            .iter()
            .map(|row| normal.value("", row.get(0)).to_string())
            .collect();
        rows.sort_unstable();
        found.insert(table, rows);
    }
    found
}

/// Two databases: one that appends with `support_append_one`, and one with `support_append_events`.
struct Twins {
    one: TestDb,
    batch: TestDb,
    number: u128,
}

impl Twins {
    async fn open() -> Self {
        let twins = Self {
            one: TestDb::open().await,
            batch: TestDb::open().await,
            number: 0,
        };
        for db in [&twins.one, &twins.batch] {
            db.sql("set search_path = helpline, public").await;
        }
        twins
    }

    fn id(&mut self) -> Uuid {
        self.number += 1;
        Uuid::from_u128(0xcccc_0000_0000_4000_8000_0000_0000_0000 + self.number)
    }

    /// A ticket of the customer with this status, opened by plain SQL.
    async fn ticket(&mut self, status: &str, extra: &str) -> Uuid {
        let (ticket, first) = (self.id(), self.id());
        let customer = self.one.customer;
        let open = format!(
            "insert into support_tickets (id, user_id, subject) values ('{ticket}', '{customer}', 'Printer'); \
             insert into support_messages (id, ticket_id, sender_id, sender_type, body) \
             values ('{first}', '{ticket}', '{customer}', 'customer', 'It is on fire'); \
             update support_tickets set status = '{status}' where id = '{ticket}' and status <> '{status}'; {extra}"
        );
        for db in [&self.one, &self.batch] {
            db.sql(&open.replace("{}", &ticket.to_string())).await;
        }
        ticket
    }

    fn message(&mut self, ticket: Uuid, sender: UserId) -> Message {
        let id = self.id();
        Message {
            wait: true,
            id,
            ticket,
            sender: sender.uuid(),
            key: id.to_string(),
            body: "words".into(),
            internal: false,
            attachments: json!([]),
            based_on: None,
            address: Some("203.0.113.9"),
            user_agent: Some("it/2"),
        }
    }

    /// Takes one step in both databases and compares the answers. Returns the answer.
    async fn step(&self, step: &Step) -> Value {
        let (one, batch) = match step {
            Step::Send(message) => (
                send(&self.one.admin, ONE, message).await,
                send(&self.batch.admin, BATCH, message).await,
            ),
            Step::Sql(sql) => {
                let of = async |db: &TestDb| match db.admin.batch_execute(sql).await {
                    Ok(()) => Value::Null,
                    Err(error) => refusal(&error),
                };
                (of(&self.one).await, of(&self.batch).await)
            }
        };
        let one = Normal::of(&self.one.admin).await.value("", one);
        let batch = Normal::of(&self.batch.admin).await.value("", batch);
        assert_eq!(one, batch, "{step:#?}");
        one
    }

    async fn send(&self, message: &Message) -> Value {
        self.step(&Step::Send(message.clone())).await
    }

    async fn compare(&self, after: &str) {
        let (one, batch) = (everything(&self.one).await, everything(&self.batch).await);
        for (table, rows) in &one {
            assert_eq!(rows, &batch[table], "{table} after {after}");
        }
    }
}

fn code(answer: &Value) -> &str {
    answer["outcomes"][0]["code"]
        .as_str()
        .or(answer["code"].as_str())
        .unwrap()
}

const STATUSES: [&str; 7] = [
    "open",
    "in_progress",
    "waiting_on_customer",
    "waiting_on_admin",
    "escalated",
    "resolved",
    "closed",
];

#[tokio::test]
async fn one_message_is_appended_as_a_batch_of_one_whatever_the_ticket_is_like() {
    let mut twins = Twins::open().await;
    let (customer, agent, boss) = (twins.one.customer, twins.one.agent, twins.one.boss);
    let archived = "update support_tickets set archived_at = now() where id = '{}'";
    let answered = "update support_tickets set first_response_at = now() where id = '{}'";
    let assigned = format!("update support_tickets set assigned_to = '{boss}' where id = '{{}}'");
    for extra in ["", archived, answered, &assigned] {
        for status in STATUSES {
            if status == "closed" && extra == assigned {
                continue;
            }
            for (sender, internal) in [
                (customer, false),
                (agent, false),
                (agent, true),
                (customer, true),
                (twins.one.stranger, false),
            ] {
                let ticket = twins.ticket(status, extra).await;
                for wait in [true, false] {
                    let sent = Message {
                        wait,
                        internal,
                        ..twins.message(ticket, sender)
                    };
                    twins.send(&sent).await;
                }
            }
            twins.compare(&format!("{status} {extra}")).await;
        }
    }
}

#[tokio::test]
async fn one_message_is_refused_and_recognised_as_a_batch_of_one() {
    let mut twins = Twins::open().await;
    let (customer, agent, boss) = (twins.one.customer, twins.one.agent, twins.one.boss);
    let ticket = twins.ticket("in_progress", "").await;
    for sender in [customer, agent] {
        let first = twins.message(ticket, sender);
        assert_eq!(code(&twins.send(&first).await), "stored");
        let again = Message {
            id: twins.id(),
            ..first.clone()
        };
        assert_eq!(code(&twins.send(&again).await), "duplicate");
        let (other, note) = (
            Message {
                body: "others".into(),
                ..again.clone()
            },
            Message {
                internal: true,
                ..again.clone()
            },
        );
        assert_eq!(code(&twins.send(&other).await), "key_reused");
        assert_eq!(code(&twins.send(&note).await), "key_reused");
        let of_another = Message {
            id: twins.id(),
            sender: boss.uuid(),
            ..first.clone()
        };
        assert_eq!(code(&twins.send(&of_another).await), "stored");
        twins
            .step(&Step::Sql(format!(
                "update people set blocked_at = now() where id = '{sender}'"
            )))
            .await;
        assert_eq!(code(&twins.send(&again).await), "duplicate");
        let new = twins.message(ticket, sender);
        assert_eq!(code(&twins.send(&new).await), "blocked");
        twins
            .step(&Step::Sql("update people set blocked_at = null".into()))
            .await;
    }
    let unknown = twins.id();
    for (of, sender, expected) in [
        (unknown, customer, "not_found"),
        (ticket, twins.one.stranger, "not_found"),
        (ticket, user(99), "not_found"),
    ] {
        for wait in [true, false] {
            let sent = Message {
                wait,
                ..twins.message(of, sender)
            };
            assert_eq!(code(&twins.send(&sent).await), expected);
        }
    }
    // Someone with a role of whom no row of people is known yet.
    let unnamed = user(77);
    twins
        .step(&Step::Sql(format!(
            "insert into user_roles (user_id, role) values ('{unnamed}', 'support_agent')"
        )))
        .await;
    let sent = twins.message(ticket, unnamed);
    assert_eq!(code(&twins.send(&sent).await), "stored");
    // What the table refuses, under the same constraint.
    let good = twins.message(ticket, agent);
    for bad in [
        Message {
            body: String::new(),
            ..good.clone()
        },
        Message {
            body: "x".repeat(16385),
            ..good.clone()
        },
        Message {
            key: "k".repeat(65),
            ..good.clone()
        },
        Message {
            attachments: json!({}),
            ..good.clone()
        },
        Message {
            user_agent: Some(Box::leak("u".repeat(401).into_boxed_str())),
            ..good.clone()
        },
    ] {
        assert_eq!(twins.send(&bad).await["code"], "23514");
    }
    assert_eq!(code(&twins.send(&good).await), "stored");
    let same_id = Message {
        key: "another".into(),
        ..good
    };
    assert_eq!(twins.send(&same_id).await["code"], "23505");
    let rich = Message {
        attachments: json!([{ "url": "https://example.org/a.png", "name": "a", "size": 3 }]),
        address: None,
        user_agent: None,
        ..twins.message(ticket, customer)
    };
    assert_eq!(code(&twins.send(&rich).await), "stored");
    twins.compare("keys and refusals").await;
}

#[tokio::test]
async fn one_message_is_compared_with_what_its_sender_has_seen_as_a_batch_of_one() {
    let mut twins = Twins::open().await;
    let (customer, agent, boss) = (twins.one.customer, twins.one.agent, twins.one.boss);
    let ticket = twins.ticket("in_progress", "").await;
    let mut found = Vec::new();
    for (last, internal) in [(agent, false), (boss, true), (customer, false)] {
        let sent = Message {
            internal,
            ..twins.message(ticket, last)
        };
        twins.send(&sent).await;
        twins.step(&Step::Sql(format!("update support_tickets set priority = case priority when 'low' then 'high' else 'low' end where id = '{ticket}'"))).await;
        for sender in [customer, agent] {
            for based_on in 0..12 {
                let sent = Message {
                    based_on: Some(based_on),
                    ..twins.message(ticket, sender)
                };
                // Roll back, so that each message meets the same history.
                for db in [&twins.one, &twins.batch] {
                    db.sql("begin").await;
                }
                found.push(code(&twins.send(&sent).await).to_owned());
                for db in [&twins.one, &twins.batch] {
                    db.sql("rollback").await;
                }
            }
        }
    }
    for expected in ["stored", "stale"] {
        assert!(found.iter().any(|code| code == expected), "{found:?}");
    }
    twins.compare("based_on").await;
}

#[tokio::test]
async fn one_answer_assigns_its_ticket_as_a_batch_of_one() {
    let mut twins = Twins::open().await;
    let (customer, agent, boss) = (twins.one.customer, twins.one.agent, twins.one.boss);
    for value in ["true", "false"] {
        let set = format!(
            "insert into support_settings (name, value) values ('reply_assigns', '{value}') on conflict (name) do update set value = excluded.value"
        );
        twins.step(&Step::Sql(set)).await;
        for status in ["open", "in_progress", "escalated"] {
            let ticket = twins
                .ticket(
                    status,
                    "update support_tickets set first_response_at = now() where id = '{}'",
                )
                .await;
            for (sender, internal) in [
                (customer, false),
                (boss, true),
                (agent, false),
                (boss, false),
            ] {
                let sent = Message {
                    internal,
                    ..twins.message(ticket, sender)
                };
                twins.send(&sent).await;
            }
        }
    }
    let assigned = "select count(*) from support_tickets where assigned_to is not null";
    assert_eq!(twins.one.ask::<i64>(assigned).await, 3);
    twins.compare("reply_assigns").await;
}

/// A step that a desk could take, drawn at random.
fn random_step(twins: &mut Twins, rng: &mut StdRng, tickets: &[Uuid]) -> Step {
    let people = [
        twins.one.customer,
        twins.one.agent,
        twins.one.boss,
        twins.one.stranger,
    ];
    let ticket = *tickets.choose(rng).unwrap();
    if rng.random_bool(0.75) {
        // Nearly always the ticket's customer or an agent.
        let sender = people[[0, 0, 0, 1, 1, 1, 2, 2, 3][rng.random_range(0..9)]];
        let mut sent = twins.message(ticket, sender);
        sent.wait = rng.random();
        sent.internal = rng.random_bool(0.2);
        sent.based_on = rng.random_bool(0.3).then(|| rng.random_range(0..60));
        if rng.random_bool(0.2) {
            sent.key = format!("key-{}", rng.random_range(0..8));
            sent.body = ["words", "other words"][rng.random_range(0..2)].into();
        }
        return Step::Send(sent);
    }
    let status = match rng.random_range(0..10) {
        0..4 => "in_progress",
        n => STATUSES[n - 3],
    };
    let (who, id, agent) = (people.choose(rng).unwrap(), twins.id(), people[1]);
    Step::Sql(match rng.random_range(0..12) {
        0..4 => format!("update support_tickets set status = '{status}' where id = '{ticket}' and status <> '{status}'"),
        4 => format!("update support_tickets set assigned_to = case when assigned_to is null then '{agent}'::uuid end where id = '{ticket}'"),
        5 => format!("update support_tickets set archived_at = now() where id = '{ticket}'"),
        6 => "update support_tickets set archived_at = null where archived_at is not null".into(),
        7 => format!("update people set blocked_at = now() where id = '{who}'"),
        8 => "update people set blocked_at = null where blocked_at is not null".into(),
        9 => format!(
            "insert into support_messages (id, ticket_id, sender_id, sender_type, body) values ('{id}', '{ticket}', '{}', 'customer', 'by psql')",
            people[0]
        ),
        10 => "insert into support_settings (name, value) values ('reply_assigns', 'true') on conflict (name) do update \
               set value = to_jsonb(support_settings.value = 'false')"
            .into(),
        _ => format!("set helpline.numbered = '{}'", ["on", "off"][rng.random_range(0..2)]),
    })
}

#[tokio::test]
async fn one_message_is_appended_as_a_batch_of_one_in_random_histories() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let mut twins = Twins::open().await;
    let mut tickets = Vec::new();
    for _ in 0..6 {
        tickets.push(twins.ticket("open", "").await);
    }
    let mut codes = BTreeMap::new();
    for _ in 0..400 {
        let step = random_step(&mut twins, &mut rng, &tickets);
        let answer = twins.step(&step).await;
        if matches!(step, Step::Send(_)) {
            *codes.entry(code(&answer).to_owned()).or_insert(0) += 1;
        }
    }
    println!("{codes:?}");
    for ticket in tickets {
        twins.one.history(TicketId::new(ticket)).await;
    }
    twins.compare("random steps").await;
}
