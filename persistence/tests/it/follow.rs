//! Tests that consumers handle every event exactly once, and each ticket's events in order, while
//! other transactions are open, and while instances stop at any moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use helpline_core::ids::TicketId;
use helpline_persistence::follow::{
    self, Event, Handler, Limits, PollResult, Progress, RecentEvents, Start,
};
use helpline_persistence::{HandlerError, Store, StoreError, Transaction};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::test_db::TestDb;

/// The name of the consumer in these tests.
pub const CONSUMER: &str = "recorder";

/// Creates a table to which a handler writes each event that it handles.
pub async fn with_record(db: &TestDb) {
    db.sql(
        "create table helpline.test_handled (n bigint generated always as identity, consumer text, ticket_id uuid, seq bigint);
         create function helpline.test_handle(text, uuid, bigint) returns void language sql security definer
           set search_path = pg_catalog, helpline, pg_temp
           as 'insert into test_handled (consumer, ticket_id, seq) values ($1, $2, $3)';
         grant execute on function helpline.test_handle(text, uuid, bigint) to helpline_service",
    )
    .await;
}

/// Lets the table of [`with_record`] refuse rows, but only when the transaction is committed.
pub fn refuse_at_commit(when: &str) -> String {
    format!(
        "create function helpline.test_refuse() returns trigger language plpgsql as 'begin raise exception ''refused at commit''; end';
         create constraint trigger test_deferred after insert on helpline.test_handled deferrable initially deferred
           for each row when ({when}) execute function helpline.test_refuse()"
    )
}

/// Records each event in the table of [`with_record`].
#[derive(Default)]
pub struct Recorder {
    /// Events with these texts as their message fail. An event without message never fails.
    pub bad: Vec<&'static str>,
    /// The number of calls after which the connection is lost. Zero means never.
    pub dies_at: u32,
    /// The numbers of events in each call.
    pub calls: Vec<usize>,
}

impl Handler for Recorder {
    async fn handle(
        &mut self,
        transaction: &mut Transaction,
        events: &[Arc<Event>],
    ) -> Result<(), HandlerError> {
        self.calls.push(events.len());
        for event in events {
            let (ticket, seq) = (event.row.ticket, event.row.seq);
            transaction
                .run(&format!(
                    "select helpline.test_handle('{CONSUMER}', '{ticket}', {seq})"
                ))
                .await?;
            let body = event.row.message.as_ref().map(|message| &*message.body);
            if body.is_some_and(|body| self.bad.contains(&body)) {
                return Err(HandlerError::Event(format!("event {seq} is bad")));
            }
        }
        if self.dies_at > 0 && self.calls.len() >= self.dies_at as usize {
            // Passing errors that concern all events end the poll, and its transaction.
            return Err(StoreError::PoolExhausted.into());
        }
        Ok(())
    }
}

pub async fn poll(store: &Store, limits: Limits) -> PollResult {
    follow::poll(
        store,
        CONSUMER,
        limits,
        &RecentEvents::default(),
        &mut Recorder::default(),
    )
    .await
    .unwrap()
}

/// Polls until there is nothing left to do. Returns the number of events that were handled.
pub async fn drain(store: &Store, limits: Limits) -> u64 {
    let mut handled = 0;
    loop {
        let poll = poll(store, limits).await;
        handled += poll.handled;
        if poll.progress == Progress::Idle && poll.handled == 0 {
            return handled;
        }
    }
}

/// Asserts that each event of the history after `since` was handled once, in order.
pub async fn assert_each_once_in_order(db: &TestDb, what: &str) {
    let mut expected: BTreeMap<Uuid, Vec<i64>> = BTreeMap::new();
    let mut handled: BTreeMap<Uuid, Vec<i64>> = BTreeMap::new();
    for (sql, lists) in [
        (
            "select ticket_id, seq from support_ticket_activity order by ticket_id, seq",
            &mut expected,
        ),
        (
            "select ticket_id, seq from test_handled order by n",
            &mut handled,
        ),
    ] {
        for row in db.admin.query(sql, &[]).await.unwrap() {
            lists.entry(row.get(0)).or_default().push(row.get(1));
        }
    }
    assert_eq!(handled, expected, "{what}");
}

