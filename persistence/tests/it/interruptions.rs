//! `migrate` that was broken off, or that meets another's long transaction; and the order in which it applies what is missing.

use std::time::Duration;

use helpline_persistence::migrate::{self, Plan, Version};
use helpline_persistence::{Names, StoreError};

use crate::test_db::{cluster, connect, empty_database, until};

const INDEX: Version = Version {
    number: 99,
    name: "V99__index",
    sql: "-- Without a transaction.\n\
          create index concurrently if not exists support_tickets_later_idx on {schema}.support_tickets (subject)",
};

/// This build's plan, and these versions behind it.
fn with(versions: &[Version]) -> Plan {
    let mut plan = Plan::embedded();
    plan.versions.extend_from_slice(versions);
    plan
}

async fn migrate_to(url: &str, plan: &Plan) -> Result<Vec<String>, StoreError> {
    migrate::apply(url, &Names::default(), plan).await
}

#[tokio::test]
async fn an_index_that_was_built_before_its_version_was_recorded_is_taken_as_it_is() {
    let database = empty_database().await;
    let url = cluster().await.admin_url(&database);
    migrate::migrate(&url).await.unwrap();
    let admin = connect(&url).await;
    // The session ended behind the last statement and before the record; also of the newest one that is not recorded either.
    admin
        .batch_execute("delete from helpline_migrations where version >= 9")
        .await
        .unwrap();
    let again = ["V9__waiting_index", "V10__waiting_of_before"];
    assert_eq!(migrate::migrate(&url).await.unwrap(), again);
    // An invalid one of that name is built anew.
    admin
        .batch_execute(
            "delete from helpline_migrations where version >= 9;
             update pg_index set indisvalid = false where indexrelid = 'support_ticket_heads_waiting_idx'::regclass",
        )
        .await
        .unwrap();
    assert_eq!(migrate::migrate(&url).await.unwrap(), again);
    let valid = "select indisvalid from pg_index where indexrelid = 'support_ticket_heads_waiting_idx'::regclass";
    assert!(admin.query_one(valid, &[]).await.unwrap().get::<_, bool>(0));
}

#[tokio::test]
async fn an_index_waits_for_a_long_snapshot_and_is_built_once() {
    let database = empty_database().await;
    let url = cluster().await.admin_url(&database);
    migrate::migrate(&url).await.unwrap();
    let (mut reader, other) = (connect(&url).await, connect(&url).await);
    // As a nightly pg_dump has it.
    let dump = reader
        .build_transaction()
        .isolation_level(tokio_postgres::IsolationLevel::RepeatableRead)
        .start()
        .await
        .unwrap();
    dump.batch_execute("select count(*) from people")
        .await
        .unwrap();
    let migrating = tokio::spawn(async move { migrate_to(&url, &with(&[INDEX])).await });
    let standing = "select coalesce((select oid from pg_class where relname = 'support_tickets_later_idx'), 0)";
    let index = async || -> u32 { other.query_one(standing, &[]).await.unwrap().get(0) };
    until("the index waits for the snapshot", async || {
        let waiting = "select count(*) from pg_stat_activity where wait_event = 'virtualxid' and datname = current_database()
                       and query like '%support_tickets_later_idx%'";
        other.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) > 0
    })
    .await;
    let built = index().await;
    // Longer than a lock is waited for.
    tokio::time::sleep(Duration::from_millis(1_000)).await;
    assert_eq!(index().await, built, "it was begun again");
    // Nobody queues behind it.
    other
        .batch_execute("set lock_timeout = 1000; insert into support_tickets (user_id, subject) values (gen_random_uuid(), 'short')")
        .await
        .unwrap();
    dump.commit().await.unwrap();
    assert_eq!(migrating.await.unwrap().unwrap(), ["V99__index"]);
    assert_eq!(index().await, built);
}
