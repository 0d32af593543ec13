//! Tests many concurrent writers, some with batches of the service and some with plain SQL. Each
//! ticket's events must have one order without gaps, and no deadlock may occur.

use std::sync::Arc;

use helpline_core::ids::{MessageId, TicketId, UserId};
use helpline_persistence::messages::{NewMessage, Outcome, append, append_waiting};
use helpline_persistence::{Store, StoreError};
use rand::RngExt;
use rand::seq::SliceRandom;
use tokio::task::JoinSet;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::test_db::{TestDb, message, note};

const ROUNDS: usize = 30;
const BATCH: usize = 17;

/// Appends batches of this size like a lane of the gateway. Messages with the result `Busy` (the
/// ticket is locked) are retried separately.
async fn lane(db: &TestDb, tickets: &[TicketId], waits: bool, batch: usize) -> usize {
    let mut sent = 0;
    for round in 0..ROUNDS * BATCH / batch {
        let batch: Vec<NewMessage> = (0..batch)
            .map(|n| random_message(db, tickets, round * batch + n))
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

/// Appends a batch and retries temporary errors with the same idempotency keys, as the gateway
/// does.
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

/// Writes as SQL from the operator's platform, outside Helpline, might: inserts messages for many
/// tickets in one statement, in any order, and changes tickets.
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
    let db = Arc::new(TestDb::open_with_connections(12).await);
    let mut ids = Vec::new();
    for _ in 0..tickets {
        ids.push(db.ticket().await);
    }
    let ids = Arc::new(ids);
    let mut writers = JoinSet::new();
    for n in 0..16 {
        let (db, ids) = (db.clone(), ids.clone());
        writers.spawn(async move {
            match n % 3 {
                0 => lane(&db, &ids, false, BATCH).await,
                1 => lane(&db, &ids, true, BATCH).await,
                _ => plain_sql(&db.another_admin().await, &ids, db.customer).await,
            }
        });
    }
    let sent: usize = writers.join_all().await.into_iter().sum();
    assert_eq!(sent, 16 * ROUNDS * BATCH);
    assert_gapless(&db, &ids, sent).await;
}

/// Asserts that every message, the first of each ticket included, is in its ticket's history once,
/// and that there were no deadlocks.
async fn assert_gapless(db: &TestDb, tickets: &[TicketId], sent: usize) {
    let mut found = 0;
    for ticket in tickets {
        let rows = db.history(*ticket).await;
        found += rows
            .iter()
            .filter(|row| matches!(row.kind.as_str(), "message_added" | "internal_note_added"))
            .count();
    }
    assert_eq!(
        found,
        sent + tickets.len(),
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

/// Sends each message with its own idempotency key. Every third message is sent twice at the same
/// time, so that one of the two sends is a retry.
async fn retries(db: &TestDb, tickets: &[TicketId]) -> usize {
    for n in 0..ROUNDS * BATCH {
        let first = random_message(db, tickets, n);
        if n % 3 > 0 {
            until_answered(&db.store, &[first], true).await;
            continue;
        }
        let again = NewMessage {
            id: MessageId::new(Uuid::now_v7()),
            ..first.clone()
        };
        let (first, again) = ([first], [again]);
        let (one, other) = tokio::join!(
            until_answered(&db.store, &first, true),
            until_answered(&db.store, &again, true)
        );
        let duplicates = [&one[0], &other[0]]
            .iter()
            .filter(|outcome| matches!(outcome, Outcome::Duplicate(_)))
            .count();
        assert_eq!(duplicates, 1, "{one:?} {other:?}");
    }
    ROUNDS * BATCH
}

/// Runs transactions that each append several messages with function calls and plain inserts, in
/// ascending order of the tickets.
async fn transactions(client: &Client, db: &TestDb, tickets: &[TicketId]) -> usize {
    for _ in 0..ROUNDS {
        let mut some: Vec<_> = (0..BATCH)
            .map(|_| tickets[rand::rng().random_range(0..tickets.len())])
            .collect();
        some.sort_unstable();
        let mut transaction = "begin;".to_owned();
        for (n, ticket) in some.into_iter().enumerate() {
            let (id, customer) = (Uuid::now_v7(), db.customer);
            transaction += &if n % 2 == 0 {
                format!(
                    "select from support_append_one(true, '{id}', '{ticket}', '{customer}', '{id}', 'one of several', false, '[]', null, null, null);"
                )
            } else {
                format!(
                    "insert into support_messages (ticket_id, sender_id, sender_type, body) values ('{ticket}', '{customer}', 'customer', 'between');"
                )
            };
        }
        client
            .batch_execute(&(transaction + "commit"))
            .await
            .unwrap();
    }
    ROUNDS * BATCH
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_writers_of_single_messages_on_fifty_tickets_leave_no_gap() {
    let db = Arc::new(TestDb::open_with_connections(12).await);
    let mut ids = Vec::new();
    for _ in 0..50 {
        ids.push(db.ticket().await);
    }
    let ids = Arc::new(ids);
    let mut writers = JoinSet::new();
    for n in 0..8 {
        let (db, ids) = (db.clone(), ids.clone());
        writers.spawn(async move {
            match n {
                0..2 => lane(&db, &ids, false, 1).await,
                2..4 => lane(&db, &ids, true, 1).await,
                4 => retries(&db, &ids).await,
                5 => lane(&db, &ids, true, BATCH).await,
                6 => plain_sql(&db.another_admin().await, &ids, db.customer).await,
                _ => transactions(&db.another_admin().await, &db, &ids).await,
            }
        });
    }
    let sent: usize = writers.join_all().await.into_iter().sum();
    assert_eq!(sent, 8 * ROUNDS * BATCH);
    assert_gapless(&db, &ids, sent).await;
}
