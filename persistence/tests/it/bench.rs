//! Benchmarks, not tests: how many messages per second can be appended, and what one message costs.
//! Run them manually, on a quiet machine:
//! `cargo test --release -p helpline-persistence -- --ignored --nocapture appends_per_second`,
//! `cargo test --release -p helpline-persistence -- --ignored --nocapture cost_of_one_message`.

use std::time::{Duration, Instant};

use helpline_core::ids::TicketId;
use helpline_persistence::messages::append;
use helpline_rig::Postgres;
use serde_json::json;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::test_db::{TestDb, message, migrated};

/// Number of lanes (tasks that append batches concurrently). This is the gateway's maximum.
const LANES: usize = 4;
/// Number of tickets per lane.
const TICKETS: usize = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, run by hand"]
async fn appends_per_second() {
    for batch_size in [1usize, 16, 64, 256] {
        let db = TestDb::open().await;
        let mut lanes = Vec::new();
        for _ in 0..LANES {
            let mut tickets = Vec::new();
            for _ in 0..TICKETS {
                tickets.push(db.ticket().await);
            }
            lanes.push(tickets);
        }
        db.sql("checkpoint").await;
        let end = Instant::now() + Duration::from_secs(5);
        let mut tasks = tokio::task::JoinSet::new();
        for tickets in lanes {
            let (store, sender) = (db.store.clone(), db.customer);
            tasks.spawn(async move {
                let (mut sent, mut batches, mut longest) = (0, 0u32, Duration::ZERO);
                while Instant::now() < end {
                    let batch: Vec<_> = (0..batch_size)
                        .map(|n| {
                            message(
                                tickets[(sent + n * 7) % tickets.len()],
                                sender,
                                "The quick brown fox jumps over the lazy dog, again and again and again.",
                            )
                        })
                        .collect();
                    let begun = Instant::now();
                    append(&store, &batch).await.unwrap();
                    longest = longest.max(begun.elapsed());
                    sent += batch_size;
                    batches += 1;
                }
                (sent, batches, longest)
            });
        }
        let (mut sent, mut batches, mut longest) = (0, 0, Duration::ZERO);
        for (s, b, l) in tasks.join_all().await {
            sent += s;
            batches += b;
            longest = longest.max(l);
        }
        println!(
            "batch {batch_size}: {} messages/s, {} batches/s, longest {longest:?}",
            sent / 5,
            batches / 5
        );
    }
}

const TEXT: &str = "This is a message of ordinary length, as people write them when something does not work and they are in a hurry.";
const ROUNDS: usize = 9;
/// Number of messages per round, for each of the compared ways to store messages.
const MESSAGES: usize = 1_000;

/// Creates copies of the tables that a message is written to, with the same constraints and
/// indexes, but without triggers and policies. A transaction that pgbench runs as a superuser
/// writes to these copies.
const PLAIN_TABLES: &str = "
    create schema plain;
    create table plain.support_tickets (like helpline.support_tickets including all) with (fillfactor = 85);
    create table plain.support_ticket_heads (like helpline.support_ticket_heads including all)
      with (fillfactor = 40, autovacuum_vacuum_scale_factor = 0.02);
    create table plain.support_messages (like helpline.support_messages including all);
    create table plain.support_ticket_activity (like helpline.support_ticket_activity including all);
    alter table plain.support_ticket_heads add foreign key (ticket_id) references plain.support_tickets on delete cascade;
    alter table plain.support_messages add foreign key (ticket_id) references plain.support_tickets on delete cascade;
    alter table plain.support_ticket_activity add foreign key (ticket_id) references plain.support_tickets on delete cascade;
    insert into plain.support_tickets (id, ticket_number, user_id, subject, search_folded)
      select t.id, t.ticket_number, t.user_id, t.subject, t.search_folded from helpline.support_tickets t;
    insert into plain.support_ticket_heads select * from helpline.support_ticket_heads;
    insert into plain.support_messages select * from helpline.support_messages;
    insert into plain.support_ticket_activity select * from helpline.support_ticket_activity;
    create table plain.numbers as select row_number() over () as n, t.id, t.user_id from plain.support_tickets t;
    alter table plain.numbers add primary key (n);
    analyze;";

const PLAIN_TRANSACTION: &str = r"
\set n random(1, :tickets)
begin;
select t.id as ticket, t.user_id as sender, gen_random_uuid() as message, p.display_name as name
  from plain.numbers n join plain.support_tickets t on t.id = n.id join helpline.people p on p.id = t.user_id
  where n.n = :n for no key update of t \gset
select count(*) as known from plain.support_messages where ticket_id = :ticket and sender_id = :sender and key = :message \gset
update plain.support_ticket_heads set seq = seq + 1, public_seq = public_seq + 1, last_activity_at = clock_timestamp(),
  public_last_activity_at = clock_timestamp(), waiting_since = coalesce(waiting_since, clock_timestamp())
  where ticket_id = :ticket returning seq, public_seq \gset
