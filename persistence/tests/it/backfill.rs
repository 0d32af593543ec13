//! Tests a migration with a backfill (a change of existing rows in portions) while messages are
//! being sent, and with an interruption. No write may fail or wait for long, and every row must be
//! filled exactly once.
//!
//! `HELPLINE_TEST_HISTORY_ROWS` makes the history longer than the default of 50,000 rows
//! (`.ci/test-world migrate_under_traffic`).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use helpline_core::ids::TicketId;
use helpline_core::limits;
use helpline_persistence::Names;
use helpline_persistence::messages::{Outcome, append_waiting};
use helpline_persistence::migrate::{self, Object, Plan, Version};

use tokio::sync::Barrier;

use crate::test_db::{TestDb, cluster, message, until};

const HISTORY_ROWS: u32 = 50_000;
const TICKETS: u32 = 2_000;
/// Events per ticket. A history of a million rows then has 40,000 tickets, which takes the backfill
/// many portions.
const ROWS_OF_A_TICKET: u32 = 25;
/// Number of writers. Each sends one message per `INTERVAL`, so together they send 200 messages a
/// second.
const WRITERS: u32 = 10;
const INTERVAL: Duration = Duration::from_millis(50);

/// A migration plan for a next release. It adds to each ticket a count of its events; a trigger
/// updates the count, and a backfill fills it in for existing tickets.
fn next() -> Plan {
    let mut plan = Plan::embedded();
    plan.versions.extend([
        Version {
            number: 98,
            name: "V98__column",
            sql: "alter table support_ticket_heads add column rows_before bigint, add column filled integer not null default 0",
        },
        Version {
            number: 99,
            name: "V99__backfill",
            sql: "-- In portions.
with portion as (
  select h.ticket_id from support_ticket_heads h
  where $1::text is null or h.ticket_id > $1::uuid
  order by h.ticket_id limit $2::bigint
  for no key update
), filled as (
  update support_ticket_heads h set rows_before = h.seq, filled = h.filled + 1
  from portion p where h.ticket_id = p.ticket_id and h.rows_before is null
)
select p.ticket_id::text, count(*) over () from portion p order by p.ticket_id desc limit 1",
        },
    ]);
    plan.objects.push(Object {
        path: "views/support_rows_before.sql",
        sql: "create or replace view support_rows_before with (security_invoker = true) as select h.ticket_id, h.rows_before from support_ticket_heads h",
    });
    plan.generation += 1;
    plan
}

impl TestDb {
    /// Creates this many tickets, each with this many events.
    async fn with_history(&self, tickets: u32, rows_of_a_ticket: u32) -> Vec<TicketId> {
        self.sql(&format!(
            "insert into support_tickets (user_id, subject, category)
             select '{}', 'Ticket ' || n, 'technical' from generate_series(1, {tickets}) n",
            self.customer
        ))
        .await;
        // The loop starts at 1, because opening a ticket has already written one event.
        for _ in 1..rows_of_a_ticket {
            self.sql(
                "insert into support_messages (ticket_id, sender_id, sender_type, body)
                 select id, user_id, 'customer', 'words' from support_tickets",
            )
            .await;
        }
        self.sql("vacuum analyze").await;
        let ids = "select array_agg(id order by ticket_number) from support_tickets";
        let ids: Vec<uuid::Uuid> = self.ask(ids).await;
        ids.into_iter().map(TicketId::new).collect()
    }

    async fn migrate_to(&self, plan: &Plan) -> Vec<String> {
        let url = cluster().await.admin_url(&self.database);
        migrate::apply(&url, &Names::default(), plan).await.unwrap()
    }
}

/// What one writer has measured.
#[derive(Debug, Default)]
struct Seen {
    stored: usize,
    longest: Duration,
    refused: Vec<String>,
}

