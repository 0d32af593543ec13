//! Tests that the sweep (the query for new events) returns every event exactly once. This must not
//! depend on which client wrote it, or on how long the transaction was open.

use std::collections::HashMap;

use helpline_core::ids::TicketId;
use helpline_persistence::sweep::sweep;
use helpline_persistence::tickets;
use rand::RngExt;

use crate::test_db::{TestDb, message, stored};

const WRITERS: usize = 8;
const LOOKS: usize = 120;

#[tokio::test]
async fn every_row_is_seen_exactly_once_whatever_the_order_and_length_of_its_transaction() {
    let db = TestDb::open().await;
    let mut clients = Vec::new();
    for _ in 0..WRITERS {
        clients.push((db.another_admin().await, None::<TicketId>));
    }
    let mut expected = HashMap::new();
    let mut seen: HashMap<TicketId, u32> = HashMap::new();
    let mut since = sweep(&db.store, None).await.unwrap();
    assert!(since.moved.is_empty());
    for round in 0..LOOKS {
        for (client, open) in &mut clients {
            // Each transaction writes one event of a new ticket and stays open for a random number
            // of sweeps. Some transactions roll back.
            match open.take() {
                None => {
                    let id = TicketId::new(uuid::Uuid::now_v7());
                    let insert = format!(
                        "insert into support_tickets (id, user_id, subject) values ('{id}', '{}', 'x')",
                        db.customer
                    );
                    client
                        .batch_execute(&format!("begin; {insert}"))
                        .await
                        .unwrap();
                    *open = Some(id);
                }
                Some(id) if rand::rng().random_bool(0.2) => {
                    if rand::rng().random_bool(0.9) {
                        client.batch_execute("commit").await.unwrap();
                        expected.insert(id, round);
                    } else {
                        client.batch_execute("rollback").await.unwrap();
                    }
                }
                Some(id) => *open = Some(id),
            }
        }
        since = sweep(&db.store, Some(&since.snapshot)).await.unwrap();
        for (ticket, seq) in &since.moved {
            assert_eq!(seq.get(), 1);
            *seen.entry(*ticket).or_default() += 1;
            assert_eq!(
                expected.get(ticket),
                Some(&round),
                "found by the first sweep after its commit"
            );
        }
    }
    assert_eq!(seen.len(), expected.len());
    assert!(seen.values().all(|times| *times == 1), "{seen:?}");
    assert!(
        expected.len() > LOOKS / 2,
        "too few events for a meaningful test"
    );
}

#[tokio::test]
async fn a_look_gives_the_highest_seq_and_the_epoch() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let first = sweep(&db.store, None).await.unwrap();
    stored(&db.send(message(ticket, db.customer, "x")).await);
    stored(&db.send(message(ticket, db.agent, "y")).await);
    let second = sweep(&db.store, Some(&first.snapshot)).await.unwrap();
    assert_eq!(
        second
            .moved
            .iter()
            .map(|(id, seq)| (*id, seq.get()))
            .collect::<Vec<_>>(),
        [(ticket, 5)]
    );
    assert_eq!(
        sweep(&db.store, Some(&second.snapshot))
            .await
            .unwrap()
            .moved,
        []
    );
    assert_eq!(second.epoch, first.epoch);
    db.sql("select helpline_record_restore()").await;
    assert_ne!(
        sweep(&db.store, None).await.unwrap().epoch,
        first.epoch,
        "a recorded restore changes the epoch"
    );
    let missing = helpline_core::ids::TicketRef::Id(TicketId::new(uuid::Uuid::now_v7()));
    assert_eq!(tickets::access(&db.store, &missing).await.unwrap(), None);
}

#[tokio::test]
async fn more_events_than_one_look_reads_are_not_read_one_by_one() {
    let db = TestDb::open().await;
    let (imported, live) = (db.ticket().await, db.ticket().await);
    let first = sweep(&db.store, None).await.unwrap();
    let rows = helpline_core::limits::SWEEP_EVENTS_MAX + 10_000;
    db.sql(&format!(
        "insert into support_ticket_activity (ticket_id, seq, kind, actor_type, created_at)
         select '{imported}', 2 + n, 'logged', 'system', '2021-01-01' from generate_series(1, {rows}) n;
         update support_ticket_heads set seq = 2 + {rows} where ticket_id = '{imported}'"
    ))
    .await;
    stored(&db.send(message(live, db.customer, "x")).await);
    let second = sweep(&db.store, Some(&first.snapshot)).await.unwrap();
    assert!(!second.is_complete);
    let moved: HashMap<_, _> = second.moved.iter().copied().collect();
    assert_eq!(moved[&live].get(), 3, "what is in use is named");
    let third = sweep(&db.store, Some(&second.snapshot)).await.unwrap();
    assert!(
        third.is_complete && third.moved.is_empty(),
        "and it is over"
    );
}
