//! Tests that people who share one database connection never run a query with another person's
//! claims. Also tests that the service does not start with a role that has too many privileges.

use std::collections::VecDeque;
use std::sync::Arc;

use helpline_core::ids::{TicketId, UserId};
use helpline_persistence::tickets::{ListQuery, list_for_customer, list_for_staff};
use helpline_persistence::{Pooler, Settings, Store, StoreError, people};
use rand::RngExt;
use tokio::task::{AbortHandle, JoinError, JoinSet};

use crate::test_db::{TestDb, cluster, user};

const PEOPLE: u128 = 12;
const READS: usize = 2_000;
/// Number of concurrent readers. The pool has a single connection, so only one reader at a time can
/// use it.
const IN_FLIGHT: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_of_one_never_serves_anybody_with_anothers_claims() {
    let db = Arc::new(TestDb::open_with_connections(1).await);
    let mut owners: Vec<(UserId, TicketId)> = Vec::new();
    for n in 0..PEOPLE {
        let owner = user(100 + n);
        owners.push((owner, db.ticket_of(owner, &format!("Of number {n}")).await));
    }
    let owners = Arc::new(owners);
    let mut tasks = JoinSet::new();
    let mut waiting = VecDeque::new();
    let (mut finished, mut cut) = (0, 0);
    for n in 0..READS {
        waiting.push_back(tasks.spawn(read_something(db.clone(), owners.clone(), n)));
        // Cancel the oldest reader at a random time. It may be waiting for the connection, using
        // it, or decoding rows.
        for _ in 0..rand::rng().random_range(0..200) {
            tokio::task::yield_now().await;
        }
        waiting.retain(|task| !task.is_finished());
        if rand::rng().random_bool(0.5) {
            waiting.pop_front().inspect(AbortHandle::abort);
        }
        while tasks.len() > IN_FLIGHT {
            count(
                tasks.join_next().await.expect("some are left"),
                &mut finished,
                &mut cut,
            );
        }
    }
    while let Some(result) = tasks.join_next().await {
        count(result, &mut finished, &mut cut);
    }
    assert!(
        finished > READS / 10 && cut > READS / 20,
        "{finished} finished, {cut} cut off: the test did not try both"
    );
}

#[tokio::test]
async fn a_pool_of_its_own_is_free_while_the_first_one_is_used_up() {
    let db = TestDb::open_with_connections(1).await;
    let jobs = db.store.with_own_pool("jobs", 1).unwrap();
    let mut admin = db.another_admin().await;
    let locked = admin.transaction().await.unwrap();
    locked
        .batch_execute("lock table support_tickets in access exclusive mode")
        .await
        .unwrap();
    let (store, reader) = (db.store.clone(), db.reader(db.agent));
    let waiting = tokio::spawn(async move {
        list_for_staff(
            &store,
            reader,
            &ListQuery {
                limit: 1,
                ..ListQuery::default()
            },
        )
        .await
    });
    let sessions = |which: &str| {
        format!(
            "select count(*) from pg_stat_activity where datname = current_database() and {which}"
        )
    };
    while db
        .ask::<i64>(&sessions(
            "wait_event_type = 'Lock' and application_name = 'helpline'",
        ))
        .await
        == 0
    {
        tokio::task::yield_now().await;
    }
    let exhausted = db.store.ping().await;
    assert!(
        matches!(
            exhausted,
            Err(StoreError::PoolExhausted | StoreError::Unreachable(_))
        ),
        "{exhausted:?}"
    );
    jobs.ping().await.expect("a pool of its own is free");
    assert_eq!(
        db.ask::<i64>(&sessions("application_name = 'helpline jobs'"))
            .await,
        1
    );
    locked.rollback().await.unwrap();
    waiting
        .await
        .unwrap()
        .expect("served once the lock is gone");
}

async fn read_something(db: Arc<TestDb>, owners: Arc<Vec<(UserId, TicketId)>>, n: usize) {
    let (owner, ticket) = owners[n % owners.len()];
    let all = ListQuery {
        limit: 50,
        ..ListQuery::default()
    };
    match n % 3 {
        // Between reads, run a statement of the service. It must not run under the role that a
        // previous read has set.
        0 => drop(
            people::changed(
                &db.store,
                &[people::AccessStatus {
                    user: owner,
                    role: None,
                }],
            )
            .await
            .unwrap(),
        ),
        1 => {
            let everything = list_for_staff(&db.store, db.reader(db.agent), &all)
                .await
                .unwrap();
            assert_eq!(everything.tickets.len(), owners.len());
        }
        _ => {
            let own = list_for_customer(&db.store, db.reader(owner), &all)
                .await
                .unwrap();
            let own: Vec<_> = own.tickets.iter().map(|ticket| ticket.id).collect();
            assert_eq!(own, [ticket], "{owner} read data of another person");
        }
    }
}

fn count(result: Result<(), JoinError>, finished: &mut usize, cut: &mut usize) {
    match result {
        Ok(()) => *finished += 1,
        Err(error) if error.is_cancelled() => *cut += 1,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

#[tokio::test]
async fn a_broken_connection_is_replaced() {
    let db = TestDb::open_with_connections(1).await;
    db.store.ping().await.unwrap();
    db.sql("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'helpline_service'")
        .await;
    crate::test_db::until("the pool answers again", async || {
        db.store.ping().await.is_ok()
    })
    .await;
    db.ticket().await;
}

#[tokio::test]
async fn a_session_is_never_without_its_bounds() {
    let db = TestDb::open_with_connections(1).await;
    let other = db.another_admin().await;
    let ticket = db.ticket().await;
    other
        .batch_execute(&format!(
            "begin; select 1 from support_tickets where id = '{ticket}' for update"
        ))
        .await
        .unwrap();
    let begun = std::time::Instant::now();
    let refused = helpline_persistence::messages::append_waiting(
        &db.store,
        &[crate::test_db::message(ticket, db.customer, "x")],
    )
    .await;
    assert!(matches!(refused, Err(StoreError::Busy(_))), "{refused:?}");
    assert!(
        begun.elapsed()
            < std::time::Duration::from_millis(helpline_core::limits::STATEMENT_TIMEOUT_MS)
    );
}

#[tokio::test]
async fn errors_are_told_apart_by_what_helps() {
    let postgres = cluster().await;
    let unreachable = Store::connect(Settings {
        url: "postgres://x:y@127.0.0.1:1/z".into(),
        connections_max: 1,
        pooler: Pooler::Session,
    })
    .await
    .err();
    assert!(
        matches!(unreachable, Some(StoreError::Unreachable(_))),
        "{unreachable:?}"
    );
    let wrong = Store::connect(Settings {
        url: postgres.url_for("helpline_service", "wrong", "postgres"),
        connections_max: 1,
        pooler: Pooler::Session,
    })
    .await
    .err();
    assert!(
        matches!(wrong, Some(StoreError::Unreachable(_))),
        "{wrong:?}"
    );
}
