//! Tests what follows when an admin has set a wrong clock right: what was put off while it was ahead
//! is due, and schedules have their usual next occurrence.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use helpline_core::schedule::{Every, Rule};
use helpline_persistence::schedules::{Schedule, list, put};
use helpline_persistence::{StoreError, background};
use uuid::Uuid;

use crate::test_db::TestDb;

#[tokio::test]
async fn a_schedule_that_was_stored_while_the_clock_was_ahead_is_set_right() {
    let db = TestDb::open().await;
    let next_at = Utc::now() + TimeDelta::hours(5);
    let next_at = DateTime::from_timestamp_micros(next_at.timestamp_micros()).unwrap();
    let schedule = Schedule {
        name: "digest".into(),
        zone: "Europe/Berlin".into(),
        rule: Rule {
            every: Every::Day,
            at: NaiveTime::from_hms_opt(9, 0, 0).unwrap(),
        },
        next_at,
    };
    let stored = async || {
        put(&db.store, &schedule).await.unwrap();
        list(&db.store).await.unwrap().remove(0).schedule.next_at
    };
    assert_eq!(stored().await, next_at);
    db.sql("update schedules set next_at = next_at + interval '3 years'")
        .await;
    assert_eq!(stored().await, next_at);
    // An earlier occurrence stays, for example one that an admin has asked for.
    db.sql("update schedules set next_at = now()").await;
    assert!(stored().await < next_at);
}

#[tokio::test]
async fn work_that_was_put_off_while_the_clock_was_ahead_is_due_when_the_clock_is_right() {
    let db = TestDb::open().await;
    let ticket = db.ticket().await;
    let id = Uuid::now_v7();
    db.sql(&format!(
        "select background_confirm_first('');
         insert into deliveries (id, kind, receiver, key, next_at) values ('{id}', 'hook', 'a', 'ahead', now() + interval '1 year');
         insert into deliveries (id, kind, receiver, key, next_at, lease_token, lease_until)
           values (gen_random_uuid(), 'hook', 'a', 'leased', now(), gen_random_uuid(), now() + interval '1 year');
         insert into deliveries (id, kind, receiver, key, next_at) values (gen_random_uuid(), 'hook', 'a', 'retried', now() + interval '10 hours');
         insert into timers (kind, ticket_id, key, due_at, fire_at, attempts)
           values ('remind', '{ticket}', 'failed', now() - interval '1 day', now() + interval '1 year', 1),
                  ('remind', '{ticket}', 'later', now() + interval '1 year', now() + interval '1 year', 0);
         select consumers_register('watch', false);
         insert into consumer_faults (consumer, ticket_id, seq, last_seq, error, failed_at, next_at)
           values ('watch', '{ticket}', 1, 1, 'no', now(), now() + interval '1 year')"
    ))
    .await;
    let due = async || -> Vec<String> {
        db.ask(
            "select array_agg(name order by name) from (
               select key as name from deliveries where least(next_at, coalesce(lease_until, next_at)) <= clock()
                 and coalesce(lease_until, '-infinity') <= clock()
               union all select key from timers where fire_at <= clock()
               union all select 'fault' from consumer_faults where next_at <= clock()) x",
        )
        .await
    };
    let boss = db.caller(db.boss);
    let resumed = background::resume_clock(&db.store, &boss).await;
    assert!(matches!(resumed, Err(StoreError::Refused { .. })));
    background::pause_clock(&db.store, -31_536_000_000)
        .await
        .unwrap();
    background::resume_clock(&db.store, &boss).await.unwrap();
    assert_eq!(due().await, ["ahead", "failed", "fault", "leased"]);
}
