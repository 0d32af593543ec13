//! Tests runs of `migrate` that were interrupted or that meet a long transaction, and the order in
//! which `migrate` applies missing files.

use std::time::Duration;

use helpline_persistence::migrate::{self, Plan, Version};
use helpline_persistence::{Names, StoreError};

use crate::test_db::{TestDb, cluster, connect, empty_database, until};

const INDEX: Version = Version {
    number: 99,
    name: "V99__index",
    sql: "-- Without a transaction.\n\
          create index concurrently if not exists support_tickets_later_idx on {schema}.support_tickets (subject)",
};

/// Returns this build's migration plan with these versions added at the end.
fn with(versions: &[Version]) -> Plan {
    let mut plan = Plan::embedded();
    plan.versions.extend_from_slice(versions);
    plan
}

/// Returns this build's migration plan up to version 10. Version 9 creates the index of waiting
/// tickets, and version 10 is a backfill.
fn until_the_waiting_index() -> Plan {
    let mut plan = Plan::embedded();
    plan.versions.retain(|version| version.number <= 10);
    // Leave out functions, triggers and policies that use tables or columns of later versions.
    let later = [
        "adopted_originals",
        "adopted_tickets",
        "adoption_revoked",
        "background_identity",
        "blob_removals",
        "consumers",
        "consumer_faults",
        "consumer_windows",
        "deliveries",
        "erased_people",
        "erasure_proposals",
        "legal_holds",
        "people_to_follow",
        "people_subjects",
        "platform_people",
        "retention_runs",
        "retention_run_tickets",
        "schedules",
        "schedule_runs",
        "service_instances",
        "support_saved_replies",
        "timers",
        "uploads",
    ];
    plan.objects.retain(|object| {
        let of = |table: &&str| {
            [
                format!("policies/{table}.sql"),
                format!("triggers/{table}.sql"),
            ]
            .contains(&object.path.to_owned())
        };
        // Their parameters and variables have the row type of a later table.
        let needs_uploads = object.path.starts_with("functions/uploads_");
        !needs_uploads && !later.iter().any(of)
    });
    plan
}

async fn migrate_to(url: &str, plan: &Plan) -> Result<Vec<String>, StoreError> {
    migrate::apply(url, &Names::default(), plan).await
}

#[tokio::test]
async fn an_index_that_was_built_before_its_version_was_recorded_is_taken_as_it_is() {
    let database = empty_database().await;
    let url = cluster().await.admin_url(&database);
    let plan = until_the_waiting_index();
    migrate_to(&url, &plan).await.unwrap();
    let admin = connect(&url).await;
    // Simulate a database session that was killed after building the index of version 9 and before
    // recording it. Version 10 is not recorded either.
    admin
        .batch_execute("delete from helpline_migrations where version >= 9")
        .await
        .unwrap();
    let again = ["V9__waiting_index", "V10__waiting_of_before"];
    assert_eq!(migrate_to(&url, &plan).await.unwrap(), again);
    // If the index of version 9 exists but is invalid, `migrate` must build it again.
    admin
        .batch_execute(
            "delete from helpline_migrations where version >= 9;
             update pg_index set indisvalid = false where indexrelid = 'support_ticket_heads_waiting_idx'::regclass",
        )
        .await
        .unwrap();
    assert_eq!(migrate_to(&url, &plan).await.unwrap(), again);
    let valid = "select indisvalid from pg_index where indexrelid = 'support_ticket_heads_waiting_idx'::regclass";
    assert!(admin.query_one(valid, &[]).await.unwrap().get::<_, bool>(0));
}

