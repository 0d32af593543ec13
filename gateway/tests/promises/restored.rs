//! Tests a dump that is restored into another cluster. That cluster's transaction counter starts
//! low and reuses the transaction ids of the restored rows. The gateway must not take restored rows
//! for new ones: every response, event and sweep must concern rows written after the restore.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use helpline_core::ids::TicketId;
use helpline_core::limits;
use helpline_rig::Postgres;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::overheard::{Overheard, Publication};
use crate::test_server::{Join, Person, TestServer};

// Number of tickets, whose ids are alternately random and time-ordered. Write `n` is made to ticket
// `n % TICKETS`, and `n % 4` is its kind. Because `TICKETS` is odd, each of the four kinds of
// writes is made to tickets with random ids and to tickets with time-ordered ids.
const TICKETS: usize = 31;
/// Number of transactions that write the history before the dump, one per row. The new cluster
/// reuses their transaction ids.
const DONOR_TRANSACTIONS: usize = 2_500;
const WRITES: usize = 300;

/// A server with a long history.
pub struct Settled {
    pub server: TestServer,
    pub ada: Person,
    ben: Person,
    /// Tickets whose ids are alternately random and time-ordered, each with its customer's
    /// first message.
    pub tickets: Vec<(TicketId, Uuid)>,
    /// The last position of each ticket's history when the history was created.
    heads: HashMap<TicketId, i64>,
}

impl Settled {
    /// Creates a history in the server's database, one transaction per row.
    pub async fn with_history(server: TestServer) -> Self {
        let (ada, ben) = (
            server.customer("Ada Lovelace"),
            server.staff("Ben Okafor", "support_agent").await,
        );
        let sql = server.sql().await;
        let mut tickets = Vec::new();
        for n in 0..TICKETS {
            let id = if n % 2 == 0 {
                Uuid::new_v4()
            } else {
                Uuid::now_v7()
            };
            let ticket = server.ticket_with_id(&ada, id).await;
            let message = sql
                .query_one(
                    "select id from support_messages where ticket_id = $1",
                    &[&id],
                )
                .await
                .expect("its message")
                .get(0);
            tickets.push((ticket, message));
        }
        sql.batch_execute(&format!(
            "do $$ begin
               for n in 1..{DONOR_TRANSACTIONS} loop
                 insert into support_messages (ticket_id, sender_id, sender_type, body)
                 select t.id, '{}', 'admin', 'of another cluster'
                 from (select id, row_number() over (order by id) as k from support_tickets) t where t.k = n % {TICKETS} + 1;
                 commit;
               end loop;
             end $$",
            ben.id
        ))
        .await
        .expect("a history is written");
        let heads = sql
            .query(
                "select ticket_id, max(seq) from support_ticket_activity group by 1",
                &[],
            )
            .await
            .expect("heads");
        let heads = heads
            .iter()
            .map(|row| (TicketId::new(row.get(0)), row.get(1)))
            .collect();
        Self {
            server,
            ada,
            ben,
            tickets,
            heads,
        }
    }

    /// Dumps a database and restores it into a new cluster. Starts two gateways and a Redis on the
    /// new cluster.
    async fn restored_elsewhere() -> Self {
        let donor = TestServer::start_apart(
            Postgres::start_temporary()
                .await
                .expect("a Postgres starts"),
            0,
            Join::Alone,
        )
        .await;
        let donor = Self::with_history(donor).await;
        let database = donor.server.database().to_owned();
        let dump = donor.server.postgres.dump(&database).await.expect("dumped");
        let postgres = Postgres::start_temporary()
            .await
            .expect("a Postgres starts");
        postgres.restore(&dump, &database).await.expect("restored");
        Self {
            server: TestServer::start_on(Arc::new(postgres), database, 2, Join::Redis, |spec| spec)
                .await,
            ..donor
        }
    }

    /// Writes over REST on the first gateway. Asserts that each response concerns its own write.
    /// Also asserts that no event from before the writes is published, or sent by the second
    /// gateway.
    pub async fn writes_are_answered_with_themselves(&self) {
        let mut customer = self.server.client(1, &self.ada).await;
        for (ticket, _) in &self.tickets {
            customer.subscribe(*ticket, None).await;
        }
        customer.transcript.clear();
        let listening = Overheard::start(self.server.redis()).await;
        let mut wrong = Vec::new();
        for n in 0..WRITES {
            wrong.extend(self.write(n).await);
        }
        let last = format!(
            "written {}",
            (0..WRITES)
                .rfind(|n| n % 4 == 1)
                .expect("one write of four is a message")
        );
        customer
            .expect("the last message", |frame| {
                frame["message"]["body"] == json!(last)
            })
            .await;
        let events = published_events(&listening.end().await);
        assert!(
            events.len() >= WRITES,
            "{} events were published",
            events.len()
        );
        let old: HashSet<_> = events
            .iter()
            .filter(|(ticket, seq)| self.heads.get(ticket).is_some_and(|head| seq <= head))
            .collect();
        let shown = customer
            .transcript
            .iter()
            .map(|text| serde_json::from_str::<Value>(text).expect("JSON"));
        let foreign = shown
            .filter(|frame| frame["message"]["body"] == "of another cluster")
            .count();
        assert!(
            wrong.is_empty() && old.is_empty() && foreign == 0,
            "{} of {WRITES} answers were about something else (first {:?}), {} old events were published again, {foreign} shown",
            wrong.len(),
            wrong.first(),
            old.len()
        );
    }

