//! The background work of the instances in these tests. What it does depends on the text of
//! messages: `deliver <receiver>` plans a delivery, `timer` sets a timer, and anything else is only
//! recorded.

use chrono::{NaiveTime, Utc};
use chrono_tz::Tz;
use helpline_core::cause::Cause;
use helpline_core::schedule::{Every, Rule};
use helpline_core::ticket::Priority;
use helpline_gateway::jobs::registry::{Deliver, DeliveryFault, When, Work};
use helpline_gateway::jobs::run::{Interrupted, RunInProgress};
use helpline_gateway::jobs::{Effect, Registry};
use helpline_gateway::services::Tickets;
use helpline_persistence::deliveries::{self, Leased, NewDelivery};
use helpline_persistence::follow::{Event, Handler, Start};
use helpline_persistence::tickets::Patch;
use helpline_persistence::timers::{self, Action, NewTimer, Timer};
use helpline_persistence::{By, HandlerError, Store, StoreError, Transaction};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use uuid::Uuid;

/// The variable with the port of the receiver of deliveries.
pub const RECEIVER: &str = "TEST_RECEIVER_PORT";
pub const CONSUMER: &str = "recorder";
pub const DELIVERY: &str = "probe";
pub const TIMER: &str = "escalation";
pub const SCHEDULE: &str = "counting";
/// Number of portions of a run of [`SCHEDULE`].
pub const PORTIONS: u64 = 5;

/// Tables in which handlers record what they did. `test_pass(gate)` waits while `test_gates` has the
/// gate, so that a test can stop a handler in the middle of its work.
pub const TABLES: &str = "
    create table helpline.test_done (n bigint generated always as identity, what text, ticket_id uuid, seq bigint);
    create table helpline.test_gates (gate text);
    create function helpline.test_do(text, uuid, bigint) returns void language sql security definer
      set search_path = pg_catalog, helpline, pg_temp
      as 'insert into test_done (what, ticket_id, seq) values ($1, $2, $3)';
    create function helpline.test_pass(p_gate text) returns void language plpgsql volatile security definer
      set search_path = pg_catalog, helpline, pg_temp
      as 'begin
        while exists (select from test_gates g where g.gate = p_gate) loop perform pg_sleep(0.005); end loop;
      end';
    grant execute on function helpline.test_do(text, uuid, bigint), helpline.test_pass(text) to helpline_service";

pub fn registry() -> Registry {
    Registry::default()
        .consumer(CONSUMER, Start::Beginning, Recorder)
        .timer(TIMER, Effect::Reversible, Escalate)
        .timer("irreversible", Effect::Irreversible, Escalate)
        .delivery(DELIVERY, Send)
        .schedule(SCHEDULE, Effect::Irreversible, Count)
}

async fn record(
    transaction: &mut Transaction,
    what: &str,
    ticket: impl std::fmt::Display,
    seq: u64,
) -> Result<(), StoreError> {
    let sql = format!(
        "select helpline.test_do('{what}', '{ticket}', {seq}), helpline.test_pass('{what}')"
    );
    transaction.run(&sql).await
}

struct Recorder;

impl Handler for Recorder {
    async fn handle(
        &mut self,
        transaction: &mut Transaction,
        events: &[Arc<Event>],
    ) -> Result<(), HandlerError> {
        for event in events {
            let (ticket, seq) = (event.row.ticket, event.row.seq);
            record(transaction, CONSUMER, ticket, seq.get()).await?;
            if let Some(cause) = event.cause() {
                let what = format!("own event {}", cause.rule());
                record(transaction, &what, ticket, cause.depth().into()).await?;
            }
            let body = event.row.message.as_ref().map(|it| it.body.to_string());
            let body = body.unwrap_or_default();
            if let Some(receiver) = body.strip_prefix("deliver ") {
                let delivery = NewDelivery {
                    id: Uuid::now_v7(),
                    kind: DELIVERY.to_owned(),
                    receiver: receiver.to_owned(),
                    event: Some((ticket, seq)),
                    key: format!("{ticket}:{seq}"),
                    payload: json!({}),
                };
                deliveries::plan(transaction, &[delivery]).await?;
            }
            for (text, kind) in [("timer", TIMER), ("irreversible", "irreversible")] {
                if body == text {
                    let timer = NewTimer {
                        ticket,
                        kind,
                        key: "",
                        due_at: Utc::now(),
                        payload: json!({}),
                    };
                    timers::set(transaction, &timer).await?;
                }
            }
        }
        Ok(())
    }
}

/// Makes the ticket urgent.
struct Escalate;

impl Action for Escalate {
    async fn act(
        &mut self,
        transaction: &mut Transaction,
        timer: &Timer,
    ) -> Result<(), HandlerError> {
        let cause = Cause::following(None, TIMER, Uuid::now_v7());
        transaction.set_cause(cause.as_ref()).await?;
        let patch = Patch {
            priority: Some(Priority::Urgent),
            ..Patch::default()
        };
        Tickets::change_in(transaction, By::System, timer.ticket, patch).await?;
        Ok(())
    }
}

/// Sends a line with receiver, id and attempt to the test's receiver, and waits for its answer.
struct Send;

impl Deliver for Send {
    async fn attempt(&self, leased: &Leased) -> Result<(), DeliveryFault> {
        let fault = |error: std::io::Error| DeliveryFault::Temporary(error.to_string());
        let port = std::env::var(RECEIVER).unwrap();
        let address = format!("127.0.0.1:{port}");
        let mut stream = TcpStream::connect(address).await.map_err(fault)?;
        let Leased {
            receiver,
            id,
            attempt,
            ..
        } = leased;
        let line = format!("{receiver} {id} {attempt}\n");
        stream.write_all(line.as_bytes()).await.map_err(fault)?;
        let mut answer = String::new();
        let mut reader = BufReader::new(stream);
        reader.read_line(&mut answer).await.map_err(fault)?;
        match answer.trim() {
            "ok" => Ok(()),
            other => Err(DeliveryFault::Temporary(format!("answered {other:?}"))),
        }
    }
}

/// Records [`PORTIONS`] portions, each in a transaction of its own.
struct Count;

impl Work for Count {
    async fn when(&mut self, _: &Store) -> Result<Option<When>, StoreError> {
        let rule = Rule {
            every: Every::Day,
            at: NaiveTime::MIN,
        };
        let zone = Tz::Europe__Berlin;
        Ok(Some(When { rule, zone }))
    }

    async fn run(&mut self, mut run: RunInProgress<'_>) -> Result<Value, Interrupted> {
        let done = |run: &RunInProgress<'_>| run.progress()["done"].as_u64().unwrap_or(0);
        while done(&run) < PORTIONS {
            let n = done(&run) + 1;
            let mut transaction = run.begin().await?;
            record(&mut transaction, &format!("{SCHEDULE} {n}"), Uuid::nil(), n).await?;
            run.commit(transaction, json!({ "done": n })).await?;
        }
        Ok(json!({ "counted": PORTIONS }))
    }
}