#[tokio::test]
async fn an_index_waits_for_a_long_snapshot_and_is_built_once() {
    let database = empty_database().await;
    let url = cluster().await.admin_url(&database);
    migrate::migrate(&url).await.unwrap();
    let (mut reader, other) = (connect(&url).await, connect(&url).await);
    // Open a transaction with a long-lived snapshot, like that of a nightly `pg_dump`.
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
    // Wait longer than `migrate`'s lock timeout. The index build must not be cancelled and started
    // again.
    tokio::time::sleep(Duration::from_millis(1_000)).await;
    assert_eq!(index().await, built, "the index build was started again");
    // Other statements must not have to wait for the index build.
    other
        .batch_execute("set lock_timeout = 1000; insert into support_tickets (user_id, subject) values (gen_random_uuid(), 'short')")
        .await
        .unwrap();
    dump.commit().await.unwrap();
    assert_eq!(migrating.await.unwrap().unwrap(), ["V99__index"]);
    assert_eq!(index().await, built);
}

/// Returns a migration plan with four more versions: a column, its backfill, a version `behind`
/// that needs the backfill, and an independent later version.
fn three(behind: &'static str) -> Plan {
    let number = Plan::embedded().newest();
    let version = |n, name, sql| Version {
        number: number + n,
        name,
        sql,
    };
    with(&[
        version(
            1,
            "V91__column",
            "alter table support_tickets add column later bigint",
        ),
        version(
            2,
            "V92__backfill",
            "-- In portions.\nwith filled as (update {schema}.support_tickets t set later = 1 where t.later is null returning 1)
             select 'all', count(*) from filled where $1::text is null having count(*) <= $2::bigint and $1::text is null",
        ),
        version(3, "V93__filled", behind),
        version(
            4,
            "V94__index",
            "-- Without a transaction.\n\
             create index concurrently if not exists support_tickets_later_idx on {schema}.support_tickets (later)",
        ),
    ])
}

#[tokio::test]
async fn what_needs_a_backfill_is_applied_behind_it_also_where_releases_were_skipped() {
    let database = empty_database().await;
    let url = cluster().await.admin_url(&database);
    migrate::migrate(&url).await.unwrap();
    let admin = connect(&url).await;
    admin
        .batch_execute("insert into support_tickets (user_id, subject) values (gen_random_uuid(), 'of before')")
        .await
        .unwrap();
    let fails = three("-- Behind the backfills.\nselect no_such_function()");
    migrate_to(&url, &fails).await.unwrap_err();
    let recorded = "select string_agg(name, ' ' order by version) from helpline_migrations where name >= 'V91' and name < 'V95'";
    let row = admin.query_one(recorded, &[]).await.unwrap();
    assert_eq!(
        row.get::<_, String>(0),
        "V91__column V92__backfill V94__index"
    );
    // After the failing version was corrected, the next run of `migrate` must apply only that
    // version.
    let goes_on = three(
        "-- Behind the backfills.\nalter table support_tickets alter column later set not null",
    );
    assert_eq!(migrate_to(&url, &goes_on).await.unwrap(), ["V93__filled"]);
    assert!(migrate_to(&url, &goes_on).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_database_with_a_backfill_before_it_is_not_ready() {
    let db = TestDb::open().await;
    assert!(migrate::is_current(&db.store).await.unwrap());
    let newest = Plan::embedded().newest();
    db.sql(&format!(
        "delete from helpline_migrations where version = {newest};
         insert into helpline_migrations (version, name, checksum) values ({newest} + 1, 'V98__later', '')"
    ))
    .await;
    assert!(!migrate::is_current(&db.store).await.unwrap());
    db.sql(&format!("insert into helpline_migrations (version, name, checksum) values ({newest}, 'V97__backfill', '')"))
        .await;
    assert!(migrate::is_current(&db.store).await.unwrap());
}

#[tokio::test]
async fn a_portion_says_how_many_rows_it_handled() {
    let db = TestDb::open().await;
    for _ in 0..3 {
        db.ticket().await;
    }
    let portion = include_str!("../../../migrations/V10__waiting_of_before.sql")
        .replace("{schema}", "helpline")
        .replace("$1", "null")
        .replace("$2", "500");
    let row = db.admin.query_one(&portion, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(1), 3);
}