    /// Makes one write over REST. Returns what is wrong with the response, if anything.
    async fn write(&self, n: usize) -> Option<String> {
        let Self {
            server,
            ada,
            ben,
            tickets,
            ..
        } = self;
        let (ticket, message) = tickets[n % tickets.len()];
        let path = format!("/v1/tickets/{ticket}");
        let text = format!("written {n}");
        match n % 4 {
            0 => {
                let edited = server
                    .rest(
                        0,
                        ada,
                        "PATCH",
                        &format!("{path}/messages/{message}"),
                        json!({ "body": text }),
                    )
                    .await;
                let event = &edited.body;
                let is_own = event["ticket"] == json!(ticket)
                    && event["message"]["id"] == json!(message)
                    && event["message"]["body"] == json!(text);
                (edited.status != 200 || !is_own).then(|| {
                    format!(
                        "edit {n} was answered {} with {}",
                        edited.status, event["message"]["body"]
                    )
                })
            }
            1 => {
                let sent = server
                    .rest(
                        0,
                        ben,
                        "POST",
                        &format!("{path}/messages"),
                        json!({ "body": text }),
                    )
                    .await;
                let before = self.heads[&ticket];
                let is_new =
                    sent.status == 201 && sent.body["seq"].as_i64().is_some_and(|seq| seq > before);
                (!is_new).then(|| {
                    format!(
                        "message {n} was answered {} with {}",
                        sent.status, sent.body
                    )
                })
            }
            2 => {
                let status = ["waiting_on_customer", "in_progress"][n / 4 % 2];
                let changed = server
                    .rest(0, ben, "PATCH", &path, json!({ "status": status }))
                    .await;
                let is_own =
                    changed.body["id"] == json!(ticket) && changed.body["status"] == json!(status);
                (changed.status != 200 || !is_own).then(|| {
                    format!(
                        "change {n} was answered {} with {}",
                        changed.status, changed.body
                    )
                })
            }
            _ => {
                let new = json!({ "subject": text, "category": "general", "description": text });
                let created = server.rest(0, ada, "POST", "/v1/tickets", new).await;
                let is_own = created.status == 201 && created.body["subject"] == json!(text);
                (!is_own).then(|| {
                    format!(
                        "creation {n} was answered {} with {}",
                        created.status, created.body
                    )
                })
            }
        }
    }

    /// Asserts that a console receives no ticket while nothing changes.
    pub async fn an_idle_console_hears_nothing(&self) {
        let mut console = self.server.client(0, &self.ben).await;
        assert_eq!(
            console.ask(json!({ "type": "inbox", "on": true })).await["type"],
            "ok"
        );
        console
            .expect("the figures", |frame| {
                frame["type"] == "inbox" && frame["stats"].is_object()
            })
            .await;
        console.transcript.clear();
        console
            .listen(Duration::from_millis(limits::SWEEP_INTERVAL_MS * 6))
            .await;
        let told = console
            .transcript
            .iter()
            .map(|text| serde_json::from_str::<Value>(text).expect("JSON"));
        let lists = told.filter(|frame| {
            frame["type"] == "inbox"
                && (frame["tickets"] != json!([]) || frame["moved"] != json!([]))
        });
        assert_eq!(
            lists.count(),
            0,
            "frames about tickets that nothing happened on"
        );
    }
}

/// The history events among these Redis messages, as (ticket, sequence number).
fn published_events(heard: &[Publication]) -> Vec<(TicketId, i64)> {
    let events = heard.iter().map(Publication::frame).filter_map(|frame| {
        Some((
            frame["event"]["ticket"].as_str()?.parse().ok()?,
            frame["event"]["seq"].as_i64()?,
        ))
    });
    events.collect()
}

#[tokio::test]
async fn after_a_restore_into_another_cluster_answers_and_events_are_about_what_was_written_here() {
    let settled = Settled::restored_elsewhere().await;
    settled.writes_are_answered_with_themselves().await;
    let sql = settled.server.sql().await;
    let shared = "select count(*) from (select 1 from support_ticket_activity group by xid having count(distinct ticket_id) > 1) x";
    let met: i64 = sql.query_one(shared, &[]).await.expect("a count").get(0);
    assert!(
        met > WRITES as i64 / 2,
        "only {met} transaction ids were used by both clusters, so the test proves nothing"
    );
}

#[tokio::test]
async fn a_console_hears_nothing_of_a_restored_desk_on_which_nothing_happens() {
    Settled::restored_elsewhere()
        .await
        .an_idle_console_hears_nothing()
        .await;
}
