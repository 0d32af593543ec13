//! Tests that each period of a schedule has one run, which survives its instance.

use std::time::Duration;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use helpline_core::reject::RejectCode;
use helpline_core::schedule::{Every, Rule};
use helpline_persistence::Transaction;
use helpline_persistence::schedules::{
    self, DueSchedule, Progress, Run, Schedule, begin, due, list, put, record, resume,
};
use serde_json::json;

use crate::test_db::{TestDb, refusal};

const NAME: &str = "digest";
const LEASE: Duration = Duration::from_secs(60);

/// A daily schedule whose next occurrence is so many minutes from now.
fn daily(minutes: i64) -> Schedule {
    let next_at = Utc::now() + TimeDelta::minutes(minutes);
    // Postgres stores microseconds.
    let next_at = DateTime::from_timestamp_micros(next_at.timestamp_micros()).unwrap();
    Schedule {
        name: NAME.into(),
        zone: "Europe/Berlin".into(),
        rule: Rule {
            every: Every::Day,
            at: NaiveTime::from_hms_opt(9, 0, 0).unwrap(),
        },
        next_at,
    }
}

async fn only_due(db: &TestDb) -> DueSchedule {
    let mut all = due(&db.store, &[NAME]).await.unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

async fn begun(db: &TestDb, due: &DueSchedule) -> Option<Run> {
    let at = due.schedule.next_at;
    begin(&db.store, due, at, at + TimeDelta::days(1), LEASE)
        .await
        .unwrap()
}

/// Records progress in a transaction and commits it if the run is still this instance's.
async fn recorded(db: &TestDb, run: &Run, progress: &Progress) -> bool {
    let mut transaction: Transaction = db.store.begin().await.unwrap();
    let is_ours = record(&mut transaction, run, progress).await.unwrap();
    if is_ours {
        transaction.commit().await.unwrap();
    }
    is_ours
}

#[tokio::test]
async fn a_period_has_one_run_whoever_begins_it() {
    let db = TestDb::open_with_connections(8).await;
    let schedule = daily(5);
    assert!(put(&db.store, &schedule).await.unwrap());
    // Another instance starts later and computes a later occurrence: nothing changes.
    assert!(!put(&db.store, &daily(7)).await.unwrap());
    assert_eq!(due(&db.store, &[NAME]).await.unwrap(), []);
    db.set_clock("10 minutes").await;
    assert_eq!(due(&db.store, &["another"]).await.unwrap(), []);
    let found = only_due(&db).await;
    assert_eq!(found.schedule, schedule);
    assert!(found.now > schedule.next_at);
    let (one, two, three) =
        tokio::join!(begun(&db, &found), begun(&db, &found), begun(&db, &found));
    let runs: Vec<_> = [one, two, three].into_iter().flatten().collect();
    assert_eq!(runs.len(), 1);
    assert_eq!(due(&db.store, &[NAME]).await.unwrap(), []);
    assert!(recorded(&db, &runs[0], &Progress::Done(json!({"sent": 3}))).await);
    assert!(!recorded(&db, &runs[0], &Progress::Done(json!({}))).await);
    db.set_clock("3 hours").await;
    assert_eq!(resume(&db.store, &[NAME], LEASE).await.unwrap(), None);
    let listed = list(&db.store).await.unwrap().remove(0);
    let last = listed.last.unwrap();
    assert_eq!(
        (last.period, last.progress),
        (schedule.next_at, json!({"sent": 3}))
    );
    assert!(last.done_at.is_some());
    assert_eq!(
        listed.schedule.next_at,
        schedule.next_at + TimeDelta::days(1)
    );
    // A clock that is set back and forth does not repeat the period.
    db.set_clock("10 minutes").await;
    assert_eq!(begun(&db, &found).await, None);
}

#[tokio::test]
async fn a_run_is_continued_where_its_instance_died() {
    let db = TestDb::open().await;
    put(&db.store, &daily(-5)).await.unwrap();
    let run = begun(&db, &only_due(&db).await).await.unwrap();
    assert!(recorded(&db, &run, &Progress::Going(json!({"after": 7}), LEASE)).await);
    assert_eq!(
        resume(&db.store, &[NAME], LEASE).await.unwrap(),
        None,
        "it is leased"
    );
    db.set_clock("2 minutes").await;
    let next = resume(&db.store, &[NAME], LEASE).await.unwrap().unwrap();
    assert_eq!(
        (next.period, &next.progress, next.attempts),
        (run.period, &json!({"after": 7}), 2)
    );
    // The first instance was only frozen: what it does now is not committed.
    assert!(!recorded(&db, &run, &Progress::Going(json!({"after": 8}), LEASE)).await);
    let wait = Duration::from_secs(3_600);
    assert!(
        recorded(
            &db,
            &next,
            &Progress::Failed(json!({"after": 9}), "no mail server".into(), wait)
        )
        .await
    );
    assert_eq!(resume(&db.store, &[NAME], LEASE).await.unwrap(), None);
    let last = list(&db.store).await.unwrap().remove(0).last.unwrap();
    assert_eq!(last.error.as_deref(), Some("no mail server"));
    db.set_clock("2 hours").await;
    let third = resume(&db.store, &[NAME], LEASE).await.unwrap().unwrap();
    assert_eq!((third.attempts, &third.progress), (3, &json!({"after": 9})));
}

#[tokio::test]
async fn a_changed_or_paused_schedule_does_not_run_at_its_former_time() {
    let db = TestDb::open().await;
    put(&db.store, &daily(-5)).await.unwrap();
    let seen = only_due(&db).await;
    let moved = Schedule {
        zone: "Asia/Tokyo".into(),
        ..daily(60)
    };
    assert!(put(&db.store, &moved).await.unwrap());
    assert_eq!(begun(&db, &seen).await, None);
    db.set_clock("2 hours").await;
    let agent = db.caller(db.agent);
    assert_eq!(
        refusal(schedules::pause(&db.store, &agent, NAME).await),
        RejectCode::Forbidden
    );
    let admin = db.caller(db.boss);
    let seen = only_due(&db).await;
    schedules::pause(&db.store, &admin, NAME).await.unwrap();
    assert_eq!(due(&db.store, &[NAME]).await.unwrap(), []);
    assert_eq!(begun(&db, &seen).await, None);
    schedules::unpause(&db.store, &admin, NAME).await.unwrap();
    assert!(begun(&db, &seen).await.is_some());
    assert_eq!(
        refusal(schedules::pause(&db.store, &admin, "unknown").await),
        RejectCode::NotFound
    );
    // A rule of a newer version is left out, and stops no other schedule.
    db.sql(
        "alter table schedules drop constraint schedules_every_check, drop constraint schedules_on_day_check; \
         insert into schedules (name, zone, wall_time, every, next_at) values ('newer', 'UTC', '09:00', 'year', '2020-01-01')",
    )
    .await;
    assert_eq!(due(&db.store, &["newer", NAME]).await.unwrap(), []);
    assert_eq!(list(&db.store).await.unwrap().len(), 1);
}
