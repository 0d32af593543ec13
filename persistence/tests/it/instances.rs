//! Tests that instances that serve the same database count each other.

use helpline_persistence::instances::{Others, forget, joined, record};
use uuid::Uuid;

use crate::test_db::TestDb;

const NONE: Others = Others {
    instances: 0,
    alone: 0,
};

#[tokio::test]
async fn two_instances_notice_each_other_once_both_are_there() {
    let db = TestDb::open().await;
    let (one, other) = (Uuid::now_v7(), Uuid::now_v7());
    assert_eq!(record(&db.store, one, true).await.unwrap(), NONE);
    // `other` reported before `me` started and may have been killed since, so `me` does not count
    // it.
    assert_eq!(record(&db.store, other, false).await.unwrap(), NONE);
    let joined_and_alone = Others {
        instances: 1,
        alone: 1,
    };
    assert_eq!(
        record(&db.store, one, true).await.unwrap(),
        joined_and_alone
    );
    let one_joined = Others {
        instances: 1,
        alone: 0,
    };
    assert_eq!(record(&db.store, other, false).await.unwrap(), one_joined);
    assert_eq!(joined(&db.store, other).await.unwrap(), [one]);
    let of_the_other = joined(&db.store, one).await.unwrap();
    assert!(of_the_other.is_empty(), "it has no relay");
    forget(&db.store, one).await.unwrap();
    assert_eq!(record(&db.store, other, false).await.unwrap(), NONE);
}

#[tokio::test]
async fn instances_of_another_moment_are_none() {
    let db = TestDb::open().await;
    let me = Uuid::now_v7();
    record(&db.store, me, false).await.unwrap();
    for seen in ["now() + interval '1 day'", "now() - interval '1 day'"] {
        let row = format!(
            "insert into service_instances (id, has_relay, seen_at) values (gen_random_uuid(), false, {seen})"
        );
        db.sql(&row).await;
    }
    assert_eq!(record(&db.store, me, false).await.unwrap(), NONE);
    let rows = db
        .admin
        .query_one("select count(*) from service_instances", &[])
        .await
        .unwrap();
    assert_eq!(rows.get::<_, i64>(0), 1, "they are gone");
}

#[tokio::test]
async fn a_clock_that_is_put_back_hides_no_instance() {
    let db = TestDb::open().await;
    let (me, other) = (Uuid::now_v7(), Uuid::now_v7());
    record(&db.store, me, true).await.unwrap();
    // Simulate that the instance started and reported before the clock was set back by an hour.
    db.sql("update service_instances set started_at = started_at + interval '1 hour', seen_at = seen_at + interval '1 hour'")
        .await;
    record(&db.store, me, true).await.unwrap();
    record(&db.store, other, true).await.unwrap();
    let others = record(&db.store, me, true).await.unwrap();
    assert_eq!(others.instances, 1);
}
