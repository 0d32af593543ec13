//! Tests the windows of consumers: idle polls, large windows, and changes of the cluster.

use helpline_persistence::follow::{self, Limits, Progress, RecentEvents, Start};
use helpline_persistence::migrate;
use helpline_rig::Postgres;

use crate::follow::{CONSUMER, assert_each_once_in_order, drain, poll, with_record};
use crate::plans::explaining;
use crate::test_db::{PASSWORD, TestDb, message, stored};

/// Limits with which every window is written to the work table, and read in small portions.
const SORTED: Limits = Limits {
    portion_events_max: 40,
    window_events_max: 50,
};

async fn cluster_of_its_own() -> (Postgres, TestDb) {
    let postgres = Postgres::start_temporary().await.unwrap();
    postgres.create_database("desk", None).await.unwrap();
    let url = postgres.admin_url("desk");
    migrate::migrate(&url).await.unwrap();
    migrate::set_runtime_password(&url, PASSWORD).await.unwrap();
    let db = TestDb::on(&postgres, "desk").await;
    (postgres, db)
}

#[tokio::test]
async fn a_poll_that_finds_nothing_writes_no_log_and_takes_no_number() {
    let (_postgres, db) = cluster_of_its_own().await;
    with_record(&db).await;
    db.ticket().await;
    follow::register(&db.store, CONSUMER, Start::Beginning)
        .await
        .unwrap();
    drain(&db.store, Limits::default()).await;
    let place = "select array[(pg_current_wal_insert_lsn() - '0/0')::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint]";
    // Postgres itself writes a few records a minute, so several tries are allowed.
    let mut tries = Vec::new();
    for _ in 0..10 {
        let before: Vec<i64> = db.ask(place).await;
        for _ in 0..50 {
            assert_eq!(
                poll(&db.store, Limits::default()).await.progress,
                Progress::Idle
            );
        }
        let after: Vec<i64> = db.ask(place).await;
        tries.push((after[0] - before[0], after[1] - before[1]));
        if after == before {
            return;
        }
    }
    panic!("50 idle polls wrote bytes and took numbers: {tries:?}");
}

#[tokio::test]
async fn a_window_larger_than_the_maximum_is_sorted_once() {
    let db = TestDb::open().await;
    with_record(&db).await;
    follow::register(&db.store, CONSUMER, Start::Now)
        .await
        .unwrap();
    let live = db.ticket().await;
    // An import: one transaction with many events of many tickets.
    db.sql(&format!(
        "insert into support_tickets (user_id, subject) select '{}', 'Imported ' || n from generate_series(1, 300) n",
        db.customer
    ))
    .await;
    let first = poll(&db.store, SORTED).await;
    assert_eq!((first.progress, first.handled), (Progress::More, 0));
    let listed: i64 = db.ask("select count(*) from consumer_windows").await;
    assert_eq!(listed, 302);
    // What happens meanwhile belongs to the next window.
    stored(&db.send(message(live, db.customer, "meanwhile")).await);
    let mut handled = 0;
    for portion in 1..=8 {
        let poll = poll(&db.store, SORTED).await;
        handled += poll.handled;
        let left: i64 = db.ask("select count(*) from consumer_windows").await;
        assert_eq!(left + handled as i64, 302, "portion {portion}");
    }
    assert_eq!(drain(&db.store, SORTED).await, 1);
    assert_each_once_in_order(&db, "a large window").await;
    let sorts: i64 = db.ask("select count(*) from consumer_windows").await;
    assert_eq!(sorts, 0);
}

#[tokio::test]
async fn a_consumer_begins_where_it_is_told() {
    let db = TestDb::open().await;
    with_record(&db).await;
    let ticket = db.ticket().await;
    assert!(
        follow::register(&db.store, CONSUMER, Start::Now)
            .await
            .unwrap()
    );
    assert!(
        !follow::register(&db.store, CONSUMER, Start::Beginning)
            .await
            .unwrap()
    );
    assert!(
        follow::register(&db.store, "whole", Start::Beginning)
            .await
            .unwrap()
    );
    stored(&db.send(message(ticket, db.customer, "new")).await);
    assert_eq!(drain(&db.store, Limits::default()).await, 1);
    let waiting: Vec<_> = follow::states(&db.store)
        .await
        .unwrap()
        .into_iter()
        .map(|state| (state.name, state.waiting, state.events))
        .collect();
    assert_eq!(waiting[0], (CONSUMER.to_owned(), 0, 1));
    assert_eq!(waiting[1].0, "whole");
}