insert into plain.support_messages (id, ticket_id, sender_id, sender_type, body, key, key_digest, ip_address, user_agent)
  values (:message, :ticket, :sender, 'customer', '$TEXT', :message, sha256('$TEXT'), '203.0.113.9', 'it/2');
insert into plain.support_ticket_activity (ticket_id, seq, public_seq, kind, actor_id, actor_type, public_actor_name, message_id,
  ip_address, user_agent, cluster)
  values (:ticket, :seq, :public_seq, 'message_added', :sender, 'customer', :name, :message, '203.0.113.9', 'it/2', 1);
commit;
";

const OLD: &str =
    "select * from support_append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const NEW: &str = "select * from support_append_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

/// Returns the CPU seconds that this Postgres server and its child processes have used, including
/// processes that have ended.
fn cpu_seconds(postgres: &Postgres) -> f64 {
    let pid = postgres.pid().unwrap();
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    // After the process name, the fields contain the CPU times of the process (user, system) and of
    // its ended children.
    let ticks = |pid: &str| -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let fields = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace();
        fields
            .skip(11)
            .take(4)
            .map(|ticks| ticks.parse().unwrap_or(0.0))
            .sum()
    };
    (ticks(&pid.to_string()) + children.split_whitespace().map(ticks).sum::<f64>()) / 100.0
}

async fn send_all(client: &Client, sql: &str, tickets: &[TicketId], sender: Uuid) {
    let statement = client.prepare(sql).await.unwrap();
    for n in 0..MESSAGES {
        let (id, ticket) = (Uuid::now_v7(), tickets[n * 7 % tickets.len()].uuid());
        let (key, address) = (
            id.to_string(),
            "203.0.113.9".parse::<std::net::IpAddr>().unwrap(),
        );
        let (key, none, attachments) = (key.as_str(), None::<i64>, json!([]));
        let answer = if sql == NEW {
            client
                .query(
                    &statement,
                    &[
                        &false,
                        &id,
                        &ticket,
                        &sender,
                        &key,
                        &TEXT,
                        &false,
                        &attachments,
                        &none,
                        &address,
                        &"it/2",
                    ],
                )
                .await
        } else {
            client
                .query(
                    &statement,
                    &[
                        &false,
                        &vec![id],
                        &vec![ticket],
                        &vec![sender],
                        &vec![key],
                        &vec![TEXT],
                        &vec![false],
                        &vec![attachments],
                        &vec![none],
                        &vec![address],
                        &vec!["it/2"],
                    ],
                )
                .await
        };
        assert_eq!(answer.unwrap()[0].get::<_, &str>(1), "stored");
    }
}

fn run_pgbench(postgres: &Postgres, script: &std::path::Path, tickets: usize) {
    let pgbench = postgres.bin_dir().join("pgbench");
    let ran = std::process::Command::new(pgbench)
        .args(["--no-vacuum", "--protocol=prepared", "--client=1"])
        .args([
            format!("--transactions={MESSAGES}"),
            format!("--define=tickets={tickets}"),
        ])
        .arg("--file")
        .arg(script)
        .arg(postgres.admin_url("cost"))
        .output();
    let output = ran.unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement, run by hand"]
async fn cost_of_one_message() {
    let postgres = Postgres::start_temporary_with(&[("fsync", "on"), ("full_page_writes", "on")])
        .await
        .unwrap();
    postgres.create_database("cost", None).await.unwrap();
    migrated(&postgres.admin_url("cost")).await;
    let db = TestDb::on(&postgres, "cost").await;
    let mut tickets = Vec::new();
    for _ in 0..500 {
        tickets.push(db.ticket().await);
    }
    db.sql(PLAIN_TABLES).await;
    let script = postgres.data_dir().join("plain.sql");
    std::fs::write(&script, PLAIN_TRANSACTION.replace("$TEXT", TEXT)).unwrap();
    let customer = db.customer.uuid();
    let mut costs: [Vec<f64>; 3] = Default::default();
    for round in 0..=ROUNDS {
        for (way, costs) in costs.iter_mut().enumerate() {
            let before = cpu_seconds(&postgres);
            match way {
                0 => run_pgbench(&postgres, &script, tickets.len()),
                way => {
                    let client = crate::test_db::connect(&postgres.admin_url("cost")).await;
                    client
                        .batch_execute("set role helpline_service")
                        .await
                        .unwrap();
                    send_all(&client, [NEW, OLD][way - 1], &tickets, customer).await;
                }
            }
            // Do not count the first round, which only warms up the server.
            if round > 0 {
                costs.push((cpu_seconds(&postgres) - before) * 1e6 / MESSAGES as f64);
            }
        }
    }
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    for (name, cost) in ["pgbench, the same rows", "one message", "a batch of one"]
        .iter()
        .zip(&costs)
    {
        let ratios = cost
            .iter()
            .zip(&costs[0])
            .map(|(cost, pgbench)| cost / pgbench);
        println!(
            "{name}: {:.0} us of Postgres, {:.2} times pgbench (medians of {ROUNDS} rounds)",
            median(cost.clone()),
            median(ratios.collect())
        );
    }
}
