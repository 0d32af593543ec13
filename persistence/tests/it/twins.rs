//! Runs the same steps in two databases and then compares them row by row. One database appends
//! messages with `support_append_one`, the other with `support_append_events`.

use std::collections::{BTreeMap, HashMap};

use helpline_core::ids::UserId;
use serde_json::{Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::test_db::TestDb;

/// A message to append, with the parameters of `support_append_one` and `support_append_events`.
#[derive(Debug, Clone)]
pub struct Message {
    pub wait: bool,
    pub id: Uuid,
    pub ticket: Uuid,
    pub sender: Uuid,
    pub key: String,
    pub body: String,
    pub internal: bool,
    pub attachments: Value,
    pub based_on: Option<i64>,
    pub address: Option<&'static str>,
    pub user_agent: Option<&'static str>,
}

#[derive(Debug, Clone)]
pub enum Step {
    Send(Message),
    /// Plain SQL, as an administrator or a person would run it without Helpline.
    Sql(String),
}

const ONE: &str = "select to_jsonb(r) from support_append_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::inet, $11) r";
const BATCH: &str = "select to_jsonb(r) from support_append_events($1, array[$2::uuid], array[$3::uuid], array[$4::uuid], array[$5::text], \
     array[$6::text], array[$7::boolean], array[$8::jsonb], array[$9::bigint], array[$10::text::inet], array[$11::text]) r";

/// The first columns of each row that the statement returns. They contain the result of sending a
/// message. The columns of the event follow them.
const OUTCOME: [&str; 5] = ["n", "code", "head", "side", "message_id"];

/// Sends a message and returns its result and the events, or the database's error.
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

/// Replaces the values that differ between two databases after the same steps. A time becomes the
/// name of the message that was written at that time, and a transaction id becomes its rank in the
/// order of the transactions.
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

/// Returns the rows of all tables, with times replaced as in [`Normal`].
async fn everything(db: &TestDb) -> BTreeMap<String, Vec<String>> {
    let normal = Normal::of(&db.admin).await;
    let tables = "select c.relname::text from pg_class c where c.relnamespace = 'helpline'::regnamespace and c.relkind = 'r' \
         and c.relname not in ('helpline_schema_history', 'helpline_objects')";
    let mut found = BTreeMap::new();
    for table in db.admin.query(tables, &[]).await.unwrap() {
        let table: String = table.get(0);
        // Leave out statistics in seconds, because they depend on how fast the test runs.
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
pub struct Twins {
    pub one: TestDb,
    pub batch: TestDb,
    number: u128,
}

impl Twins {
    pub async fn open() -> Self {
        Self {
            one: TestDb::open().await,
            batch: TestDb::open().await,
            number: 0,
        }
    }

    pub fn id(&mut self) -> Uuid {
        self.number += 1;
        Uuid::from_u128(0xcccc_0000_0000_4000_8000_0000_0000_0000 + self.number)
    }

    /// A ticket of the customer with this status, opened by plain SQL.
    pub async fn ticket(&mut self, status: &str, extra: &str) -> Uuid {
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

    pub fn message(&mut self, ticket: Uuid, sender: UserId) -> Message {
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

    /// Takes one step in both databases and compares the results of the step. Returns the result.
    pub async fn step(&self, step: &Step) -> Value {
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

    pub async fn send(&self, message: &Message) -> Value {
        self.step(&Step::Send(message.clone())).await
    }

    pub async fn compare(&self, after: &str) {
        let (one, batch) = (everything(&self.one).await, everything(&self.batch).await);
        for (table, rows) in &one {
            assert_eq!(rows, &batch[table], "{table} after {after}");
        }
    }
}