/// A session with its open transaction, if any, and the tickets that the transaction has locked.
struct Writer {
    client: Client,
    is_open: bool,
    locked: Vec<TicketId>,
}

impl Writer {
    async fn run(&self, sql: &str) {
        self.client.batch_execute(sql).await.unwrap();
    }

    /// Makes one random step: begins, writes to a ticket that no other writer has locked, or ends.
    async fn step(&mut self, rng: &mut StdRng, free: &[TicketId], customer: &str) {
        if !self.is_open {
            // Take a transaction number long before the first write, so that numbers and positions
            // in a history are in different orders.
            let number = ["", "; select pg_current_xact_id()"][rng.random_range(0..2)];
            self.run(&format!("begin{number}")).await;
            self.is_open = true;
            return;
        }
        let candidates: Vec<_> = free.iter().chain(&self.locked).copied().collect();
        match rng.random_range(0..10) {
            0..=5 if !candidates.is_empty() => {
                let ticket = candidates[rng.random_range(0..candidates.len())];
                let rows = rng.random_range(1..4);
                self.run(&format!(
                    "insert into support_messages (ticket_id, sender_id, sender_type, body)
                     select '{ticket}', '{customer}', 'customer', 'x' from generate_series(1, {rows})"
                ))
                .await;
                self.locked.push(ticket);
            }
            6..=8 => self.end("commit").await,
            _ => self.end("rollback").await,
        }
    }

    async fn end(&mut self, how: &str) {
        if std::mem::take(&mut self.is_open) {
            self.run(how).await;
            self.locked.clear();
        }
    }
}

/// Runs writers and polls in a random order that the seed determines.
async fn run_plan(seed: u64) {
    let db = TestDb::open().await;
    with_record(&db).await;
    let mut rng = StdRng::seed_from_u64(seed);
    follow::register(&db.store, CONSUMER, Start::Beginning)
        .await
        .unwrap();
    let mut tickets = Vec::new();
    for n in 0..6 {
        tickets.push(db.ticket_of(db.customer, &format!("{n}")).await);
    }
    let mut writers = Vec::new();
    for _ in 0..5 {
        writers.push(Writer {
            client: db.another_admin().await,
            is_open: false,
            locked: Vec::new(),
        });
    }
    // Another application's transaction with a number, open for the whole test.
    let foreign = db.another_admin().await;
    foreign
        .batch_execute("begin; create table public.foreign_work (x int)")
        .await
        .unwrap();
    let recent = RecentEvents::default();
    for _ in 0..400 {
        if rng.random_bool(0.75) {
            let free: Vec<_> = tickets
                .iter()
                .filter(|ticket| writers.iter().all(|it| !it.locked.contains(ticket)))
                .copied()
                .collect();
            let at = rng.random_range(0..writers.len());
            let customer = db.customer.to_string();
            writers[at].step(&mut rng, &free, &customer).await;
            continue;
        }
        let limits = Limits {
            portion_events_max: rng.random_range(1..6),
            window_events_max: [1, 1_000][rng.random_range(0..2)],
        };
        let mut recorder = Recorder {
            dies_at: rng.random_range(0..3) / 2,
            ..Recorder::default()
        };
        match follow::poll(&db.store, CONSUMER, limits, &recent, &mut recorder).await {
            Ok(_) | Err(StoreError::PoolExhausted) => {}
            Err(error) => panic!("seed {seed}: {error:?}"),
        }
    }
    for writer in &mut writers {
        writer.end("commit").await;
    }
    drain(&db.store, Limits::default()).await;
    assert_each_once_in_order(&db, &format!("seed {seed}")).await;
    foreign.batch_execute("rollback").await.unwrap();
}

#[tokio::test]
async fn each_event_is_handled_once_and_in_order_whatever_is_open_and_whenever_it_stops() {
    for seed in 0..6 {
        run_plan(seed).await;
    }
}

