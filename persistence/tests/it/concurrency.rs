//! Tests many concurrent writers, some with batches of the service and some with plain SQL. Each
//! ticket's events must have one order without gaps, and no deadlock may occur.

use helpline_core::ids::{TicketId, UserId};
use helpline_persistence::messages::{NewMessage, Outcome, append, append_waiting};
use helpline_persistence::{Store, StoreError};
use rand::RngExt;
use rand::seq::SliceRandom;
use tokio::task::JoinSet;
use tokio_postgres::Client;

use crate::test_db::{TestDb, message, note};

const ROUNDS: usize = 30;
const BATCH: usize = 17;

/// Appends batches like a lane of the gateway. Messages with the outcome `Busy` are retried
/// separately.
async fn lane(db: &TestDb, tickets: &[TicketId], waits: bool) -> usize {
    let mut sent = 0;
    for round in 0..ROUNDS {
        let batch: Vec<NewMessage> = (0..BATCH)
            .map(|n| random_message(db, tickets, round * BATCH + n))
            .collect();
        let outcomes = until_answered(&db.store, &batch, waits).await;
        for (outcome, message) in outcomes.into_iter().zip(batch) {
            match outcome {
                Outcome::Stored(_) | Outcome::Duplicate(_) => sent += 1,
                Outcome::Busy => {
                    let alone = until_answered(&db.store, &[message], true).await;
                    assert!(
                        matches!(alone[0], Outcome::Stored(_) | Outcome::Duplicate(_)),
                        "{alone:?}"
                    );
                    sent += 1;
                }
                Outcome::Refused { .. } | Outcome::Misplaced => panic!("{outcome:?}"),
            }
        }
    }
    sent
}

/// Appends a batch and retries temporary errors with the same keys, as the gateway does.
async fn until_answered(store: &Store, batch: &[NewMessage], waits: bool) -> Vec<Outcome> {
    loop {
        match if waits {
            append_waiting(store, batch).await
        } else {
            append(store, batch).await
        } {
            Ok(answer) => return answer.outcomes,
            Err(StoreError::Busy(_) | StoreError::PoolExhausted | StoreError::Unreachable(_)) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

fn random_message(db: &TestDb, tickets: &[TicketId], n: usize) -> NewMessage {
    let ticket = tickets[rand::rng().random_range(0..tickets.len())];
    match n % 3 {
        0 => message(ticket, db.customer, "from the customer"),
        1 => message(ticket, db.agent, "from the agent"),
        _ => note(ticket, db.agent, "a note"),
    }
}

/// Writes as the platform's own SQL might: inserts messages for many tickets in one statement, in
/// any order, and changes tickets.
async fn plain_sql(client: &Client, tickets: &[TicketId], customer: UserId) -> usize {
    for round in 0..ROUNDS {
        let mut some: Vec<_> = (0..BATCH)
            .map(|_| tickets[rand::rng().random_range(0..tickets.len())])
            .collect();
        some.shuffle(&mut rand::rng());
        let values: Vec<_> = some
            .iter()
            .map(|ticket| format!("('{ticket}', '{customer}', 'customer', 'by psql')"))
            .collect();
        let insert = format!(
            "insert into support_messages (ticket_id, sender_id, sender_type, body) values {}",
            values.join(", ")
        );
        client.batch_execute(&insert).await.unwrap();
        let change = format!(
            "update support_tickets set priority = '{}' where id = '{}'",
            ["low", "high"][round % 2],
            some[0]
        );
        client.batch_execute(&change).await.unwrap();
    }
    ROUNDS * BATCH
}

async fn sixteen_writers(tickets: usize) {
    let db = std::sync::Arc::new(TestDb::open_with_connections(12).await);
    let mut ids = Vec::new();
    for _ in 0..tickets {
        ids.push(db.ticket().await);
    }
    let ids = std::sync::Arc::new(ids);
    let mut writers = JoinSet::new();
    for n in 0..16 {
        let (db, ids) = (db.clone(), ids.clone());
        writers.spawn(async move {
            match n % 3 {
                0 => lane(&db, &ids, false).await,
                1 => lane(&db, &ids, true).await,
                _ => plain_sql(&db.another_admin().await, &ids, db.customer).await,
            }
        });
    }
    let sent: usize = writers.join_all().await.into_iter().sum();
    assert_eq!(sent, 16 * ROUNDS * BATCH);
    let mut found = 0;
    for ticket in ids.iter() {
        let rows = db.history(*ticket).await;
        found += rows
            .iter()
            .filter(|row| matches!(row.kind.as_str(), "message_added" | "internal_note_added"))
            .count();
    }
    assert_eq!(
        found,
        sent + tickets,
        "each message once, including each ticket's first one"
    );
    assert_eq!(
        db.ask::<i64>("select deadlocks from pg_stat_database where datname = current_database()")
            .await,
        0
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_writers_on_one_ticket_leave_one_gapless_order() {
    sixteen_writers(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_writers_on_fifty_tickets_never_deadlock() {
    sixteen_writers(50).await;
}