#[tokio::test]
async fn a_restored_dump_is_continued_by_the_consumer_without_loss_or_doubling() {
    for (portions, sorted) in [(0, false), (2, false), (3, true)] {
        let (donor, db) = cluster_of_its_own().await;
        with_record(&db).await;
        let limits = Limits {
            portion_events_max: 4,
            window_events_max: if sorted { 5 } else { 1_000 },
        };
        follow::register(&db.store, CONSUMER, Start::Now)
            .await
            .unwrap();
        let mut tickets = Vec::new();
        for n in 0..6 {
            tickets.push(db.ticket_of(db.customer, &format!("{n}")).await);
        }
        for _ in 0..portions {
            poll(&db.store, limits).await;
        }
        // Events after the window that is being read, and a high transaction number.
        for ticket in &tickets {
            stored(
                &db.send(message(*ticket, db.customer, "before the dump"))
                    .await,
            );
        }
        db.sql("do $$ begin for n in 1..3000 loop perform pg_current_xact_id(); commit; end loop; end $$")
            .await;
        let dump = donor.dump("desk").await.unwrap();
        let postgres = Postgres::start_temporary().await.unwrap();
        postgres.restore(&dump, "desk").await.unwrap();
        let db = TestDb::on(&postgres, "desk").await;
        for ticket in &tickets {
            stored(
                &db.send(message(*ticket, db.customer, "after the restore"))
                    .await,
            );
        }
        drain(&db.store, limits).await;
        for ticket in &tickets {
            stored(&db.send(message(*ticket, db.customer, "later")).await);
        }
        drain(&db.store, limits).await;
        assert_each_once_in_order(&db, &format!("{portions} portions, sorted: {sorted}")).await;

        // A second restore: what was handled in any former cluster stays handled.
        let again = Postgres::start_temporary().await.unwrap();
        again
            .restore(&postgres.dump("desk").await.unwrap(), "desk")
            .await
            .unwrap();
        let db = TestDb::on(&again, "desk").await;
        assert_eq!(drain(&db.store, limits).await, 0);
        stored(&db.send(message(tickets[0], db.customer, "last")).await);
        assert_eq!(drain(&db.store, limits).await, 1);
        assert_each_once_in_order(&db, "restored twice").await;
        // A new consumer begins with the events of all three clusters.
        let whole = follow::register(&db.store, "whole", Start::Beginning);
        assert!(whole.await.unwrap());
        db.sql("truncate test_handled").await;
        let mut handled = 0;
        loop {
            let mut recorder = crate::follow::Recorder::default();
            let poll = follow::poll(
                &db.store,
                "whole",
                limits,
                &RecentEvents::default(),
                &mut recorder,
            )
            .await
            .unwrap();
            handled += poll.handled;
            if poll.progress == Progress::Idle {
                break;
            }
        }
        assert!(handled > 0);
        assert_each_once_in_order(&db, "the whole history").await;
    }
}

#[tokio::test]
async fn polls_and_portions_use_the_index_on_transaction_numbers() {
    let db = TestDb::open().await;
    db.sql(&format!(
        "insert into support_tickets (user_id, subject) select '{}', 'x' from generate_series(1, 5000)",
        db.customer
    ))
    .await;
    follow::register(&db.store, CONSUMER, Start::Now)
        .await
        .unwrap();
    db.sql("vacuum analyze").await;
    let ticket = db.ticket().await;
    let (client, told) = explaining(&db).await;
    for _ in 0..2 {
        told.lock().unwrap().clear();
        client
            .batch_execute(&format!(
                "select count(e.*) from consumers_poll('{CONSUMER}', 1000, 500, true) p, consumers_events(p.tickets, p.seqs) e"
            ))
            .await
            .unwrap();
    }
    let plans = told.lock().unwrap().clone();
    for index in [
        "support_ticket_activity_cluster_xid_idx",
        "support_ticket_activity_pkey",
        "consumer_faults_pkey",
    ] {
        assert!(
            plans.contains(index),
            "{index} is not used for {ticket}:\n{plans}"
        );
    }
    // Without a transaction number, the lookup would read all events of the cluster.
    for line in plans
        .lines()
        .filter(|line| line.contains("Cond: (cluster") || line.contains("Cond: ((cluster"))
    {
        assert!(line.contains("xid"), "{line}:\n{plans}");
    }
    assert!(
        !plans.contains("Seq Scan on support_ticket_activity"),
        "{plans}"
    );
}