#[tokio::test]
async fn two_instances_with_sixteen_writers_handle_each_event_once() {
    let db = Arc::new(TestDb::open_with_connections(4).await);
    with_record(&db).await;
    follow::register(&db.store, CONSUMER, Start::Beginning)
        .await
        .unwrap();
    let mut tickets = Vec::new();
    for n in 0..10 {
        tickets.push(db.ticket_of(db.customer, &format!("{n}")).await);
    }
    let writing = Arc::new(std::sync::atomic::AtomicU32::new(16));
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..16u64 {
        let (client, tickets) = (db.another_admin().await, tickets.clone());
        let (customer, writing) = (db.customer, Arc::clone(&writing));
        tasks.spawn(async move {
            let mut rng = StdRng::seed_from_u64(n);
            for _ in 0..25 {
                let ticket = tickets[rng.random_range(0..tickets.len())];
                client
                    .batch_execute(&format!(
                        "begin; select pg_current_xact_id();
                         insert into support_messages (ticket_id, sender_id, sender_type, body) values ('{ticket}', '{customer}', 'customer', 'x');
                         select pg_sleep({}); commit",
                        rng.random_range(0.0..0.01)
                    ))
                    .await
                    .unwrap();
            }
            writing.fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
        });
    }
    let mut taken = 0;
    for n in 0..2usize {
        let store = db.store.with_own_pool("jobs", 2).unwrap();
        let writing = Arc::clone(&writing);
        let limits = Limits {
            portion_events_max: 7,
            window_events_max: [1_000, 10][n],
        };
        tasks.spawn(async move {
            while writing.load(std::sync::atomic::Ordering::Relaxed) > 0 {
                poll(&store, limits).await;
            }
        });
    }
    let (mut one, mut other) = (Recorder::default(), Recorder::default());
    let (of_one, of_other) = (RecentEvents::default(), RecentEvents::default());
    while writing.load(std::sync::atomic::Ordering::Relaxed) > 0 {
        let (first, second) = tokio::join!(
            follow::poll(&db.store, CONSUMER, Limits::default(), &of_one, &mut one),
            follow::poll(
                &db.store,
                CONSUMER,
                Limits::default(),
                &of_other,
                &mut other
            )
        );
        for poll in [first.unwrap(), second.unwrap()] {
            taken += u32::from(poll.progress == Progress::Taken);
        }
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    drain(&db.store, Limits::default()).await;
    assert_each_once_in_order(&db, "two instances").await;
    assert!(taken > 0, "the instances never met");
}

#[tokio::test]
async fn an_instance_that_is_killed_between_portions_is_continued_by_another() {
    let db = TestDb::open().await;
    with_record(&db).await;
    follow::register(&db.store, CONSUMER, Start::Now)
        .await
        .unwrap();
    for n in 0..8 {
        db.ticket_of(db.customer, &format!("{n}")).await;
    }
    let limits = Limits {
        portion_events_max: 3,
        window_events_max: 1_000,
    };
    // Each portion is killed once before it commits, by ending its task.
    let mut portions = 0;
    let recent = RecentEvents::default();
    loop {
        let mut handler = Stuck;
        let killed = tokio::time::timeout(
            std::time::Duration::from_millis(30),
            follow::poll(&db.store, CONSUMER, limits, &recent, &mut handler),
        );
        if killed.await.is_ok() {
            break;
        }
        assert_eq!(
            db.ask::<i64>("select count(*) from test_handled").await,
            portions * 3
        );
        // The server may notice the lost connection a moment later.
        while poll(&db.store, limits).await.progress == Progress::Taken {}
        portions += 1;
    }
    assert!(portions >= 5, "{portions}");
    assert_each_once_in_order(&db, "killed").await;
}

/// Writes and then never returns.
struct Stuck;

impl Handler for Stuck {
    async fn handle(
        &mut self,
        transaction: &mut Transaction,
        events: &[Arc<Event>],
    ) -> Result<(), HandlerError> {
        Recorder::default().handle(transaction, events).await?;
        std::future::pending().await
    }
}