/// Sends messages at a fixed interval until it is stopped. After a slow response, it sends the
/// messages that are overdue immediately.
async fn write(
    db: Arc<TestDb>,
    tickets: Vec<TicketId>,
    ready: Arc<Barrier>,
    stop: Arc<AtomicBool>,
) -> Seen {
    // Connect on a separate connection before the measurement starts, because the time to connect
    // is not measured.
    let store = db.store.with_own_pool("writer", 1).unwrap();
    while append_waiting(&store, &[message(tickets[0], db.customer, "first")])
        .await
        .is_err()
    {}
    ready.wait().await;
    let mut seen = Seen::default();
    let mut ticks = tokio::time::interval(INTERVAL);
    let mut n = 0;
    while !stop.load(Ordering::Relaxed) {
        ticks.tick().await;
        let begun = Instant::now();
        let ticket = tickets[n % tickets.len()];
        n += 1;
        let sent = message(ticket, db.customer, "words under way");
        match append_waiting(&store, &[sent]).await {
            Ok(appended) if matches!(appended.outcomes[..], [Outcome::Stored(_)]) => {
                seen.stored += 1;
            }
            other => seen.refused.push(format!("{other:?}")),
        }
        seen.longest = seen.longest.max(begun.elapsed());
    }
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_messages_a_second_go_on_while_a_column_is_added_and_filled_in() {
    let history_rows = std::env::var("HELPLINE_TEST_HISTORY_ROWS")
        .map_or(HISTORY_ROWS, |rows| rows.parse().expect("a number"));
    let db = Arc::new(TestDb::open().await);
    let tickets = db
        .with_history(history_rows / ROWS_OF_A_TICKET, ROWS_OF_A_TICKET)
        .await;
    let stop = Arc::new(AtomicBool::new(false));
    let ready = Arc::new(Barrier::new(WRITERS as usize + 1));
    let writers: Vec<_> = (0..WRITERS as usize)
        .map(|n| {
            let own = tickets.iter().copied().skip(n).step_by(WRITERS as usize);
            tokio::spawn(write(
                db.clone(),
                own.collect(),
                ready.clone(),
                stop.clone(),
            ))
        })
        .collect();
    ready.wait().await;
    // Let the writers send at their normal rate for a while before and after the migration.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let begun = Instant::now();
    let applied = db.migrate_to(&next()).await;
    let took = begun.elapsed();
    tokio::time::sleep(Duration::from_secs(1)).await;
    stop.store(true, Ordering::Relaxed);
    let mut all = Seen::default();
    for writer in writers {
        let seen = writer.await.unwrap();
        all.stored += seen.stored;
        all.longest = all.longest.max(seen.longest);
        all.refused.extend(seen.refused);
    }
    println!(
        "{history_rows} rows of {} tickets: migrated in {took:?}; {} messages stored, the longest wait {:?}",
        tickets.len(),
        all.stored,
        all.longest
    );
    assert_eq!(
        applied,
        [
            "V98__column",
            "views/support_rows_before.sql",
            "V99__backfill"
        ]
    );
    assert_eq!(all.refused, Vec::<String>::new());
    assert!(
        all.longest < Duration::from_millis(limits::LOCK_TIMEOUT_MS),
        "{all:?}"
    );
    let left = "select count(*) from support_ticket_heads where rows_before is null";
    assert_eq!(db.ask::<i64>(left).await, 0);
    let holes = "select count(*) from (select h.ticket_id from support_ticket_heads h join support_ticket_activity a using (ticket_id)
                 group by h.ticket_id, h.seq having count(*) <> h.seq or max(a.seq) <> h.seq) x";
    assert_eq!(db.ask::<i64>(holes).await, 0);
    // When an instance of the previous build migrates, it must revert nothing, and its messages
    // must still be stored.
    assert!(db.migrate_to(&Plan::embedded()).await.is_empty());
    db.append(&[message(tickets[0], db.customer, "after all")])
        .await;
}

#[tokio::test]
async fn a_backfill_that_is_broken_off_goes_on_where_it_was() {
    let db = TestDb::open().await;
    db.with_history(TICKETS, 2).await;
    let url = cluster().await.admin_url(&db.database);
    // Make each portion of the backfill slow, so that the test can kill the database session while
    // a portion is running.
    let mut plan = next();
    let text = plan.versions.pop().unwrap();
    let waits = text.sql.replace(
        "h.rows_before is null\n",
        "h.rows_before is null and pg_sleep(case when $1 is null then 0 else 0.002 end) is not null\n",
    );
    plan.versions.push(Version {
        sql: waits.leak(),
        ..text
    });
    let running = {
        let (url, plan) = (url.clone(), plan.clone());
        tokio::spawn(async move { migrate::apply(&url, &Names::default(), &plan).await })
    };
    until("a portion is done", async || {
        let there = "select to_regclass('helpline_backfills') is not null and exists (select from helpline_backfills)";
        db.ask::<bool>(there).await
    })
    .await;
    let killed = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                  where pid <> pg_backend_pid() and datname = current_database() and query like '%portion%'";
    until("the migration is broken off", async || {
        db.ask::<i64>(killed).await;
        running.is_finished()
    })
    .await;
    running.await.unwrap().unwrap_err();
    let filled = "select count(*) from support_ticket_heads where rows_before is not null";
    let before: i64 = db.ask(filled).await;
    let recorded: i64 = db
        .ask("select sum(rows)::bigint from helpline_backfills")
        .await;
    assert_eq!(
        before, recorded,
        "the recorded progress does not match the filled rows"
    );
    assert!(before > 0 && before < i64::from(TICKETS), "{before}");
    let done = "select count(*) from helpline_migrations where version = 99";
    assert_eq!(db.ask::<i64>(done).await, 0);

    assert_eq!(db.migrate_to(&plan).await, ["V99__backfill"]);
    let once = "select count(*) from support_ticket_heads where rows_before = seq and filled = 1";
    assert_eq!(db.ask::<i64>(once).await, i64::from(TICKETS));
    assert_eq!(
        db.ask::<i64>("select count(*) from helpline_backfills")
            .await,
        0
    );
    assert!(db.migrate_to(&plan).await.is_empty());
}
